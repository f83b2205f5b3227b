import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import type { Deliveries } from '../schema.ts';

export const delivery_states = ['queued', 'sent', 'dead'] as const;

/** Deliveries that one statement deletes. */
const forgotten_at_once = 1_000;

export interface DeliveryPage {
  deliveries: Deliveries[];
  has_more: boolean;
}

export function findDelivery(db: Database, id: string): Promise<Deliveries | undefined> {
  return db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Lists deliveries, the newest first, before one of them. */
export async function listDeliveries(
  db: Database,
  { channel_id, state }: { channel_id?: string | undefined; state?: Deliveries['state'] | undefined },
  limit: number,
  before: string | undefined,
): Promise<DeliveryPage> {
  const states = channel_id ? (state ? [state] : delivery_states) : [state];
  const [first, ...others] = states.map(one => selectNewest(db, { channel_id, state: one }, limit + 1, before));
  const rows = others.reduce((all, one) => all.unionAll(one), first!);
  const deliveries = await db
    .selectFrom(rows.as('newest'))
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return { deliveries: deliveries.slice(0, limit), has_more: deliveries.length > limit };
}

/**
 * Selects the newest deliveries of one channel and state, so that one index has them in order. Of all channels, those of
 * a state of which few are; else along the key.
 */
function selectNewest(
  db: Database,
  { channel_id, state }: { channel_id: string | undefined; state: Deliveries['state'] | undefined },
  limit: number,
  before: string | undefined,
) {
  let rows = db.selectFrom('deliveries').selectAll().orderBy('id', 'desc').limit(limit);
  if (channel_id) rows = rows.where('channel_id', '=', channel_id);
  if (state) rows = rows.where('state', '=', state);
  if (channel_id && state !== 'queued') rows = rows.where('next_at', 'is', null);
  if (!channel_id && state && state !== 'sent')
    rows = rows.where('channel_id', 'in', db.selectFrom('channels').select('id'));
  if (before) rows = rows.where('id', '<', before);
  return db.selectFrom(rows.as('some')).selectAll();
}

/** Queues a delivery that is not sent yet once more, to be sent now, with all its attempts before it. */
export async function retryDelivery(db: Database, id: string, now: Date): Promise<void> {
  await db.atomic([
    db
      .updateTable('deliveries')
      .set({ state: 'queued', attempts: 0, next_at: now.toISOString() })
      .where('id', '=', id)
      .where('state', '<>', 'sent')
      .compile(),
  ]);
}

/**
 * Deletes deliveries of events before an instant that are no longer queued, or whose channel was removed while they were
 * written, and returns how many.
 */
export async function forgetDeliveries(db: Database, before: Date): Promise<number> {
  for (let total = 0; ; ) {
    const old = db
      .selectFrom('deliveries')
      .select('id')
      .where('id', '<', firstIdAt(before))
      .where(eb =>
        eb.or([eb('state', '<>', 'queued'), eb('channel_id', 'not in', db.selectFrom('channels').select('id'))]),
      )
      .limit(forgotten_at_once);
    const [outcome] = await db.atomic([db.deleteFrom('deliveries').where('id', 'in', old).compile()]);
    total += outcome!.changed;
    if (outcome!.changed < forgotten_at_once) return total;
  }
}

/**
 * Ends every delivery that waits, and every lease, in a database that was restored.
 *
 * Because most of what waited when the backup was made has been sent since, none of it is sent by itself. It is dead, so
 * that whoever looks after the channel can send it again.
 */
export async function endDeliveries(db: Database): Promise<void> {
  const channels = db.selectFrom('channels').select('id');
  await db.atomic([
    db
      .updateTable('deliveries')
      .set({ state: 'dead', next_at: null, last_error: 'restored' })
      .where('channel_id', 'in', channels)
      .where('state', '=', 'queued')
      .compile(),
    db.updateTable('channels').set({ lease_until: null, holder: null, next_send_at: null }).compile(),
  ]);
}
