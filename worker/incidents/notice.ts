import type { Context } from 'hono';
import * as z from 'zod/mini';
import { daysAfter } from '../../db/announcements.ts';
import { findIncident } from '../../db/incidents/find.ts';
import type { notice_parts } from '../../db/incidents/incident.ts';
import { giveNotice } from '../../db/incidents/notice.ts';
import { type App, factory } from '../context.ts';
import { canMail } from '../egress/mail.ts';
import { actorOf } from '../guards/access.ts';
import { problem } from '../http/problems/problem.ts';
import { instant, uuid } from '../http/query-fields.ts';
import { body, invalidFields } from '../http/validate.ts';
import { renewWidget } from '../widget.ts';
import { describe, incident_headers, writtenText } from './incidents.ts';

/** Size of the largest notice: ten texts of a thousand characters, as a form sends them. */
export const notice_limit_bytes = 128 * 1024;

/** People who were told that the answer lists; the rest is on further pages of the incident. */
const told_listed = 50;

const words = z.strictObject({
  situation: writtenText,
  impact: writtenText,
  measures: writtenText,
  advice: writtenText,
  remedies: writtenText,
} satisfies Record<(typeof notice_parts)[number], unknown>);

export const newNotice = z.strictObject({
  contact: writtenText,
  until: z.optional(instant),
  texts: z.strictObject({ 'zh-CN': words, en: z.optional(words) }),
});

/** Reads the Chinese notice as empty where it is missing, so that each of its parts is named. */
const whole = z.transform((sent: unknown) => {
  if (!isObject(sent)) return sent;
  const { texts = {} } = sent;
  return { ...sent, texts: isObject(texts) ? { 'zh-CN': {}, ...texts } : texts };
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `POST /incidents/{id}/notice` publishes the notice of an incident, and records who was told by it. */
export const publishNotice = factory.createHandlers(
  body(z.pipe(whole, newNotice), { limit_bytes: notice_limit_bytes, nested: true }),
  async c => {
    const id = c.req.param('id')!;
    const outcome = await publish(c, id, c.req.valid('json'));
    if (outcome === 'unknown') return problem(c, 'not-found');
    if (outcome === 'noticed') return problem(c, 'conflict', { because: 'noticed' });
    if (outcome === 'over') return invalidFields(c, [{ field: 'until', code: 'invalid' }]);
    return c.json((await describe(c, id, told_listed))!, 200, incident_headers);
  },
);

/** Publishes the notice of an incident, unless there is none, it has its notice, or the notice would be over already. */
export async function publish(
  c: Context<App>,
  id: string,
  { contact, until, texts }: z.output<typeof newNotice>,
): Promise<'done' | 'unknown' | 'noticed' | 'over'> {
  const { services } = c.var;
  const incident = uuid.test(id) ? await findIncident(services, id) : undefined;
  if (!incident) return 'unknown';
  if (incident.noticed_at) return 'noticed';
  const now = services.now();
  if (until && until <= now.toISOString()) return 'over';
  const { en, ...others } = texts;
  const notice = {
    contact,
    until: until ?? daysAfter(now.toISOString()),
    texts: { ...others, ...(en && { en }) },
  };
  if (!(await giveNotice(services.db, id, notice, { mails: canMail(services) }, actorOf(c), now))) return 'noticed';
  renewWidget(services);
  return 'done';
}
