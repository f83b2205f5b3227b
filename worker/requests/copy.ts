import { type Copy, findCopy, openCopy } from '../../db/requests/copy.ts';
import { type App, factory } from '../context.ts';
import { useLimit } from '../guards/rate-limit.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { problem } from '../http/problems/problem.ts';
import { ignoreBody } from '../http/validate.ts';
import type { Locale } from '../shared/locales.ts';
import { answerCopy, answerDoor, type WholeCopy } from './copy-page.ts';
import { copy_texts } from './copy-texts.ts';

/** `GET /requests/copies/{code}` shows a page with one button. Because mail programs open addresses by themselves, it opens nothing. */
export const showCopy = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const request = await findCopy(db, c.req.param('code')!, now());
  if (!request) return problem(c, 'not-found', { because: 'copy_over' });
  const until = request.copy_until!;
  return prefersHtml(c) ? answerDoor(c, until) : c.json({ until }, 200, headers);
});

/** `POST /requests/copies/{code}` opens the copy, once. */
export const takeCopy = factory.createHandlers(ignoreBody, async c => {
  const { services, request_id } = c.var;
  const limited = await useLimit(c, 'form', 'copies');
  if (limited) return problem(c, 'too-many-requests', { headers: limited });
  const periods = services.settings.lead_retention_months;
  const actor = { id: 'visitor', role: 'visitor', request_id };
  const copy = await openCopy({ ...services, periods }, c.req.param('code')!, actor, services.now());
  if (!copy) return problem(c, 'not-found', { because: 'copy_over' });
  const whole = complete(services, copy, localeOf(c));
  return prefersHtml(c) ? answerCopy(c, whole) : c.json(whole, 200, headers);
});

const headers = { 'Cache-Control': 'no-store' };

/**
 * Adds what the settings say: who holds the data, and by whose server mails to the person go. Nobody else gets it, because
 * channels are sent ids alone.
 */
function complete({ settings }: App['Variables']['services'], copy: Copy, locale: Locale): WholeCopy {
  const mail = settings.smtp_url;
  const controller = { name: settings.controller_name, contact: settings.controller_contact ?? null };
  return { ...copy, controller, recipients: mail ? [{ name: mail.host, purpose: copy_texts[locale].mail }] : [] };
}
