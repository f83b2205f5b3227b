import type { Actor } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { type Erasable, eraseLeads } from './erase.ts';
import { isHeld } from './holds/hold.ts';
import { type Periods, readPeriods } from './period.ts';

/** Retention as the actor of an event. */
export const retention: Actor = { id: 'retention', role: 'retention', request_id: null };

/** Leads read at a time, and leads erased at a time: few enough that requests get their turn between. */
const leads_per_page = 1_000;
const leads_per_batch = 100;

/** How a run of retention goes: only counting, and until when it may go on. */
export interface RunOptions {
  dry_run?: boolean;
  /** Asked between batches; the next run does what is left. */
  mayGoOn?(): boolean;
}

/**
 * Erases the leads whose retention period is over, unless a hold stands on them. Safe to run at any time, on several
 * servers at once, and to kill.
 *
 * @returns The number of leads erased here; with `dry_run`, of those that would be.
 */
export async function expireLeads(
  db: Database,
  periods: Periods,
  now: Date,
  { dry_run = false, mayGoOn = () => true }: RunOptions = {},
): Promise<number> {
  let expired = 0;
  for await (const due of findDue(db, periods, now)) {
    if (dry_run) expired += due.length;
    for (let at = 0; !dry_run && at < due.length; at += leads_per_batch) {
      if (!mayGoOn()) return expired;
      const batch = due.slice(at, at + leads_per_batch);
      const cause = { action: 'lead.erased', ground: 'period_over' } as const;
      expired += (await eraseLeads(db, batch, cause, retention, now)).length;
    }
  }
  return expired;
}

/**
 * Finds the leads whose period is over, page by page.
 *
 * It walks an index of lists, which holds the leads of a form that are not erased in the order of their receipt, up to
 * the last that may be due. So a run reads the due ones and those whose status changed later, and no index by date is
 * written with each lead.
 */
async function* findDue(db: Database, periods: Periods, now: Date): AsyncGenerator<Erasable[]> {
  const { isOver, latest } = await readPeriods(db, periods, now);
  for (const [form, received] of latest) {
    const to = firstIdAt(new Date(received.getTime() + 1));
    for (let after = ''; ; await db.rest()) {
      const page = await db
        .selectFrom('leads')
        .select(['id', 'form', 'policy_version', 'received_at', 'status_changed_at', isHeld().as('is_held')])
        .where('form', '=', form)
        .where('erased_at', 'is', null)
        .where('id', '>', after)
        .where('id', '<', to)
        .orderBy('id')
        .limit(leads_per_page)
        .execute();
      yield page.filter(lead => !lead.is_held && isOver(lead));
      if (page.length < leads_per_page) break;
      after = page.at(-1)!.id;
    }
  }
}
