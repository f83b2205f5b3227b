import { sql } from 'kysely';
import { startOfWork, type WorkingTime } from '../calendar/working-hours.ts';
import type { Database } from '../database.ts';
import { addDays, dayOf } from '../days.ts';
import { firstIdAt } from '../ids.ts';

/** Deliveries that are written in one run. What is left then is told in the next. */
const told_at_once = 1_800;

/** Days for which a follow-up is told late, where no server ran at its time. It is shorter than deliveries are kept. */
const told_late_days = 7;

/**
 * Tells channels of the follow-ups that are due: at the beginning of the working hours of their day, be it a working day
 * or not, because somebody chose it.
 *
 * The id of a delivery is made of the day, the lead and the channel. Because of that each is told of a lead and a day
 * once, however many servers run this and however often the day is set.
 *
 * @returns How many deliveries were written.
 */
export async function tellFollowUps(db: Database, time: Omit<WorkingTime, 'calendar'>, now: Date): Promise<number> {
  const today = dayOf(now, time.time_zone);
  const days = Array.from({ length: told_late_days + 1 }, (_, ago) => addDays(today, -ago))
    .map(day => ({ day, due_at: startOfWork(time, day) }))
    .filter(({ due_at }) => due_at <= now);
  const [latest, earliest] = [days.at(0), days.at(-1)];
  if (!latest || !earliest) return 0;
  const begins = days.map(({ day, due_at }) => sql`when ${day} then cast(${firstIdAt(due_at).slice(0, 14)} as text)`);
  const id = sql<string>`(case leads.follow_up_on ${sql.join(begins, sql` `)} end) || substr(leads.id, 15, 16) || substr(channels.id, 31)`;
  const untold = db
    .selectFrom('leads')
    .innerJoin('channels', join => join.on('channels.off_at', 'is', null))
    .select([id.as('id'), 'channels.id as channel_id', sql<string>`'follow_up.due'`.as('event'), 'leads.id as lead_id'])
    .select([sql<'queued'>`'queued'`.as('state'), sql<number>`0`.as('attempts')])
    .select(sql<string>`cast(${now.toISOString()} as text)`.as('next_at'))
    .where('follow_up_on', '>=', earliest.day)
    .where('follow_up_on', '<=', latest.day)
    .where('status', '<>', sql.lit('closed'))
    .where('erased_at', 'is', null)
    .where('restricted_at', 'is', null)
    .where(sql<boolean>`events like '%"follow_up.due"%'`)
    .where(sql<boolean>`not exists (select 1 from deliveries where deliveries.id = ${id})`);
  const isAny = await untold.clearSelect().select('leads.id').limit(1).executeTakeFirst();
  if (!isAny) return 0;
  const [written] = await db.atomic([
    db
      .insertInto('deliveries')
      .columns(['id', 'channel_id', 'event', 'lead_id', 'state', 'attempts', 'next_at'])
      .expression(untold.orderBy('follow_up_on').orderBy('leads.id').limit(told_at_once))
      .onConflict(conflict => conflict.column('id').doNothing())
      .compile(),
  ]);
  return written!.changed;
}
