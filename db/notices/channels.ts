import { randomBytes } from 'node:crypto';
import { type CompiledQuery, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { newId } from '../ids.ts';
import type { Channels, Keys } from '../schema.ts';
import type { Vault } from '../vault/vault.ts';
import type { ChannelEvent } from './outbox.ts';

export const channel_kinds = ['webhook'] as const satisfies Channels['kind'][];

/** A channel as staff see it, without its secret. */
export interface Channel {
  id: string;
  kind: Channels['kind'];
  name: string;
  address: string;
  events: ChannelEvent[];
  locale: string;
  paused: boolean;
  /** When an answer 410 switched it off. */
  off_at: string | null;
  last_success_at: string | null;
  created_at: string;
}

export type NewChannel = Pick<Channel, 'kind' | 'name' | 'address' | 'events' | 'locale' | 'paused'> & {
  secret?: string | undefined;
};

/** What changes of a channel; what is left out stays. */
export type ChannelChange = { [Name in Exclude<keyof NewChannel, 'kind'>]?: NewChannel[Name] | undefined };

/** A channel's secrets: the one that signs, and for a while the one before. */
interface Secrets {
  secret: string;
  former?: { secret: string; until: string };
}

/** Time for which the former secret signs too, after a change. */
const overlap_ms = 24 * 3_600_000;

/** Bytes of a secret that is made here. @see Standard Webhooks 1.0: 24 to 64 */
const secret_bytes = 24;

/** Attempts at an id whose end no other channel's has. */
const attempts = 5;

interface Sealing {
  db: Database;
  vault: Vault;
}

/** Creates a channel. The secret is made here where none is given; nothing tells it a second time. */
export async function createChannel(
  { db, vault }: Sealing,
  channel: NewChannel,
  actor: Actor,
  now: Date,
): Promise<{ channel: Channel; secret: string }> {
  const { secret = `whsec_${randomBytes(secret_bytes).toString('base64')}`, events, paused, ...rest } = channel;
  const at = now.toISOString();
  for (let attempt = 1; ; attempt++) {
    const id = newId(now);
    const { sealed, keys } = vault.sealSecret(id, JSON.stringify({ secret } satisfies Secrets));
    const row = { id, ...rest, events: JSON.stringify(events), created_at: at, paused_at: paused ? at : null };
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
      return { channel: show({ ...row, off_at: null, last_success_at: null }), secret };
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'channels') || attempt === attempts) throw error;
    }
  }
}

/** Lists all channels, in the order in which they were made. */
export async function listChannels(db: Database): Promise<Channel[]> {
  return (await selectChannels(db).orderBy('id').execute()).map(show);
}

/** Finds a channel by its id. */
export async function findChannel(db: Database, id: string): Promise<Channel | undefined> {
  const row = await selectChannels(db).where('id', '=', id).executeTakeFirst();
  return row && show(row);
}

type Shown = Omit<Channels, 'sealed' | 'lease_until' | 'holder'>;

function selectChannels(db: Database) {
  return db
    .selectFrom('channels')
    .select(['id', 'kind', 'name', 'address', 'events', 'locale', 'created_at', 'paused_at', 'off_at'])
    .select('last_success_at');
}

function show({ events, paused_at, ...row }: Shown): Channel {
  return { ...row, events: JSON.parse(events), paused: paused_at !== null };
}

/**
 * Changes a channel. After a change of its secret the former one signs too for 24 hours. With `paused: false` a channel
 * that was switched off is on again.
 *
 * @returns The channel as it is now; undefined when there is none.
 */
export async function changeChannel(
  { db, vault }: Sealing,
  id: string,
  { secret, events, paused, ...rest }: ChannelChange,
  actor: Actor,
  now: Date,
): Promise<Channel | undefined> {
  if (!(await findChannel(db, id))) return undefined;
  const at = now.toISOString();
  const change = {
    ...rest,
    ...(events && { events: JSON.stringify(events) }),
    ...(paused === true && { paused_at: sql<string>`coalesce(paused_at, ${at})` }),
    ...(paused === false && { paused_at: null, off_at: null }),
  };
  await db.atomic([
    ...(Object.keys(change).length > 0 ? [db.updateTable('channels').set(change).where('id', '=', id).compile()] : []),
    ...(secret === undefined ? [] : await draftSecret({ db, vault }, id, secret, now)),
    ...recordAct(db, 'channel.changed', id, actor, now),
  ]);
  return findChannel(db, id);
}

async function draftSecret({ db, vault }: Sealing, id: string, secret: string, now: Date): Promise<CompiledQuery[]> {
  const row = await db
    .selectFrom('channels')
    .innerJoin('keys', join => join.onRef('subject_id', '=', 'channels.id').on('subject_kind', '=', sql.lit('channel')))
    .select(['sealed', 'kek_id', 'wrapped'])
    .where('channels.id', '=', id)
    .executeTakeFirstOrThrow();
  const before = openSecrets(vault, { id, ...row });
  const until = new Date(now.getTime() + overlap_ms).toISOString();
  const secrets: Secrets = { secret, former: { secret: before.secret, until } };
  const { sealed, keys } = vault.sealSecret(id, JSON.stringify(secrets));
  return [
    db.updateTable('channels').set({ sealed }).where('id', '=', id).compile(),
    db.updateTable('keys').set(keys).where('subject_id', '=', id).where('subject_kind', '=', 'channel').compile(),
  ];
}

/** Returns the secrets that sign what a channel is sent now, the current one first. */
export function listSecrets(
  vault: Vault,
  row: Pick<Channels, 'id' | 'sealed'> & Pick<Keys, 'kek_id' | 'wrapped'>,
  now: Date,
): string[] {
  const { secret, former } = openSecrets(vault, row);
  return former && former.until > now.toISOString() ? [secret, former.secret] : [secret];
}

function openSecrets(
  vault: Vault,
  { id, sealed, ...keys }: Pick<Channels, 'id' | 'sealed'> & Pick<Keys, 'kek_id' | 'wrapped'>,
): Secrets {
  return JSON.parse(vault.openSecret(id, sealed, keys));
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
