import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Deliveries } from '../schema.ts';
import type { Notice } from './outbox.ts';
import { lease_ms } from './turns.ts';
import { test_event } from './write.ts';

const second_ms = 1_000;
const minute_ms = 60 * second_ms;
const hour_ms = 60 * minute_ms;

/** Time from each failed attempt to the next. After the last one the delivery is dead. */
export const retry_after_ms = [
  ...[5 * second_ms, 5 * minute_ms, 30 * minute_ms],
  ...[2, 5, 10, 14, 20, 24].map(hours => hours * hour_ms),
];

/** Ids in one statement. Because D1 takes 100 parameters, there is room for the others. */
const ids_at_once = 90;

/**
 * What came of an attempt. `gone`: the receiver wants nothing more. `throttled`: it was sent to too often, and takes
 * nothing for a while. `status` is that of the answer; `error` is a code, never a text.
 */
export type Attempt = ({ is: 'sent' | 'failed' | 'gone' } | { is: 'throttled'; wait_ms: number }) & {
  status: number | null;
  error: string | null;
};

/**
 * Records an attempt at the deliveries of one channel that one message told of. What failed is tried again later, or is
 * dead after the last attempt. When the receiver is gone, the channel is switched off, and what waits for it is dead.
 * When it takes nothing for a while, nothing is sent to it meanwhile. A test is tried once.
 *
 * Because a server may have stood still for longer than its lease, or another's clock may be ahead, each attempt asks
 * whose the channel is now: of two servers one sends on.
 *
 * @param holder Who has the lease of the channel, which is renewed; none for a test.
 * @returns Whether the holder still has the lease and the channel is neither paused, off nor removed.
 */
export async function recordAttempt(
  db: Database,
  deliveries: Notice[],
  attempt: Attempt,
  now: Date,
  holder?: string,
): Promise<boolean> {
  const { channel_id } = deliveries[0]!;
  const at = now.toISOString();
  const after = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const channel = {
    ...(attempt.is === 'sent' && { last_success_at: at, failing_since: null }),
    ...((attempt.is === 'failed' || attempt.is === 'throttled') && {
      failing_since: sql<string>`coalesce(failing_since, ${at})`,
    }),
    ...(attempt.is === 'gone' && { off_at: at }),
    ...(attempt.is === 'throttled' && { next_send_at: after(attempt.wait_ms) }),
  };
  const renew = db
    .updateTable('channels')
    .set({ lease_until: after(lease_ms) })
    .where('id', '=', channel_id)
    .where('paused_at', 'is', null)
    .where('off_at', 'is', null);
  const outcomes = await db.atomic([
    ...groupAlike(deliveries).map(({ event, attempts, ids }) =>
      db
        .updateTable('deliveries')
        .set(settle(event, attempts, attempt, now))
        .where('id', 'in', ids)
        .where('state', '=', 'queued')
        .compile(),
    ),
    ...(Object.keys(channel).length > 0
      ? [db.updateTable('channels').set(channel).where('id', '=', channel_id).compile()]
      : []),
    ...(attempt.is === 'gone'
      ? [
          db
            .updateTable('deliveries')
            .set({ state: 'dead', next_at: null })
            .where('channel_id', '=', channel_id)
            .where('state', '=', 'queued')
            .compile(),
        ]
      : []),
    ...(holder ? [renew.where('holder', '=', holder).compile()] : []),
  ]);
  return outcomes.at(-1)!.changed > 0;
}

/** Groups deliveries by their attempts so far, in lists that one statement takes. */
function groupAlike(deliveries: Notice[]): { event: string; attempts: number; ids: string[] }[] {
  const groups: { event: string; attempts: number; ids: string[] }[] = [];
  for (const { id, event, attempts } of deliveries) {
    const group = groups.find(one => one.attempts === attempts && one.ids.length < ids_at_once);
    if (group) group.ids.push(id);
    else groups.push({ event, attempts, ids: [id] });
  }
  return groups;
}

/** Returns what an attempt makes of a delivery. */
function settle(event: string, attempts: number, attempt: Attempt, now: Date): Partial<Deliveries> {
  const { status: last_status, error: last_error } = attempt;
  const told = { last_status, last_error };
  if (attempt.is === 'sent') return { ...told, state: 'sent', next_at: null, attempts: attempts + 1 };
  const scheduled_ms = event === test_event || attempt.is === 'gone' ? undefined : retry_after_ms[attempts];
  if (scheduled_ms === undefined) return { ...told, state: 'dead', next_at: null, attempts: attempts + 1 };
  const wait_ms = Math.max(scheduled_ms, attempt.is === 'throttled' ? attempt.wait_ms : 0);
  return { ...told, next_at: new Date(now.getTime() + wait_ms).toISOString(), attempts: attempts + 1 };
}
