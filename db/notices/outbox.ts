import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import type { Channels, Deliveries, Keys } from '../schema.ts';
import { isFree, lease_ms } from './turns.ts';
import { test_event } from './write.ts';

/** Deliveries that one message tells of at most. */
const gathered_at_once = 500;

/** Deliveries that are read at once, where each is a message of its own. */
export const read_at_once = 20;

/** A delivery as its receiver is told of it. `form` is that of its lead. */
export type Notice = Pick<Deliveries, 'id' | 'channel_id' | 'event' | 'lead_id' | 'request_id' | 'attempts'> & {
  form: string | null;
};

/** A delivery with what is needed to send it. */
export type DueDelivery = Notice & Pick<Channels, 'kind' | 'locale' | 'sealed'> & Pick<Keys, 'kek_id' | 'wrapped'>;

/**
 * Lists the deliveries of a channel that are to be sent next, the first ones; none where the channel is paused or off,
 * or may not be sent to yet.
 *
 * @param holder Who must have the lease of the channel, for there to be any.
 */
export function listNext(db: Database, channel_id: string, now: Date, holder?: string): Promise<DueDelivery[]> {
  return selectDue(db)
    .$if(holder !== undefined, due => due.where('holder', '=', holder!))
    .where('deliveries.channel_id', '=', channel_id)
    .where('state', '=', 'queued')
    .where('next_at', '<=', now.toISOString())
    .where('paused_at', 'is', null)
    .where('off_at', 'is', null)
    .where(isFree('next_send_at', now))
    .orderBy('next_at')
    .orderBy('deliveries.id')
    .limit(read_at_once)
    .execute();
}

function selectDue(db: Database) {
  return db
    .selectFrom('deliveries')
    .innerJoin('channels', 'channels.id', 'deliveries.channel_id')
    .innerJoin('keys', join =>
      join.onRef('keys.subject_id', '=', 'channels.id').on('keys.subject_kind', '=', sql.lit('channel')),
    )
    .leftJoin('leads', 'leads.id', 'deliveries.lead_id')
    .select(['deliveries.id', 'deliveries.channel_id', 'event', 'deliveries.lead_id', 'request_id', 'attempts'])
    .select(['kind', 'channels.locale', 'channels.sealed', 'kek_id', 'wrapped', 'leads.form']);
}

/** Lists what one message can tell of: the deliveries of a channel that are due and of the same event, the first ones. */
export function listAlike(
  db: Database,
  { channel_id, event }: Pick<Notice, 'channel_id' | 'event'>,
  now: Date,
): Promise<Notice[]> {
  return db
    .selectFrom('deliveries')
    .leftJoin('leads', 'leads.id', 'deliveries.lead_id')
    .select(['deliveries.id', 'channel_id', 'event', 'lead_id', 'request_id', 'attempts', 'leads.form'])
    .where('channel_id', '=', channel_id)
    .where('state', '=', 'queued')
    .where('next_at', '<=', now.toISOString())
    .where('event', '=', event)
    .orderBy('next_at')
    .orderBy('deliveries.id')
    .limit(gathered_at_once)
    .execute();
}

/**
 * Queues a test for a channel and returns it, for the caller to send at once. Only where the caller dies meanwhile is it
 * sent later.
 */
export async function draftTest(db: Database, channel_id: string, now: Date): Promise<DueDelivery | undefined> {
  const id = newId(now).slice(0, 30) + channel_id.slice(30);
  const next_at = new Date(now.getTime() + lease_ms).toISOString();
  await db.atomic([
    db
      .insertInto('deliveries')
      .values({
        id,
        channel_id,
        event: test_event,
        lead_id: null,
        request_id: null,
        state: 'queued',
        attempts: 0,
        next_at,
      })
      .compile(),
  ]);
  return selectDue(db).where('deliveries.id', '=', id).executeTakeFirst();
}
