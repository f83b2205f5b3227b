import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { type ConsentRecord, toRecord } from './record.ts';

/**
 * A record older than this has nothing before it that is still to be committed: writes give up sooner, on every database.
 *
 * Records take no number, so that choices never wait for each other. Their ids are in order of receipt, which a server sets a moment
 * before the commit: the order of the last few seconds may still change, that of all before may not.
 */
const settled_ms = 10_000;

/** Records that a filter looks at in one step. No filter has an index of its own but the visitor's: few ask, and each would cost every choice. */
const records_per_step = 2_000;

/** Steps that a page takes at most; after that it ends, with fewer records than asked for, and tells where to go on. */
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
 * Where to read on, as ids. Nothing will ever appear at or before `settled`; what was read beyond it, up to `at`, may not have been all.
 *
 * At the end of a list `at` is gone, so that the next pull begins where it is sure: the youngest records come again then, and none
 * is missed.
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

/** Lists a page of choices, the earliest received first. One that ends early has fewer records than asked for, and more to come. */
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

/** The id before which nothing will appear any more. */
export function settledId(now: Date): string {
  return firstIdAt(new Date(now.getTime() - settled_ms));
}

/** Choices after an id, in the order of receipt, and the id after which there are more, where there are. */
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
  }
  return { consents: found, more_after: from };
}

/** The id at which a step of a filter's walk ends, or undefined where the records end before. */
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

/** Choices after an id, up to another one where that is given, in the order of receipt. */
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
