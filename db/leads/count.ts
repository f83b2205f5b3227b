import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';
import type { Vault } from '../vault/vault.ts';
import { filterLeads, type LeadQuery, type Position, readValues } from './rows.ts';

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
  const asked = { ...query, order: 'asc' } as const;
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
