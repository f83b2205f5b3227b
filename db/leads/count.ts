import type { Database } from '../database.ts';
import type { Vault } from '../vault/vault.ts';
import type { LeadQuery } from './rows/filter.ts';
import { isIndexed, readSlice, walkLeads } from './rows/walk.ts';

/**
 * Counts the leads that match a search, a slice at a time, so that other requests have their turn.
 *
 * @param most The count from which on no further slice is counted.
 */
export async function countMatches(
  services: { db: Database; vault: Vault },
  query: LeadQuery,
  most: number,
): Promise<number> {
  let count = 0;
  for await (const { found } of walkLeads(services, query, undefined)) {
    count += found.length;
    if (count >= most) break;
  }
  return count;
}

/** Leads that are looked at for a count, where an index has not all that is asked for. */
const looked_at = 500;

/**
 * Counts leads up to a bound, at the cost of a millisecond or two however many there are. Where no index has all
 * conditions, it counts among the first leads that the best one finds.
 *
 * @returns The count, and whether there may be more.
 */
export async function countSome(
  services: { db: Database; vault: Vault },
  query: LeadQuery,
  most: number,
): Promise<{ count: number; has_more: boolean }> {
  const { found, last } = await readSlice(services, query, undefined, isIndexed(query) ? most + 1 : looked_at);
  return { count: Math.min(found.length, most), has_more: found.length > most || last !== undefined };
}
