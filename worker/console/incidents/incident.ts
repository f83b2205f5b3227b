import * as z from 'zod/mini';
import { findIncident, listTold } from '../../../db/incidents/find.ts';
import { factory } from '../../context.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { newNotice, notice_limit_bytes, publish } from '../../incidents/notice.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { readDraft, refuseForm, statusOf } from './drafts.ts';
import { incidentPage } from './incident-page.ts';

const told_per_page = 50;

/** What the address of the page may carry. */
const fields = z.object({
  done: z.optional(z.string()),
  after: z.catch(z.optional(z.string().check(z.regex(uuid))), undefined),
});

/** `GET /console/incidents/{id}` shows an incident with its clocks, its notice or the form of it, and who was told. */
export const showIncident = factory.createHandlers(async c => {
  const { services } = c.var;
  const id = c.req.param('id')!;
  const incident = uuid.test(id) ? await findIncident(services, id) : undefined;
  if (!incident) return problem(c, 'not-found');
  const { done, after } = fields.parse(c.req.query());
  const [page, draft] = await Promise.all([listTold(services.db, id, told_per_page, after), readDraft(c)]);
  const next = page.has_more ? page.notices.at(-1)!.lead_id : undefined;
  const { controller_contact = '' } = services.settings;
  const details = { incident, told: page.notices, isFirst: !after, next, done, draft, contact: controller_contact };
  return answerPage(c, incidentPage(readerOf(c), details), statusOf(draft));
});

/** Reads `texts.en.advice=…` as the wire has it. A language of which nothing is written is left out, unless it must be there. */
const flat = z.transform((sent: unknown): unknown => {
  const { contact, ...rest } = Object(sent) as Record<string, string>;
  const texts: Record<string, Record<string, string>> = { 'zh-CN': {}, en: {} };
  for (const [name, typed] of Object.entries(rest)) {
    const [, locale, part] = /^texts\.(zh-CN|en)\.(\w+)$/.exec(name) ?? [];
    if (locale && part) texts[locale]![part] = typed;
  }
  const { en, ...must } = texts;
  const isWritten = Object.values(en!).some(typed => typed.trim());
  return { contact, texts: { ...must, ...(isWritten && { en }) } };
});

/** `POST /console/incidents/{id}/notice` publishes the notice, and leads back to the record of who was told. */
export const tellPeople = factory.createHandlers(
  body(z.pipe(flat, newNotice), { form: true, limit_bytes: notice_limit_bytes, nested: true, refuse: refuseForm }),
  once,
  async c => {
    const id = c.req.param('id')!;
    const outcome = await publish(c, id, c.req.valid('json'));
    if (outcome === 'unknown') return problem(c, 'not-found');
    if (outcome === 'noticed') return problem(c, 'conflict', { because: 'noticed' });
    return c.redirect(`/console/incidents/${id}?done=noticed`, 303);
  },
);
