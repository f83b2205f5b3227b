import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { findHolder } from '../staff/holders.ts';
import type { Vault } from '../vault/vault.ts';
import { draftAffected, findLeads, findUse, type Period } from './affected.ts';
import type { IncidentRow, IncidentScope } from './incident.ts';
import { draftMore, findOfRequests } from './requests.ts';

/** Rows that one statement writes. D1 takes at most 100 bound parameters in a statement. */
const rows_per_statement = 45;

/** Staff tell this of a new incident. `cause` is their own words. */
export interface NewIncident extends Period {
  cause: string;
  scope: IncidentScope;
}

/** The part of a scope that names nothing. */
export type UnknownScope = 'unknown_token' | 'unknown_key' | 'unknown_lead';

/**
 * Records an incident with the leads that it affects, as the audit trail tells them, in one unit with its event.
 *
 * @returns Its id and how many leads it affects, or what of its scope is unknown.
 */
export async function recordIncident(
  { db, vault }: { db: Database; vault: Vault },
  { from, to, cause, scope }: NewIncident,
  actor: Actor,
  now: Date,
): Promise<{ id: string; affected: number } | UnknownScope> {
  const id = newId(now);
  const affected = await draftLeads({ db, vault }, id, scope, { from, to });
  if (typeof affected === 'string') return affected;
  const { sealed, keys } = vault.sealOwn('incident', id, cause);
  const row: Omit<IncidentRow, 'seq'> = {
    ...{ id, from_at: from, to_at: to, ...columnsOf(scope), sealed, recorded_at: now.toISOString() },
    ...{ noticed_at: null, until: null, contact: null },
  };
  await db.atomic([
    ...affected,
    db
      .insertInto('keys')
      .values({ subject_kind: 'incident', subject_id: id, ...keys })
      .compile(),
    takeNumber(db),
    db
      .insertInto('incidents')
      .values({ ...row, seq: takenNumber() })
      .compile(),
    ...recordEvent(db, actor, { action: 'incident.recorded', fields: id, purpose: row.scope }, now),
  ]);
  const { count } = await db
    .selectFrom('incident_leads')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('incident_id', '=', id)
    .executeTakeFirstOrThrow();
  return { id, affected: Number(count) };
}

async function draftLeads(
  { db, vault }: { db: Database; vault: Vault },
  incident_id: string,
  scope: IncidentScope,
  period: Period,
) {
  const untold = { incident_id, told_at: null, told_by: null };
  if ('lead_ids' in scope) {
    const ids = [...new Set(scope.lead_ids)];
    if ((await findLeads(db, ids)).length < ids.length) return 'unknown_lead';
    const rows = ids.map(lead_id => ({ ...untold, lead_id }));
    const parts = Array.from({ length: Math.ceil(rows.length / rows_per_statement) }, (_, at) =>
      rows.slice(at * rows_per_statement, (at + 1) * rows_per_statement),
    );
    return parts.map(part => db.insertInto('incident_leads').values(part).compile());
  }
  if ('token_id' in scope && !(await findHolder(db, scope.token_id))) return 'unknown_token';
  const use = 'key_id' in scope ? await findUse(db, scope.key_id) : { ended_at: undefined };
  if (!use) return 'unknown_key';
  const reached = await draftAffected(db, scope, period, use.ended_at);
  const leads = db
    .selectFrom(reached.as('reached'))
    .select(({ val }) => [val(incident_id).as('incident_id'), 'lead_id']);
  const more = 'token_id' in scope ? await findOfRequests({ db, vault }, scope.token_id, period) : [];
  return [
    db.insertInto('incident_leads').columns(['incident_id', 'lead_id']).expression(leads).compile(),
    ...draftMore(db, incident_id, more, period),
  ];
}

function columnsOf(scope: IncidentScope): Pick<IncidentRow, 'scope' | 'scope_id'> {
  if ('token_id' in scope) return { scope: 'token', scope_id: scope.token_id };
  if ('key_id' in scope) return { scope: 'key', scope_id: scope.key_id };
  return { scope: 'all' in scope ? 'all' : 'leads', scope_id: null };
}
