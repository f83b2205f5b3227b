import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import { firstIdAt } from '../../ids.ts';
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
  /**
   * A day: only leads that are not closed and whose follow-up is due on it or was before. They are listed by the day of
   * their follow-up, the earliest first, whatever the order is.
   */
  due_by?: string | undefined;
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
  { phone, email, received_from, received_to, order, ...others }: LeadQuery,
  after: Position | undefined,
): { values: Values; phones: number; emails: number } {
  const { limit: _, unassigned: __, reached: ___, status, ...columns } = others;
  const phones = phone ? vault.phoneIndexes(phone) : [];
  const emails = email ? vault.emailIndexes(email) : [];
  const indexes = Object.fromEntries([...phones, ...emails].map((index, place) => [`index_${place}`, index]));
  const bounds = boundIds({ order, received_from, received_to }, columns.due_by ? undefined : after);
  const place = columns.due_by ? { after_id: after?.id, after_day: after?.follow_up_on } : {};
  // Only a closed lead has a reason, and the index by reason is the better one.
  const values = { ...columns, status: columns.closed_reason ? undefined : status, ...bounds, ...place, ...indexes };
  return { values, phones: phones.length, emails: emails.length };
}

/** What of a search is no value. */
export type Kinds = Pick<LeadQuery, 'order' | 'unassigned' | 'reached'> & { phones: number; emails: number };

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
  { order, unassigned, reached, phones, emails }: Kinds,
) {
  let rows = selectLeads(db).where('erased_at', 'is', null).where('restricted_at', 'is', null);
  rows = values.due_by ? rows.orderBy('follow_up_on').orderBy('leads.id') : rows.orderBy('leads.id', order);
  for (const column of ['form', 'status', 'assigned_to', 'closed_reason'] as const)
    if (values[column]) rows = rows.where(column, '=', value[column]!);
  if (unassigned) rows = rows.where('assigned_to', 'is', null);
  if (reached) rows = rows.where('contacted_at', 'is not', null).where(`${reached}_at`, 'is not', null);
  if (!values.form) rows = rows.where('form', '<>', sql.lit(self_check_form));
  const bound = Array.from({ length: phones + emails }, (_, place) => value[`index_${place}`]!);
  if (phones > 0) rows = rows.where('phone_index', 'in', bound.slice(0, phones));
  if (emails > 0) rows = rows.where('email_index', 'in', bound.slice(phones));
  if (values.due_by) rows = rows.where(sql<boolean>`follow_up_on <= ${value.due_by!} and status <> 'closed'`);
  if (values.from_id) rows = rows.where('leads.id', '>=', value.from_id!);
  if (values.to_id) rows = rows.where('leads.id', '<', value.to_id!);
  if (values.after_day) {
    const place = sql`(${value.after_day!}, ${value.after_id!})`;
    rows = rows.where(sql<boolean>`(follow_up_on, leads.id) > ${place}`);
  } else if (values.after_id) rows = rows.where('leads.id', order === 'asc' ? '>' : '<', value.after_id!);
  return rows;
}

/**
 * Returns the ids between which a search looks.
 *
 * Because SQLite, given both the bound of the query and the end of the page before, reads everything from the bound on,
 * only the further one is returned. Otherwise each page of a long list would be slower than the one before.
 */
export function boundIds(
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
