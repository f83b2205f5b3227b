import type { CompiledQuery } from 'kysely';
import { readDropped } from '../../audit/expire.ts';
import type { Database } from '../../database.ts';
import { type DaySpan, dayOf } from '../../days.ts';
import type { LeadDays } from '../../schema.ts';
import { bringUpToDate, type Step, type Tally } from '../../tallies.ts';
import { self_check_form } from '../lead.ts';

type LeadDay = Omit<LeadDays, 'time_zone'>;

/** Rows that one statement adds. D1 takes at most 100 bound parameters in a statement. */
const days_per_statement = 25;

/**
 * Counts the leads received, by day and form. Safe to run at any time, on several servers at once.
 *
 * Because acts are numbered in the order of their commits, the count is exact to the last lead. Erased
 * leads stay counted.
 */
export function tallyLeads(db: Database, time_zone: string, most_attempts?: number): Promise<number> {
  const tally: Tally = { name: 'leads', time_zone };
  const takeStep = async (position: string): Promise<Step | undefined> => {
    const events = await db
      .selectFrom('audit_events')
      .select(['seq', 'recorded_at', 'action', 'purpose'])
      .where('seq', '>', Number(position))
      .orderBy('seq')
      .limit(db.rows_at_once)
      .execute();
    const dropped = await readDropped(db);
    if (Number(position) < dropped) return countDropped(db, time_zone, Number(position), dropped);
    const received: Received = new Map();
    for (const { action, recorded_at, purpose } of events)
      if (action === 'lead.created') countLead(received, time_zone, { form: purpose!, received_at: recorded_at });
    // Acts of other kinds move the position only when they fill a step: staff who only read cause no write here.
    if (received.size === 0 && events.length < db.rows_at_once) return undefined;
    return { end: String(events.at(-1)!.seq), additions: addDays(db, time_zone, received) };
  };
  return bringUpToDate(db, tally, takeStep, most_attempts);
}

/** Counts by day and form. */
type Received = Map<string, LeadDay>;

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
  for (let after = ''; ; await db.rest()) {
    const leads = await db
      .selectFrom('leads')
      .select(['id', 'form', 'received_at', 'created_seq'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(db.rows_at_once)
      .execute();
    for (const lead of leads)
      if (lead.created_seq > position && lead.created_seq <= dropped) countLead(received, time_zone, lead);
    if (leads.length < db.rows_at_once) return { end: String(dropped), additions: addDays(db, time_zone, received) };
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

/** Attempts at a step of counting for which an answer waits. What is left then is counted by the job. */
const most_attempts_at_once = 4;

/**
 * Reads how many leads came in, by day and form. Days and forms without a lead are left out. Because an answer waits for
 * few to be counted, the latest may be missing until the job has run.
 */
export async function readLeadDays(db: Database, { from_day, to_day, time_zone }: DaySpan): Promise<LeadDay[]> {
  await tallyLeads(db, time_zone, most_attempts_at_once);
  return db
    .selectFrom('lead_days')
    .select(['day', 'form', 'received'])
    .where('time_zone', '=', time_zone)
    .where('day', '>=', from_day)
    .where('day', '<=', to_day)
    .orderBy('day')
    .orderBy('form')
    .execute();
}
