import { type CompiledQuery, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { newId } from '../ids.ts';
import type { Channels } from '../schema.ts';
import { reseal, type Sealed, type Sealing } from './channel-seal.ts';
import type { ChannelEvent } from './write.ts';

export const channel_kinds = ['webhook', 'feishu', 'dingtalk', 'wecom', 'email'] as const satisfies Channels['kind'][];

/** A channel as staff see it, without its secret. Of its address it has what may be shown. */
export interface Channel {
  id: string;
  kind: Channels['kind'];
  name: string;
  address: string;
  events: ChannelEvent[];
  locale: string;
  /** Working hours after which the channel is told of a lead that is still new. */
  after_hours: number;
  paused: boolean;
  /** When an answer 410 switched it off. */
  off_at: string | null;
  last_success_at: string | null;
  /** When the first of the attempts failed that no success has followed yet. */
  failing_since: string | null;
  created_at: string;
}

export type NewChannel = Pick<Channel, 'kind' | 'name' | 'address' | 'events' | 'locale' | 'after_hours' | 'paused'> & {
  /** What may be shown of the address. */
  shown_address: string;
  /** None where the receiver checks no signature. */
  secret?: string | undefined;
};

/** What changes of a channel; what is left out stays. An address comes with what may be shown of it. */
export type ChannelChange = { [Name in Exclude<keyof NewChannel, 'kind'>]?: NewChannel[Name] | undefined };

/** Attempts at an id whose end no other channel's has, or at a change that no other one comes between. */
const attempts = 5;

/** Creates a channel. Address and secret are sealed; nothing tells them a second time. */
export async function createChannel(
  { db, vault }: Sealing,
  channel: NewChannel,
  actor: Actor,
  now: Date,
): Promise<Channel> {
  const { address, shown_address, secret, events, paused, ...rest } = channel;
  const at = now.toISOString();
  for (let attempt = 1; ; attempt++) {
    const id = newId(now);
    const { sealed, keys } = vault.sealOwn('channel', id, JSON.stringify({ address, secret } satisfies Sealed));
    const shown = { ...rest, address: shown_address, events: JSON.stringify(events) };
    const row = { id, ...shown, created_at: at, paused_at: paused ? at : null };
    try {
      await db.atomic([
        db
          .insertInto('channels')
          .values({ ...row, sealed })
          .compile(),
        db
          .insertInto('keys')
          .values({ subject_kind: 'channel', subject_id: id, ...keys })
          .compile(),
        ...recordAct(db, 'channel.created', id, actor, now),
      ]);
      return show({ ...row, off_at: null, last_success_at: null, failing_since: null });
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'channels') || attempt === attempts) throw error;
    }
  }
}

/** Lists all channels, in the order in which they were made. */
export async function listChannels(db: Database): Promise<Channel[]> {
  return (await selectChannels(db).orderBy('id').execute()).map(show);
}

/** Time after which a receiver that takes nothing is told as failing. Because it may be away for a while, it is a day. */
const failing_after_ms = 24 * 3_600_000;

/** Lists the channels whose receiver has failed for a day, or has switched them off by an answer 410. */
export function listFailing(
  db: Database,
  now: Date,
): Promise<Pick<Channel, 'id' | 'name' | 'off_at' | 'failing_since'>[]> {
  const since = new Date(now.getTime() - failing_after_ms).toISOString();
  return db
    .selectFrom('channels')
    .select(['id', 'name', 'off_at', 'failing_since'])
    .where('paused_at', 'is', null)
    .where(eb => eb.or([eb('off_at', 'is not', null), eb('failing_since', '<=', since)]))
    .orderBy('id')
    .execute();
}

/** Finds a channel by its id. */
export async function findChannel(db: Database, id: string): Promise<Channel | undefined> {
  const row = await selectChannels(db).where('id', '=', id).executeTakeFirst();
  return row && show(row);
}

type Shown = Omit<Channels, 'sealed' | 'lease_until' | 'holder' | 'next_send_at' | 'told_leads_to' | 'told_holds_to'>;

function selectChannels(db: Database) {
  return db
    .selectFrom('channels')
    .select(['id', 'kind', 'name', 'address', 'events', 'locale', 'created_at', 'paused_at', 'off_at'])
    .select(['after_hours', 'last_success_at', 'failing_since']);
}

function show({ events, paused_at, ...row }: Shown): Channel {
  return { ...row, events: JSON.parse(events), paused: paused_at !== null };
}

/**
 * Changes a channel. After each change of its secret the former one signs too for 24 hours. With `paused: false` a channel
 * that was switched off is on again.
 *
 * @returns The channel as it is now; undefined when there is none.
 */
export async function changeChannel(
  { db, vault }: Sealing,
  id: string,
  { address, shown_address, secret, events, paused, ...rest }: ChannelChange,
  actor: Actor,
  now: Date,
): Promise<Channel | undefined> {
  if (!(await findChannel(db, id))) return undefined;
  const at = now.toISOString();
  const change = {
    ...rest,
    ...(shown_address !== undefined && { address: shown_address, failing_since: null }),
    ...(events && { events: JSON.stringify(events) }),
    ...(paused === true && { paused_at: sql<string>`coalesce(paused_at, ${at})` }),
    ...(paused === false && { paused_at: null, off_at: null }),
  };
  const isSealed = address !== undefined || secret !== undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      await db.atomic([
        ...(isSealed ? await reseal({ db, vault }, id, { address, secret }, now) : []),
        ...(Object.keys(change).length > 0
          ? [db.updateTable('channels').set(change).where('id', '=', id).compile()]
          : []),
        ...recordAct(db, 'channel.changed', id, actor, now),
      ]);
      return await findChannel(db, id);
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'channels') || attempt === attempts) throw error;
    }
  }
}

/** Removes a channel, its secret and its deliveries. Returns false when there is none. */
export async function removeChannel(db: Database, id: string, actor: Actor, now: Date): Promise<boolean> {
  if (!(await findChannel(db, id))) return false;
  await db.atomic([
    db.deleteFrom('channels').where('id', '=', id).compile(),
    db.deleteFrom('keys').where('subject_id', '=', id).where('subject_kind', '=', 'channel').compile(),
    db.deleteFrom('deliveries').where('channel_id', '=', id).compile(),
    ...recordAct(db, 'channel.removed', id, actor, now),
  ]);
  return true;
}

function recordAct(db: Database, action: AuditEvent['action'], id: string, actor: Actor, now: Date): CompiledQuery[] {
  return [takeNumber(db), ...recordEvent(db, actor, { action, fields: id }, now)];
}
