import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { type ConsentRecord, toRecord } from './record.ts';

/**
 * A record older than this has nothing before it that is still to be committed: writes give up sooner, on every database.
 *
 * Records take no number, so that choices never wait for each other. They are ordered by time of receipt, which a server sets a
 * moment before the commit: the order of the last few seconds may still change, that of all before may not.
 */
const settled_ms = 10_000;

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

/** Where a record stands in the order of receipt. */
export type Place = Pick<ConsentRecord, 'received_at' | 'id'>;

/**
 * Where to read on. Nothing will ever appear at or before `settled`; what was read beyond it, up to `at`, may not have been all.
 *
 * At the end of a list `at` is gone, so that the next pull begins where it is sure: the youngest records come again then, and none
 * is missed.
 */
export interface ConsentCursor {
  settled: Place;
  at?: Place | undefined;
}

/** A stored choice as staff see it. */
export type StoredChoice = ConsentRecord & { locale: string };

export interface ConsentPage {
  consents: StoredChoice[];
  has_more: boolean;
  next: ConsentCursor;
}

/** A page of choices, the earliest received first. */
export async function listConsents(
  db: Database,
  query: ConsentQuery,
  cursor: ConsentCursor | undefined,
  now: Date,
): Promise<ConsentPage> {
  const sure = settledPlace(now);
  const rows = await selectConsents(db, { ...query, limit: query.limit + 1 }, cursor?.at ?? cursor?.settled);
  const page = rows.slice(0, query.limit);
  const has_more = rows.length > query.limit;
  const at = has_more ? page.at(-1)! : undefined;
  const settled = cursor?.at ? cursor.settled : earlier(at ?? sure, sure);
  return { consents: page, has_more, next: { settled, at: at && isEarlier(settled, at) ? at : undefined } };
}

/** The place before which nothing will appear any more. */
export function settledPlace(now: Date): Place {
  return { received_at: new Date(now.getTime() - settled_ms).toISOString(), id: '' };
}

/** Choices after a place, in the order of receipt. */
export async function selectConsents(
  db: Database,
  { limit, received_from, received_to, ...columns }: ConsentQuery,
  after: Place | undefined,
): Promise<StoredChoice[]> {
  let rows = db.selectFrom('consents').selectAll().orderBy('received_at').orderBy('id').limit(limit);
  for (const column of ['visitor_id', 'policy_version', 'locale', 'source'] as const)
    if (columns[column] !== undefined) rows = rows.where(column, '=', columns[column]);
  // Said in the statement, because an index of all other sources is only used where this can be read.
  if (columns.source && columns.source !== 'banner') rows = rows.where('source', '<>', sql.lit('banner'));
  if (received_from) rows = rows.where('received_at', '>=', received_from);
  if (received_to) rows = rows.where('received_at', '<', received_to);
  if (after) rows = rows.where(eb => eb(eb.refTuple('received_at', 'id'), '>', eb.tuple(after.received_at, after.id)));
  return (await rows.execute()).map(row => ({ ...toRecord(row), locale: row.locale }));
}

function earlier(one: Place, other: Place): Place {
  return isEarlier(one, other) ? { received_at: one.received_at, id: one.id } : other;
}

function isEarlier(one: Place, other: Place): boolean {
  return one.received_at < other.received_at || (one.received_at === other.received_at && one.id < other.id);
}
