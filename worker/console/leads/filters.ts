import * as z from 'zod/mini';
import { dayOf, nextDay, startOfDay } from '../../../db/days.ts';
import { closed_reasons, lead_statuses } from '../../../db/leads/lead.ts';
import type { LeadQuery, Position } from '../../../db/leads/read.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { uuid } from '../../http/query-fields.ts';
import { staffName } from '../../http/staff-text.ts';
import { forms } from '../../shared/fields.ts';

export const leads_per_page = 50;

const day = z.catch(z.optional(z.iso.date().check(z.regex(/^20\d\d-/))), undefined);

/** Statuses that a lead can have reached. */
export const reached_statuses = ['contacted', 'qualified', 'closed'] as const;

/**
 * Reads the filters that an address may carry. A value that is not valid is left out, because an old bookmark must
 * still open.
 */
export const filterFields = z.object({
  form: z.catch(z.optional(z.enum(forms)), undefined),
  status: z.catch(z.optional(z.enum(lead_statuses)), undefined),
  assigned_to: z.catch(z.optional(staffName), undefined),
  due: z.catch(z.optional(z.literal('today')), undefined),
  unassigned: z.catch(z.optional(z.literal('1')), undefined),
  closed_reason: z.catch(z.optional(z.enum(closed_reasons)), undefined),
  reached: z.catch(z.optional(z.enum(reached_statuses)), undefined),
  from: day,
  to: day,
  order: z.catch(z.enum(['asc', 'desc']), 'desc'),
});
export type Filters = z.output<typeof filterFields>;

/** Returns the search that filters stand for now. Their days are those of the deployment's time zone, both inclusive. */
export function toQuery(
  { from, to, due, unassigned, ...filters }: Filters,
  { time_zone, now }: { time_zone: string; now: Date },
  limit = leads_per_page,
): LeadQuery {
  return {
    ...filters,
    unassigned: unassigned && true,
    received_from: from && startOfDay(from, time_zone).toISOString(),
    received_to: to && startOfDay(nextDay(to), time_zone).toISOString(),
    due_by: due && dayOf(now, time_zone),
    limit,
  };
}

/** Writes filters as the query string of an address. The usual order is left out. */
export function writeFilters({ order, ...filters }: Filters, more: Record<string, string> | undefined = {}): string {
  const kept = Object.entries({ ...filters, order: order === 'desc' ? undefined : order, ...more });
  const query = new URLSearchParams(kept.filter((entry): entry is [string, string] => Boolean(entry[1]))).toString();
  return query ? `?${query}` : '';
}

/** Tells whether anything but the order was chosen. */
export function isFiltered({ order: _, ...filters }: Filters): boolean {
  return Object.values(filters).some(Boolean);
}

/** Writes a place in the list as a cursor. One among what is due has its day. */
export function writePlace({ id, follow_up_on }: Omit<Position, 'seq'>): string {
  return encodeCursor(follow_up_on ? `${follow_up_on} ${id}` : id);
}

/** Reads the place in the list that a cursor holds; undefined for any other text. */
export function readPlace(cursor: string | undefined): Position | undefined {
  const [, follow_up_on, id = ''] = /^(?:(\d{4}-\d\d-\d\d) )?(\S+)$/.exec(decodeCursor(cursor ?? '')) ?? [];
  return uuid.test(id) ? { seq: 0, id, follow_up_on } : undefined;
}

/**
 * Reads where a list stands from what follows `/console` in its address: a search, or filters with a cursor. Because a
 * page of a lead carries it in its own address, "back" leads to the list as it was. Any other text is the whole list.
 */
export function readList(rest: string | undefined): string {
  const search = /^\/search\/(.+)$/.exec(rest ?? '')?.[1];
  if (search && uuid.test(search)) return `/search/${search}`;
  const query = Object.fromEntries(new URLSearchParams(rest));
  return writeList(filterFields.parse(query), readPlace(query.cursor));
}

/** Writes what follows `/console` in the address of a list. */
export function writeList(filters: Filters, after: Position | undefined): string {
  return writeFilters(filters, after && { cursor: writePlace(after) });
}

/**
 * Writes the address of a lead's page.
 *
 * @param list The list that the page leads back to, as `readList` returns it.
 * @param step What follows the lead in the path: `/reveal`, say.
 */
export function leadAddress(id: string, list: string, step = '', more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, ...(list && { list }) }).toString();
  return `/console/leads/${id}${step}${query ? `?${query}` : ''}`;
}
