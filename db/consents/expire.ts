import type { Database } from '../database.ts';
import { monthsBefore } from '../days.ts';
import { firstIdAt } from '../ids.ts';
import { choice_holds_days } from '../policies/policy.ts';
import { tallyConsents } from './stats.ts';

/** Choices that one unit deletes. */
const choices_per_unit = 1_000;
const day_ms = 86_400_000;

/**
 * Deletes the choices that expired some months ago, by ranges of ids. Safe to run at any time, on several servers at
 * once, and to kill.
 *
 * Because a choice expires a fixed time after it was made, and is received then or later, all that were received before
 * one instant are due. One that was sent late stays as much longer. Because the figures by day are counted from the
 * choices, these are counted first.
 *
 * @returns The number of choices deleted here; with `dry_run`, of those that would be.
 */
export async function expireConsents(
  db: Database,
  { months, time_zone }: { months: number; time_zone: string },
  now: Date,
  { dry_run = false, mayGoOn = () => true }: { dry_run?: boolean; mayGoOn?(): boolean } = {},
): Promise<number> {
  const received = monthsBefore(now, months).getTime() - choice_holds_days * day_ms;
  const before = firstIdAt(new Date(received));
  if (!dry_run) await tallyConsents(db, time_zone, now);
  let expired = 0;
  for (let after = ''; mayGoOn(); await db.rest()) {
    const ids = await db
      .selectFrom('consents')
      .select('id')
      .where('id', '>', after)
      .where('id', '<', before)
      .orderBy('id')
      .limit(choices_per_unit)
      .execute();
    const last = ids.at(-1)?.id;
    if (!last) break;
    expired += dry_run ? ids.length : await deleteRange(db, after, last);
    after = last;
  }
  if (expired > 0 && !dry_run) await db.scrub();
  return expired;
}

async function deleteRange(db: Database, after: string, last: string): Promise<number> {
  const [outcome] = await db.atomic([
    db.deleteFrom('consents').where('id', '>', after).where('id', '<=', last).compile(),
  ]);
  return outcome!.changed;
}
