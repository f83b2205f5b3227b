import type { Context } from 'hono';
import * as z from 'zod';
import {
  findLead,
  isFeed,
  type LeadQuery,
  lead_statuses,
  listLeads,
  type Position,
  type View,
} from '../db/lead-pages.ts';
import { actorOf, hasScope } from './access.ts';
import { type App, factory } from './context.ts';
import { readExportFormat, streamLeads } from './export.ts';
import { checkField, forms } from './fields.ts';
import { normalizePhone } from './phone.ts';
import { problem } from './problem.ts';
import { invalidFields, query } from './validate.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const page_limit = 200;

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform(text => new Date(text).toISOString())
  .refine(text => text.length === 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length);
const view = z.enum(['masked', 'clear']).default('masked');

const leadQuery = z.strictObject({
  form: z.enum(forms).optional(),
  status: z.enum(lead_statuses).optional(),
  assigned_to: z
    .string()
    .regex(/^\P{Cc}{1,100}$/u)
    .optional(),
  received_from: instant.optional(),
  received_to: instant.optional(),
  phone: z
    .string()
    .refine(normalizePhone)
    .transform(phone => normalizePhone(phone)!)
    .optional(),
  email: z
    .string()
    .refine(email => !checkField('email', email))
    .optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= page_limit)
    .default(50),
  cursor: z.string().max(200).optional(),
  order: z.enum(['asc', 'desc']).default('asc'),
  view,
});

/** `GET /leads`: the feed, or a search. */
export const pullLeads = factory.createHandlers(query(leadQuery), async c => {
  const { view, cursor, ...asked } = c.req.valid('query');
  const format = readExportFormat(c);
  if (cursor !== undefined && format) return invalidFields(c, [{ field: 'cursor', code: 'not_allowed' }], undefined);
  const after = cursor === undefined ? undefined : readCursor(cursor, asked);
  if (cursor !== undefined && !after) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }], undefined);
  const chosen = chooseView(c, view);
  if (!chosen) return problem(c, 'forbidden');
  const { services } = c.var;
  if (format) {
    const { form } = asked;
    return streamLeads(c, format, asked, chosen, seq => linkTo(c, writeCursor({ seq }, 'feed'), { form, view }));
  }
  const { leads, has_more, end } = await listLeads(services, asked, after, chosen, services.now());
  const next = isFeed(asked) ? (end ?? after ?? { seq: 0 }) : has_more ? end : undefined;
  const next_cursor = next ? writeCursor(next, kindOf(asked)) : null;
  return c.json({ leads, next_cursor, has_more }, 200, {
    'Cache-Control': 'private, no-store',
    Vary: 'Accept',
    ...(has_more && next_cursor && { Link: `<${linkTo(c, next_cursor, c.req.query())}>; rel="next"` }),
  });
});

/** `GET /leads/{id}`: one lead, or what is left of it. */
export const showLead = factory.createHandlers(query(z.strictObject({ view })), async c => {
  const chosen = chooseView(c, c.req.valid('query').view);
  if (!chosen) return problem(c, 'forbidden');
  const id = c.req.param('id')!;
  const { services } = c.var;
  const lead = uuid.test(id) ? await findLead(services, id, chosen, services.now()) : undefined;
  if (!lead) return problem(c, 'not-found');
  return c.json(lead, 200, { 'Cache-Control': 'private, no-store' });
});

function chooseView(c: Context<App>, view: 'masked' | 'clear'): View | undefined {
  if (view === 'masked') return { masked: true };
  return hasScope(c, 'leads:reveal') ? { clear: actorOf(c) } : undefined;
}

/** A cursor holds where a page ended, and of what kind the list was: one of a search does not go on in the feed. */
function writeCursor({ seq, received_at, id }: Partial<Position>, kind: string): string {
  const at = kind === 'feed' ? seq : received_at;
  return btoa(`${kind} ${at} ${id ?? ''}`)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function readCursor(cursor: string, asked: LeadQuery): Position | undefined {
  const text = /^[\w-]+$/.test(cursor) ? decodeBase64Url(cursor) : '';
  const [, kind, at = '', id = ''] = /^(\w+) (\S+) ([0-9a-f-]*)$/.exec(text) ?? [];
  if (kind !== kindOf(asked)) return undefined;
  if (kind === 'feed') return /^\d{1,15}$/.test(at) ? { seq: Number(at), received_at: '', id } : undefined;
  return /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(at) ? { seq: 0, received_at: at, id } : undefined;
}

function decodeBase64Url(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

function kindOf(asked: LeadQuery): string {
  return isFeed(asked) ? 'feed' : asked.order;
}

function linkTo(c: Context<App>, cursor: string, query: Record<string, string | undefined>): string {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const parameters = new URLSearchParams([...kept.filter(([name]) => name !== 'cursor'), ['cursor', cursor]]);
  return `${c.var.services.settings.public_url}/leads?${parameters}`;
}
