import type { Database } from '../database.ts';
import type { Vault } from '../vault/vault.ts';
import type { LeadQuery } from './rows/filter.ts';
import { countSlice, isIndexed, walkLeads } from './rows/walk.ts';

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

/** Leads that are looked at for a count: mostly few are enough, and never more than a millisecond reads. */
const looked_at = [250, 2_000];

/**
 * Counts leads up to a bound, in a millisecond however many there are. Where no index has all conditions, it counts
 * among the first leads that the best one finds.
 *
 * @returns The count, and whether there may be more.
 */
export async function countSome(
  services: { db: Database; vault: Vault },
  query: LeadQuery,
  most: number,
): Promise<{ count: number; has_more: boolean }> {
  let counted = { found: 0, isCut: true };
  for (const size of isIndexed(query) ? [most + 1] : looked_at) {
    if (!counted.isCut || counted.found > most) break;
    counted = await countSlice(services, query, size);
  }
  return { count: Math.min(counted.found, most), has_more: counted.found > most || counted.isCut };
}
