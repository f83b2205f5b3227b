import type { Database } from '../../database.ts';
import type { Holds } from '../../schema.ts';
import { LostKey } from '../../vault/lost-key.ts';
import type { Vault } from '../../vault/vault.ts';
import { openHold, openWords, type ReadHold, selectHolds } from './words.ts';

export interface HoldPage {
  holds: ReadHold[];
  has_more: boolean;
}

/** Lists the holds of a lead, those that were released too, in the order in which they were placed, after an id. */
export async function listLeadHolds(
  { db, vault }: { db: Database; vault: Vault },
  lead_id: string,
  limit: number,
  after: string | undefined,
): Promise<HoldPage> {
  let rows = selectHolds(db)
    .where('lead_id', '=', lead_id)
    .orderBy('holds.id')
    .limit(limit + 1);
  if (after) rows = rows.where('holds.id', '>', after);
  return cutPage(
    (await rows.execute()).map(row => openHold(vault, row)),
    limit,
  );
}

/** Lists the holds that stand, the one to be reviewed first at the top, after a place in that order. */
export async function listStandingHolds(
  { db, vault }: { db: Database; vault: Vault },
  limit: number,
  after: Pick<Holds, 'review_on' | 'id'> | undefined,
): Promise<HoldPage> {
  let rows = selectHolds(db)
    .where('released_at', 'is', null)
    .orderBy('review_on')
    .orderBy('holds.id')
    .limit(limit + 1);
  if (after)
    rows = rows.where(eb => eb(eb.refTuple('review_on', 'holds.id'), '>', eb.tuple(after.review_on, after.id)));
  return cutPage(
    (await rows.execute()).map(row => openHold(vault, row)),
    limit,
  );
}

/**
 * Reads when and why a hold was released; both are null while it stands, and the reason is once its lead is erased or the key
 * of its lead is lost.
 */
export async function getRelease(
  { db, vault }: { db: Database; vault: Vault },
  id: string,
): Promise<Pick<ReadHold, 'released_at' | 'reason'>> {
  const row = await selectHolds(db).where('holds.id', '=', id).executeTakeFirstOrThrow();
  try {
    return { released_at: row.released_at, reason: openWords(vault, row, 'reason') };
  } catch (error) {
    if (!(error instanceof LostKey)) throw error;
    return { released_at: row.released_at, reason: null };
  }
}

function cutPage(holds: ReadHold[], limit: number): HoldPage {
  return { holds: holds.slice(0, limit), has_more: holds.length > limit };
}
