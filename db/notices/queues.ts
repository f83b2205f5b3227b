import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { test_event } from './write.ts';

/** How many deliveries of a channel wait to be sent, and how many are given up. Tests do not count. */
export interface Queue {
  queued: number;
  dead: number;
}

/** Counts what waits and what is dead, by the id of the channel. A channel with neither is not in it. */
export async function countQueues(db: Database): Promise<Map<string, Queue>> {
  const count = (state: keyof Queue) =>
    db
      .selectFrom('deliveries')
      .select(['channel_id', sql.lit(state).as('state'), eb => eb.fn.countAll<number>().as('count')])
      .where('channel_id', 'in', db.selectFrom('channels').select('id'))
      .where('state', '=', state)
      .where('event', '<>', test_event)
      .groupBy('channel_id');
  const queues = new Map<string, Queue>();
  for (const { channel_id, state, count: n } of await count('queued').unionAll(count('dead')).execute())
    queues.set(channel_id, { ...(queues.get(channel_id) ?? { queued: 0, dead: 0 }), [state]: Number(n) });
  return queues;
}

/** Queues every dead delivery of a channel once more, to be sent now, and returns how many. Tests stay as they are. */
export async function retryDead(db: Database, channel_id: string, now: Date): Promise<number> {
  const [outcome] = await db.atomic([
    db
      .updateTable('deliveries')
      .set({ state: 'queued', attempts: 0, next_at: now.toISOString() })
      .where('channel_id', '=', channel_id)
      .where('state', '=', 'dead')
      .where('event', '<>', test_event)
      .compile(),
  ]);
  return outcome!.changed;
}
