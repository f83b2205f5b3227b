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

/** Returns the query of the ids of the leads whose data an incident reached, by what the audit trail says. */
export function draftAffected(
  db: Database,
  scope: Exclude<IncidentScope, { lead_ids: string[] }>,
  period: Period,
  ended_at: string | undefined,
) {
  return 'token_id' in scope ? selectShown(db, scope.token_id, period) : selectStored(db, period, ended_at);
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
