import type { Database } from './database.ts';
import { forgetExpiredKeys } from './idempotency.ts';
import { forgetSpentProofs } from './proofs.ts';

/** Deletes what has expired by itself. Every host runs it hourly; several at once do no harm. */
export async function keepHouse(db: Database, now: Date): Promise<void> {
  await forgetExpiredKeys(db, now);
  await forgetSpentProofs(db, now);
}
