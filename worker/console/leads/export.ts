import * as z from 'zod/mini';
import { reveal_purposes } from '../../../db/leads/lead.ts';
import type { View } from '../../../db/leads/read.ts';
import { factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { problem } from '../../http/problem.ts';
import { body } from '../../http/validate.ts';
import { streamLeads } from '../../leads/export.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { exportPage } from './export-page.ts';
import { filterFields, toQuery } from './filters.ts';

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

/** `POST /console/export` streams the file. Values in clear need a purpose. */
export const exportLeads = factory.createHandlers(body(wanted, { form: true }), async c => {
  const { format, view: asked, purpose, ...filters } = c.req.valid('json');
  if (asked === 'clear' && !(purpose && hasScope(c, 'leads:reveal'))) return problem(c, 'forbidden');
  const view: View = asked === 'clear' && purpose ? { clear: actorOf(c), purpose } : { masked: true };
  return streamLeads(c, format, toQuery(filters, c.var.services.settings.time_zone), view);
});
