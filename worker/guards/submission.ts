import type { Context } from 'hono';
import type { Conflict } from '../../db/database.ts';
import type { Terms } from '../../db/leads/create.ts';
import { pairKeys, type Repeatable, type Repeated } from '../../db/once/repeat.ts';
import type { App, Services } from '../context.ts';
import { readIdempotencyKey, workOnce } from '../http/idempotency-key.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { type BotCheckFields, checkBot, type Posted, readMark } from './bot-check.ts';
import { describeQuota, useLimit } from './rate-limit.ts';
import type { Refused } from './refused.ts';

/** Every outcome of what is submitted. */
export type Outcome<Receipt> =
  /** It is stored, by this request or by the first one with the same key. */
  | { is: 'stored'; receipt: Receipt }
  /** The same page was sent before, with the same content. */
  | { is: 'repeated'; receipt: Receipt }
  | Refused;

/** What visitors submit, and what stores it. */
export interface Submission<Receipt> {
  /** The form or request that is posted to, which has a bot check, a limit and a quota of its own. */
  to: Posted;
  scope: 'lead' | 'request';
  /** The values that a repeat has in common with the first request. */
  content: unknown[];
  sent: BotCheckFields;
  /** Finds the first answer to a key. */
  findFirst(repeatable: Repeatable): Promise<Repeated<Receipt> | undefined>;
  /**
   * Returns the errors that only the database knows, or what stores it under given terms, which throws the Conflict of a
   * term that is not met.
   */
  prepare(): Promise<FieldError[] | ((terms: Terms) => Promise<Receipt>)>;
}

/**
 * Finds the outcome of a submission.
 *
 * The order of the checks matters. A repeat gets its answer whatever has run out since. The limit of the address comes
 * before all that costs more than a look at the policies. Errors that a person can correct come before the bot check. The
 * proof is spent in the unit that stores, so that nothing that fails spends it.
 */
export async function acceptOnce<Receipt>(c: Context<App>, it: Submission<Receipt>): Promise<Outcome<Receipt>> {
  const services = c.get('services');
  const { key, error } = readIdempotencyKey(c);
  if (error) return { is: 'fields', errors: [error] };
  const repeatable = describeRepeat(services, it, key);
  return workOnce<Outcome<Receipt>>(services.answered, {
    key: repeatable?.[0]?.key,
    findFirst: async () => {
      const first = await findFirst(it, repeatable, key);
      if (first) c.var.giveBack?.();
      return first;
    },
    work: () => storeFirst(c, it, repeatable),
    readConflict: conflict => readConflict(services, it.to, conflict),
  });
}

/**
 * Returns the key by which a repeat is known: the one that was sent, or the mark of a page's token. Because a page
 * sends no key and its button can be pressed twice, its token stands for one.
 */
function describeRepeat<Receipt>(
  { signer, settings }: Services,
  { scope, content, sent: { form_token, challenge } }: Submission<Receipt>,
  key: string | undefined,
): Repeatable | undefined {
  const mark = settings.bot_check && !challenge ? readMark(form_token) : undefined;
  if (key === undefined && !mark) return undefined;
  const fingerprints = signer.fingerprints(content);
  return pairKeys(key === undefined ? fingerprints.map(() => mark!) : signer.idempotencyKeys(scope, key), fingerprints);
}

/**
 * Finds the outcome of the first request with the same key, or from the same page. For a page with other content it
 * finds none: its token is then refused as spent.
 */
async function findFirst<Receipt>(
  it: Submission<Receipt>,
  repeatable: Repeatable | undefined,
  key: string | undefined,
): Promise<Outcome<Receipt> | undefined> {
  const first = repeatable && (await it.findFirst(repeatable));
  if (!first) return undefined;
  if (key === undefined) return typeof first === 'object' ? { is: 'repeated', ...first } : undefined;
  if (first === 'erased') return { is: 'gone' };
  return first === 'other' ? { is: 'reused' } : { is: 'stored', ...first };
}

async function storeFirst<Receipt>(
  c: Context<App>,
  { to, sent, prepare }: Submission<Receipt>,
  repeatable: Repeatable | undefined,
): Promise<Outcome<Receipt>> {
  const { signer, settings, now } = c.get('services');
  // It comes first, because not every host can give back what a try during an outage has used.
  const store = await prepare();
  const limited = await useLimit(c, 'form', `forms ${to}`);
  if (limited) return { is: 'flood', headers: limited };
  if (Array.isArray(store)) return { is: 'fields', errors: store };
  const proof = settings.bot_check ? checkBot(signer, to, sent, now()) : undefined;
  if (typeof proof === 'string') return { is: 'bot', failure: proof };
  // A page's token that is claimed as the key is spent by that.
  const isClaimed = proof?.proof === repeatable?.[0]?.key;
  const terms = { repeatable, proof: isClaimed ? undefined : proof, quota: settings.form_quota_per_minute };
  return { is: 'stored', receipt: await store(terms) };
}

/**
 * Returns the outcome that a refusal by the database means when there was no first request: the quota is full, or the
 * proof was spent before.
 */
function readConflict(services: Services, to: Posted, conflict: Conflict): Refused {
  switch (conflict.table) {
    case 'quotas':
      return { is: 'flood', headers: describeQuota(services, 'form', to) };
    case 'once':
      return { is: 'bot', failure: 'spent' };
    default:
      throw conflict;
  }
}
