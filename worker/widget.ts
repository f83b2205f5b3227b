import {
  type Announcement,
  type IncidentAnnouncement,
  latestInForce,
  listNotices,
  mergeAnnouncements,
} from '../db/announcements.ts';
import { digest } from '../db/digest.ts';
import { choicesHoldSince, currentPolicy, nextPolicy, summaryIn } from '../db/policies/force.ts';
import { choice_holds_days, documentIn, type Policy } from '../db/policies/policy.ts';
import { listKnownPolicies, listPolicies } from '../db/policies/read.ts';
import { wordAnnouncement } from './announcements/words.ts';
import { factory, type Services } from './context.ts';
import { hasMatching, readHeader } from './http/header.ts';
import { chooseEncoding } from './http/negotiate.ts';
import { problem } from './http/problems/problem.ts';
import { cookie_name } from './shared/consent-cookie.ts';
import { locales } from './shared/locales.ts';
import type { WrittenPolicies, WrittenPolicy } from './shared/written-policies.ts';

/** How long a browser uses its copy without asking. */
const fresh_seconds = 60;

/** How long this server uses what it knows: another process may have published a version. */
const known_ms = 30_000;

/** The script with the policies in it. */
interface Script {
  /** The versions and the announcement that are in it. */
  content: string;
  etag: string;
  text: string;
  packed: Partial<Record<'br' | 'gzip', Uint8Array<ArrayBuffer>>>;
}

interface Known {
  asked_at: number;
  notices: IncidentAnnouncement[];

  script?: Script | undefined;
}

const known = new WeakMap<Services, Known>();

/** `GET /widget.js`: the widget's script, into which the policies are written, so that a page view needs no second request. */
export const showWidget = factory.createHandlers(async c => {
  const { services } = c.var;
  const script = await findScript(services);
  if (!script) return problem(c, 'not-found');
  const { widget_stale_hours } = services.settings;
  const packed = (['br', 'gzip'] as const).filter(name => script.packed[name]);
  const encoding = chooseEncoding(readHeader(c, 'Accept-Encoding') ?? '', packed);
  const headers = {
    'Content-Type': 'text/javascript; charset=utf-8',
    'Cache-Control': widget_stale_hours
      ? `public, max-age=${fresh_seconds}, stale-while-revalidate=${widget_stale_hours * 3600}`
      : 'public, no-cache',
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    ETag: script.etag,
    Vary: 'Accept-Encoding',
  };
  if (hasMatching(readHeader(c, 'If-None-Match'), script.etag)) return c.body(null, 304, headers);
  if (!encoding) return c.body(script.text, 200, headers);
  return c.body(script.packed[encoding]!, 200, { ...headers, 'Content-Encoding': encoding });
});

/** Makes the script anew at its next request, because this server has published something. */
export function renewWidget(services: Services) {
  const entry = known.get(services);
  if (entry) entry.script = undefined;
}

/** Returns the script with the policies that hold now, made once for each version. */
async function findScript(services: Services): Promise<Script | undefined> {
  const { db, now } = services;
  const entry = known.get(services) ?? { asked_at: 0, notices: [] };
  known.set(services, entry);
  if (!entry.script || Math.abs(now().getTime() - entry.asked_at) >= known_ms) {
    try {
      await listPolicies(db);
      entry.notices = await listNotices(db);
      entry.asked_at = now().getTime();
    } catch {
      // While the database is away, what was read last is good.
    }
  }
  const policies = listKnownPolicies(db);
  const [current, next] = [currentPolicy(policies, now()), nextPolicy(policies, now())];
  const announcement = latestInForce(mergeAnnouncements(policies, entry.notices), now());
  const content = `${current?.version} ${next?.version} ${announcement?.id}`;
  if (entry.script?.content !== content) {
    const script = await makeScript(services, content, writePolicies(services, policies, announcement));
    // Before anything has been read there is nothing to write in: the widget then asks by itself.
    if (!entry.asked_at) return script;
    entry.script = script;
  }
  return entry.script;
}

async function makeScript(services: Services, content: string, policies: WrittenPolicies): Promise<Script | undefined> {
  const found = await services.findAsset(new Request('http://localhost/widget.js'));
  if (!found) return undefined;
  const built = await new Response(found.body).text();
  const isKnown = known.get(services)!.asked_at > 0;
  const text = isKnown ? built.replace(/\(0\);\s*$/, () => `(${writeData(policies)});\n`) : built;
  return { content, text, etag: `"${digest(text).slice(0, 16)}"`, packed: (await services.pack?.(text)) ?? {} };
}

/** Writes data as JSON that ends no script, also where a website writes the script into its pages. */
function writeData(data: object): string {
  return JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function writePolicies(
  { settings, now }: Services,
  policies: Policy[],
  announcement: Announcement | undefined,
): WrittenPolicies {
  const [current, next] = [currentPolicy(policies, now()), nextPolicy(policies, now())];
  return {
    cookie: { name: cookie_name, domain: settings.cookie_domain ?? null, max_age_days: choice_holds_days },
    current: current ? writePolicy(policies, current, now()) : null,
    next: next ? writePolicy(policies, next, new Date(next.effective_at)) : null,
    ...(announcement && { announcement: writeAnnouncement(announcement) }),
  };
}

function writePolicy(policies: Policy[], policy: Policy, at: Date): WrittenPolicy {
  const texts = locales.map(locale => {
    const { purposes, agreements } = documentIn(policy, locale);
    const summary = summaryIn(policies, at, locale);
    return [locale, { purposes, ...(summary && { summary }), agreements }];
  });
  const { version, effective_at } = policy;
  return {
    version,
    effective_at,
    choices_hold_since: choicesHoldSince(policies, at),
    texts: Object.fromEntries(texts),
  };
}

function writeAnnouncement(announcement: Announcement) {
  const { id, until } = announcement;
  const texts = locales.map(locale => [locale, wordAnnouncement(announcement, locale)]);
  return { id, until, texts: Object.fromEntries(texts) };
}
