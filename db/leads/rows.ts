import { type Selectable, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { LeadKeys, Leads } from '../schema.ts';
import { asText, prepare } from '../statements.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';

export interface LeadQuery {
  form?: string | undefined;
  status?: string | undefined;
  assigned_to?: string | undefined;
  /** Inclusive. */
  received_from?: string | undefined;
  /** Exclusive. */
  received_to?: string | undefined;
  /** In normal form. */
  phone?: string | undefined;
  email?: string | undefined;
  order: 'asc' | 'desc';
  limit: number;
}

/** Where a page ended. The feed goes by the number of the latest act, a search by the time of receipt. */
export interface Position {
  seq: number;
  received_at: string;
  id: string;
}

/** The columns that staff see as they are. */
export const shown_columns = [
  'id',
  'form',
  'status',
  'assigned_to',
  'policy_version',
  'received_at',
  'changed_at',
  'earlier_lead_id',
] as const;

/** A lead with its key, still sealed; an erased one has no key. */
export type LeadRow = Pick<
  Selectable<Leads>,
  (typeof shown_columns)[number] | 'seq' | 'sealed' | 'erased_at' | 'restricted_at'
> & { [Column in 'kek_id' | 'wrapped']: LeadKeys[Column] | null };

/** What a statement is filled in with: the query's values, and where the last page ended. */
type Values = Omit<LeadQuery, 'phone' | 'email' | 'order' | 'limit'> & {
  phone_index?: string | undefined;
  email_index?: string | undefined;
  after_seq?: number | undefined;
  after_received_at?: string | undefined;
  after_id?: string | undefined;
};

/**
 * How many rows a statement asks for, at least one more than the page: written into it, and so few different numbers.
 *
 * PostgreSQL keeps a plan only where it knows how few rows are wanted. Of a parameter it thinks a tenth of the table, and plans anew each time.
 */
const row_counts = [2, 11, 21, 51, 101, 201, 501] as const;

/** Statements by their shape: which filters they have, how many rows, in which order, and whether a page came before. */
const shapes = new Map<string, ReturnType<typeof prepare<Values>>>();

/** Rows of the feed after a position, more than the limit where there are more. */
export function selectFeed(db: Database, { form, limit }: LeadQuery, after: Position | undefined): Promise<LeadRow[]> {
  const values = { form, after_seq: after?.seq, after_id: after?.id };
  const count = countRows(limit);
  return select(db, values, `feed ${count}`, (db, value) => {
    let rows = selectLeads(db).orderBy('seq').orderBy('id').limit(sql.lit(count));
    if (form) rows = rows.where('form', '=', asText(value.form!));
    if (after) {
      const number = sql<number>`cast(${value.after_seq} as bigint)`;
      rows = rows.where(eb => eb(eb.refTuple('seq', 'id'), '>', eb.tuple(number, asText(value.after_id!))));
    }
    return rows.compile();
  });
}

/** Rows that match a search, erased ones never, more than the limit where there are more. */
export function selectMatches(
  { db, vault }: { db: Database; vault: Vault },
  { phone, email, ...asked }: LeadQuery,
  position: Position | undefined,
): Promise<LeadRow[]> {
  const { after, order, limit, ...query } = { ...asked, ...narrow(asked, position) };
  const count = countRows(limit);
  const values = {
    ...query,
    phone_index: phone && vault.indexPhone(phone),
    email_index: email && vault.indexEmail(email),
    after_received_at: after?.received_at,
    after_id: after?.id,
  };
  return select(db, values, `${order} ${count}`, (db, value) => {
    let rows = selectLeads(db)
      .where('erased_at', 'is', null)
      .orderBy('received_at', order)
      .orderBy('id', order)
      .limit(sql.lit(count));
    for (const column of ['form', 'status', 'assigned_to', 'phone_index', 'email_index'] as const)
      if (values[column]) rows = rows.where(column, '=', asText(value[column]!));
    if (values.received_from) rows = rows.where('received_at', '>=', asText(value.received_from!));
    if (values.received_to) rows = rows.where('received_at', '<', asText(value.received_to!));
    if (after) {
      const end = [asText(value.after_received_at!), asText(value.after_id!)] as const;
      rows = rows.where(eb => eb(eb.refTuple('received_at', 'id'), order === 'asc' ? '>' : '<', eb.tuple(...end)));
    }
    return rows.compile();
  });
}

/**
 * Of the bound at which a list begins and the place where its last page ended, the further one alone: given both, SQLite would read
 * all from the bound on, and every page of a long list be slower than the one before.
 */
function narrow({ order, received_from, received_to }: LeadQuery, after: Position | undefined) {
  if (!after) return {};
  if (order === 'asc')
    return received_from && received_from > after.received_at ? {} : { after, received_from: undefined };
  return received_to && received_to <= after.received_at ? {} : { after, received_to: undefined };
}

/** One lead's row, or undefined. */
export async function selectLead(db: Database, id: string): Promise<LeadRow | undefined> {
  const [row] = await db.read(selectById(db, { id }));
  return row as LeadRow | undefined;
}

const selectById = prepare<{ id: string }>((db, { id }) => selectLeads(db).where('id', '=', id).compile());

/** The values of a lead that is not erased; whoever shows them has recorded it before. */
export function openValues(vault: Vault, { id, sealed, kek_id, wrapped }: LeadRow): LeadValues {
  if (!sealed || !kek_id || !wrapped) throw new Error(`lead ${id} has lost its key`);
  return vault.open(id, sealed, { kek_id, wrapped });
}

function countRows(limit: number): number {
  return row_counts.find(count => count > limit)!;
}

function select(db: Database, values: Values, kind: string, build: Parameters<typeof prepare<Values>>[0]) {
  const filled = Object.entries(values).filter(([, value]) => value !== undefined);
  const shape = [kind, ...filled.map(([name]) => name)].join(' ');
  const statement = shapes.get(shape) ?? prepare(build);
  shapes.set(shape, statement);
  return db.read(statement(db, values)) as Promise<LeadRow[]>;
}

function selectLeads(db: Database) {
  return db
    .selectFrom('leads')
    .leftJoin('lead_keys', 'lead_keys.lead_id', 'leads.id')
    .select([...shown_columns, 'seq', 'sealed', 'erased_at', 'restricted_at', 'kek_id', 'wrapped']);
}
