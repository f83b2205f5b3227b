import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import type { Deliveries } from '../schema.ts';
import { prepare } from '../statements.ts';

/** The events that a channel can be told of. */
export const channel_events = [
  ...(['lead.created', 'lead.waiting', 'lead.assigned', 'follow_up.due', 'request.created', 'request.due'] as const),
  ...(['hold.review_due', 'backup.failed', 'compliance.broken', 'policy.published'] as const),
] as const;
export type ChannelEvent = (typeof channel_events)[number];

/** The event of a test, which one channel alone is told of. */
export const test_event = 'channel.test';

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

/**
 * Returns the statement that tells of a lead that the same unit has stored, and of its assignee where it has one. Because
 * most leads have none, and each statement takes the writer's time, it is one for both.
 */
export function writeCreated(db: Database, lead_id: string, now: Date): CompiledQuery {
  const [created, assigned] = [newId(now).slice(0, 30), newId(now).slice(0, 30)];
  return insertCreated(db, { created, assigned, lead_id, at: now.toISOString() });
}

export type NewDelivery = Record<'beginning' | 'event' | 'at', string> & Pick<Deliveries, 'lead_id' | 'request_id'>;

const insertDeliveries = prepare<NewDelivery & { pattern: string }>(
  ['beginning', 'event', 'lead_id', 'request_id', 'at', 'pattern'],
  (db, { pattern, ...told }) => insertFor(db, told, sql<boolean>`events like cast(${pattern} as text)`).compile(),
);

const insertCreated = prepare<{ created: string; assigned: string; lead_id: string; at: string }>(
  ['created', 'assigned', 'lead_id', 'at'],
  (db, { created, assigned, ...rest }) => {
    const isAssigned = sql`exists (select 1 from leads where leads.id = cast(${rest.lead_id} as text) and assigned_to is not null)`;
    const deliver = (beginning: string, event: ChannelEvent, which: RawBuilder<boolean>) =>
      selectFor(db, { beginning, event, request_id: null, ...rest }, which);
    return insertAll(
      db,
      deliver(created, 'lead.created', sql<boolean>`events like '%"lead.created"%'`).unionAll(
        deliver(assigned, 'lead.assigned', sql<boolean>`events like '%"lead.assigned"%' and ${isAssigned}`),
      ),
    ).compile();
  },
);

/** Builds the statement that writes a delivery to each of some channels, but to none that is off. */
export function insertFor(db: Database, told: NewDelivery, which: RawBuilder<boolean>) {
  return insertAll(db, selectFor(db, told, which));
}

function insertAll(db: Database, deliveries: ReturnType<typeof selectFor>) {
  return db
    .insertInto('deliveries')
    .columns(['id', 'channel_id', 'event', 'lead_id', 'request_id', 'state', 'attempts', 'next_at'])
    .expression(deliveries);
}

function selectFor(
  db: Database,
  { beginning, event, lead_id, request_id, at }: NewDelivery,
  which: RawBuilder<boolean>,
) {
  return db
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
    .where(which);
}
