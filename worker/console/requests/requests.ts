import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { WorkingCalendar } from '../../../db/calendar/working-days.ts';
import { readCalendar } from '../../../db/calendar/years.ts';
import { addDays } from '../../../db/days.ts';
import { findByReference, findRequest, findRequests, listRequests } from '../../../db/requests/find.ts';
import { listQueue, type QueueQuery } from '../../../db/requests/queue.ts';
import {
  dueDay,
  type RequestRow,
  request_states,
  request_types,
  staff_channels,
} from '../../../db/requests/request.ts';
import { type Findings, findOfContact } from '../../../db/requests/search.ts';
import { readNote, writeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { storeTaken, takenRequest } from '../../requests/staff.ts';
import { normalizeField } from '../../shared/fields.ts';
import { normalizePhone } from '../../shared/phone.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { readSessionId } from '../session.ts';
import { requestAddress } from './address.ts';
import { readDraft, refuseForm, statusOf } from './drafts.ts';
import { judgeDue, lastDayWithin, soon_days, todayInChina } from './due.ts';
import { dues, lists, type QueueFilters, requestsPage } from './requests-page.ts';
import { takePage } from './take-page.ts';
import { desk_texts } from './texts.ts';

const requests_per_page = 50;

/** Characters of what is searched for as it is typed, with all that may stand around it. An e-mail address has 254. */
const longest_search = 300;

/** Requests that a search by contact looks through at most; a Worker, whose time is short, fewer. */
const most_searched = 5_000;

/** Requests of one contact that are listed. */
const most_of_contact = 50;

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

/**
 * `POST /console/requests/search` leads to the request with a reference that a person reads out, however it is typed, or to
 * those of a phone or an e-mail address. Because an address of ours says nothing of a person, a note keeps what was typed.
 */
export const searchRequest = factory.createHandlers(
  body(z.object({ reference: z.string().check(z.maxLength(longest_search)) }), { form: true }),
  async c => {
    const { db, now } = c.var.services;
    const { reference: sought } = c.req.valid('json');
    const named = await findByReference(db, sought);
    // Because a guess unmasks, who only approves finds by reference alone.
    const { requests, ...how } = named
      ? { ...nothing, requests: [named] }
      : hasScope(c, 'requests:handle')
        ? await searchContact(c, sought)
        : nothing;
    if (requests.length === 1 && !how.is_cut) return c.redirect(requestAddress(requests[0]!.id), 303);
    const search: Search = { sought, ids: requests.map(({ id }) => id), ...how };
    const note = await writeNote(db, readSessionId(c)!, 'sought', search, now());
    return c.redirect(`/console/requests?sought=${note}`, 303);
  },
);

/** A search that has not led to one request: what was typed, and what was found. */
interface Search extends Omit<Findings, 'requests'> {
  sought: string;
  ids: string[];
}

const nothing: Findings = { requests: [], searched: 0, is_cut: false };

async function searchContact(c: Context<App>, sought: string): Promise<Findings> {
  const { services } = c.var;
  const { now, most_searched: host_most = most_searched } = services;
  const most = { searched: Math.min(most_searched, host_most), found: most_of_contact };
  const phone = normalizePhone(sought);
  const email = /[@＠﹫]/.test(sought) ? normalizeField('email', sought) : undefined;
  if (!phone && !email) return nothing;
  return findOfContact(services, email ? { email } : { phone }, most, actorOf(c), now());
}

/** Reads a search of this session as often as its page is opened. */
async function readSearch(c: Context<App>): Promise<(Search & { requests: RequestRow[] }) | undefined> {
  const { db } = c.var.services;
  const note = c.req.query('sought') ?? '';
  const search = uuid.test(note) ? await readNote<Search>(db, readSessionId(c)!, 'sought', note) : undefined;
  if (!search) return undefined;
  return { ...search, requests: search.ids.length > 0 ? await findRequests(db, search.ids) : [] };
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
