import type { Context } from 'hono';
import * as z from 'zod/mini';
import { findByReference, findRequests } from '../../../db/requests/find.ts';
import type { RequestRow } from '../../../db/requests/request.ts';
import { type Findings, findOfContact } from '../../../db/requests/search.ts';
import { readNote, writeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { normalizeField } from '../../shared/fields.ts';
import { normalizePhone } from '../../shared/phone.ts';
import { readSessionId } from '../session.ts';
import { requestAddress } from './address.ts';

/** Characters of what is searched for as it is typed, with all that may stand around it. An e-mail address has 254. */
const longest_search = 300;

/** Requests that a search by contact looks through at most; a Worker, whose time is short, fewer. */
const most_searched = 5_000;

/** Requests of one contact that are listed. */
const most_of_contact = 50;

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
export async function readSearch(c: Context<App>): Promise<(Search & { requests: RequestRow[] }) | undefined> {
  const { db } = c.var.services;
  const note = c.req.query('sought') ?? '';
  const search = uuid.test(note) ? await readNote<Search>(db, readSessionId(c)!, 'sought', note) : undefined;
  if (!search) return undefined;
  return { ...search, requests: search.ids.length > 0 ? await findRequests(db, search.ids) : [] };
}
