import type { Context } from 'hono';
import * as z from 'zod/mini';
import { maskEmail, maskName, maskPhone } from '../../db/leads/masks/masks.ts';
import { selectLead } from '../../db/leads/rows/rows.ts';
import { createRequest } from '../../db/requests/create.ts';
import { findRequest, type KeyedRequest, listRequests, openTexts, recordReveal } from '../../db/requests/find.ts';
import { findMeant } from '../../db/requests/meant.ts';
import { type RequestTexts, request_states, request_types, staff_channels } from '../../db/requests/request.ts';
import { type App, factory } from '../context.ts';
import { actorOf, hasScope } from '../guards/access.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { localeOf } from '../http/language.ts';
import { problem } from '../http/problems/problem.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { cursor, limit, uuid } from '../http/query-fields.ts';
import { body, invalidFields, query, spareField, spareText } from '../http/validate.ts';
import { checkDetails, tidyDetails } from './details.ts';

/** Leads that staff may name for one request. */
const most_leads = 50;

export const takenRequest = z.strictObject({
  type: z.enum(request_types),
  channel: z.enum(staff_channels),
  lead_ids: z.optional(z.array(z.string().check(z.regex(uuid))).check(z.minLength(1), z.maxLength(most_leads))),
  email: spareField('email'),
  phone: spareField('phone'),
  name: spareField('name'),
  details: spareText(checkDetails, tidyDetails),
});

export const requestQuery = z.strictObject({
  state: z.optional(z.enum(request_states)),
  type: z.optional(z.enum(request_types)),
  due_before: z.optional(z.iso.date()),
  limit,
  cursor,
});

export const requestView = z.strictObject({ view: z._default(z.enum(['masked', 'clear']), 'masked') });

const headers = { 'Cache-Control': 'private, no-store' };

/** `POST /subject-requests` stores what a person asked for on the telephone, by mail or in person. */
export const takeRequest = factory.createHandlers(body(takenRequest), async c => {
  const taken = await storeTaken(c, c.req.valid('json'));
  if ('field' in taken) return invalidFields(c, [taken]);
  return c.json(await describe(c, (await findRequest(c.var.services.db, taken.id))!, false), 201, headers);
});

/** Stores a request that staff took, or returns which field is wrong. */
export async function storeTaken(
  c: Context<App>,
  { type, channel, lead_ids, ...texts }: z.output<typeof takenRequest>,
): Promise<{ id: string } | FieldError> {
  const { services } = c.var;
  if (!lead_ids && !texts.email && !texts.phone) return { field: 'email', code: 'required' };
  const named = [...new Set(lead_ids)];
  const found = await Promise.all(named.map(id => selectLead(services.db, id)));
  if (found.some(lead => !lead)) return { field: 'lead_ids', code: 'invalid' };
  const request = {
    ...{ type, channel, texts, locale: localeOf(c), verification: 'by_staff' as const },
    lead_ids: lead_ids && named,
  };
  return createRequest(services, request, {}, actorOf(c), services.now());
}

/** `GET /subject-requests` lists requests, the one that was due first at the top. */
export const pullRequests = factory.createHandlers(query(requestQuery), async c => {
  const { cursor, ...asked } = c.req.valid('query');
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && !after) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const { requests, has_more } = await listRequests(c.var.services.db, asked, after);
  const next_cursor = has_more ? writeCursor(requests.at(-1)!) : null;
  const subject_requests = await Promise.all(requests.map(request => summarize(c, request)));
  const link = next_cursor && { Link: linkNext(c, next_cursor) };
  return c.json({ subject_requests, next_cursor, has_more }, 200, { ...headers, ...link });
});

/** `GET /subject-requests/{id}` returns a request: masked, or in clear under an event that is recorded before. */
export const showRequest = factory.createHandlers(query(requestView), async c => {
  const isClear = c.req.valid('query').view === 'clear';
  if (isClear && !hasScope(c, 'requests:handle')) return problem(c, 'forbidden');
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  const request = uuid.test(id) ? await findRequest(db, id) : undefined;
  if (!request) return problem(c, 'not-found');
  if (isClear && request.sealed) await recordReveal(db, id, actorOf(c), now());
  return c.json(await describe(c, request, isClear), 200, headers);
});

/** Returns what a list shows of a request. */
async function summarize(c: Context<App>, request: KeyedRequest) {
  const { services } = c.var;
  const { id, type, channel, state, received_at, due_on, provisional, extended_to, verification } = request;
  const { verified_at, verified_by, attempted_at, closed_at } = request;
  const leads = request.lead_ids ? (JSON.parse(request.lead_ids) as string[]) : await listMeant(services, request);
  return {
    ...{ id, reference: services.signer.findCode('reference', request, request.reference_hash) ?? null },
    ...{ type, channel, state, received_at, due_on, provisional: provisional === 1, extended_to },
    ...{ verification, verified_at, verified_by, attempted_at, closed_at, lead_ids: leads },
  };
}

async function listMeant(services: App['Variables']['services'], request: KeyedRequest): Promise<string[]> {
  return (await findMeant(services, request)).map(({ id }) => id);
}

/** Returns a request with what is written in it, masked unless asked for in clear. */
export async function describe(c: Context<App>, request: KeyedRequest, isClear: boolean) {
  const texts = openTexts(c.var.services.vault, request);
  const { refusal_code, refusal_by, copy_until, copy_opened_at, erased_at } = request;
  return {
    ...(await summarize(c, request)),
    ...(texts && (isClear ? showTexts(texts) : maskTexts(texts))),
    ...(refusal_code && { refusal: { code: refusal_code, asked_by: refusal_by } }),
    ...(copy_until && { copy: { until: copy_until, opened_at: copy_opened_at } }),
    ...(erased_at && { erased_at }),
  };
}

function showTexts({ name, email, phone, details, explanation, reason }: RequestTexts) {
  return { name, email, phone, details, explanation, reason };
}

/** Masks who asks. Because free words cannot be masked, they are left out. */
export function maskTexts({ name, email, phone }: RequestTexts) {
  return { name: name && maskName(name), email: email && maskEmail(email), phone: phone && maskPhone(phone) };
}

function writeCursor({ due_on, id }: KeyedRequest): string {
  return encodeCursor(`requests ${due_on} ${id}`);
}

function readCursor(cursor: string): Pick<KeyedRequest, 'due_on' | 'id'> | undefined {
  const [, due_on, id] = /^requests (\d{4}-\d\d-\d\d) (\S+)$/.exec(decodeCursor(cursor)) ?? [];
  return due_on && id && uuid.test(id) ? { due_on, id } : undefined;
}
