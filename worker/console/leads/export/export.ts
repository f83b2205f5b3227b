import type { Context } from 'hono';
import * as z from 'zod/mini';
import { dayOf } from '../../../../db/days.ts';
import { countOpen } from '../../../../db/leads/bulk/states.ts';
import { countMatches } from '../../../../db/leads/count.ts';
import { reveal_purposes } from '../../../../db/leads/lead.ts';
import type { View } from '../../../../db/leads/read.ts';
import { readNote, takeNote, writeNote } from '../../../../db/staff/notes.ts';
import { type App, factory } from '../../../context.ts';
import { actorOf, hasScope } from '../../../guards/access.ts';
import { problem } from '../../../http/problems/problem.ts';
import { uuid } from '../../../http/query-fields.ts';
import { body, invalidFields } from '../../../http/validate.ts';
import { formats, type LeadFile, streamLeads } from '../../../leads/export.ts';
import { answerPage } from '../../answer.ts';
import { readerOf } from '../../reader.ts';
import { readRefusal } from '../../refusal.ts';
import { readSessionId } from '../../session.ts';
import { chosen_body, chosenLeads } from '../bulk/chosen.ts';
import { type Filters, filterFields, readList, toQuery, writeFilters } from '../filters.ts';
import { exportPage } from './export-page.ts';
import { csvFor, most_rows } from './sheet.ts';

const home = '/console/export';

/** The formats of the form: those for people, and one for programs. */
const types = ['xlsx', 'text/csv', 'application/x-ndjson'] as const;

/** `GET /console/export` says what will be in the file and in the access log, before either is written. */
export const askExport = factory.createHandlers(async c => {
  const filters = filterFields.parse(c.req.query());
  const chosen = await readChosen(c, c.req.query('chosen'));
  if (c.req.query('chosen') && !chosen) return c.redirect(home, 303);
  const purposes = hasScope(c, 'leads:reveal') ? reveal_purposes : undefined;
  const count = chosen ? await countOpen(c.var.services.db, chosen.ids) : await countLeads(c, filters);
  const asked = { filters, chosen: c.req.query('chosen'), list: chosen?.list ?? writeFilters(filters) };
  const page = exportPage(readerOf(c), { ...asked, purposes, count, most: most_rows, refusal: readRefusal(c) });
  return answerPage(c, page);
});

/** The leads that an export was asked of, and the list that they stand in (`readList`). */
interface Chosen {
  ids: string[];
  list: string;
}

const choice = z.object({ lead: chosenLeads, list: z.optional(z.string()) });

/** `POST /console/export/chosen` leads to the form for some leads. The session keeps which, so that no address holds them. */
export const chooseExport = factory.createHandlers(body(choice, chosen_body), async c => {
  const { db, now } = c.var.services;
  const { lead, list } = c.req.valid('json');
  const chosen: Chosen = { ids: lead.map(({ id }) => id), list: readList(list) };
  return c.redirect(`${home}?chosen=${await writeNote(db, readSessionId(c)!, 'chosen', chosen, now())}`, 303);
});

async function readChosen(c: Context<App>, id = ''): Promise<Chosen | undefined> {
  return uuid.test(id) ? readNote<Chosen>(c.var.services.db, readSessionId(c)!, 'chosen', id) : undefined;
}

const wanted = z.extend(filterFields, {
  chosen: z.catch(z.optional(z.string().check(z.regex(uuid))), undefined),
  format: z.enum(types),
  view: z.enum(['masked', 'clear']),
  purpose: z.optional(z.union([z.enum(reveal_purposes), z.literal('')])),
});

/** The note of an export. */
type Wanted = z.output<typeof wanted>;

/**
 * `POST /console/export` leads to the file. Values in clear need a purpose. What is wanted stays with the session, so
 * that the file's address holds none of it.
 */
export const exportLeads = factory.createHandlers(body(wanted, { form: true }), async c => {
  const { db, now } = c.var.services;
  const asked = c.req.valid('json');
  if (asked.view === 'clear') {
    if (!hasScope(c, 'leads:reveal')) return problem(c, 'forbidden');
    if (!asked.purpose) return invalidFields(c, [{ field: 'purpose', code: 'required' }]);
  }
  return c.redirect(`${home}/${await writeNote(db, readSessionId(c)!, 'export', asked, now())}`, 303);
});

/** `GET /console/export/{id}` streams the file, once. More leads than a file may hold lead back to the form, which says so. */
export const sendExport = factory.createHandlers(async c => {
  const { db, settings, now } = c.var.services;
  const id = c.req.param('id') ?? '';
  const asked = uuid.test(id) ? await takeNote<Wanted>(db, readSessionId(c)!, 'export', id) : undefined;
  if (!asked) return c.redirect(home, 303);
  const { format, view: wantedView, purpose, chosen: note, ...filters } = asked;
  if (wantedView === 'clear' && !(purpose && hasScope(c, 'leads:reveal'))) return problem(c, 'forbidden');
  const chosen = await readChosen(c, note);
  if (note && !chosen) return c.redirect(home, 303);
  const count = chosen ? await countOpen(db, chosen.ids) : await countLeads(c, filters);
  if (count > most_rows) return c.redirect(home + writeFilters(filters), 303);
  const view: View = wantedView === 'clear' ? { clear: actorOf(c), purpose: purpose || undefined } : { masked: true };
  const day = dayOf(now(), settings.time_zone);
  const which = chosen ? { chosen: chosen.ids } : toQuery(filters, readerOf(c));
  return streamLeads(c, await chooseFile(c, format), which, view, { day, count });
});

/** Counts the leads that filters leave, and none beyond those that a file may hold. */
function countLeads(c: Context<App>, filters: Filters): Promise<number> {
  const { services } = c.var;
  return countMatches(services, toQuery(filters, readerOf(c)), most_rows + 1);
}

async function chooseFile(c: Context<App>, format: Wanted['format']): Promise<LeadFile> {
  if (format === 'xlsx') return (await import('./spreadsheet.ts')).spreadsheetFor(readerOf(c));
  return format === 'text/csv' ? csvFor(readerOf(c)) : formats[format];
}
