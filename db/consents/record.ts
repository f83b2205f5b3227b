import type { Selectable } from 'kysely';
import type { Database } from '../database.ts';
import { findFirstAnswer, type Repeatable, rememberAnswer } from '../idempotency.ts';
import { newId } from '../ids.ts';
import { choice_holds_days } from '../policies.ts';
import type { Consents } from '../schema.ts';
import { asText, prepare } from '../statements.ts';

/** A cookie choice as a visitor made it. */
export interface Choice {
  visitor_id: string;
  policy_version: string;
  locale: string;
  shown: string[];
  granted: string[];
  source: string;
  chosen_at: Date;
}

/** A stored choice as the wire shows it. */
export interface ConsentRecord {
  id: string;
  visitor_id: string;
  policy_version: string;
  shown: string[];
  granted: string[];
  source: string;
  chosen_at: string;
  received_at: string;
  expires_at: string;
}

const day_ms = 86_400_000;

/** Records answered at once for one visitor; nobody chooses more often, so it only bounds an attacker. */
const history_limit = 1_000;

/**
 * Appends a choice, a refusal included, and remembers its answer under the request's key.
 *
 * @returns The record, and the visitor's latest by time of choosing: another one, where this one was sent late.
 * @throws Conflict in `idempotency_keys` when another request with the same key came first: `findRepeatedChoice`.
 */
export async function recordChoice(
  db: Database,
  choice: Choice,
  repeatable: Repeatable | undefined,
  now: Date,
): Promise<{ record: ConsentRecord; latest: ConsentRecord }> {
  const row: Selectable<Consents> = {
    id: newId(now),
    visitor_id: choice.visitor_id,
    policy_version: choice.policy_version,
    locale: choice.locale,
    shown: JSON.stringify(choice.shown),
    granted: JSON.stringify(choice.granted),
    source: choice.source,
    chosen_at: choice.chosen_at.toISOString(),
    received_at: now.toISOString(),
    expires_at: new Date(choice.chosen_at.getTime() + choice_holds_days * day_ms).toISOString(),
  };
  const outcomes = await db.atomic([
    ...(repeatable ? [rememberAnswer(db, repeatable, row.id, null, now)] : []),
    insertChoice(db, row),
    selectLatest(db, { visitor_id: row.visitor_id, limit: 1 }),
  ]);
  const [latest] = outcomes.at(-1)!.rows as Selectable<Consents>[];
  return { record: toRecord(row), latest: toRecord(latest!) };
}

/** The record that a key was answered with first, and whether this request is the same one. */
export async function findRepeatedChoice(
  db: Database,
  { key, fingerprint }: Repeatable,
  now: Date,
): Promise<{ same: boolean; record: ConsentRecord } | undefined> {
  const first = await findFirstAnswer(db, key, now);
  if (!first) return undefined;
  const row = await db.selectFrom('consents').selectAll().where('id', '=', first.subject_id).executeTakeFirstOrThrow();
  return { same: first.fingerprint === fingerprint, record: toRecord(row) };
}

/** A visitor's choices, the latest first. Empty for an unknown visitor. */
export async function listChoices(
  db: Database,
  visitor_id: string,
  limit = history_limit,
): Promise<(ConsentRecord & { locale: string })[]> {
  const rows = (await db.read(selectLatest(db, { visitor_id, limit }))) as Selectable<Consents>[];
  return rows.map(row => ({ ...toRecord(row), locale: row.locale }));
}

const insertChoice = prepare<Consents>((db, row) => {
  const { id, visitor_id, policy_version, locale, shown, granted, source, chosen_at, received_at, expires_at } = row;
  const lists = { shown, granted };
  const times = { chosen_at, received_at, expires_at };
  return db
    .insertInto('consents')
    .values({ id, visitor_id, policy_version, locale, ...lists, source, ...times })
    .compile();
});

const selectLatest = prepare<{ visitor_id: string; limit: number }>((db, { visitor_id, limit }) =>
  db
    .selectFrom('consents')
    .selectAll()
    .where('visitor_id', '=', asText(visitor_id))
    .orderBy('chosen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .compile(),
);

/** A row as the wire shows it. */
export function toRecord({ locale: _, shown, granted, ...row }: Selectable<Consents>): ConsentRecord {
  const { id, visitor_id, policy_version, source, chosen_at, received_at, expires_at } = row;
  const lists = { shown: JSON.parse(shown), granted: JSON.parse(granted) };
  return { id, visitor_id, policy_version, ...lists, source, chosen_at, received_at, expires_at };
}
