import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { Vault } from '../vault/vault.ts';
import { clocksOf, type IncidentRow, type NoticeWords } from './incident.ts';

type Keyed = IncidentRow & { kek_id: string | null; wrapped: string | null; affected: number; told: number };

/** An incident as staff read it. */
export interface Incident {
  id: string;
  from: string;
  to: string;
  cause: string;
  scope: IncidentRow['scope'];
  /** Id of the token or the key, where the scope is one. */
  scope_id: string | null;
  recorded_at: string;
  report_due_at: string;
  notice_due_at: string;
  /** How many leads it affects, and of how many the person was told. */
  affected: number;
  told: number;
  noticed_at: string | null;
  until: string | null;
  contact: string | null;
}

/** A person who was told of an incident. */
export interface Told {
  lead_id: string;
  told_at: string;
  by: 'mail' | 'announcement';
}

interface Services {
  db: Database;
  vault: Vault;
}

/** Lists incidents, the newest first, before an id. */
export async function listIncidents(
  { db, vault }: Services,
  limit: number,
  before: string | undefined,
): Promise<{ incidents: Incident[]; has_more: boolean }> {
  let rows = selectIncidents(db)
    .orderBy('incidents.id', 'desc')
    .limit(limit + 1);
  if (before) rows = rows.where('incidents.id', '<', before);
  const found = await rows.execute();
  return {
    incidents: found.slice(0, limit).map(row => openIncident(vault, row)),
    has_more: found.length > limit,
  };
}

/** Finds an incident by its id, with its notice in each language. */
export async function findIncident(
  { db, vault }: Services,
  id: string,
): Promise<(Incident & { texts: Record<string, NoticeWords> }) | undefined> {
  const [row, words] = await Promise.all([
    selectIncidents(db).where('incidents.id', '=', id).executeTakeFirst(),
    db.selectFrom('incident_texts').selectAll().where('incident_id', '=', id).orderBy('locale', 'desc').execute(),
  ]);
  if (!row) return undefined;
  const texts = words.map(({ incident_id: _, locale, ...parts }) => [locale, parts]);
  return { ...openIncident(vault, row), texts: Object.fromEntries(texts) };
}

/** Lists who was told of an incident, by the lead, after one. */
export async function listTold(
  db: Database,
  incident_id: string,
  limit: number,
  after: string | undefined,
): Promise<{ notices: Told[]; has_more: boolean }> {
  let rows = db
    .selectFrom('incident_leads')
    .select(['lead_id', 'told_at', 'told_by'])
    .where('incident_id', '=', incident_id)
    .where('told_at', 'is not', null)
    .orderBy('lead_id')
    .limit(limit + 1);
  if (after) rows = rows.where('lead_id', '>', after);
  const found = await rows.execute();
  const notices = found.slice(0, limit).map(({ lead_id, told_at, told_by }) => ({
    ...{ lead_id, told_at: told_at!, by: told_by! },
  }));
  return { notices, has_more: found.length > limit };
}

function selectIncidents(db: Database) {
  return db
    .selectFrom('incidents')
    .leftJoin('keys', join => join.onRef('subject_id', '=', 'incidents.id').on('subject_kind', '=', 'incident'))
    .selectAll('incidents')
    .select(['kek_id', 'wrapped'])
    .select([
      sql<number>`(select count(*) from incident_leads where incident_id = incidents.id)`.as('affected'),
      sql<number>`(select count(told_at) from incident_leads where incident_id = incidents.id)`.as('told'),
    ]);
}

function openIncident(vault: Vault, { kek_id, wrapped, sealed, ...row }: Keyed): Incident {
  const { id, from_at, to_at, scope, scope_id, recorded_at, noticed_at, until, contact } = row;
  const affected = Number(row.affected);
  return {
    ...{ id, from: from_at, to: to_at, cause: openCause(vault, id, sealed, kek_id, wrapped), scope, scope_id },
    ...{ recorded_at, ...clocksOf(row), affected, told: Number(row.told), noticed_at, until, contact },
  };
}

function openCause(vault: Vault, id: string, sealed: string, kek_id: string | null, wrapped: string | null): string {
  const lost = (cause?: unknown) =>
    new LostKey('ENCRYPTION_KEYS', [{ subject_id: id, key_id: kek_id ?? undefined }], cause);
  if (!kek_id || !wrapped) throw lost();
  try {
    return vault.openOwn('incident', id, sealed, { kek_id, wrapped });
  } catch (error) {
    throw lost(error);
  }
}
