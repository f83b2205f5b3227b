import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { WorkingCalendar } from '../../../db/calendar/working-days.ts';
import { readCalendar } from '../../../db/calendar/years.ts';
import { addDays } from '../../../db/days.ts';
import { findRequest, listRequests } from '../../../db/requests/find.ts';
import { listQueue, type QueueQuery } from '../../../db/requests/queue.ts';
import { dueDay, request_states, request_types, staff_channels } from '../../../db/requests/request.ts';
import { type App, factory } from '../../context.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { storeTaken, takenRequest } from '../../requests/staff.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { requestAddress } from './address.ts';
import { readDraft, refuseForm, statusOf } from './drafts.ts';
import { judgeDue, lastDayWithin, soon_days, todayInChina } from './due.ts';
import { dues, lists, type QueueFilters, requestsPage } from './requests-page.ts';
import { readSearch } from './search.ts';
import { takePage } from './take-page.ts';
import { desk_texts } from './texts.ts';

const requests_per_page = 50;

/** What the address of the queue may carry. A value that is not valid is left out, because an old bookmark must open. */
const fields = z.object({
  state: z.catch(z.optional(z.enum([...lists, ...request_states])), undefined),
  type: z.catch(z.optional(z.enum(request_types)), undefined),
  due: z.catch(z.optional(z.enum(dues)), undefined),
  after: z.catch(z.optional(z.string().check(z.regex(/^\d{4}-\d\d-\d\d_[0-9a-f-]{36}$/))), undefined),
});

/** `GET /console/requests` shows the requests, those that wait for an answer first asked for. */
export const showRequests = factory.createHandlers(async c => {
  const reader = readerOf(c);
  const handles = reader.scopes.includes('requests:handle');
  const { after, state = handles ? 'open' : 'approval', ...asked } = fields.parse(c.req.query());
  const filters: QueueFilters = { state, ...asked };
  const { db, now } = c.var.services;
  const calendar = await readCalendar(db);
  const [due, id] = after?.split('_') ?? [];
  const place = due && id ? { due, id } : undefined;
  const search = await readSearch(c);
  const isFound = search && search.requests.length > 0;
  const { requests, has_more } = isFound
    ? { requests: search.requests, has_more: false }
    : await list(c, filters, calendar, place);
  const last = has_more ? requests.at(-1) : undefined;
  const next = last && `${isWaiting(state) ? dueDay(last) : last.due_on}_${last.id}`;
  const rows = requests.map(request => ({ ...request, urgency: judgeDue(calendar, request, now()) }));
  return answerPage(
    c,
    requestsPage(reader, {
      filters: isFound ? { state: 'all' } : filters,
      search: search && { ...search, found: search.requests.length },
      choices: { states: request_states, types: request_types },
      requests: rows,
      isFirst: !place,
      next,
    }),
  );
});

/** Returns whether all requests of a state wait for an answer. */
function isWaiting(state: QueueFilters['state']): boolean {
  return ['open', 'approval', 'received', 'verified', 'extended'].includes(state);
}

function list(
  c: Context<App>,
  { state, type, due }: QueueFilters,
  calendar: WorkingCalendar,
  after: { due: string; id: string } | undefined,
) {
  const { db, now } = c.var.services;
  const limit = requests_per_page;
  const own = (request_states as readonly string[]).includes(state)
    ? (state as (typeof request_states)[number])
    : undefined;
  if (!isWaiting(state) && !due)
    return listRequests(db, { state: own, type, order: 'desc', limit }, after && { due_on: after.due, id: after.id });
  const today = todayInChina(now());
  const bounds: Partial<QueueQuery> =
    due === 'overdue'
      ? { due_to: addDays(today, -1) }
      : due
        ? { due_from: today, due_to: lastDayWithin(calendar, now(), soon_days[due]) }
        : {};
  return listQueue(db, { state: own, type, refusal_asked: state === 'approval', ...bounds, limit }, after);
}

/** What the address of the form may carry: a lead or a request that the new one is about. */
const about = z.object({
  type: z.catch(z.optional(z.enum(request_types)), undefined),
  lead_id: z.catch(z.optional(z.string().check(z.regex(uuid))), undefined),
  about: z.catch(z.optional(z.string().check(z.regex(uuid))), undefined),
});

/** `GET /console/requests/new` is the form on which staff take what a person asks for. */
export const askRequest = factory.createHandlers(async c => {
  const { db, signer } = c.var.services;
  const reader = readerOf(c);
  const { type, lead_id, about: about_id } = about.parse(c.req.query());
  const draft = await readDraft(c);
  const earlier = about_id ? await findRequest(db, about_id) : undefined;
  const reference = earlier && signer.findCode('reference', earlier, earlier.reference_hash);
  const typed = draft?.typed ?? {
    type: type ?? 'access',
    channel: 'phone',
    lead_ids: lead_id ?? '',
    details: reference ? desk_texts[reader.locale].complaintAbout(reference) : '',
  };
  return answerPage(
    c,
    takePage(reader, { typed, draft, types: request_types, channels: staff_channels }),
    statusOf(draft),
  );
});

/** Reads what the form sends as the fields of the wire. The one lead that it may be about comes as a text. */
const taken = z.transform((sent: unknown): unknown => {
  const { lead_ids, ...rest } = Object(sent) as Record<string, unknown>;
  return { ...rest, ...(lead_ids ? { lead_ids: [lead_ids].flat() } : {}) };
});

/** `POST /console/requests` stores it. The page that it leads to shows the reference to read out. */
export const takeRequest = factory.createHandlers(
  body(z.pipe(taken, takenRequest), { form: true, refuse: refuseForm }),
  once,
  async c => {
    const outcome = await storeTaken(c, c.req.valid('json'));
    if ('field' in outcome) return refuseForm(c, [outcome]);
    return c.redirect(requestAddress(outcome.id, '', { done: 'taken' }), 303);
  },
);
