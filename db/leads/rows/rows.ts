import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import { asText, prepare, prepareMany } from '../../statements.ts';
import type { Vault } from '../../vault/vault.ts';
import { self_check_form } from '../lead.ts';
import { filterLeads, type LeadQuery, type Position, readValues, type Values } from './filter.ts';
import { type LeadRow, selectLeads } from './row.ts';

/**
 * Numbers of rows that a statement may ask for, each at least one more than the limit of the query.
 *
 * Because PostgreSQL keeps a plan only where it knows how few rows are wanted, the number is written into the
 * statement, and there are few. For a parameter it assumes a tenth of the table, and plans anew each time.
 */
const row_counts = [2, 11, 21, 51, 101, 201, 501] as const;

/** Prepared statements by their shape: kind, number of rows, and which values are filled in. */
const shapes = new Map<string, ReturnType<typeof prepare<Values>>>();

/** Selects rows of the feed after a position, more than the limit where there are more. */
export function selectFeed(db: Database, { form, limit }: LeadQuery, after: Position | undefined): Promise<LeadRow[]> {
  const values = { form, after_seq: after?.seq, after_id: after?.id };
  const count = countRows(limit);
  return select(db, values, `feed ${count}`, (db, value) => {
    let rows = selectLeads(db).orderBy('seq').orderBy('leads.id').limit(sql.lit(count));
    rows = form ? rows.where('form', '=', asText(value.form!)) : rows.where('form', '<>', sql.lit(self_check_form));
    if (after) {
      const number = sql<number>`cast(${value.after_seq} as bigint)`;
      rows = rows.where(eb => eb(eb.refTuple('seq', 'leads.id'), '>', eb.tuple(number, asText(value.after_id!))));
    }
    return rows.compile();
  });
}

/**
 * Selects rows that match a search, more than the limit where there are more. Erased and restricted leads never match.
 */
export function selectMatches(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
): Promise<LeadRow[]> {
  const count = countRows(query.limit);
  const { values, phones, emails } = readValues(vault, query, after);
  const { order, unassigned = false, reached = '', by_follow_up = false } = query;
  const kind = `${order} ${count} ${phones} ${emails} ${unassigned} ${reached} ${by_follow_up}`;
  return select(db, values, kind, (db, value) =>
    filterLeads(db, value, values, { ...query, phones, emails })
      .limit(sql.lit(count))
      .compile(),
  );
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

function select(db: Database, values: Values, kind: string, build: Parameters<typeof prepare<Values>>[1]) {
  const filled = (Object.keys(values) as (keyof Values)[]).filter(name => values[name] !== undefined);
  const shape = [kind, ...filled].join(' ');
  const statement = shapes.get(shape) ?? prepare(filled, build);
  shapes.set(shape, statement);
  return db.read(statement(db, values)) as Promise<LeadRow[]>;
}
