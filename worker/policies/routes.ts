import type { Context } from 'hono';
import * as z from 'zod/mini';
import { listAnnouncements } from '../../db/announcements.ts';
import { Conflict } from '../../db/database.ts';
import {
  choice_holds_days,
  choicesHoldSince,
  currentPolicy,
  documentIn,
  getDocumentHtml,
  listPolicies,
  type Policy,
  publishPolicy,
  summaryIn,
} from '../../db/policies.ts';
import { describeLatest } from '../announcements/words.ts';
import { type App, factory } from '../context.ts';
import { actorOf } from '../guards/access.ts';
import { hasMatching, readHeader } from '../http/header.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { problem } from '../http/problems/problem.ts';
import { pagePolicy } from '../http/security-headers.ts';
import { body, invalidFields } from '../http/validate.ts';
import { cookie_name } from '../shared/consent-cookie.ts';
import { locales } from '../shared/locales.ts';

/**
 * Time for which answers about policies may be cached. A form that posts with an older version is told so and fetches
 * the new one.
 */
const fresh_seconds = 60;

/** Size of the largest publication. A policy of 10,000 words in both languages is 150 KB. */
export const policy_limit_bytes = 512 * 1024;

/**
 * Mistakes listed at most, and the length of one. Because a mistake may repeat a value that was sent, both are bounded.
 */
const mistakes_named = 100;
const mistake_length = 300;

export const newVersion = z.strictObject({
  documents: z.array(z.string()).check(z.minLength(1), z.maxLength(locales.length)),
});

/**
 * `GET /policies/current` returns what the widget needs to ask, in one language. A person is led to the policy itself.
 */
export const showCurrentPolicy = factory.createHandlers(async c => {
  const { db, now, settings } = c.var.services;
  const policies = await listPolicies(db);
  const policy = currentPolicy(policies, now());
  if (!policy) return problem(c, 'not-found');
  const { version, published_at, effective_at, change_class } = policy;
  const { locale, sha256, purposes, agreements } = documentIn(policy, localeOf(c));
  if (prefersHtml(c)) {
    const headers = { 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Language' };
    return c.body(null, 302, { ...headers, Location: `/policies/${version}?lang=${locale}` });
  }
  const summary = summaryIn(policies, now(), locale);
  const announcement = describeLatest(await listAnnouncements(db), localeOf(c), settings.public_url, now());
  return c.json(
    {
      version,
      locale,
      published_at,
      effective_at,
      change_class,
      choices_hold_since: choicesHoldSince(policies, now()),
      sha256,
      url: documentUrl(c, version, locale),
      cookie: { name: cookie_name, domain: settings.cookie_domain ?? null, max_age_days: choice_holds_days },
      purposes,
      agreements,
      ...(summary && { summary }),
      ...(announcement && { announcement }),
    },
    200,
    {
      'Cache-Control': `public, max-age=${fresh_seconds}`,
      'Content-Language': locale,
      Vary: 'Accept, Accept-Language',
    },
  );
});

/** `GET /policies` lists every version ever published, the newest first, to a person as a page. */
export const showPolicies = factory.createHandlers(async c => {
  const policies = await listPolicies(c.var.services.db);
  if (prefersHtml(c)) return (await import('./list-page.ts')).showVersions(c, policies);
  const described = policies.map(policy => describePolicy(c, policy));
  return c.json({ policies: described }, 200, {
    'Cache-Control': `public, max-age=${fresh_seconds}`,
    Vary: 'Accept',
  });
});

/** `POST /policies` publishes a version, one policy file per language, after the checks of `ops policy publish`. */
export const publishVersion = factory.createHandlers(body(newVersion, { limit_bytes: policy_limit_bytes }), async c => {
  const sent = c.req.valid('json');
  const { db, now, settings } = c.var.services;
  const [{ readPolicyFiles }, { listWarnings }] = await Promise.all([import('./file.ts'), import('./doubts.ts')]);
  const files = sent.documents.map((text, index) => ({ name: `documents[${index}]`, text }));
  const read = readPolicyFiles(files, settings);
  if ('mistakes' in read) return refuseMistakes(c, read.mistakes);
  const { version } = read.policy;
  const moment = { now: now(), stale_hours: settings.widget_stale_hours };
  const warnings = await listWarnings(db, await listPolicies(db), read.policy, moment, ['not_asked']);
  try {
    await publishPolicy(db, read.policy, actorOf(c), now());
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return invalidFields(c, [{ field: 'version', code: 'not_allowed' }]);
  }
  const policies = await listPolicies(db);
  const published = policies.find(policy => policy.version === version)!;
  return c.json({ ...describePolicy(c, published), ...(warnings.length > 0 && { warning: warnings.join(' ') }) }, 201, {
    'Cache-Control': 'no-store',
    Location: `${settings.public_url}/policies/${version}`,
  });
});

function refuseMistakes(c: Context<App>, mistakes: string[]) {
  const errors = mistakes.slice(0, mistakes_named).map(mistake => {
    const [, field = 'documents', message = mistake] = /^(documents\[\d\]): ([\s\S]*)$/.exec(mistake) ?? [];
    return { field, code: 'invalid' as const, message: message.slice(0, mistake_length) };
  });
  return problem(c, 'invalid-fields', { errors });
}

/** `GET /policies/{version}` returns a published document, always the same bytes. */
export const showDocument = factory.createHandlers(async c => {
  const { db } = c.var.services;
  const policy = (await listPolicies(db)).find(({ version }) => version === c.req.param('version'));
  if (!policy) return problem(c, 'not-found');
  const { locale, sha256 } = documentIn(policy, localeOf(c));
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': locale,
    Link: policy.documents
      .map(({ locale }) => `<${documentUrl(c, policy.version, locale)}>; rel="alternate"; hreflang="${locale}"`)
      .join(', '),
    'Content-Security-Policy': pagePolicy({ loads: ['connect'] }),
    'Cache-Control': 'public, max-age=86400',
    ETag: `"${sha256}"`,
    Vary: 'Accept-Language',
  };
  if (hasMatching(readHeader(c, 'If-None-Match'), sha256)) return c.body(null, 304, headers);
  return c.body(await getDocumentHtml(db, policy.version, locale), 200, headers);
});

function describePolicy(c: Context<App>, { documents, ...policy }: Policy) {
  return {
    ...policy,
    documents: documents.map(({ locale, sha256 }) => ({ locale, sha256, url: documentUrl(c, policy.version, locale) })),
  };
}

function documentUrl(c: Context<App>, version: string, locale: string): string {
  return `${c.var.services.settings.public_url}/policies/${version}?lang=${locale}`;
}
