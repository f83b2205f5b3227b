import * as z from 'zod/mini';
import { type Lead, listLeads, listMatches } from '../../../db/leads/read.ts';
import { factory } from '../../context.ts';
import { body } from '../../http/validate.ts';
import { checkField } from '../../shared/fields.ts';
import { normalizePhone } from '../../shared/phone.ts';
import { consoleLocale, homeOf, showConsolePage } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { leads_per_page, listAssignees, readFilters, readPlace, toQuery, writePlace } from './filters.ts';
import { renderList, renderSearch } from './list.ts';
import { describeLead, type OpenLead, renderLeads } from './rows.ts';

/** How far a page looks back for leads: what was received earlier may have become visible later. */
const overlap_ms = 10_000;

/** Leads told of at once; the rest at the next question. */
const arrivals_at_once = 20;

/** `GET /console`: the leads, masked, as the address says. A role without leads is led to what it has. */
export const showLeads = factory.createHandlers(async c => {
  if (homeOf(c) !== '/console') return c.redirect(homeOf(c)!, 303);
  const { services } = c.var;
  const filters = readFilters(c);
  const after = readPlace(c.req.query('cursor'));
  const query = toQuery(c, filters);
  const { leads, has_more, end } = await listMatches(services, query, after, { masked: true }, services.now());
  const newest = leads.find(isOpen)?.received_at ?? services.now().toISOString();
  const list = {
    filters,
    assignees: await listAssignees(c, filters.assigned_to),
    leads: leads.filter(isOpen),
    next: has_more && end ? writePlace(end) : undefined,
    isFirst: !after,
    /** New leads go on top: not on later pages, nor where the oldest come first. */
    arrivals: !after && filters.order === 'desc' ? placeBefore(newest) : undefined,
  };
  return showConsolePage(
    c,
    { title: console_texts[consoleLocale(c)].nav.leads, section: 'leads' },
    renderList(c, list),
  );
});

/** `GET /console/arrivals`: what has come in after a place, the oldest first, ready to be put into the page. */
export const showArrivals = factory.createHandlers(async c => {
  const { services } = c.var;
  const after = readPlace(c.req.query('after'));
  const query = { ...toQuery(c, readFilters(c), arrivals_at_once), order: 'asc' } as const;
  const { leads, end } = await listMatches(services, query, after, { masked: true }, services.now());
  const isAll = leads.length < arrivals_at_once;
  const next = end ? (isAll ? placeBefore(end.received_at) : writePlace(end)) : c.req.query('after');
  return c.json({ rows: leads.filter(isOpen).map(lead => describeLead(c, lead)), after: next }, 200, {
    'Cache-Control': 'no-store',
  });
});

const wanted = z.object({ q: z._default(z.string().check(z.maxLength(300)), '') });

/** `POST /console/search`: the leads of one phone or e-mail, which no address keeps. */
export const searchLeads = factory.createHandlers(body(wanted, { form: true }), async c => {
  const { services } = c.var;
  const q = c.req.valid('json').q.trim();
  const text = console_texts[consoleLocale(c)].list;
  const phone = normalizePhone(q);
  const email = q.includes('@') && !checkField('email', q) ? q : undefined;
  const page = { title: text.find, section: 'leads', address: '/console' } as const;
  if (!phone && !email) return showConsolePage(c, { ...page, status: 422 }, renderSearch(c, q, undefined));
  const query = { ...(phone ? { phone } : { email }), order: 'desc', limit: leads_per_page } as const;
  const { leads } = await listLeads(services, query, undefined, { masked: true }, services.now());
  return showConsolePage(
    c,
    page,
    renderSearch(c, q, renderLeads(c, leads.filter(isOpen)), leads.filter(isOpen).length),
  );
});

function placeBefore(received_at: string): string {
  const at = new Date(Date.parse(received_at) - overlap_ms).toISOString();
  return writePlace({ seq: 0, id: '', received_at: at });
}

function isOpen(lead: Lead): lead is OpenLead {
  return 'form' in lead;
}
