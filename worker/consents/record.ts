import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import * as z from 'zod/mini';
import { type ConsentRecord, findRepeatedChoice, listChoices, recordChoice } from '../../db/consents/record.ts';
import { Conflict, type Database } from '../../db/database.ts';
import { pairKeys, type Repeatable } from '../../db/once/repeat.ts';
import { currentPolicy } from '../../db/policies/force.ts';
import { choice_holds_days, type Policy } from '../../db/policies/policy.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { type App, factory } from '../context.ts';
import { describeQuota, useLimit } from '../guards/rate-limit.ts';
import { readIdempotencyKey, workOnce } from '../http/idempotency-key.ts';
import { problem } from '../http/problems/problem.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { body, ignoreBody, invalidFields } from '../http/validate.ts';
import { isLoopback } from '../settings.ts';
import { cookie_name, formatChoice } from '../shared/consent-cookie.ts';
import { locales } from '../shared/locales.ts';
import { listVisitorChoices, visitorId } from './visitor.ts';

const day_ms = 86_400_000;

const purposes = z.array(z.string()).check(
  z.maxLength(64),
  z.refine(ids => new Set(ids).size === ids.length),
);

export const choice = z.strictObject({
  visitor_id: z.optional(visitorId),
  policy_version: z.string(),
  locale: z.enum(locales),
  shown: purposes,
  granted: purposes,
  source: z.enum(['banner', 'preferences', 'withdrawal']),
  chosen_at: z.iso.datetime({ offset: true }),
});
type Choice = z.output<typeof choice>;

/** Every outcome of a choice. */
type Outcome =
  /**
   * The choice is stored, by this request or by the first one with the same key. `latest` is what is valid for
   * the visitor now.
   */
  | { is: 'stored'; record: ConsentRecord; latest: ConsentRecord }
  /** The key was sent before, with another choice. */
  | { is: 'reused' }
  | { is: 'fields'; errors: FieldError[] }
  | { is: 'flood'; headers: Record<string, string> }
  /** The visitor has no choice that could be withdrawn. */
  | { is: 'unknown' };

/** `POST /consents` appends a choice, a refusal included, and sets the cookie to what is valid now. */
export const submitConsent = factory.createHandlers(body(choice), async c =>
  reply(c, await acceptChoice(c, c.req.valid('json'))),
);

function reply(c: Context<App>, outcome: Outcome): Response {
  switch (outcome.is) {
    case 'stored':
      setConsentCookie(c, outcome.latest);
      return c.json(outcome.record, 201, { 'Cache-Control': 'no-store' });
    case 'reused':
      return problem(c, 'idempotency-key-reused');
    case 'fields':
      return invalidFields(c, outcome.errors);
    case 'flood':
      return problem(c, 'too-many-requests', { headers: outcome.headers });
    case 'unknown':
      return problem(c, 'not-found');
  }
}

/** Sets the cookie to the latest choice, because one that was sent late must not replace a later one. */
function setConsentCookie(c: Context<App>, latest: ConsentRecord): void {
  const { settings } = c.get('services');
  setCookie(c, cookie_name, formatChoice(latest), {
    path: '/',
    maxAge: choice_holds_days * (day_ms / 1000),
    sameSite: 'Lax',
    secure: !isLoopback(settings.public_url),
    ...(settings.cookie_domain && { domain: settings.cookie_domain }),
  });
}

async function acceptChoice(c: Context<App>, sent: Choice): Promise<Outcome> {
  const { db, signer, now } = c.get('services');
  const { key, error } = readIdempotencyKey(c);
  if (error) return { is: 'fields', errors: [error] };
  const repeatable =
    key === undefined ? undefined : pairKeys(signer.idempotencyKeys('consent', key), signer.fingerprints(sent));
  return workOnce<Outcome>(c.get('services').answered, {
    key: repeatable?.[0]?.key,
    // A record has the HMAC of its key under one signing key, and its claims under the others last a day.
    looksFirst: repeatable !== undefined && repeatable.length > 1,
    findFirst: async () => {
      const first = repeatable && (await findFirst(db, repeatable, now()));
      if (first) c.var.giveBack?.();
      return first;
    },
    work: () => storeChoice(c, sent, repeatable),
    readConflict: error => readConflict(c, error),
  });
}

/** Returns the outcome of a full quota, the only thing but a repeat for which the database refuses a choice. */
function readConflict(c: Context<App>, error: unknown): Outcome {
  if (!(error instanceof Conflict) || error.table !== 'quotas') throw error;
  return { is: 'flood', headers: describeQuota(c.get('services'), 'consent') };
}

async function findFirst(db: Database, repeatable: Repeatable, now: Date): Promise<Outcome | undefined> {
  const first = await findRepeatedChoice(db, repeatable, now);
  if (!first) return undefined;
  if (!first.same) return { is: 'reused' };
  const [latest = first.record] = await listChoices(db, first.record.visitor_id, 1);
  return { is: 'stored', record: first.record, latest };
}

async function storeChoice(c: Context<App>, sent: Choice, repeatable?: Repeatable): Promise<Outcome> {
  const { db, now, settings } = c.get('services');
  // They come first, because not every host can give back what a try during an outage has used.
  const policies = await listPolicies(db);
  const limited = await useLimit(c, 'consent', 'consents');
  if (limited) return { is: 'flood', headers: limited };
  const policy = policies.find(({ version }) => version === sent.policy_version);
  if (!policy) return { is: 'fields', errors: [{ field: 'policy_version', code: 'invalid' }] };
  const received_at = now();
  const errors = checkChoice(sent, policy, received_at);
  if (errors.length > 0) return { is: 'fields', errors };
  const chosen_at = new Date(Math.min(Date.parse(sent.chosen_at), received_at.getTime()));
  const stored = { ...sent, visitor_id: sent.visitor_id ?? randomUUID(), chosen_at };
  return {
    is: 'stored',
    ...(await recordChoice(db, stored, repeatable, received_at, settings.consent_quota_per_minute)),
  };
}

function checkChoice({ shown, granted, source, chosen_at }: Choice, policy: Policy, now: Date): FieldError[] {
  const { purposes } = policy.documents[0]!;
  const known = new Set(purposes.map(({ id }) => id));
  const optional = shown.filter(id => purposes.some(it => it.id === id && !it.required));
  const errors: FieldError[] = [];
  if (shown.some(id => !known.has(id))) errors.push({ field: 'shown', code: 'not_allowed' });
  // A withdrawal of one purpose may leave others. One that leaves them all takes nothing back.
  const isVain = source === 'withdrawal' && optional.length > 0 && optional.every(id => granted.includes(id));
  if (isVain || granted.some(id => !shown.includes(id))) errors.push({ field: 'granted', code: 'not_allowed' });
  const oldest = now.getTime() - choice_holds_days * day_ms;
  if (Date.parse(chosen_at) < oldest) errors.push({ field: 'chosen_at', code: 'invalid' });
  return errors;
}

/** `POST /consents/{visitor_id}/withdrawal` withdraws all that was granted, in one step and without a body. */
export const withdrawConsent = factory.createHandlers(ignoreBody, async c =>
  reply(c, await withdrawAll(c).catch(error => readConflict(c, error))),
);

async function withdrawAll(c: Context<App>): Promise<Outcome> {
  const { db, now, settings } = c.get('services');
  const limited = await useLimit(c, 'consent', 'consents');
  if (limited) return { is: 'flood', headers: limited };
  const [latest] = await listVisitorChoices(c, 1);
  if (!latest) return { is: 'unknown' };
  const policies = await listPolicies(db);
  const { visitor_id, locale, shown } = latest;
  const policy_version = currentPolicy(policies, now())?.version ?? latest.policy_version;
  const withdrawal = { visitor_id, locale, shown, policy_version, granted: [], source: 'withdrawal', chosen_at: now() };
  const quota = settings.consent_quota_per_minute;
  return { is: 'stored', ...(await recordChoice(db, withdrawal, undefined, now(), quota)) };
}
