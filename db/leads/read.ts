import { type Actor, recordEvent, subject_tables, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';
import { type Lead, personal_fields, type RevealPurpose } from './lead.ts';
import { maskCompany, maskEmail, maskName, maskPhone } from './masks.ts';
import {
  type LeadQuery,
  type LeadRow,
  openValues,
  type Position,
  selectFeed,
  selectLead,
  selectMatches,
} from './rows.ts';

export type { LeadQuery, Position };

/** How often a clear read is begun anew because one of its leads was erased meanwhile, before it gives up. */
const attempts = 50;

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
  const select = () => (isFeed(query) ? selectFeed(db, query, after) : selectMatches({ db, vault }, query, after));
  return readPage({ db, vault }, select, query.limit, view, now);
}

/** A page of all that matches, erased leads never, by time of receipt: what an export is made of. */
export async function listMatches(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
  view: View,
  now: Date,
): Promise<LeadPage> {
  return readPage({ db, vault }, () => selectMatches({ db, vault }, query, after), query.limit, view, now);
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
  const select = async () => [await selectLead(db, id)].filter(row => row !== undefined);
  return (await readPage({ db, vault }, select, 1, view, now)).leads[0];
}

async function readPage(
  { db, vault }: { db: Database; vault: Vault },
  select: () => Promise<LeadRow[]>,
  limit: number,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const rows = await ('clear' in view ? selectRecorded(db, select, limit, view, now) : select());
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    leads: page.map(row => readLead(vault, row, 'clear' in view)),
    has_more: rows.length > limit,
    end: last && { seq: last.seq, id: last.id },
  };
}

/**
 * Rows whose clear read is recorded, durably, before any value is opened. What is erased or held between the read and its record is
 * read again as what it is now: the audit trail never says that a lead was revealed after it was erased.
 */
async function selectRecorded(
  db: Database,
  select: () => Promise<LeadRow[]>,
  limit: number,
  { clear, purpose }: Extract<View, { clear: Actor }>,
  now: Date,
): Promise<LeadRow[]> {
  for (let attempt = 1; ; attempt++) {
    const rows = await select();
    const open = rows.slice(0, limit).filter(row => !row.erased_at && !row.restricted_at);
    const lead_ids = open.map(({ id }) => id);
    if (lead_ids.length === 0) return rows;
    const event = { action: 'lead.revealed', fields: personal_fields, lead_ids, ...(purpose && { purpose }) } as const;
    try {
      await db.atomic([takeNumber(db), ...recordEvent(db, clear, event, now)]);
      return rows;
    } catch (error) {
      if (!(error instanceof Conflict && subject_tables.includes(error.table)) || attempt === attempts) throw error;
    }
  }
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
