import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { self_check_form } from '../leads/lead.ts';
import { covered_ms } from '../leads/reveals.ts';
import type { IncidentScope } from './incident.ts';

/** When an incident was, from one instant to another, both included. */
export interface Period {
  from: string;
  to: string;
}

/** Leads that one statement looks for. D1 takes at most 100 bound parameters in a statement. */
const leads_per_statement = 90;

/** Reads the queries of the ids of the leads whose data an incident reached, by what the audit trail says. */
export async function draftAffected(
  db: Database,
  scope: Exclude<IncidentScope, { lead_ids: string[] }>,
  period: Period,
  ended_at: string | undefined,
) {
  if (!('token_id' in scope)) return selectStored(db, period, ended_at);
  const ranges = await listSearched(db, scope.token_id, period);
  const shown = selectShown(db, scope.token_id, period);
  return ranges.length > 0 ? shown.union(selectSearched(db, ranges, period)) : shown;
}

/**
 * Selects the leads that a token was shown in clear: opened one by one, pulled or exported. Because one event covers that
 * the console shows a lead for ten minutes, such events of so long before count too. They alone name a purpose and one lead.
 */
function selectShown(db: Database, token_id: string, { from, to }: Period) {
  const since = new Date(Date.parse(from) - covered_ms).toISOString();
  const events = db
    .selectFrom('audit_events')
    .where('actor', '=', token_id)
    .where('actor', '<>', sql.lit('visitor'))
    .where('action', '=', sql.lit('lead.revealed'))
    .where('recorded_at', '<=', to);
  return events
    .select(sql<string>`audit_events.lead_id`.as('lead_id'))
    .where('audit_events.lead_id', 'is not', null)
    .where('recorded_at', '>=', since)
    .where(eb => eb.or([eb('recorded_at', '>=', from), eb('purpose', 'is not', null)]))
    .union(
      events
        .where('recorded_at', '>=', from)
        .innerJoin('audit_subjects', 'audit_subjects.seq', 'audit_events.seq')
        .select(sql<string>`audit_subjects.lead_id`.as('lead_id')),
    );
}

/** Ids from one to another, both included. */
type Range = [first: string, last: string];

/** Ranges that one statement looks in. D1 takes at most 100 bound parameters in a statement. */
const most_ranges = 30;

/** Lists the ranges that the searches by name of a token looked through: those that overlap as one, too many as the whole. */
async function listSearched(db: Database, token_id: string, { from, to }: Period): Promise<Range[]> {
  const rows = await db
    .selectFrom('audit_events')
    .select('fields')
    .distinct()
    .where('actor', '=', token_id)
    .where('actor', '<>', sql.lit('visitor'))
    .where('action', '=', sql.lit('lead.searched'))
    .where('recorded_at', '>=', from)
    .where('recorded_at', '<=', to)
    .execute();
  const searched = rows.flatMap(({ fields }): Range[] => {
    const [, first, last] = /,first:([^,]+),last:([^,]+)$/.exec(fields ?? '') ?? [];
    return first && last ? [[first, last]] : [];
  });
  const ranges: Range[] = [];
  for (const [first, last] of searched.sort(([one], [other]) => (one < other ? -1 : 1))) {
    const before = ranges.at(-1);
    if (!before || first > before[1]) ranges.push([first, last]);
    else if (last > before[1]) before[1] = last;
  }
  return ranges.length > most_ranges ? [[ranges[0]![0], ranges.at(-1)![1]]] : ranges;
}

/**
 * Selects the leads that searches by name looked through and that were not erased before. Because an answer tells of each
 * whether its name holds a text, and the trail not which ones it named, all of them count.
 *
 * @see PIPL art. 57: who may be affected
 */
function selectSearched(db: Database, ranges: Range[], { from, to }: Period) {
  return db
    .selectFrom('leads')
    .select('leads.id as lead_id')
    .where('form', '<>', self_check_form)
    .where('received_at', '<=', to)
    .where(eb => eb.or([eb('erased_at', 'is', null), eb('erased_at', '>=', from)]))
    .where(eb =>
      eb.or(ranges.map(([first, last]) => eb.and([eb('leads.id', '>=', first), eb('leads.id', '<=', last)]))),
    );
}

/**
 * Selects the leads that were stored before the end of an incident, or before a key was last turned away from, and not
 * erased before the incident began.
 */
function selectStored(db: Database, { from, to }: Period, ended_at = to) {
  return db
    .selectFrom('leads')
    .select('id as lead_id')
    .where('form', '<>', self_check_form)
    .where('received_at', '<=', ended_at < to ? ended_at : to)
    .where(eb => eb.or([eb('erased_at', 'is', null), eb('erased_at', '>=', from)]));
}

/** Returns which of the ids are those of leads. */
export async function findLeads(db: Database, ids: string[]): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; at < ids.length; at += leads_per_statement) {
    const some = ids.slice(at, at + leads_per_statement);
    const rows = await db.selectFrom('leads').select('id').where('id', 'in', some).execute();
    found.push(...rows.map(({ id }) => id));
  }
  return found;
}

/**
 * Finds until when a key wrapped keys of leads, by the events of its first use and of the end of its rotation; undefined
 * where nothing knows the key. `ended_at` is undefined while it still wraps.
 */
export async function findUse(db: Database, key_id: string): Promise<{ ended_at: string | undefined } | undefined> {
  const [wrapped, noted, events] = await Promise.all([
    db.selectFrom('keys').select('kek_id').where('kek_id', '=', key_id).limit(sql.lit(1)).executeTakeFirst(),
    db
      .selectFrom('key_checks')
      .select(['key_id', 'rotated_at'])
      .where('setting', '=', sql.lit('ENCRYPTION_KEYS'))
      .where('key_id', '=', key_id)
      .executeTakeFirst(),
    db
      .selectFrom('audit_events')
      .select(['action', 'recorded_at'])
      .where('action', 'in', [sql.lit('key.first_used'), sql.lit('key.rotated')])
      .where('action', '<>', sql.lit('lead.created'))
      .where('fields', '=', key_id)
      .orderBy('seq', 'desc')
      .execute(),
  ]);
  if (!wrapped && !noted && events.length === 0) return undefined;
  const ended = events.find(({ action }) => action === 'key.rotated')?.recorded_at ?? noted?.rotated_at;
  return { ended_at: wrapped ? undefined : (ended ?? undefined) };
}

/** Lists the ids of all keys that ever wrapped keys of leads, the latest first. */
export async function listKeyIds(db: Database): Promise<string[]> {
  const [noted, used] = await Promise.all([
    db.selectFrom('key_checks').select('key_id').where('setting', '=', sql.lit('ENCRYPTION_KEYS')).execute(),
    db
      .selectFrom('audit_events')
      .select('fields')
      .where('action', '=', sql.lit('key.first_used'))
      .where('action', '<>', sql.lit('lead.created'))
      .orderBy('seq')
      .execute(),
  ]);
  return [...new Set([...noted.map(({ key_id }) => key_id), ...used.map(({ fields }) => fields!)])].reverse();
}
