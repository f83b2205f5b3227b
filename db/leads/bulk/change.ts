import { sql } from 'kysely';
import type { Actor } from '../../audit/record.ts';
import type { Database } from '../../database.ts';
import { pickOther, reachedBy } from '../change.ts';
import type { ClosedReason, LeadStatus } from '../lead.ts';
import type { Former, State } from './states.ts';
import { type Beside, type BulkOutcome, writeAll } from './units.ts';

/** A change that several leads get alike: one of these members. */
export interface BulkChange {
  status?: LeadStatus | undefined;
  /** Only with the status `closed`. */
  closed_reason?: ClosedReason | null | undefined;
  assigned_to?: string | null | undefined;
}

/** A lead as its reader saw it when they chose it. */
export interface Seen {
  id: string;
  status: string;
  assigned_to: string | null;
}

/**
 * Changes status, reason of closing or assignee of several leads. A lead that is no longer as its reader saw it is left
 * as it is.
 *
 * Leads of which the same changes share a unit and an event that names them all, because hundreds of units would be
 * hundreds of round trips on D1. Each unit is whole; of several units some may be written when the next one fails.
 *
 * @param seen A few hundred leads at most.
 * @param beside What each unit writes besides, so that it can be undone although the next one fails.
 */
export async function changeSeveral(
  { db, notify }: { db: Database; notify?(): void },
  seen: Seen[],
  change: BulkChange,
  actor: Actor,
  now: Date,
  beside: Beside = () => [],
): Promise<BulkOutcome> {
  const at = now.toISOString();
  const known = new Map(seen.map(one => [one.id, one]));
  const draft = (state: State) => {
    const { status, assigned_to } = known.get(state.id)!;
    if (status !== state.status || assigned_to !== state.assigned_to) return 'changed';
    const closed_reason = (change.status ?? state.status) === 'closed' ? change.closed_reason : null;
    const columns = pickOther({ ...change, closed_reason }, state);
    if (Object.keys(columns).length === 0) return undefined;
    const reached = reachedBy(columns.status ?? 'new').map(name => [name, state[name] ?? at]);
    return { ...columns, ...Object.fromEntries(reached), ...(columns.status && { status_changed_at: at }) };
  };
  const outcome = await writeAll(db, [...known.keys()], actor, now, draft, beside);
  if (change.assigned_to && outcome.former.length > 0) notify?.();
  return outcome;
}

/**
 * Undoes a change of several leads: each is again as it was before, with an event of its own. What anybody has changed
 * since stays as it is.
 *
 * @param change Who made the change, in which request, and how many events it recorded.
 */
export async function undoChange(
  { db, notify }: { db: Database; notify?(): void },
  former: Former[],
  { actor_id, request_id, events }: { actor_id: string; request_id: string; events: number },
  actor: Actor,
  now: Date,
  beside: Beside = () => [],
): Promise<BulkOutcome> {
  const acts = await db
    .selectFrom('audit_events')
    .select('seq')
    .where('actor', '=', actor_id)
    .where('actor', '<>', sql.lit('visitor'))
    .where('request_id', '=', request_id)
    .orderBy('seq', 'desc')
    .limit(events)
    .execute();
  const numbers = acts.map(({ seq }) => seq);
  const known = new Map(former.map(({ id, ...kept }) => [id, kept]));
  const draft = (state: State) => (numbers.includes(state.seq) ? known.get(state.id)! : 'changed');
  const outcome = await writeAll(db, [...known.keys()], actor, now, draft, beside);
  if (former.some(({ assigned_to }) => assigned_to)) notify?.();
  return outcome;
}
