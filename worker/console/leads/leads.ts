import * as z from 'zod/mini';
import { firstIdAt, timeOf } from '../../../db/ids.ts';
import { countSome } from '../../../db/leads/count.ts';
import { lead_statuses } from '../../../db/leads/lead.ts';
import { listLeads, listMatches } from '../../../db/leads/read.ts';
import { foldName, listSome, type NamePage } from '../../../db/leads/search.ts';
import { readNote, writeNote } from '../../../db/staff/notes.ts';
import { factory, type Services } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { checkPart, searchByName } from '../../leads/search.ts';
import { checkField, normalizeField } from '../../shared/fields.ts';
import { normalizePhone } from '../../shared/phone.ts';
import { answerPage } from '../answer.ts';
import { homeOf } from '../layout.ts';
import { type Reader, readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { readSessionId } from '../session.ts';
import { listAssignees, listPeople } from './assignees.ts';
import { readReport } from './bulk/bulk.ts';
import { type Filters, filterFields, leads_per_page, readPlace, toQuery, writeList, writePlace } from './filters.ts';
import { leadsPage, searchPage } from './leads-page.ts';
import { describeLead, isOpen } from './rows.ts';

/** How far a page looks back for new leads, because one that was received earlier may have become visible later. */
const overlap_ms = 10_000;

/** New leads told of in one answer. The next answer tells of the rest. */
const arrivals_at_once = 20;

/** `GET /console` shows the leads that the address asks for, masked. A role without leads is led to its first page. */
export const showLeads = factory.createHandlers(async c => {
  const { services } = c.var;
  const reader = readerOf(c);
  const home = homeOf(reader);
  if (home !== '/console') return c.redirect(home!, 303);
  const filters = filterFields.parse(c.req.query());
  const place = readPlace(c.req.query('cursor'));
  // A cursor of another list is none.
  const after = Boolean(place?.follow_up_on) === Boolean(filters.due) ? place : undefined;
  const query = toQuery(filters, reader);
  const [{ leads, has_more, end }, people, counts] = await Promise.all([
    listMatches(services, query, after, { masked: true }, reader.now),
    listPeople(services, filters.assigned_to),
    countTabs(services, reader, filters),
  ]);
  const newest = leads.find(isOpen);
  const page = leadsPage(reader, {
    filters,
    list: writeList(filters, after),
    statuses: lead_statuses,
    counts,
    report: await readReport(c),
    refusal: readRefusal(c),
    people,
    assignees: await listAssignees(services),
    leads: leads.filter(isOpen),
    next: has_more && end ? writePlace(end) : undefined,
    isFirst: !after,
    // New leads go on top: not on later pages, nor where the oldest come first, nor among follow-ups.
    arrivals:
      !after && filters.order === 'desc' && !filters.due
        ? placeBefore(newest ? timeOf(newest.id) : reader.now)
        : undefined,
  });
  return answerPage(c, page);
});

/**
 * `GET /console/arrivals` tells the script how many leads the tabs have, and of leads that came in after a place, the
 * oldest first.
 */
export const showArrivals = factory.createHandlers(async c => {
  const reader = readerOf(c);
  const after = readPlace(c.req.query('after'));
  const filters = { ...filterFields.parse(c.req.query()), order: 'asc' } as const;
  const { services } = c.var;
  const counts = await countTabs(services, reader, filters);
  if (!after) return c.json({ rows: [], counts }, 200, { 'Cache-Control': 'no-store' });
  const query = toQuery(filters, reader, arrivals_at_once);
  const { leads, end } = await listMatches(services, query, after, { masked: true }, reader.now);
  const isAll = leads.length < arrivals_at_once;
  const next = end ? (isAll ? placeBefore(timeOf(end.id)) : writePlace(end)) : c.req.query('after');
  const rows = leads.filter(isOpen).map(lead => describeLead(reader, lead));
  return c.json({ rows, counts, after: next }, 200, { 'Cache-Control': 'no-store' });
});

/** Largest count that a tab shows. */
const most_counted = 99;

/**
 * Counts the leads of each tab as it shows them: `12`, or `99+`, and nothing where none is found but some may be. None is counted where a filter without an index is set.
 */
async function countTabs(services: Services, reader: Reader, filters: Filters): Promise<Record<string, string>> {
  const { form: _, status, assigned_to: __, from: ___, to: ____, due, order: _____, ...others } = filters;
  if (Object.values(others).some(Boolean)) return {};
  const count = async (chosen: Partial<Filters>) => {
    const query = toQuery({ ...filters, status: undefined, due: undefined, ...chosen }, reader);
    const { count, has_more } = await countSome(services, query, most_counted);
    return count === 0 && has_more ? '' : `${count}${has_more ? '+' : ''}`;
  };
  const tabs = lead_statuses.map(async one => [one, await count({ status: one })]);
  const mine = { status, due, assigned_to: reader.holder?.holder };
  const [today, own, ...counts] = await Promise.all([count({ due: 'today' }), count(mine), ...tabs]);
  return { ...Object.fromEntries(counts), today: today === '0' ? '' : today, mine: own };
}

/** The note of a search: what was typed, and for a part of a name what it found then. */
interface Search {
  q: string;
  byName?: Pick<NamePage, 'found' | 'searched'> & { ids: string[]; unopened: number };
}

const wanted = z.object({ q: z._default(z.string().check(z.maxLength(300)), '') });

/**
 * `POST /console/search` keeps what is searched for with the session, so that no address holds it. What was typed tells
 * whether it is a phone, an email, or a part of a name or a company.
 *
 * Because each search by name is an event and takes a while, it is made here, once: the page that shows what it found
 * opens again without another.
 */
export const searchLeads = factory.createHandlers(body(wanted, { form: true }), async c => {
  const { db, now } = c.var.services;
  const q = c.req.valid('json').q.trim();
  const search: Search = { q };
  if (!readContact(q) && hasScope(c, 'leads:reveal') && !checkPart(q)) {
    const query = { order: 'desc', limit: leads_per_page } as const;
    const { leads, found, searched, lost } = await searchByName(c, { query, text: foldName(q) });
    search.byName = { ids: leads.map(({ id }) => id), found, searched, unopened: lost?.unopened.length ?? 0 };
  }
  return c.redirect(`/console/search/${await writeNote(db, readSessionId(c)!, 'search', search, now())}`, 303);
});

/** `GET /console/search/{id}` shows what a search finds, and the whole list once the session has ended. */
export const showSearch = factory.createHandlers(async c => {
  const { services } = c.var;
  const id = c.req.param('id') ?? '';
  const search = uuid.test(id) && (await readNote<Search>(services.db, readSessionId(c)!, 'search', id));
  if (!search) return c.redirect('/console', 303);
  const reader = readerOf(c);
  const { q, byName } = search;
  const list = `/search/${id}`;
  const report = await readReport(c);
  const assignees = await listAssignees(services);
  const listed = { q, list, byName, statuses: lead_statuses, report, assignees, refusal: readRefusal(c) };
  const contact = readContact(q);
  if (!contact && !byName) return answerPage(c, searchPage(reader, { ...listed, leads: undefined }), { status: 422 });
  const query = { ...contact, order: 'desc', limit: leads_per_page } as const;
  const leads = byName
    ? await listSome(services, byName.ids)
    : (await listLeads(services, query, undefined, { masked: true }, reader.now)).leads;
  return answerPage(c, searchPage(reader, { ...listed, leads: leads.filter(isOpen) }));
});

/** Reads a phone or an email as it is stored; undefined for any other text. */
function readContact(q: string): { phone: string } | { email: string } | undefined {
  const phone = normalizePhone(q);
  if (phone) return { phone };
  return checkField('email', q) ? undefined : { email: normalizeField('email', q) };
}

function placeBefore(received_at: Date): string {
  return writePlace({ id: firstIdAt(new Date(received_at.getTime() - overlap_ms)) });
}
