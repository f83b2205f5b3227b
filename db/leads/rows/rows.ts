import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import { prepare, prepareMany } from '../../statements.ts';
import type { Vault } from '../../vault/vault.ts';
import { self_check_form } from '../lead.ts';
import { filterLeads, type LeadQuery, type Position, readValues } from './filter.ts';
import { type LeadRow, selectLeads } from './row.ts';
import { readShaped } from './shapes.ts';
import { isContrary, isIndexed, walkLeads } from './walk.ts';

/**
 * Numbers of rows that a statement may ask for, each at least one more than the limit of the query.
 *
 * Because PostgreSQL keeps a plan only where it knows how few rows are wanted, the number is written into the
 * statement, and there are few. For a parameter it assumes a tenth of the table, and plans anew each time.
 */
const row_counts = [2, 11, 21, 51, 101, 201, 501] as const;

/** Rows of a list, and where a walk that went on for long has stopped. */
export interface Selected {
  rows: LeadRow[];
  /** The list goes on after this position, whatever the number of rows. */
  stop?: Position | undefined;
}

/** Selects rows of the feed after a position, more than the limit where there are more. */
export async function selectFeed(
  db: Database,
  { form, limit }: LeadQuery,
  after: Position | undefined,
): Promise<Selected> {
  const values = { form, after_seq: after?.seq, after_id: after?.id };
  const count = countRows(limit);
  const rows = await readShaped<LeadRow>(db, values, `feed ${count}`, (db, value) => {
    let rows = selectLeads(db).orderBy('seq').orderBy('leads.id').limit(sql.lit(count));
    rows = form ? rows.where('form', '=', value.form!) : rows.where('form', '<>', sql.lit(self_check_form));
    if (after) {
      const number = sql<number>`cast(${value.after_seq} as bigint)`;
      rows = rows.where(eb => eb(eb.refTuple('seq', 'leads.id'), '>', eb.tuple(number, value.after_id!)));
    }
    return rows.compile();
  });
  return { rows };
}

/**
 * Selects rows that match a search, more than the limit where there are more. Erased and restricted leads never match.
 */
export async function selectMatches(
  services: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
): Promise<Selected> {
  if (isContrary(query)) return { rows: [] };
  return isIndexed(query) ? selectIndexed(services, query, after) : selectWalked(services, query, after);
}

async function selectIndexed(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
): Promise<Selected> {
  const count = countRows(query.limit);
  const { values, phones, emails } = readValues(vault, query, after);
  const { order, unassigned = false, reached = '' } = query;
  const kind = `${order} ${count} ${phones} ${emails} ${unassigned} ${reached}`;
  const rows = await readShaped<LeadRow>(db, values, kind, (db, value) =>
    filterLeads(db, value, values, { ...query, phones, emails })
      .limit(sql.lit(count))
      .compile(),
  );
  return { rows };
}

/** Slices that a walk for one page reads, at most: within a second. */
const most_slices = 200;

/** Leads that one statement selects by their ids. D1 takes at most 100 bound parameters in a statement. */
const chosen_at_once = 100;

async function selectWalked(
  services: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
): Promise<Selected> {
  const places: Position[] = [];
  let [slices, end]: [number, Position | undefined] = [0, undefined];
  for await (const slice of walkLeads(services, query, after)) {
    places.push(...slice.found);
    [slices, end] = [slices + 1, slice.last];
    if (places.length > query.limit || slices === most_slices) break;
  }
  const page = places.slice(0, query.limit);
  const rows: LeadRow[] = [];
  for (let at = 0; at < page.length; at += chosen_at_once) {
    const ids = page.slice(at, at + chosen_at_once).map(({ id }) => id);
    rows.push(...(await selectSome(services.db, ids)));
  }
  return { rows, stop: places.length > page.length ? page.at(-1) : end };
}

/** Selects one lead's row; undefined when there is none. */
export async function selectLead(db: Database, id: string): Promise<LeadRow | undefined> {
  const [row] = await db.read(selectById(db, { id }));
  return row as LeadRow | undefined;
}

/** Selects leads by their ids, in that order. Erased and restricted ones are left out. At most 100. */
export async function selectSome(db: Database, ids: string[]): Promise<LeadRow[]> {
  if (ids.length === 0) return [];
  const rows = new Map(((await db.read(selectByIds(db, ids, {}))) as LeadRow[]).map(row => [row.id, row]));
  return ids.map(id => rows.get(id)).filter(row => row !== undefined);
}

const selectByIds = prepareMany([], (db, ids) =>
  selectLeads(db)
    .where('leads.id', 'in', ids)
    .where('form', '<>', sql.lit(self_check_form))
    .where('erased_at', 'is', null)
    .where('restricted_at', 'is', null)
    .compile(),
);

/** Finds in which language a lead's person is written to, and whether she wants to hear nothing more. */
export function findAddressee(db: Database, id: string) {
  return db.selectFrom('leads').select(['locale', 'withdrawn_at']).where('id', '=', id).executeTakeFirst();
}

const selectById = prepare<{ id: string }>(['id'], (db, { id }) =>
  selectLeads(db).where('leads.id', '=', id).where('form', '<>', sql.lit(self_check_form)).compile(),
);

function countRows(limit: number): number {
  return row_counts.find(count => count > limit)!;
}
