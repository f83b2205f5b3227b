import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { AuditSeals } from '../schema.ts';

/** Fewest months that an event is kept. */
export const least_months = 36;

/** Largest number of events, and of sealed ranges, that one unit deletes. */
const events_per_unit = 500;
const ranges_per_unit = 50;

type Range = Pick<AuditSeals, 'from_seq' | 'to_seq' | 'sealed_at'>;

/**
 * Deletes the events of whole sealed ranges that were sealed before an instant. Their seals stay, so that the rest of
 * the trail still verifies. Safe to run at any time, on several servers at once, and to kill.
 *
 * @returns The number of events deleted here; with `dry_run`, of those that would be.
 */
export async function expireAudit(db: Database, before: Date, { dry_run = false } = {}): Promise<number> {
  let events = 0;
  for (let at = await readDropped(db); ; await db.rest()) {
    const ranges = await listExpired(db, at, before);
    const last = ranges.at(-1);
    if (!last) return events;
    events += dry_run ? last.to_seq - at : await dropEvents(db, at, last.to_seq);
    at = last.to_seq;
  }
}

/** Reads the number up to which events have been deleted. */
export async function readDropped(db: Database): Promise<number> {
  const { upto } = await db.selectFrom('audit_retention').select('upto').executeTakeFirstOrThrow();
  return upto;
}

/** Lists the next expired ranges, as many as one unit deletes. */
async function listExpired(db: Database, after: number, before: Date): Promise<Range[]> {
  const ranges = await db
    .selectFrom('audit_seals')
    .select(['from_seq', 'to_seq', 'sealed_at'])
    .where('from_seq', '>', after)
    .orderBy('from_seq')
    .limit(sql.lit(ranges_per_unit))
    .execute();
  const fresh = ranges.findIndex(
    ({ sealed_at, to_seq }, n) =>
      sealed_at >= before.toISOString() || (n > 0 && to_seq - ranges[0]!.from_seq >= events_per_unit),
  );
  return fresh === -1 ? ranges : ranges.slice(0, fresh);
}

/** Deletes the events up to a number in one unit with the number itself, so that below it there is never an event. */
async function dropEvents(db: Database, after: number, upto: number): Promise<number> {
  const remove = (table: 'audit_subjects' | 'audit_events') =>
    db.deleteFrom(table).where('seq', '>', after).where('seq', '<=', upto).compile();
  const outcomes = await db.atomic([
    db.updateTable('audit_retention').set({ upto }).where('upto', '<', upto).compile(),
    remove('audit_subjects'),
    remove('audit_events'),
  ]);
  return outcomes[2]!.changed;
}
