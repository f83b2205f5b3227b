import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { timeOf } from '../ids.ts';
import { test_event } from './write.ts';

/** Rows of a kind that are counted at most, because a count is asked for several times a minute. */
const most_counted = 10_000;

/** Mails that are done and looked at for those that were given up, the latest ones. */
const most_looked_at = 1_000;

/** What waits in an outbox: how much, since when the oldest waits, and how much was given up. */
export interface Waiting {
  queued: number;
  oldest_at?: string;
  dead: number;
}

/**
 * Measures what waits for channels and what waits as mail. Tests do not count, nor what waits for a channel that is paused
 * or off, because somebody wants that.
 */
export async function measureOutboxes(db: Database): Promise<{ channels: Waiting; mails: Waiting }> {
  const heard = db.selectFrom('channels').select('id').where('paused_at', 'is', null).where('off_at', 'is', null);
  const deliveries = (state: 'queued' | 'dead') =>
    db
      .selectFrom('deliveries')
      .select('id')
      .where('channel_id', 'in', heard)
      .where('state', '=', state)
      .where('event', '<>', test_event)
      .limit(most_counted);
  const waiting_mails = db
    .selectFrom('mails')
    .select('queued_at')
    .where('state', '=', sql.lit('queued'))
    .limit(most_counted);
  const latest_mails = db
    .selectFrom('mails')
    .select('state')
    .where('state', '<>', sql.lit('queued'))
    .orderBy('queued_at', 'desc')
    .limit(most_looked_at);
  const all = sql<number>`count(*)`;
  const [queued, dead, queued_mails, dead_mails] = await Promise.all([
    db
      .selectFrom(deliveries('queued').as('some'))
      .select([all.as('count'), eb => eb.fn.min('id').as('oldest')])
      .executeTakeFirstOrThrow(),
    db.selectFrom(deliveries('dead').as('some')).select(all.as('count')).executeTakeFirstOrThrow(),
    db
      .selectFrom(waiting_mails.as('some'))
      .select([all.as('count'), eb => eb.fn.min('queued_at').as('oldest')])
      .executeTakeFirstOrThrow(),
    db
      .selectFrom(latest_mails.as('some'))
      .select(all.as('count'))
      .where('state', '=', 'dead')
      .executeTakeFirstOrThrow(),
  ]);
  return {
    channels: {
      queued: Number(queued.count),
      ...(queued.oldest && { oldest_at: timeOf(queued.oldest).toISOString() }),
      dead: Number(dead.count),
    },
    mails: {
      queued: Number(queued_mails.count),
      ...(queued_mails.oldest && { oldest_at: queued_mails.oldest }),
      dead: Number(dead_mails.count),
    },
  };
}
