import type { CompiledQuery } from 'kysely';
import { readDropped } from '../audit/expire.ts';
import type { Database } from '../database.ts';
import { type DaySpan, dayOf, nextDay, startOfDay } from '../days.ts';
import { firstIdAt, timeOf } from '../ids.ts';
import type { LeadDays } from '../schema.ts';
import { bringUpToDate, records_per_step, type Step, type Tally } from '../tallies.ts';
import { nextTurn } from '../turn.ts';
import { self_check_form } from './lead.ts';

interface LeadStats {
  /** Days and forms without a lead are left out. */
  days: { day: string; form: string; received: number }[];
  /** Number of leads received in the span, and how many of them have reached each status by now. */
  funnel: { received: number; contacted: number; qualified: number; closed: number };
  median_first_contact_ms: number | null;
}

/** Largest number of first contacts that are read, those of the leads received last: enough for a median. */
const contacts_read = 10_000;

/** Rows that one statement adds. D1 takes at most 100 bound parameters in a statement. */
const days_per_statement = 25;

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
    const dropped = await readDropped(db);
    if (Number(position) < dropped) return countDropped(db, time_zone, Number(position), dropped);
    const received: Received = new Map();
    for (const { action, recorded_at, purpose } of events)
      if (action === 'lead.created') countLead(received, time_zone, { form: purpose!, received_at: recorded_at });
    // Acts of other kinds move the position only when they fill a step: staff who only read cause no write here.
    if (received.size === 0 && events.length < records_per_step) return undefined;
    return { end: String(events.at(-1)!.seq), additions: addDays(db, time_zone, received) };
  });
}

/** Counts by day and form. */
type Received = Map<string, LeadStats['days'][number]>;

function countLead(received: Received, time_zone: string, lead: { form: string; received_at: string }) {
  const { form } = lead;
  if (form === self_check_form) return;
  const day = dayOf(new Date(lead.received_at), time_zone);
  const count = received.get(`${day} ${form}`) ?? { day, form, received: 0 };
  count.received += 1;
  received.set(`${day} ${form}`, count);
}

/**
 * Counts the leads whose events have been deleted, for a time zone that is counted late. Because no index finds them by
 * number, it walks the leads, whose rows stay for good.
 */
async function countDropped(db: Database, time_zone: string, position: number, dropped: number): Promise<Step> {
  const received: Received = new Map();
  for (let after = ''; ; await nextTurn()) {
    const leads = await db
      .selectFrom('leads')
      .select(['id', 'form', 'received_at', 'created_seq'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(records_per_step)
      .execute();
    for (const lead of leads)
      if (lead.created_seq > position && lead.created_seq <= dropped) countLead(received, time_zone, lead);
    if (leads.length < records_per_step) return { end: String(dropped), additions: addDays(db, time_zone, received) };
    after = leads.at(-1)!.id;
  }
}

function addDays(db: Database, time_zone: string, received: Received): CompiledQuery[] {
  const days = [...received.values()].map(row => ({ time_zone, ...row }));
  const statements = Math.ceil(days.length / days_per_statement);
  return Array.from({ length: statements }, (_, n) =>
    addRows(db, days.slice(n * days_per_statement, (n + 1) * days_per_statement)),
  );
}

function addRows(db: Database, rows: LeadDays[]): CompiledQuery {
  return db
    .insertInto('lead_days')
    .values(rows)
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
