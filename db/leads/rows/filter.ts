import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import { firstIdAt } from '../../ids.ts';
import { asText } from '../../statements.ts';
import type { Vault } from '../../vault/vault.ts';
import { type LeadStatus, self_check_form } from '../lead.ts';
import { selectLeads } from './row.ts';

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
  /** Lists what is due by the day of its follow-up, the earliest first, whatever the order is. It needs `due_by`. */
  by_follow_up?: boolean | undefined;
  /** In normal form. */
  phone?: string | undefined;
  email?: string | undefined;
  order: 'asc' | 'desc';
  limit: number;
}

/**
 * Position in a list: the feed is in the order of `seq`, a search in the order of `id`, which is that of receipt, and what
 * is due in the order of `follow_up_on` first.
 */
export interface Position {
  seq: number;
  id: string;
  follow_up_on?: string | undefined;
}

/** Values of a statement: those of the query, times as bounds of ids, and the position after which to read. */
export interface Values {
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
  after_day?: string | undefined;
  /** Blind indexes: those by phone, under each index key, then those by e-mail. */
  [index: `index_${number}`]: string | undefined;
}

/** Reads the values of a search, and how many blind indexes of a phone and of an e-mail are among them. */
export function readValues(
  vault: Vault,
  { phone, email, received_from, received_to, order, by_follow_up, ...others }: LeadQuery,
  after: Position | undefined,
): { values: Values; phones: number; emails: number } {
  const { limit: _, unassigned: __, reached: ___, ...columns } = others;
  const phones = phone ? vault.phoneIndexes(phone) : [];
  const emails = email ? vault.emailIndexes(email) : [];
  const indexes = Object.fromEntries([...phones, ...emails].map((index, place) => [`index_${place}`, index]));
  const bounds = boundIds({ order, received_from, received_to }, by_follow_up ? undefined : after);
  const place = by_follow_up ? { after_id: after?.id, after_day: after?.follow_up_on } : {};
  const values = { ...columns, ...bounds, ...place, ...indexes };
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
    by_follow_up,
  }: Pick<LeadQuery, 'order' | 'unassigned' | 'reached' | 'by_follow_up'> & { phones: number; emails: number },
) {
  let rows = selectLeads(db).where('erased_at', 'is', null).where('restricted_at', 'is', null);
  rows = by_follow_up ? rows.orderBy('follow_up_on').orderBy('leads.id') : rows.orderBy('leads.id', order);
  for (const column of ['form', 'status', 'assigned_to', 'closed_reason'] as const) {
    const isUnindexed = by_follow_up || (reached && column === 'form');
    if (values[column]) rows = rows.where(isUnindexed ? unindexed(column) : column, '=', asText(value[column]!));
  }
  if (unassigned) rows = rows.where('assigned_to', 'is', null);
  if (reached) rows = rows.where('contacted_at', 'is not', null).where(`${reached}_at`, 'is not', null);
  if (!values.form) rows = rows.where('form', '<>', sql.lit(self_check_form));
  const bound = Array.from({ length: phones + emails }, (_, place) => asText(value[`index_${place}`]!));
  if (phones > 0) rows = rows.where('phone_index', 'in', bound.slice(0, phones));
  if (emails > 0) rows = rows.where('email_index', 'in', bound.slice(phones));
  if (values.due_by)
    rows = by_follow_up ? rows.where(isDue(value.due_by!)) : rows.where('leads.id', 'in', selectDue(db, value.due_by!));
  if (values.from_id) rows = rows.where('leads.id', '>=', asText(value.from_id!));
  if (values.to_id) rows = rows.where('leads.id', '<', asText(value.to_id!));
  if (values.after_day) {
    const place = sql`(${asText(value.after_day!)}, ${asText(value.after_id!)})`;
    rows = rows.where(sql<boolean>`(follow_up_on, leads.id) > ${place}`);
  } else if (values.after_id) rows = rows.where('leads.id', order === 'asc' ? '>' : '<', asText(value.after_id!));
  return rows;
}

/**
 * Returns a column without its index. Because few leads are due, they are found and put in order by the index of their
 * day; by any other they would have to be sorted. And because few may ever have had a status, they are found by their own
 * index, and not on a walk through half of all leads by their form.
 */
function unindexed(column: string) {
  return sql<string>`coalesce(${sql.ref(`leads.${column}`)}, '')`;
}

function isDue(day: string) {
  return sql<boolean>`follow_up_on <= ${asText(day)} and status <> 'closed'`;
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
