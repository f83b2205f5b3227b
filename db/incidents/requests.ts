import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import { covered_ms } from '../leads/reveals.ts';
import { findRequest, type KeyedRequest } from '../requests/find.ts';
import { findMeant } from '../requests/meant.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { Vault } from '../vault/vault.ts';
import type { Period } from './affected.ts';

/** Leads that one statement looks for. D1 takes at most 100 bound parameters in a statement. */
const leads_per_statement = 90;

/**
 * Finds the leads that the requests are about which a token was shown in clear: those that a request names, else those of
 * its contact. Because a request may be shown for ten minutes under one event, events of so long before count too.
 */
export async function findOfRequests(
  services: { db: Database; vault: Vault },
  token_id: string,
  { from, to }: Period,
): Promise<string[]> {
  const since = new Date(Date.parse(from) - covered_ms).toISOString();
  const shown = await services.db
    .selectFrom('audit_events')
    .select('fields')
    .distinct()
    .where('actor', '=', token_id)
    .where('actor', '<>', sql.lit('visitor'))
    .where('action', '=', sql.lit('request.revealed'))
    .where('recorded_at', '>=', since)
    .where('recorded_at', '<=', to)
    .execute();
  const found = new Set<string>();
  for (const { fields } of shown) {
    const request = await findRequest(services.db, fields!);
    for (const id of request ? await findLeadsOf(services, request) : []) found.add(id);
  }
  return [...found].sort();
}

/** Finds the leads of a request, erased ones too where it names them; none of one that is neither named nor readable. */
async function findLeadsOf(services: { db: Database; vault: Vault }, request: KeyedRequest): Promise<string[]> {
  if (request.lead_ids) return JSON.parse(request.lead_ids) as string[];
  try {
    return (await findMeant(services, request)).map(({ id }) => id);
  } catch (error) {
    if (error instanceof LostKey) return [];
    throw error;
  }
}

/** Returns the statements that add leads to those that an incident affects, but not those that came after its end. */
export function draftMore(db: Database, incident_id: string, ids: string[], { to }: Period): CompiledQuery[] {
  const parts = Array.from({ length: Math.ceil(ids.length / leads_per_statement) }, (_, at) =>
    ids.slice(at * leads_per_statement, (at + 1) * leads_per_statement),
  );
  return parts.map(part =>
    db
      .insertInto('incident_leads')
      .columns(['incident_id', 'lead_id'])
      .expression(
        db
          .selectFrom('leads')
          .select(({ val }) => [val(incident_id).as('incident_id'), 'id as lead_id'])
          .where('id', 'in', part)
          .where('received_at', '<=', to)
          .where(
            'id',
            'not in',
            db.selectFrom('incident_leads').select('lead_id').where('incident_id', '=', incident_id),
          ),
      )
      .compile(),
  );
}
