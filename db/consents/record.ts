import type { CompiledQuery, Selectable } from 'kysely';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { claimKey, findFirstUse, isSameRequest, type Repeatable } from '../once/repeat.ts';
import { choice_holds_days } from '../policies/policy.ts';
import { takeQuota } from '../quota.ts';
import type { Consents } from '../schema.ts';
import { prepare, prepareMany } from '../statements.ts';

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

/** A stored choice as it is on the wire. */
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

/**
 * Appends a choice, a refusal included, with the key of the request that sent it.
 *
 * @returns The record, and the visitor's latest by time of choosing, which is another one when this choice
 *   was sent late.
 * @param quota Choices that are stored in a minute, all visitors together; 0 for no quota.
 * @throws Conflict in `consents` or `once` when another request with the same key came first, which
 *   `findRepeatedChoice` then finds; in `quotas` when the quota is full.
 */
export async function recordChoice(
  db: Database,
  choice: Choice,
  repeatable: Repeatable | undefined,
  now: Date,
  quota = 0,
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
    once_key: repeatable?.[0]?.key ?? null,
    fingerprint: repeatable?.[0]?.fingerprint ?? null,
  };
  const outcomes = await db.atomic([
    ...claimWhileTurning(db, row.id, repeatable, now),
    insertChoice(db, row),
    ...(quota ? [takeQuota(db, 'consents', quota, now)] : []),
    selectLatest(db, { visitor_id: row.visitor_id, limit: 1 }),
  ]);
  const [latest] = outcomes.at(-1)!.rows as Selectable<Consents>[];
  return { record: toRecord(row), latest: toRecord(latest!) };
}

/** Period in which two servers may store a choice under different signing keys, with much to spare. */
const turn_ms = day_ms;

/**
 * Claims a key under all signing keys while several are listed.
 *
 * The record itself holds the HMAC under the last key alone. Because another server may have another one as its last,
 * two records of one key would not meet there.
 */
function claimWhileTurning(db: Database, id: string, repeatable: Repeatable | undefined, now: Date): CompiledQuery[] {
  if (!repeatable || repeatable.length === 1) return [];
  return claimKey(db, repeatable, id, new Date(now.getTime() + turn_ms), now);
}

const insertChoice = prepare<Consents>(
  [
    ...(['id', 'visitor_id', 'policy_version', 'locale', 'shown', 'granted', 'source'] as const),
    ...(['chosen_at', 'received_at', 'expires_at', 'once_key', 'fingerprint'] as const),
  ],
  (db, row) => db.insertInto('consents').values(row).compile(),
);

const selectLatest = prepare<{ visitor_id: string; limit: number }>(
  ['visitor_id', 'limit'],
  (db, { visitor_id, limit }) =>
    db
      .selectFrom('consents')
      .selectAll()
      .where('visitor_id', '=', visitor_id)
      .orderBy('chosen_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .compile(),
);

/**
 * Finds the record that first answered a key, and whether this request is the same one. A key is valid as long as its
 * record is kept and its signing key is listed.
 */
export async function findRepeatedChoice(
  db: Database,
  repeatable: Repeatable,
  now: Date,
): Promise<{ same: boolean; record: ConsentRecord } | undefined> {
  const keys = repeatable.map(({ key }) => key);
  const [row] = (await db.read(selectByKey(db, keys, {}))) as Selectable<Consents>[];
  if (!row) return keys.length > 1 ? findClaimed(db, repeatable, now) : undefined;
  const { once_key: key, fingerprint } = row;
  return { same: isSameRequest(repeatable, { key, fingerprint }), record: toRecord(row) };
}

/** Finds it by its claim under a key that is still listed, where the one that its record holds is not. */
async function findClaimed(db: Database, repeatable: Repeatable, now: Date) {
  const keys = repeatable.map(({ key }) => key);
  const use = await findFirstUse(db, keys, now);
  if (!use || use === 'erased') return undefined;
  const row = await db.selectFrom('consents').selectAll().where('id', '=', use.subject_id).executeTakeFirst();
  return row && { same: isSameRequest(repeatable, use), record: toRecord(row) };
}

const selectByKey = prepareMany([], (db, keys) =>
  db.selectFrom('consents').selectAll().where('once_key', 'in', keys).compile(),
);

/** Place in a visitor's history: after the choice with this time and id. */
export type ChoicePlace = Pick<ConsentRecord, 'chosen_at' | 'id'>;

/** Lists a visitor's choices, the latest first; empty for an unknown visitor. */
export async function listChoices(
  db: Database,
  visitor_id: string,
  limit: number,
  after?: ChoicePlace,
): Promise<(ConsentRecord & { locale: string })[]> {
  const query = after ? selectEarlier(db, { visitor_id, limit, ...after }) : selectLatest(db, { visitor_id, limit });
  const rows = (await db.read(query)) as Selectable<Consents>[];
  return rows.map(row => ({ ...toRecord(row), locale: row.locale }));
}

const selectEarlier = prepare<{ visitor_id: string; limit: number } & ChoicePlace>(
  ['visitor_id', 'limit', 'chosen_at', 'id'],
  (db, { visitor_id, limit, chosen_at, id }) =>
    db
      .selectFrom('consents')
      .selectAll()
      .where('visitor_id', '=', visitor_id)
      .where(({ eb, refTuple, tuple }) => eb(refTuple('chosen_at', 'id'), '<', tuple(chosen_at, id)))
      .orderBy('chosen_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .compile(),
);

/** Turns a row into the record on the wire. */
export function toRecord({ shown, granted, ...row }: Selectable<Consents>): ConsentRecord {
  const { id, visitor_id, policy_version, source, chosen_at, received_at, expires_at } = row;
  const lists = { shown: JSON.parse(shown), granted: JSON.parse(granted) };
  return { id, visitor_id, policy_version, ...lists, source, chosen_at, received_at, expires_at };
}
