import { type CompiledQuery, sql } from 'kysely';
import { addWorkingHours, type WorkingTime } from '../calendar/working-hours.ts';
import { readCalendar } from '../calendar/years.ts';
import { Conflict, type Database } from '../database.ts';
import { dayOf } from '../days.ts';
import { firstIdAt, newId } from '../ids.ts';
import type { Channels } from '../schema.ts';
import { failUnless, prepare } from '../statements.ts';
import { tellFollowUps } from './follow-ups.ts';
import { type ChannelEvent, insertFor, type NewDelivery } from './write.ts';

/** Deliveries that are written in one unit. */
const told_at_once = 90;

/** Units for one channel and event in one run. What is left then is told in the next. */
const units_at_once = 20;

type Told = Pick<Channels, 'id' | 'events' | 'after_hours' | 'created_at' | 'told_leads_to' | 'told_holds_to'>;

/**
 * Tells channels of what has become due since they were told last: leads that wait too long, follow-ups, and holds whose
 * day of review has come. A channel that is off is told when it is on again.
 *
 * Because the deliveries and how far a channel has been told are one unit, each is told once, however many servers run
 * this and wherever one is killed.
 *
 * @returns How many deliveries were written.
 */
export async function tellDue(
  db: Database,
  { hours, time_zone }: Omit<WorkingTime, 'calendar'>,
  now: Date,
): Promise<{ leads: number; follow_ups: number; holds: number }> {
  const channels = await db
    .selectFrom('channels')
    .select(['id', 'events', 'after_hours', 'created_at', 'told_leads_to', 'told_holds_to'])
    .where('off_at', 'is', null)
    .execute();
  const hears = (event: ChannelEvent) =>
    channels.filter(({ events }) => (JSON.parse(events) as ChannelEvent[]).includes(event));
  const [waiting, reviewing] = [hears('lead.waiting'), hears('hold.review_due')];
  let [leads, holds] = [0, 0];
  if (waiting.length > 0) {
    const time = { calendar: await readCalendar(db), hours, time_zone };
    for (const channel of waiting) leads += await tellWaiting(db, time, channel, now);
  }
  for (const channel of reviewing) holds += await tellReviews(db, time_zone, channel, now);
  const follow_ups = hears('follow_up.due').length > 0 ? await tellFollowUps(db, { hours, time_zone }, now) : 0;
  return { leads, follow_ups, holds };
}

/**
 * Tells a channel of leads that are new for longer than it allows. Because ids are in order of receipt, it has been told
 * up to an id. A new channel begins with those that come to wait too long after it was made.
 */
async function tellWaiting(db: Database, time: WorkingTime, channel: Told, now: Date): Promise<number> {
  const cutoff = (at: Date) => firstIdAt(addWorkingHours(time, at, -channel.after_hours));
  const end = cutoff(now);
  let before = channel.told_leads_to;
  let from = before ?? cutoff(new Date(channel.created_at));
  let total = 0;
  for (let unit = 0; unit < units_at_once && from < end; unit++) {
    const rows = await db
      .selectFrom('leads')
      .select('id')
      .where('status', '=', 'new')
      .where('erased_at', 'is', null)
      .where('restricted_at', 'is', null)
      .where('id', '>', from)
      .where('id', '<', end)
      .orderBy('id')
      .limit(told_at_once)
      .execute();
    if (rows.length === 0) return total;
    const to = rows.at(-1)!.id;
    const ids = rows.map(({ id }) => id);
    if (!(await tell(db, channel.id, 'lead.waiting', ids, { told_leads_to: [before, to] }, now))) return total;
    total += ids.length;
    before = to;
    from = to;
  }
  return total;
}

/** Tells a channel of holds that have come to be reviewed; a new channel, of all that stand. */
async function tellReviews(db: Database, time_zone: string, channel: Told, now: Date): Promise<number> {
  const before = channel.told_holds_to;
  const rows = await db
    .selectFrom('holds')
    .select(['lead_id'])
    .where('released_at', 'is', null)
    .where('review_on', '<=', dayOf(now, time_zone))
    .$if(before !== null, holds =>
      holds.where(eb =>
        eb.or([eb('review_on', '>', dayOf(new Date(before!), time_zone)), eb('placed_at', '>', before!)]),
      ),
    )
    .orderBy('review_on')
    .orderBy('id')
    .execute();
  const ids = rows.map(({ lead_id }) => lead_id);
  const isTold =
    ids.length > 0 &&
    (await tell(db, channel.id, 'hold.review_due', ids, { told_holds_to: [before, now.toISOString()] }, now));
  return isTold ? ids.length : 0;
}

/**
 * Writes deliveries to one channel in a unit, together with how far it has been told.
 *
 * @param mark The column that says how far, with its value before and after.
 * @returns False where another server has told the channel meanwhile, or somebody removed it; then nothing is written.
 */
async function tell(
  db: Database,
  channel_id: string,
  event: ChannelEvent,
  lead_ids: string[],
  mark: { [Name in 'told_leads_to' | 'told_holds_to']?: [before: string | null, after: string] },
  now: Date,
): Promise<boolean> {
  const [[column, [before, after]]] = Object.entries(mark) as [['told_leads_to', [string | null, string]]];
  const isSame = before === null ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} = ${before}`;
  try {
    const [marked] = await db.atomic([
      db
        .updateTable('channels')
        .set({ id: failUnless(isSame, sql<string>`id`), [column]: after })
        .where('id', '=', channel_id)
        .compile(),
      ...lead_ids.map(lead_id => writeDelivery(db, channel_id, { event, lead_id }, now)),
    ]);
    return marked!.changed > 0;
  } catch (error) {
    if (error instanceof Conflict && error.table === 'channels') return false;
    throw error;
  }
}

/** Returns the statement that tells one channel of an event; it writes nothing where the channel is gone or off. */
function writeDelivery(
  db: Database,
  channel_id: string,
  { event, lead_id }: { event: ChannelEvent; lead_id: string },
  now: Date,
): CompiledQuery {
  const beginning = newId(now).slice(0, 30);
  return insertDelivery(db, { beginning, event, lead_id, request_id: null, at: now.toISOString(), channel_id });
}

const insertDelivery = prepare<NewDelivery & { channel_id: string }>(
  ['beginning', 'event', 'lead_id', 'request_id', 'at', 'channel_id'],
  (db, { channel_id, ...told }) => insertFor(db, told, sql<boolean>`id = ${channel_id}`).compile(),
);
