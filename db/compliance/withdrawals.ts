import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { isHeld } from '../leads/holds/hold.ts';
import { self_check_form } from '../leads/lead.ts';
import { isAction } from './action.ts';

/** Withdrawals that are looked at, the latest first. */
const most_withdrawals = 1_000;

/** Counts the withdrawals since an instant, without those of checks, and those after which a key is still there. */
export async function examineWithdrawals(
  db: Database,
  since: Date,
): Promise<{ withdrawals: number; readable: number }> {
  const rows = await db
    .selectFrom('audit_events')
    .innerJoin('leads', 'leads.id', 'audit_events.lead_id')
    .leftJoin('keys', join =>
      join.onRef('keys.subject_id', '=', 'leads.id').on('keys.subject_kind', '=', sql.lit('lead')),
    )
    .select(['recorded_at', 'purpose', 'leads.sealed', 'kek_id', isHeld().as('is_held')])
    .where(isAction('lead.withdrawn'))
    .orderBy('audit_events.seq', 'desc')
    .limit(sql.lit(most_withdrawals))
    .execute();
  const recent = rows.filter(({ recorded_at }) => recorded_at >= since.toISOString());
  return {
    withdrawals: recent.filter(({ purpose }) => purpose !== self_check_form).length,
    readable: recent.filter(({ sealed, kek_id, is_held }) => !is_held && (sealed || kek_id)).length,
  };
}

/** Time after which no check still needs its made-up lead. */
const left_over_ms = 10 * 60_000;

/** Lists the made-up leads that a check has left behind because it was killed. */
export function listLeftOver(db: Database, now: Date) {
  return db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at'])
    .where('form', '=', self_check_form)
    .where('erased_at', 'is', null)
    .where('id', '<', firstIdAt(new Date(now.getTime() - left_over_ms)))
    .orderBy('id')
    .limit(sql.lit(100))
    .execute();
}

/** Tells whether nothing of a lead can be read or found, and no channel was told of it. */
export async function isGone(db: Database, lead_id: string): Promise<boolean> {
  const rows = await db
    .selectFrom('leads')
    .select(['sealed', 'withdrawn_at'])
    .select(({ selectFrom }) => [
      selectFrom('keys').select('kek_id').whereRef('keys.subject_id', '=', 'leads.id').limit(sql.lit(1)).as('kek_id'),
      selectFrom('audit_events')
        .select('seq')
        .whereRef('audit_events.lead_id', '=', 'leads.id')
        .where(isAction('lead.withdrawn'))
        .limit(sql.lit(1))
        .as('event'),
    ])
    .where('id', '=', lead_id)
    .execute();
  return rows.every(({ sealed, withdrawn_at, kek_id, event }) => !sealed && withdrawn_at && !kek_id && event);
}
