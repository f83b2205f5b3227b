import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';

/** Length of a lease. It is longer than one attempt, and each attempt renews it. */
export const lease_ms = 20_000;

/** How often a receiver may be sent to: `burst` messages at once, and one more after each `gap_ms`. */
export interface Pace {
  gap_ms: number;
  burst: number;
}

/** Time for which a channel is left alone at most: longer than any lease, and than any receiver asks for. */
const longest_ms = 15 * 60_000;

/**
 * Returns the condition that nothing keeps a channel from being sent to now, as far as one of its instants says. One of
 * the future beyond what is ever set counts for nothing, because a clock that was ahead for a while has written it.
 */
export function isFree(column: 'lease_until' | 'next_send_at', now: Date): RawBuilder<boolean> {
  const latest = new Date(now.getTime() + longest_ms).toISOString();
  const at = sql.ref(column);
  return sql<boolean>`(${at} is null or ${at} <= ${now.toISOString()} or ${at} > ${latest})`;
}

/** Lists the channels that have something to be sent now, and that nobody sends to. */
export async function listDueChannels(db: Database, now: Date): Promise<string[]> {
  const at = now.toISOString();
  const rows = await db
    .selectFrom('channels')
    .select('id')
    .where('paused_at', 'is', null)
    .where('off_at', 'is', null)
    .where(isFree('lease_until', now))
    .where(isFree('next_send_at', now))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('deliveries')
          .select('deliveries.id')
          .whereRef('channel_id', '=', 'channels.id')
          .where('state', '=', 'queued')
          .where('next_at', '<=', at),
      ),
    )
    .execute();
  return rows.map(({ id }) => id);
}

/** Takes the lease of a channel, and returns whether `holder` has it now. */
export async function takeChannel(db: Database, id: string, holder: string, now: Date): Promise<boolean> {
  const lease_until = new Date(now.getTime() + lease_ms).toISOString();
  const [outcome] = await db.atomic([
    db
      .updateTable('channels')
      .set({ holder, lease_until })
      .where('id', '=', id)
      .where(isFree('lease_until', now))
      .compile(),
  ]);
  return outcome!.changed > 0;
}

/** Gives the lease back, unless another has it by now. */
export async function releaseChannel(db: Database, id: string, holder: string): Promise<void> {
  await db.atomic([
    db
      .updateTable('channels')
      .set({ holder: null, lease_until: null })
      .where('id', '=', id)
      .where('holder', '=', holder)
      .compile(),
  ]);
}

/**
 * Takes the turn to send one message to a channel, at the pace of its receiver.
 *
 * Because the turn is stored before the message is sent, servers, tests and restarts share one pace. In any span of
 * `gap_ms` times n there are at most n and `burst` turns.
 *
 * @returns 0 when the turn is taken, else the time until the next one, in milliseconds.
 * @see The generic cell rate algorithm (ITU-T I.371)
 */
export async function takeTurn(db: Database, id: string, { gap_ms, burst }: Pace, now: Date): Promise<number> {
  const channel = await db.selectFrom('channels').select('next_send_at').where('id', '=', id).executeTakeFirst();
  const before = channel?.next_send_at ?? null;
  const wait_ms = before ? Date.parse(before) - now.getTime() : 0;
  if (wait_ms > 0 && wait_ms <= longest_ms) return wait_ms;
  const latest = before && wait_ms <= 0 ? Date.parse(before) : 0;
  const credited = Math.max(latest, now.getTime() - (burst - 1) * gap_ms);
  const next_send_at = new Date(credited + gap_ms).toISOString();
  const [outcome] = await db.atomic([
    db
      .updateTable('channels')
      .set({ next_send_at })
      .where('id', '=', id)
      .where('next_send_at', before ? '=' : 'is', before)
      .compile(),
  ]);
  return outcome!.changed > 0 ? 0 : gap_ms;
}
