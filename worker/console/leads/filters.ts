import type { Context } from 'hono';
import * as z from 'zod/mini';
import { nextDay, startOfDay } from '../../../db/days.ts';
import { type LeadQuery, lead_statuses, type Position } from '../../../db/leads/read.ts';
import { listTokens } from '../../../db/staff/tokens.ts';
import type { App } from '../../context.ts';
import { type Role, roles, scopesOf } from '../../guards/access.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { assignee, forms } from '../../shared/fields.ts';

export const leads_per_page = 50;

const day = z.catch(z.optional(z.iso.date().check(z.regex(/^20\d\d-/))), undefined);

/** What an address may say about the list. What makes no sense is left out: an old bookmark still opens. */
export const filterFields = z.object({
  form: z.catch(z.optional(z.enum(forms)), undefined),
  status: z.catch(z.optional(z.enum(lead_statuses)), undefined),
  assigned_to: z.catch(z.optional(z.string().check(z.regex(assignee))), undefined),
  from: day,
  to: day,
  order: z.catch(z.enum(['asc', 'desc']), 'desc'),
});
export type Filters = z.output<typeof filterFields>;

export function readFilters(c: Context<App>): Filters {
  return filterFields.parse(c.req.query());
}

/** The search that filters stand for; days are those of the deployment's time zone, both inclusive. */
export function toQuery(c: Context<App>, { from, to, ...filters }: Filters, limit = leads_per_page): LeadQuery {
  const { time_zone } = c.var.services.settings;
  return {
    ...filters,
    received_from: from && startOfDay(from, time_zone).toISOString(),
    received_to: to && startOfDay(nextDay(to), time_zone).toISOString(),
    limit,
  };
}

/** Filters as an address keeps them; the usual order needs no words. */
export function writeFilters({ order, ...filters }: Filters, more: Record<string, string> = {}): string {
  const kept = Object.entries({ ...filters, order: order === 'desc' ? undefined : order, ...more });
  const query = new URLSearchParams(kept.filter((entry): entry is [string, string] => Boolean(entry[1]))).toString();
  return query ? `?${query}` : '';
}

/** Whether anything but the order was chosen. */
export function isFiltered({ order: _, ...filters }: Filters): boolean {
  return Object.values(filters).some(Boolean);
}

export function writePlace({ received_at, id }: Position): string {
  return encodeCursor(`${received_at} ${id}`);
}

/** The place in a list that a cursor holds, or undefined. */
export function readPlace(cursor: string | undefined): Position | undefined {
  const [, received_at, id] = /^(\d{4}-\d\d-\d\dT[\d:.]{12}Z) ([0-9a-f-]*)$/.exec(decodeCursor(cursor ?? '')) ?? [];
  return received_at === undefined ? undefined : { seq: 0, received_at, id: id! };
}

/** Whom a lead can be given to: holders of good tokens that may work on leads, and whoever has it now. */
export async function listAssignees(c: Context<App>, current?: string | null): Promise<string[]> {
  const { db, now } = c.var.services;
  const at = now().toISOString();
  const working = roles.filter(role => scopesOf(role).includes('leads:write'));
  const holders = (await listTokens(db))
    .filter(({ role, revoked_at, expires_at }) => working.includes(role as Role) && !revoked_at && expires_at > at)
    .map(({ holder }) => holder);
  return [...new Set([...holders, ...(current ? [current] : [])])].sort((one, other) => one.localeCompare(other));
}
