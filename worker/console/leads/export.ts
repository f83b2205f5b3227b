import type { Context } from 'hono';
import * as z from 'zod/mini';
import { reveal_purposes } from '../../../db/leads/lead.ts';
import type { View } from '../../../db/leads/read.ts';
import { takeNote, writeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { streamLeads } from '../../leads/export.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { readSessionId } from '../session.ts';
import { exportPage } from './export-page.ts';
import { filterFields, toQuery } from './filters.ts';

const home = '/console/export';

/** `GET /console/export` says what will be in the file and in the access log, before either is written. */
export const askExport = factory.createHandlers(c => {
  const filters = filterFields.parse(c.req.query());
  const purposes = hasScope(c, 'leads:reveal') ? reveal_purposes : undefined;
  return answerPage(c, exportPage(readerOf(c), { filters, purposes }));
});

const wanted = z.extend(filterFields, {
  format: z.enum(['text/csv', 'application/x-ndjson']),
  view: z.enum(['masked', 'clear']),
  purpose: z.optional(z.enum(reveal_purposes)),
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
  if (asked.view === 'clear' && !mayClear(c, asked)) return problem(c, 'forbidden');
  return c.redirect(`${home}/${await writeNote(db, readSessionId(c)!, 'export', asked, now())}`, 303);
});

/** `GET /console/export/{id}` streams the file, once. */
export const sendExport = factory.createHandlers(async c => {
  const { db, settings } = c.var.services;
  const id = c.req.param('id') ?? '';
  const asked = uuid.test(id) ? await takeNote<Wanted>(db, readSessionId(c)!, 'export', id) : undefined;
  if (!asked) return c.redirect(home, 303);
  const { format, view: wantedView, purpose, ...filters } = asked;
  if (wantedView === 'clear' && !mayClear(c, asked)) return problem(c, 'forbidden');
  const view: View = wantedView === 'clear' ? { clear: actorOf(c), purpose: purpose! } : { masked: true };
  return streamLeads(c, format, toQuery(filters, settings.time_zone), view);
});

function mayClear(c: Context<App>, { purpose }: Wanted): boolean {
  return purpose !== undefined && hasScope(c, 'leads:reveal');
}
