import { type Actor, recordEvent, subject_tables, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';
import { type Lead, noted_fields, personal_fields, type RevealPurpose } from './lead.ts';
import type { KnownMasks } from './masks/known.ts';
import { maskCompany, maskEmail, maskName, maskPhone } from './masks/masks.ts';
import type { LeadQuery, Position } from './rows/filter.ts';
import { openNote, openValues } from './rows/open.ts';
import { type LeadRow, pickShown } from './rows/row.ts';
import { type Selected, selectFeed, selectLead, selectMatches, selectSome } from './rows/rows.ts';

export type { LeadQuery, Position };

/**
 * Attempts at a clear read before it gives up. Because a lead may be erased before its read is recorded, one may
 * not be enough.
 */
const attempts = 50;

/**
 * How leads are shown. A clear read names its actor and, where it was asked for, a purpose; it records an audit event.
 */
export type View = { masked: true } | { clear: Actor; purpose?: RevealPurpose | undefined };

/** The services by which leads are read. Without `masks` each lead is opened anew. */
interface LeadServices {
  db: Database;
  vault: Vault;
  masks?: KnownMasks;
}

export interface LeadPage {
  leads: Lead[];
  has_more: boolean;
  /** Position of the last lead, or of the last that was looked at; undefined where there is none. */
  end: Position | undefined;
}

/** Returns whether a query is the feed, which lists erased leads too; any other query is a search. */
export function isFeed({ order, limit: _, form: __, ...filters }: LeadQuery): boolean {
  return order === 'asc' && Object.values(filters).every(value => value === undefined);
}

/** Lists the leads after a position: the feed by latest change, oldest first; a search by time of receipt. */
export async function listLeads(
  services: LeadServices,
  query: LeadQuery,
  after: Position | undefined,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const { db, vault } = services;
  const select = async () => {
    const lists = await db.forLists();
    return isFeed(query) ? selectFeed(lists, query, after) : selectMatches({ db: lists, vault }, query, after);
  };
  return readPage(services, select, query.limit, view, now);
}

/** Lists the leads that an export holds: all that match, by time of receipt or what is due by its day, without erased ones. */
export async function listMatches(
  services: LeadServices,
  query: LeadQuery,
  after: Position | undefined,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const { db, vault } = services;
  const select = async () => selectMatches({ db: await db.forLists(), vault }, query, after);
  const page = await readPage(services, select, query.limit, view, now);
  const last = page.leads.at(-1);
  if (!query.due_by || page.end?.follow_up_on || !page.end || !last || !('follow_up_on' in last)) return page;
  return { ...page, end: { ...page.end, follow_up_on: last.follow_up_on ?? undefined } };
}

/** Leads of a page of chosen ones. D1 takes at most 100 bound parameters in a statement. */
const chosen_at_once = 100;

/** Lists chosen leads in the order of their ids, a page at a time, without those that are erased or restricted. */
export async function listChosen(
  services: LeadServices,
  ids: readonly string[],
  after: Position | undefined,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const rest = ids.toSorted().filter(id => !after || id > after.id);
  const some = rest.slice(0, chosen_at_once);
  const last = some.at(-1);
  const select = async () => ({ rows: await selectSome(await services.db.forLists(), some) });
  const { leads } = await readPage(services, select, chosen_at_once, view, now);
  return { leads, has_more: rest.length > some.length, end: last === undefined ? undefined : { seq: 0, id: last } };
}

/** Returns the number of the latest act. The feed from it on holds every later change. */
export async function changeNumber(db: Database): Promise<number> {
  return (await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
}

/** Finds a lead by its id. */
export async function findLead(services: LeadServices, id: string, view: View, now: Date): Promise<Lead | undefined> {
  const select = async () => ({ rows: [await selectLead(services.db, id)].filter(row => row !== undefined) });
  return (await readPage(services, select, 1, view, now)).leads[0];
}

async function readPage(
  { db, vault, masks }: LeadServices,
  select: () => Promise<Selected>,
  limit: number,
  view: View,
  now: Date,
): Promise<LeadPage> {
  const { rows, stop } = await ('clear' in view ? selectRecorded(db, select, limit, view, now) : select());
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    leads: readAll(page, row => readLead(vault, row, 'clear' in view, masks)),
    has_more: rows.length > limit || stop !== undefined,
    end: stop ?? (last && { seq: last.seq, id: last.id }),
  };
}

/**
 * Selects rows and records their clear read, durably, before any value is opened.
 *
 * Because a lead may be erased or restricted between the read and its record, the rows are then selected again: the
 * audit trail never says that a lead was revealed after it was erased.
 */
async function selectRecorded(
  db: Database,
  select: () => Promise<Selected>,
  limit: number,
  { clear, purpose }: Extract<View, { clear: Actor }>,
  now: Date,
): Promise<Selected> {
  for (let attempt = 1; ; attempt++) {
    const selected = await select();
    const open = selected.rows.slice(0, limit).filter(row => !row.erased_at && !row.restricted_at);
    const lead_ids = open.map(({ id }) => id);
    if (lead_ids.length === 0) return selected;
    const fields = open.some(({ note }) => note !== null) ? noted_fields : personal_fields;
    const event = { action: 'lead.revealed', fields, lead_ids, ...(purpose && { purpose }) } as const;
    try {
      await db.atomic([takeNumber(db), ...recordEvent(db, clear, event, now)]);
      return selected;
    } catch (error) {
      if (!(error instanceof Conflict && subject_tables.includes(error.table)) || attempt === attempts) throw error;
    }
  }
}

/** Reads rows one by one. A LostKey is thrown at the end, so that it names all leads that do not open. */
export function readAll<T>(rows: LeadRow[], read: (row: LeadRow) => T): T[] {
  const { opened, lost } = readSome(rows, read);
  if (lost) throw lost;
  return opened;
}

/** Reads those of the rows that open, and returns with them the LostKey of the others, where there are some. */
export function readSome<T>(rows: LeadRow[], read: (row: LeadRow) => T): { opened: T[]; lost: LostKey | undefined } {
  const lost: LostKey[] = [];
  const opened = rows.flatMap(row => {
    try {
      return [read(row)];
    } catch (error) {
      if (!(error instanceof LostKey)) throw error;
      lost.push(error);
      return [];
    }
  });
  return { opened, lost: joinLost(lost) };
}

/** Joins errors to one that names all leads that do not open; undefined where there is none. */
export function joinLost([first, ...others]: LostKey[]): LostKey | undefined {
  const unopened = [first, ...others].flatMap(one => one?.unopened ?? []);
  return first && new LostKey(first.setting, unopened, first);
}

/** Reads a row as staff see it, in clear or masked. A caller that asks for clear values has recorded the read before. */
export function readLead(vault: Vault, row: LeadRow, clear: boolean, masks?: KnownMasks): Lead {
  const { id, erased_at, restricted_at } = row;
  if (erased_at) return { id, erased_at };
  if (restricted_at) return { id, restricted_at };
  if (clear) return { ...pickShown(row), ...openValues(vault, row), note: openNote(vault, row) };
  const openMasked = (row: LeadRow) => maskValues(openValues(vault, row));
  return { ...pickShown(row), ...(masks ? masks.read(row, openMasked) : openMasked(row)) };
}

function maskValues({ name, phone, email, company }: LeadValues): LeadValues {
  return { name: maskName(name), phone: maskPhone(phone), email: maskEmail(email), company: maskCompany(company) };
}
