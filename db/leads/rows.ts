import { type Selectable, sql } from 'kysely';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import type { Keys, Leads } from '../schema.ts';
import { asText, prepare, prepareMany } from '../statements.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { LeadValues, Vault, WrappedKey } from '../vault/vault.ts';
import { type LeadStatus, self_check_form, shown_columns } from './lead.ts';

export interface LeadQuery {
  form?: string | undefined;
  status?: string | undefined;
  assigned_to?: string | undefined;
  /** Only what is nobody's. */
  unassigned?: boolean | undefined;
  closed_reason?: string | undefined;
  /** Only what has ever had this status or a later one. */
  reached?: Exclude<LeadStatus, 'new'> | undefined;
  /** Inclusive. */
  received_from?: string | undefined;
  /** Exclusive. */
  received_to?: string | undefined;
  /** A day: only leads that are not closed and whose follow-up is due on it or was before. */
  due_by?: string | undefined;
  /** In normal form. */
  phone?: string | undefined;
  email?: string | undefined;
  order: 'asc' | 'desc';
  limit: number;
}

/** Position in a list: the feed is in the order of `seq`, a search in the order of `id`, which is that of receipt. */
export interface Position {
  seq: number;
  id: string;
}

/** A lead with its key, its values sealed. An erased lead has no key. */
export type LeadRow = Pick<
  Selectable<Leads>,
  (typeof shown_columns)[number] | 'seq' | 'sealed' | 'note' | 'erased_at' | 'restricted_at'
> & { [Column in 'kek_id' | 'wrapped']: Keys[Column] | null };

/** Values of a statement: those of the query, times as bounds of ids, and the position after which to read. */
interface Values {
  form?: string | undefined;
  status?: string | undefined;
  assigned_to?: string | undefined;
  closed_reason?: string | undefined;
  /** Inclusive. */
  from_id?: string | undefined;
  /** Exclusive. */
  to_id?: string | undefined;
  due_by?: string | undefined;
  after_seq?: number | undefined;
  after_id?: string | undefined;
  /** Blind indexes: those by phone, under each index key, then those by e-mail. */
  [index: `index_${number}`]: string | undefined;
}

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
  const { order, unassigned = false, reached = '' } = query;
  const kind = `${order} ${count} ${phones} ${emails} ${unassigned} ${reached}`;
  return select(db, values, kind, (db, value) =>
    filterLeads(db, value, values, { ...query, phones, emails })
      .limit(sql.lit(count))
      .compile(),
  );
}

/** Reads the values of a search, and how many blind indexes of a phone and of an e-mail are among them. */
export function readValues(
  vault: Vault,
  { phone, email, received_from, received_to, order, limit: _, unassigned: __, reached: ___, ...columns }: LeadQuery,
  after: Position | undefined,
): { values: Values; phones: number; emails: number } {
  const phones = phone ? vault.phoneIndexes(phone) : [];
  const emails = email ? vault.emailIndexes(email) : [];
  const indexes = Object.fromEntries([...phones, ...emails].map((index, place) => [`index_${place}`, index]));
  const values = { ...columns, ...boundIds({ order, received_from, received_to }, after), ...indexes };
  return { values, phones: phones.length, emails: emails.length };
}

/**
 * Builds a search without its limit.
 *
 * @param value The values, or placeholders for them.
 * @param values The values, of which only those that are filled in become conditions.
 */
export function filterLeads(
  db: Database,
  value: Values,
  values: Values,
  {
    order,
    unassigned,
    reached,
    phones,
    emails,
  }: Pick<LeadQuery, 'order' | 'unassigned' | 'reached'> & { phones: number; emails: number },
) {
  let rows = selectLeads(db)
    .where('erased_at', 'is', null)
    .where('restricted_at', 'is', null)
    .orderBy('leads.id', order);
  for (const column of ['form', 'status', 'assigned_to', 'closed_reason'] as const)
    if (values[column]) rows = rows.where(column, '=', asText(value[column]!));
  if (unassigned) rows = rows.where('assigned_to', 'is', null);
  if (reached) rows = rows.where('contacted_at', 'is not', null).where(`${reached}_at`, 'is not', null);
  if (!values.form) rows = rows.where('form', '<>', sql.lit(self_check_form));
  const bound = Array.from({ length: phones + emails }, (_, place) => asText(value[`index_${place}`]!));
  if (phones > 0) rows = rows.where('phone_index', 'in', bound.slice(0, phones));
  if (emails > 0) rows = rows.where('email_index', 'in', bound.slice(phones));
  if (values.due_by) rows = rows.where('leads.id', 'in', selectDue(db, value.due_by!));
  if (values.from_id) rows = rows.where('leads.id', '>=', asText(value.from_id!));
  if (values.to_id) rows = rows.where('leads.id', '<', asText(value.to_id!));
  if (values.after_id) rows = rows.where('leads.id', order === 'asc' ? '>' : '<', asText(value.after_id!));
  return rows;
}

/**
 * Selects the ids of the leads whose follow-up is due. Because few are, they are found by their own index, and not on a
 * walk through all leads in the order of the list.
 */
function selectDue(db: Database, day: string) {
  return db
    .selectFrom('leads as due')
    .select('due.id')
    .where('due.follow_up_on', '<=', asText(day))
    .where('due.status', '<>', sql.lit('closed'))
    .where('due.erased_at', 'is', null);
}

/**
 * Returns the ids between which a search looks.
 *
 * Because SQLite, given both the bound of the query and the end of the page before, reads everything from the bound on,
 * only the further one is returned. Otherwise each page of a long list would be slower than the one before.
 */
function boundIds(
  { order, received_from, received_to }: Pick<LeadQuery, 'order' | 'received_from' | 'received_to'>,
  after: Position | undefined,
): Pick<Values, 'from_id' | 'to_id' | 'after_id'> {
  const from_id = received_from && firstIdAt(new Date(received_from));
  const to_id = received_to && firstIdAt(new Date(received_to));
  const after_id = after?.id;
  if (!after_id) return { from_id, to_id };
  if (order === 'asc') return from_id && from_id > after_id ? { from_id, to_id } : { to_id, after_id };
  return to_id && to_id <= after_id ? { from_id, to_id } : { from_id, after_id };
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

/**
 * Opens the values of a lead that is not erased. A caller that shows them has recorded the read before.
 *
 * @throws LostKey when they do not open.
 */
export function openValues(vault: Vault, { sealed, ...row }: LeadRow): LeadValues {
  return open(row, sealed, (sealed, key) => vault.open(row.id, sealed, key));
}

/**
 * Opens the note of a lead that is not erased; null where there is none. A caller that shows it has recorded the read
 * before.
 *
 * @throws LostKey when it does not open.
 */
export function openNote(
  vault: Vault,
  { note, ...row }: Pick<LeadRow, 'id' | 'note' | keyof WrappedKey>,
): string | null {
  if (note === null) return null;
  return open(row, note, (note, key) => vault.openText(row.id, note_name, note, key));
}

/** Seals a note under the key of its lead. The key is there, because it opened the values. */
export function sealNote(vault: Vault, { id, kek_id, wrapped }: LeadRow, note: string): string {
  return vault.sealText(id, note_name, note, { kek_id: kek_id!, wrapped: wrapped! });
}

/** The name under which a note is sealed. */
const note_name = 'note';

function open<T>(
  { id, kek_id, wrapped }: Pick<LeadRow, 'id' | keyof WrappedKey>,
  sealed: string | null,
  unseal: (sealed: string, key: WrappedKey) => T,
): T {
  const lost = (cause?: unknown) =>
    new LostKey('ENCRYPTION_KEYS', [{ subject_id: id, key_id: kek_id ?? undefined }], cause);
  if (!sealed || !kek_id || !wrapped) throw lost();
  try {
    return unseal(sealed, { kek_id, wrapped });
  } catch (error) {
    throw lost(error);
  }
}

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

function selectLeads(db: Database) {
  return db
    .selectFrom('leads')
    .leftJoin('keys', join =>
      join.onRef('keys.subject_id', '=', 'leads.id').on('keys.subject_kind', '=', sql.lit('lead')),
    )
    .select([...shown_columns, 'seq', 'sealed', 'note', 'erased_at', 'restricted_at', 'kek_id', 'wrapped']);
}
