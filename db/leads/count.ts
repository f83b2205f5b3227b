import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';
import type { Vault } from '../vault/vault.ts';
import { filterLeads, type LeadQuery, type Position, readValues } from './rows/filter.ts';

/** Rows that one statement counts: a few milliseconds. */
const rows_per_slice = 10_000;

/**
 * Counts the leads that match a search, a slice at a time, so that other requests have their turn.
 *
 * @param most The count from which on no further slice is counted.
 */
export async function countMatches(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  most: number,
): Promise<number> {
  const asked = { ...query, order: 'asc', by_follow_up: undefined } as const;
  const slice = Math.min(rows_per_slice, most);
  let after: Position | undefined;
  for (let count = 0; ; await nextTurn()) {
    const { values, ...kinds } = readValues(vault, asked, after);
    const ids = filterLeads(db, values, values, { ...asked, ...kinds })
      .clearSelect()
      .select('leads.id');
    const { found, last } = await db
      .selectFrom(ids.limit(sql.lit(slice)).as('some'))
      .select(({ fn }) => [fn.countAll<number>().as('found'), fn.max('id').as('last')])
      .executeTakeFirstOrThrow();
    count += found;
    if (found < slice || count >= most) return count;
    after = { seq: 0, id: last };
  }
}

/** Leads of a status that are looked at for a count, where only some of them can be of the form that is asked for. */
const looked_through = 1_000;

/**
 * Counts leads up to a bound, at the cost of a few milliseconds however many there are. By form, it counts among the
 * newest of those that the other conditions leave, because no index has both.
 *
 * @param query Bounds of time, status, assignee and form.
 * @returns The count, and whether there may be more.
 */
export async function countSome(
  { db, vault }: { db: Database; vault: Vault },
  { form, ...others }: LeadQuery,
  most: number,
): Promise<{ count: number; has_more: boolean }> {
  const query = { ...others, order: 'desc', by_follow_up: undefined } as const;
  const { values, ...kinds } = readValues(vault, query, undefined);
  const rows = filterLeads(db, values, values, { ...query, ...kinds });
  const limit = form ? looked_through : most + 1;
  const { looked, found } = await db
    .selectFrom(rows.clearSelect().select('form').limit(sql.lit(limit)).as('some'))
    .select(({ fn }) => [
      fn.countAll<number>().as('looked'),
      fn.coalesce(fn.sum<number>(sql`case when form = ${form ?? null} then 1 else 0 end`), sql.lit(0)).as('found'),
    ])
    .executeTakeFirstOrThrow();
  const count = form ? Number(found) : looked;
  return { count: Math.min(count, most), has_more: count > most || (form !== undefined && looked === limit) };
}
