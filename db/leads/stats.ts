import type { CompiledQuery } from 'kysely';
import type { Database } from '../database.ts';
import { type DaySpan, dayOf, nextDay, startOfDay } from '../days.ts';
import { firstIdAt, timeOf } from '../ids.ts';
import { bringUpToDate, records_per_step, type Tally } from '../tallies.ts';

interface LeadStats {
  /** Days and forms without a lead are left out. */
  days: { day: string; form: string; received: number }[];
  /** Number of leads received in the span, and how many of them have reached each status by now. */
  funnel: { received: number; contacted: number; qualified: number; closed: number };
  median_first_contact_ms: number | null;
}

/** Largest number of first contacts that are read, those of the leads received last: enough for a median. */
const contacts_read = 10_000;

/**
 * Counts the leads received, by day and form. Safe to run at any time, on several servers at once.
 *
 * Because acts are numbered in the order of their commits, the count is exact to the last lead. Erased
 * leads stay counted.
 */
export function tallyLeads(db: Database, time_zone: string): Promise<number> {
  const tally: Tally = { name: 'leads', time_zone };
  return bringUpToDate(db, tally, async position => {
    const events = await db
      .selectFrom('audit_events')
      .select(['seq', 'recorded_at', 'action', 'purpose'])
      .where('seq', '>', Number(position))
      .orderBy('seq')
      .limit(records_per_step)
      .execute();
    const received = new Map<string, { day: string; form: string; received: number }>();
    for (const { action, recorded_at, purpose } of events) {
      if (action !== 'lead.created') continue;
      const day = dayOf(new Date(recorded_at), time_zone);
      const count = received.get(`${day} ${purpose}`) ?? { day, form: purpose!, received: 0 };
      count.received += 1;
      received.set(`${day} ${purpose}`, count);
    }
    // Acts of other kinds move the position only when they fill a step: staff who only read cause no write here.
    if (received.size === 0 && events.length < records_per_step) return undefined;
    return {
      end: String(events.at(-1)!.seq),
      additions: [...received.values()].map(row => addDay(db, time_zone, row)),
    };
  });
}

function addDay(db: Database, time_zone: string, row: LeadStats['days'][number]): CompiledQuery {
  return db
    .insertInto('lead_days')
    .values({ time_zone, ...row })
    .onConflict(conflict =>
      conflict
        .columns(['time_zone', 'day', 'form'])
        .doUpdateSet(eb => ({ received: eb('lead_days.received', '+', eb.ref('excluded.received')) })),
    )
    .compile();
}

/** Reads how many leads came in by day, and what has become of them by now. */
export async function readLeadStats(db: Database, span: DaySpan): Promise<LeadStats> {
  const { from_day, to_day, time_zone } = span;
  await tallyLeads(db, time_zone);
  const [days, reached, waits] = await Promise.all([
    db
      .selectFrom('lead_days')
      .select(['day', 'form', 'received'])
      .where('time_zone', '=', time_zone)
      .where('day', '>=', from_day)
      .where('day', '<=', to_day)
      .orderBy('day')
      .orderBy('form')
      .execute(),
    countReached(db, span),
    readWaits(db, span),
  ]);
  const received = days.reduce((sum, day) => sum + day.received, 0);
  const middle = waits.sort((a, b) => a - b).slice((waits.length - 1) >> 1, (waits.length >> 1) + 1);
  const median = middle.length > 0 ? middle.reduce((sum, wait) => sum + wait) / middle.length : null;
  return { days, funnel: { received, ...reached }, median_first_contact_ms: median };
}

function countReached(db: Database, span: DaySpan) {
  return selectContacted(db, span)
    .select(({ fn }) => [
      fn.count<number>('contacted_at').as('contacted'),
      fn.count<number>('qualified_at').as('qualified'),
      fn.count<number>('closed_at').as('closed'),
    ])
    .executeTakeFirstOrThrow();
}

async function readWaits(db: Database, span: DaySpan): Promise<number[]> {
  const rows = await selectContacted(db, span)
    .select(['id', 'contacted_at'])
    .orderBy('id', 'desc')
    .limit(contacts_read)
    .execute();
  return rows.map(({ id, contacted_at }) => Date.parse(contacted_at!) - timeOf(id).getTime());
}

function selectContacted(db: Database, { from_day, to_day, time_zone }: DaySpan) {
  return db
    .selectFrom('leads')
    .where('contacted_at', 'is not', null)
    .where('id', '>=', firstIdAt(startOfDay(from_day, time_zone)))
    .where('id', '<', firstIdAt(startOfDay(nextDay(to_day), time_zone)));
}
