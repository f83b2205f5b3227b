import type { Selectable } from 'kysely';
import { type Actor, recordEvent, takeNumber } from './audit.ts';
import type { Database } from './database.ts';
import {
  type LeadQuery,
  type LeadRow,
  openValues,
  type Position,
  selectFeed,
  selectLead,
  selectMatches,
  type shown_columns,
} from './lead-rows.ts';
import { personal_fields } from './leads.ts';
import { maskCompany, maskEmail, maskName, maskPhone } from './masks.ts';
import type { Leads } from './schema.ts';
import type { LeadValues, Vault } from './vault.ts';

export type { LeadQuery, Position };

export const lead_statuses = ['new', 'contacted', 'qualified', 'closed'] as const;

/** A lead as staff see it; erased and restricted ones show no more than that they are. */
export type Lead =
  | (Pick<Selectable<Leads>, (typeof shown_columns)[number]> & LeadValues)
  | { id: string; erased_at: string }
  | { id: string; restricted_at: string };

/** What a person may be reading a lead for. */
export const reveal_purposes = ['first_contact', 'follow_up', 'subject_request', 'correction', 'handover'] as const;
export type RevealPurpose = (typeof reveal_purposes)[number];

/** `masked` unless told otherwise; `clear` names who reads and, where they were asked, what for: each clear read leaves an audit event. */
export type View = { masked: true } | { clear: Actor; purpose?: RevealPurpose };

export interface LeadPage {
  leads: Lead[];
  has_more: boolean;
  /** Of the last lead; undefined on an empty page. */
  end: Position | undefined;
}

/** Whether a query is the feed, which tells of erased leads too; anything else is a search. */
export function isFeed({ order, limit: _, form: __, ...filters }: LeadQuery): boolean {
  return order === 'asc' && Object.values(filters).every(value => value === undefined);
}

/** A page of leads after a position: the feed by latest change, oldest first; a search by time of receipt. */
export async function listLeads(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const rows = await (isFeed(query) ? selectFeed(db, query, after) : selectMatches({ db, vault }, query, after));
  return readPage({ db, vault }, rows, query.limit, view, now);
}

/** A page of all that matches, erased leads never, by time of receipt: what an export is made of. */
export async function listMatches(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const rows = await selectMatches({ db, vault }, query, after);
  return readPage({ db, vault }, rows, query.limit, view, now);
}

/** The number of the latest act: the feed from here on holds whatever changes later. */
export async function changeNumber(db: Database): Promise<number> {
  return (await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
}

/** One lead, or undefined. */
export async function findLead(
  { db, vault }: { db: Database; vault: Vault },
  id: string,
  view: View,
  now: Date,
): Promise<Lead | undefined> {
  const row = await selectLead(db, id);
  return row && (await readLeads({ db, vault }, [row], view, now))[0];
}

async function readPage(
  { db, vault }: { db: Database; vault: Vault },
  rows: LeadRow[],
  limit: number,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    leads: await readLeads({ db, vault }, page, view, now),
    has_more: rows.length > limit,
    end: last && { seq: last.seq, received_at: last.received_at, id: last.id },
  };
}

/** Opens rows for a view. A clear read is recorded, durably, before any value is opened. */
async function readLeads(
  { db, vault }: { db: Database; vault: Vault },
  rows: LeadRow[],
  view: View,
  now: Date,
): Promise<Lead[]> {
  const lead_ids = rows.filter(row => !row.erased_at && !row.restricted_at).map(({ id }) => id);
  if ('clear' in view && lead_ids.length > 0) {
    const { clear, purpose } = view;
    const event = { action: 'lead.revealed', fields: personal_fields, lead_ids, ...(purpose && { purpose }) } as const;
    await db.atomic([takeNumber(db), ...recordEvent(db, clear, event, now)]);
  }
  return rows.map(row => readLead(vault, row, 'clear' in view));
}

function readLead(vault: Vault, row: LeadRow, clear: boolean): Lead {
  const { seq: _, sealed: __, erased_at, restricted_at, kek_id: ___, wrapped: ____, ...lead } = row;
  if (erased_at) return { id: lead.id, erased_at };
  if (restricted_at) return { id: lead.id, restricted_at };
  const values = openValues(vault, row);
  return { ...lead, ...(clear ? values : maskValues(values)) };
}

function maskValues({ name, phone, email, company }: LeadValues): LeadValues {
  return { name: maskName(name), phone: maskPhone(phone), email: maskEmail(email), company: maskCompany(company) };
}
