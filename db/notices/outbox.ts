import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';
import { firstIdAt, newId } from '../ids.ts';
import type { Channels, Deliveries, Keys } from '../schema.ts';
import { prepare } from '../statements.ts';

/** The events that a channel can be told of. */
export const channel_events = [
  ...(['lead.created', 'lead.waiting', 'lead.assigned', 'request.created', 'request.due'] as const),
  ...(['hold.review_due', 'backup.failed', 'compliance.broken', 'policy.published'] as const),
] as const;
export type ChannelEvent = (typeof channel_events)[number];

export const delivery_states = ['queued', 'sent', 'dead'] as const;

/** The event of a test, which one channel alone is told of. */
export const test_event = 'channel.test';

/** Length of a lease. It is longer than one attempt, and each attempt renews it. */
const lease_ms = 60_000;

const second_ms = 1_000;
const minute_ms = 60 * second_ms;
const hour_ms = 60 * minute_ms;

/** Time from each failed attempt to the next. After the last one the delivery is dead. */
export const retry_after_ms = [
  ...[5 * second_ms, 5 * minute_ms, 30 * minute_ms],
  ...[2, 5, 10, 14, 20, 24].map(hours => hours * hour_ms),
];

/** Deliveries that one message tells of at most. */
const gathered_at_once = 500;

/** Ids in one statement. Because D1 takes 100 parameters, there is room for the others. */
const ids_at_once = 90;

/** Deliveries that one statement deletes. */
const forgotten_at_once = 1_000;

/** A delivery as its receiver is told of it. `form` is that of its lead. */
export type Notice = Pick<Deliveries, 'id' | 'channel_id' | 'event' | 'lead_id' | 'request_id' | 'attempts'> & {
  form: string | null;
};

/** A delivery with what is needed to send it. */
export type DueDelivery = Notice & Pick<Channels, 'kind' | 'locale' | 'sealed'> & Pick<Keys, 'kek_id' | 'wrapped'>;

/**
 * What came of an attempt. `gone`: the receiver wants nothing more. `throttled`: it was sent to too often, and takes
 * nothing for a while. `status` is that of the answer; `error` is a code, never a text.
 */
export type Attempt = ({ is: 'sent' | 'failed' | 'gone' } | { is: 'throttled'; wait_ms: number }) & {
  status: number | null;
  error: string | null;
};

/** How often a receiver may be sent to: `burst` messages at once, and one more after each `gap_ms`. */
export interface Pace {
  gap_ms: number;
  burst: number;
}

export interface DeliveryPage {
  deliveries: Deliveries[];
  has_more: boolean;
}

/** What channels are told: an event, and the lead or the request that it is about. */
interface Told {
  event: ChannelEvent;
  lead_id?: string | null;
  request_id?: string | null;
}

/**
 * Returns the statement that tells every channel of an event, in the unit of the act itself. A channel that is off is
 * not told; one that is paused is told later.
 *
 * Because the statement reads the channels itself, an act needs no read before it, and without a channel it writes
 * nothing. The id of a delivery is a new one that ends as its channel's.
 */
export function writeDeliveries(
  db: Database,
  { event, lead_id = null, request_id = null }: Told,
  now: Date,
): CompiledQuery {
  const beginning = newId(now).slice(0, 30);
  return insertDeliveries(db, {
    beginning,
    event,
    lead_id,
    request_id,
    at: now.toISOString(),
    pattern: `%"${event}"%`,
  });
}

export type NewDelivery = Record<'beginning' | 'event' | 'at', string> & Pick<Deliveries, 'lead_id' | 'request_id'>;

const insertDeliveries = prepare<NewDelivery & { pattern: string }>(
  ['beginning', 'event', 'lead_id', 'request_id', 'at', 'pattern'],
  (db, { pattern, ...told }) => insertFor(db, told, sql<boolean>`events like cast(${pattern} as text)`).compile(),
);

/** Builds the statement that writes a delivery to each of some channels, but to none that is off. */
export function insertFor(
  db: Database,
  { beginning, event, lead_id, request_id, at }: NewDelivery,
  which: RawBuilder<boolean>,
) {
  return db
    .insertInto('deliveries')
    .columns(['id', 'channel_id', 'event', 'lead_id', 'request_id', 'state', 'attempts', 'next_at'])
    .expression(eb =>
      eb
        .selectFrom('channels')
        .select([
          sql<string>`cast(${beginning} as text) || substr(id, 31)`.as('id'),
          'id as channel_id',
          sql<string>`cast(${event} as text)`.as('event'),
          sql<string | null>`cast(${lead_id} as text)`.as('lead_id'),
          sql<string | null>`cast(${request_id} as text)`.as('request_id'),
          sql<'queued'>`'queued'`.as('state'),
          sql<number>`0`.as('attempts'),
          sql<string>`cast(${at} as text)`.as('next_at'),
        ])
        .where('off_at', 'is', null)
        .where(which),
    );
}

/** Lists the channels that have something to be sent now, and that nobody sends to. */
export async function listDueChannels(db: Database, now: Date): Promise<string[]> {
  const at = now.toISOString();
  const rows = await db
    .selectFrom('channels')
    .select('id')
    .where('paused_at', 'is', null)
    .where('off_at', 'is', null)
    .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', at)]))
    .where(eb => eb.or([eb('next_send_at', 'is', null), eb('next_send_at', '<=', at)]))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('deliveries')
          .select('deliveries.id')
          .whereRef('channel_id', '=', 'channels.id')
          .where('state', '=', sql.lit('queued'))
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
      .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now.toISOString())]))
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
 * Finds the delivery of a channel that is to be sent next; undefined when none is, or the channel is paused or off, or
 * may not be sent to yet.
 */
export function findNext(db: Database, channel_id: string, now: Date): Promise<DueDelivery | undefined> {
  return selectDue(db)
    .where('deliveries.channel_id', '=', channel_id)
    .where('state', '=', sql.lit('queued'))
    .where('next_at', '<=', now.toISOString())
    .where('paused_at', 'is', null)
    .where('off_at', 'is', null)
    .where(eb => eb.or([eb('next_send_at', 'is', null), eb('next_send_at', '<=', now.toISOString())]))
    .orderBy('next_at')
    .orderBy('deliveries.id')
    .limit(1)
    .executeTakeFirst();
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
    .where('state', '=', sql.lit('queued'))
    .where('next_at', '<=', now.toISOString())
    .where('event', '=', event)
    .orderBy('next_at')
    .orderBy('deliveries.id')
    .limit(gathered_at_once)
    .execute();
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
  if (wait_ms > 0) return wait_ms;
  const credited = Math.max(before ? Date.parse(before) : 0, now.getTime() - (burst - 1) * gap_ms);
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

/**
 * Records an attempt at the deliveries of one channel that one message told of. What failed is tried again later, or is
 * dead after the last attempt. When the receiver is gone, the channel is switched off, and what waits for it is dead.
 * When it takes nothing for a while, nothing is sent to it meanwhile, and no attempt is counted. A test is tried once.
 *
 * @param holder Who has the lease of the channel, which is renewed; none for a test.
 */
export async function recordAttempt(
  db: Database,
  deliveries: Notice[],
  attempt: Attempt,
  now: Date,
  holder?: string,
): Promise<void> {
  const { channel_id } = deliveries[0]!;
  const at = now.toISOString();
  const after = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const channel = {
    ...(attempt.is === 'sent' && { last_success_at: at, failing_since: null }),
    ...(attempt.is === 'failed' && { failing_since: sql<string>`coalesce(failing_since, ${at})` }),
    ...(attempt.is === 'gone' && { off_at: at }),
    ...(attempt.is === 'throttled' && { next_send_at: after(attempt.wait_ms) }),
  };
  const renew = db
    .updateTable('channels')
    .set({ lease_until: after(lease_ms) })
    .where('id', '=', channel_id);
  await db.atomic([
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
    ...(holder ? [renew.where('holder', '=', holder).compile()] : []),
    ...(attempt.is === 'gone'
      ? [
          db
            .updateTable('deliveries')
            .set({ state: 'dead', next_at: null })
            .where('channel_id', '=', channel_id)
            .where('state', '=', sql.lit('queued'))
            .compile(),
        ]
      : []),
  ]);
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
  if (attempt.is === 'throttled' && event !== test_event) return told;
  const wait_ms = event === test_event || attempt.is === 'gone' ? undefined : retry_after_ms[attempts];
  if (wait_ms === undefined) return { ...told, state: 'dead', next_at: null, attempts: attempts + 1 };
  return { ...told, next_at: new Date(now.getTime() + wait_ms).toISOString(), attempts: attempts + 1 };
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
  let rows = db
    .selectFrom('deliveries')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (channel_id) rows = rows.where('channel_id', '=', channel_id);
  // Because an index of one state is used only where the statement itself names the state, it is no parameter.
  if (state) rows = rows.where('state', '=', sql.lit(state));
  if (before) rows = rows.where('id', '<', before);
  const deliveries = await rows.execute();
  return { deliveries: deliveries.slice(0, limit), has_more: deliveries.length > limit };
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

/** Deletes deliveries of events before an instant that are no longer queued, and returns how many. */
export async function forgetDeliveries(db: Database, before: Date): Promise<number> {
  for (let total = 0; ; ) {
    const old = db
      .selectFrom('deliveries')
      .select('id')
      .where('id', '<', firstIdAt(before))
      .where('state', '<>', 'queued')
      .limit(forgotten_at_once);
    const [outcome] = await db.atomic([db.deleteFrom('deliveries').where('id', 'in', old).compile()]);
    total += outcome!.changed;
    if (outcome!.changed < forgotten_at_once) return total;
  }
}
