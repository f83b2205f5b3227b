import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';
import type { LostKey } from '../vault/lost-key.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';
import type { Lead } from './lead.ts';
import { joinLost, readAll, readLead, readSome } from './read.ts';
import type { LeadQuery } from './rows/filter.ts';
import { openValues } from './rows/open.ts';
import type { LeadRow } from './rows/row.ts';
import { selectSome } from './rows/rows.ts';
import { walkLeads } from './rows/walk.ts';

/** A search for leads whose name or company contains a text. */
export interface NameSearch {
  /** What else narrows it down, the order, and how many leads are returned. */
  query: LeadQuery;
  /** As `foldName` returns it. */
  text: string;
  /** How many leads it looks through, the newest ones. */
  most: number;
  /** Where the page before left off. */
  rest?: Rest | undefined;
}

/** The part of a search's leads that is still to be looked through: from after one id up to another, in the order of the search. */
export interface Rest {
  after: string;
  end: string;
}

export interface NamePage {
  /** The leads found, masked. */
  leads: Lead[];
  /** Number of all that were found, those of later pages included. */
  found: number;
  /** Number of leads that were looked through. */
  searched: number;
  /** Names the leads that do not open, whose keys are lost. They are not looked through. */
  lost: LostKey | undefined;
  /** Where the next page goes on; undefined where there is none. */
  rest: Rest | undefined;
}

/** Leads that are read and opened in one turn: a millisecond. */
const leads_per_slice = 50;

/**
 * Finds leads whose name or company contains a text, among the newest that the other filters leave.
 *
 * Because no index finds a part of what is sealed, it opens the values of each, a slice at a time, so that other requests
 * have their turn. Its audit event says how many and from which lead to which, and is durable before any value is opened.
 */
export async function searchLeads(
  { db, vault }: { db: Database; vault: Vault },
  { query, text, most, rest }: NameSearch,
  actor: Actor,
  now: Date,
): Promise<NamePage> {
  const ids = await listIds({ db, vault }, query, most, rest);
  const [first, last] = [ids[0], ids.at(-1)];
  if (!first || !last) return { leads: [], found: 0, searched: 0, lost: undefined, rest: undefined };
  const [oldest, newest] = [first, last].sort();
  const fields = `name,company,count:${ids.length},first:${oldest},last:${newest}`;
  await db.atomic([takeNumber(db), ...recordEvent(db, actor, { action: 'lead.searched', fields }, now)]);
  const page: LeadRow[] = [];
  const unopened: LostKey[] = [];
  let [found, searched] = [0, 0];
  for (let at = 0; at < ids.length; at += leads_per_slice) {
    await nextTurn();
    const rows = await selectSome(db, ids.slice(at, at + leads_per_slice));
    const { opened, lost } = readSome(rows, row => ({ row, values: openValues(vault, row) }));
    const matches = opened.filter(one => isOf(one.values, text));
    if (lost) unopened.push(lost);
    searched += opened.length;
    found += matches.length;
    page.push(...matches.slice(0, query.limit - page.length).map(({ row }) => row));
  }
  const end = page.at(-1);
  return {
    leads: readAll(page, row => readLead(vault, row, false)),
    found,
    searched,
    lost: joinLost(unopened),
    rest: end && found > page.length ? { after: end.id, end: last } : undefined,
  };
}

/** Lists leads by their ids, masked, in that order. Erased and restricted ones are left out. At most 100. */
export async function listSome({ db, vault }: { db: Database; vault: Vault }, ids: string[]): Promise<Lead[]> {
  return readAll(await selectSome(db, ids), row => readLead(vault, row, false));
}

/** Lists the ids of the leads to look through, in the order of the search. */
async function listIds(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  most: number,
  rest: Rest | undefined,
): Promise<string[]> {
  // The first page is of the newest, whatever its order is.
  const order = rest ? query.order : 'desc';
  const isBeyond = ({ id }: { id: string }) => rest && (order === 'asc' ? id > rest.end : id < rest.end);
  const ids: string[] = [];
  const after = rest && { seq: 0, id: rest.after };
  for await (const { found } of walkLeads({ db, vault }, { ...query, order }, after)) {
    ids.push(...found.filter(one => !isBeyond(one)).map(({ id }) => id));
    if (ids.length >= most || found.some(isBeyond)) break;
  }
  const newest = ids.slice(0, most);
  return order === query.order ? newest : newest.reverse();
}

function isOf({ name, company }: LeadValues, text: string): boolean {
  return foldName(name).includes(text) || foldName(company).includes(text);
}

/**
 * Returns a name or a part of one as it is compared: without regard to case, width and other spellings of the same
 * characters, to the number of spaces, and between Han characters to spaces at all.
 *
 * Because upper case has one form where lower case has two (ß and ss, ς and σ), it is the one compared.
 *
 * @see UAX #15, NFKC
 */
export function foldName(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
  return folded.trim().replaceAll(/\s+/g, ' ').replaceAll(spaced_han, '');
}

const spaced_han = /(?<=\p{Script=Han}) (?=\p{Script=Han})/gu;
