import { tallyConsents } from './consents/stats.ts';
import type { Database } from './database.ts';
import { forgetExpiredKeys } from './idempotency.ts';
import { tallyLeads } from './leads/stats.ts';
import { forgetSpentProofs } from './proofs.ts';
import { forgetIdleSessions } from './staff/sessions.ts';

/** Deletes what has expired by itself. Every host runs it hourly; several at once do no harm. */
export async function keepHouse(db: Database, now: Date): Promise<void> {
  await forgetExpiredKeys(db, now);
  await forgetSpentProofs(db, now);
  await forgetIdleSessions(db, now);
}

/** Counts what has come in since: every host does it each minute, so that whoever asks for figures hardly waits. */
export async function countDays(db: Database, time_zone: string, now: Date): Promise<void> {
  await tallyConsents(db, time_zone, now);
  await tallyLeads(db, time_zone);
}
