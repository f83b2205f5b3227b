import type { Database } from '../database.ts';
import { isHeld } from '../leads/holds/hold.ts';
import { isRestricted } from '../leads/holds/restrict.ts';
import type { Vault } from '../vault/vault.ts';
import { type KeyedRequest, openTexts } from './find.ts';
import type { Contact } from './request.ts';

/** Leads that one statement looks for. D1 takes at most 100 bound parameters in a statement. */
const leads_per_statement = 90;

/** A lead that a request is about. */
export interface Meant {
  id: string;
  form: string;
  received_at: string;
  is_held: boolean;
  is_restricted: boolean;
}

interface Services {
  db: Database;
  vault: Vault;
}

/** Finds the leads that a request is about and that are not erased: those that it names, or those of its contact. */
export async function findMeant({ db, vault }: Services, request: KeyedRequest): Promise<Meant[]> {
  if (request.lead_ids) return selectMeant(db, JSON.parse(request.lead_ids));
  const contact = openTexts(vault, request);
  return contact ? findByContact({ db, vault }, contact) : [];
}

async function selectMeant(db: Database, ids: string[]): Promise<Meant[]> {
  const sorted = [...ids].sort();
  const found: Meant[] = [];
  for (let at = 0; at < sorted.length; at += leads_per_statement) {
    const some = sorted.slice(at, at + leads_per_statement);
    found.push(...(await selectLeads(db).where('leads.id', 'in', some).orderBy('leads.id').execute()));
  }
  return found;
}

/** Finds the leads of a person by phone or e-mail; with both, those that have both. */
export async function findByContact({ db, vault }: Services, { email, phone }: Contact): Promise<Meant[]> {
  if (!email && !phone) return [];
  let rows = selectLeads(db).innerJoin('keys', 'keys.subject_id', 'leads.id').where('subject_kind', '=', 'lead');
  if (phone) rows = rows.where('phone_index', 'in', vault.phoneIndexes(phone));
  if (email) rows = rows.where('email_index', 'in', vault.emailIndexes(email));
  return rows.orderBy('leads.id').execute();
}

function selectLeads(db: Database) {
  return db
    .selectFrom('leads')
    .select(['leads.id', 'form', 'received_at', isHeld().as('is_held'), isRestricted().as('is_restricted')])
    .where('erased_at', 'is', null);
}
