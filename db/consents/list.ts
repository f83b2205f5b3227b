import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { nextTurn } from '../turn.ts';
import { type ConsentRecord, toRecord } from './record.ts';

/**
 * Age from which the order of records is settled: no write that began before is still to be committed, on any database.
 *
 * Because records take no number, so that choices never wait for each other, they are ordered by id. A server makes the
 * id a moment before the commit: the order of the last few seconds may still change.
 */
const settled_ms = 10_000;

/**
 * Records that a filter reads in one step. Only the filter by visitor has an index, because few ask with another one
 * and each index would cost every choice a row.
 */
const records_per_step = 2_000;

/**
 * Largest number of steps for a page. A page that reaches it ends with fewer records than asked for, and says where
 * to go on.
 */
const steps_per_page = 10;

export interface ConsentQuery {
  visitor_id?: string | undefined;
  policy_version?: string | undefined;
  locale?: string | undefined;
  source?: string | undefined;
  /** Inclusive. */
  received_from?: string | undefined;
  /** Exclusive. */
  received_to?: string | undefined;
  limit: number;
}

/**
 * Position in the list, as ids. No record will appear at or before `settled`; between it and `at`, which was read
 * too, some may.
 *
 * At the end of a list `at` is left out, so that the next pull begins at `settled`: it gets the youngest records again
 * and misses none.
 */
export interface ConsentCursor {
  settled: string;
  at?: string | undefined;
}

/** A stored choice as staff see it. */
export type StoredChoice = ConsentRecord & { locale: string };

export interface ConsentPage {
  consents: StoredChoice[];
  has_more: boolean;
  next: ConsentCursor;
}

/**
 * Lists choices, the earliest received first. A page that ends early has fewer records than asked for, and
 * more to come.
 */
export async function listConsents(
  db: Database,
  query: ConsentQuery,
  cursor: ConsentCursor | undefined,
  now: Date,
): Promise<ConsentPage> {
  const sure = settledId(now);
  const { consents, more_after } = await findConsents(db, query, cursor?.at ?? cursor?.settled);
  const settled = cursor?.at ? cursor.settled : earlier(more_after ?? sure, sure);
  const at = more_after && settled < more_after ? more_after : undefined;
  return { consents, has_more: more_after !== undefined, next: { settled, at } };
}

/** Returns the id before which no record will appear any more. */
export function settledId(now: Date): string {
  return firstIdAt(new Date(now.getTime() - settled_ms));
}

/** Finds choices after an id, in the order of receipt, and the id after which there are more, where there are. */
async function findConsents(
  db: Database,
  query: ConsentQuery,
  after: string | undefined,
): Promise<{ consents: StoredChoice[]; more_after?: string | undefined }> {
  const { limit, visitor_id, policy_version, locale, source } = query;
  const isNarrow = visitor_id === undefined && [policy_version, locale, source].some(filter => filter !== undefined);
  const found: StoredChoice[] = [];
  let from = after;
  for (let step = 0; step < (isNarrow ? steps_per_page : 1); step++) {
    const last = isNarrow ? await findStepEnd(db, query, from) : undefined;
    found.push(...(await selectConsents(db, { ...query, limit: limit + 1 - found.length }, from, last)));
    if (found.length > limit) return { consents: found.slice(0, limit), more_after: found[limit - 1]!.id };
    if (!last) return { consents: found };
    from = last;
    await nextTurn();
  }
  return { consents: found, more_after: from };
}

/** Finds the id at which a step of a filter's walk ends; undefined where the records end before. */
async function findStepEnd(
  db: Database,
  { received_from, received_to }: ConsentQuery,
  after: string | undefined,
): Promise<string | undefined> {
  const rows = selectRange(db, { received_from, received_to }, after).select('id');
  return (
    await rows
      .offset(sql.lit(records_per_step - 1))
      .limit(sql.lit(1))
      .executeTakeFirst()
  )?.id;
}

/** Selects choices after an id, up to `last` where it is given, in the order of receipt. */
export async function selectConsents(
  db: Database,
  { limit, received_from, received_to, ...columns }: ConsentQuery,
  after: string | undefined,
  last?: string | undefined,
): Promise<StoredChoice[]> {
  let rows = selectRange(db, { received_from, received_to }, after).selectAll().limit(limit);
  for (const column of ['visitor_id', 'policy_version', 'locale', 'source'] as const)
    if (columns[column] !== undefined) rows = rows.where(column, '=', columns[column]);
  if (last) rows = rows.where('id', '<=', last);
  return (await rows.execute()).map(row => ({ ...toRecord(row), locale: row.locale }));
}

function selectRange(
  db: Database,
  { received_from, received_to }: Pick<ConsentQuery, 'received_from' | 'received_to'>,
  after: string | undefined,
) {
  let rows = db.selectFrom('consents').orderBy('id');
  const from = received_from && firstIdAt(new Date(received_from));
  if (from && !(after && after >= from)) rows = rows.where('id', '>=', from);
  else if (after) rows = rows.where('id', '>', after);
  if (received_to) rows = rows.where('id', '<', firstIdAt(new Date(received_to)));
  return rows;
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
