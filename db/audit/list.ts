import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { AuditEvents, Schema } from '../schema.ts';

export interface EventQuery {
  lead_id?: string | undefined;
  action?: string | undefined;
  /** Several of these. */
  actions?: string[] | undefined;
  /** A token's id, `visitor` or `operator`. */
  actor?: string | undefined;
  /** Several of these, such as all tokens of one person. */
  actors?: string[] | undefined;
  /** Inclusive. */
  recorded_from?: string | undefined;
  /** Exclusive. */
  recorded_to?: string | undefined;
  /** `asc` unless told otherwise. */
  order?: 'asc' | 'desc' | undefined;
  limit: number;
}

/** An event with the holder of its token, the number of its leads and the ids of the first few. */
type ListedEvent = Omit<Selectable<AuditEvents>, 'lead_id'> & {
  holder: string | null;
  lead_count: number;
  lead_ids: string[];
};

export interface EventPage {
  audit_events: ListedEvent[];
  has_more: boolean;
  /** Number of the last event; undefined on an empty page. */
  end: number | undefined;
}

/**
 * Largest number of lead ids shown of an event. Because an export is one event about up to 500 leads, a list shows only
 * the first; a query by `lead_id` still finds the event of every lead.
 */
const leads_shown = 10;

/** Events whose leads one statement reads. D1 takes at most 100 bound parameters in a statement. */
const events_per_statement = 90;

/**
 * Largest disorder between numbers and times. Because servers' clocks differ and commits wait, an act may be numbered
 * before one that has an earlier time.
 */
const disorder_ms = 3_600_000;

/** Latest instant that ISO 8601 writes with a year of four digits. */
const last_instant_ms = Date.UTC(9999, 11, 31);

/** Lists the events after a number in the order of numbers, which is the order of their commits. */
export async function listEvents(db: Database, query: EventQuery, after: number | undefined): Promise<EventPage> {
  const rows = await selectOfAll(db, query, after);
  const page = rows.slice(0, query.limit);
  const several = page.filter(row => row.lead_count > 1 && !query.lead_id).map(({ seq }) => seq);
  const shown = await listSubjects(db, several);
  const audit_events = page.map(({ lead_id, ...row }) => {
    const one = query.lead_id ?? lead_id;
    return { ...row, lead_ids: shown.get(row.seq) ?? (one ? [one] : []) };
  });
  return { audit_events, has_more: rows.length > query.limit, end: page.at(-1)?.seq };
}

/** Selects events of one actor after another, because each has its place in an index and several together have none. */
async function selectOfAll(db: Database, { actors, ...query }: EventQuery, after: number | undefined) {
  if (!actors) return selectEvents(db, query, after);
  const found = await Promise.all(actors.map(actor => selectEvents(db, { ...query, actor }, after)));
  const sign = query.order === 'desc' ? -1 : 1;
  return found
    .flat()
    .sort((one, other) => sign * (one.seq - other.seq))
    .slice(0, query.limit + 1);
}

function selectEvents(db: Database, query: EventQuery, after: number | undefined) {
  const { lead_id, action, actions, actor, recorded_from, recorded_to, order = 'asc', limit } = query;
  let rows = db
    .selectFrom('audit_events')
    .leftJoin('tokens', 'tokens.id', 'audit_events.actor')
    .leftJoin('accounts', 'accounts.id', 'audit_events.actor')
    .select(eb => [
      'audit_events.seq',
      'recorded_at',
      'actor',
      eb.fn.coalesce('tokens.holder', 'accounts.holder').as('holder'),
      'audit_events.role',
      'action',
      'fields',
      'purpose',
      'request_id',
      'lead_id',
      sql<number>`case when lead_id is null then (${countSubjects(eb)}) else 1 end`.as('lead_count'),
    ])
    .orderBy('audit_events.seq', order)
    .limit(limit + 1);
  if (after !== undefined) rows = rows.where('audit_events.seq', order === 'asc' ? '>' : '<', after);
  if (lead_id)
    rows = rows.where('audit_events.seq', 'in', eb =>
      eb
        .selectFrom('audit_events')
        .select('seq')
        .where('lead_id', '=', lead_id)
        .where('action', '<>', sql.lit('lead.created'))
        .union(eb.selectFrom('audit_subjects').select('seq').where('lead_id', '=', lead_id))
        .union(eb.selectFrom('leads').select('created_seq as seq').where('id', '=', lead_id)),
    );
  if (action) rows = rows.where('action', '=', action);
  if (actions) rows = rows.where('action', 'in', actions);
  if (actor) rows = rows.where('actor', '=', actor);
  // The statement repeats the condition of the partial indexes, because a database uses them only where it can read it.
  if (action && action !== 'lead.created') rows = rows.where('action', '<>', sql.lit('lead.created'));
  if (actor && actor !== 'visitor') rows = rows.where('actor', '<>', sql.lit('visitor'));
  if (recorded_from) rows = rows.where('recorded_at', '>=', recorded_from);
  if (recorded_to) rows = rows.where('recorded_at', '<', recorded_to);
  // Times become bounds of the numbers, which order the list. A further page has its own bound, the end of
  // the one before.
  if (recorded_from && !(after !== undefined && order === 'asc'))
    rows = rows.where('audit_events.seq', '>', lastBefore(shift(recorded_from, -disorder_ms)));
  if (recorded_to && !(after !== undefined && order === 'desc'))
    rows = rows.where('audit_events.seq', '<=', lastBefore(shift(recorded_to, disorder_ms)));
  return rows.execute();
}

/** The exports in clear among some requests, by their id in the log; with the number of leads where it was counted. */
export type Exports = ReadonlyMap<string, number | undefined>;

/** Finds which of some requests, by their id in the log, were exports in clear. */
export async function findExports(db: Database, request_ids: string[]): Promise<Exports> {
  if (request_ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('audit_events')
    .select(['request_id', 'fields'])
    .where('action', '=', 'lead.exported')
    .where('action', '<>', sql.lit('lead.created'))
    .where('request_id', 'in', request_ids)
    .execute();
  const counts = rows.map(({ request_id, fields }) => [request_id!, /:(\d+)$/.exec(fields ?? '')?.[1]] as const);
  return new Map(counts.map(([id, count]) => [id, count === undefined ? count : Number(count)]));
}

function countSubjects(eb: ExpressionBuilder<Schema, 'audit_events'>) {
  return eb
    .selectFrom('audit_subjects')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .whereRef('audit_subjects.seq', '=', 'audit_events.seq');
}

/**
 * Returns SQL for the last number whose act was recorded before an instant, give or take acts that are in disorder.
 *
 * Because acts are numbered in the order of their commits, and so nearly in that of time, it bisects the numbers and
 * needs no index by time.
 */
function lastBefore(instant: string) {
  const middle = sql`(low + high) / 2`;
  const isBefore = sql`(select recorded_at from audit_events where seq >= ${middle} order by seq limit 1) < ${instant}`;
  return sql<number>`(
    with recursive bisection (low, high) as (
      select coalesce((select min(seq) from audit_events), 1) - 1, (select seq from changes where id = 1) + 1
      union all
      select case when ${isBefore} then ${middle} else low end, case when ${isBefore} then high else ${middle} end
      from bisection where high - low > 1
    )
    select low from bisection where high - low <= 1)`;
}

function shift(instant: string, ms: number): string {
  return new Date(Math.min(Date.parse(instant) + ms, last_instant_ms)).toISOString();
}

/** Lists the first leads of each event, by its number. */
async function listSubjects(db: Database, numbers: number[]): Promise<Map<number, string[]>> {
  const shown = new Map<number, string[]>();
  for (let at = 0; at < numbers.length; at += events_per_statement) {
    const some = db
      .selectFrom('audit_subjects')
      .select(['seq', 'lead_id', sql<number>`row_number() over (partition by seq order by lead_id)`.as('place')])
      .where('seq', 'in', numbers.slice(at, at + events_per_statement));
    const rows = await db
      .selectFrom(some.as('numbered'))
      .select(['seq', 'lead_id'])
      .where('place', '<=', leads_shown)
      .execute();
    for (const { seq, lead_id } of rows) shown.set(seq, [...(shown.get(seq) ?? []), lead_id].sort());
  }
  return shown;
}
