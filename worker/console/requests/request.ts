import type { Context } from 'hono';
import * as z from 'zod/mini';
import { readCalendar } from '../../../db/calendar/years.ts';
import { nextDay } from '../../../db/days.ts';
import { erasure_grounds } from '../../../db/leads/lead.ts';
import { findLead } from '../../../db/leads/read.ts';
import { findByReference, findRequest, type KeyedRequest, openTexts, recordReveal } from '../../../db/requests/find.ts';
import { findMeant } from '../../../db/requests/meant.ts';
import { dueDay, latestDue, refusal_codes, staff_verifications } from '../../../db/requests/request.ts';
import { readNote, takeNote, writeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { maskTexts } from '../../requests/staff.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { readSessionId } from '../session.ts';
import { requestAddress } from './address.ts';
import type { MeantLead, NewCopy } from './details.ts';
import { readDraft, statusOf } from './drafts.ts';
import { judgeDue, todayInChina } from './due.ts';
import { requestPage } from './request-page.ts';

/** Period for which one event covers that a session sees a request in clear. */
const covered_ms = 10 * 60_000;

/** Leads of a request that its page shows. */
const leads_shown = 50;

/** A reveal: the request that a session was shown, and until when. */
interface Shown {
  id: string;
  until: string;
}

const id = z.catch(z.optional(z.string().check(z.regex(uuid))), undefined);
const fields = z.object({ done: z.optional(z.string()), shown: id, copy: id });

/**
 * `GET /console/requests/{id}` shows a request with all that can be done about it: masked, or in clear while a reveal of
 * this session covers it.
 */
export const showRequest = factory.createHandlers(async c => {
  const { services } = c.var;
  const { db, vault, signer, now } = services;
  const id = c.req.param('id')!;
  const request = uuid.test(id) ? await findRequest(db, id) : undefined;
  if (!request) return problem(c, 'not-found');
  const { done, shown, copy } = fields.parse(c.req.query());
  const [isClear, made, draft, calendar, leads, mentioned] = await Promise.all([
    shown !== undefined && isShown(c, id, shown),
    copy && takeNote<NewCopy>(db, readSessionId(c)!, 'copy', copy),
    readDraft(c),
    readCalendar(db),
    listLeads(c, request),
    findMentioned(c, request),
  ]);
  const texts = openTexts(vault, request);
  const page = requestPage(readerOf(c), {
    request,
    reference: signer.findCode('reference', request, request.reference_hash),
    urgency: judgeDue(calendar, request, now()),
    extend_from: todayInChina(now()) <= dueDay(request) ? nextDay(dueDay(request)) : undefined,
    extend_to: latestDue(now()),
    texts: texts && {
      ...maskTexts(texts),
      ...(isClear && texts),
      explanation: texts.explanation,
      reason: texts.reason,
    },
    shown: isClear ? shown : undefined,
    copy: made && made.id === id ? made : undefined,
    choices: { verifications: staff_verifications, codes: refusal_codes, grounds: erasure_grounds },
    ...{ leads, mentioned, done, draft },
  });
  return answerPage(c, page, statusOf(draft));
});

async function isShown(c: Context<App>, id: string, note: string): Promise<boolean> {
  const { db, now } = c.var.services;
  if (!hasScope(c, 'requests:handle')) return false;
  const shown = await readNote<Shown>(db, readSessionId(c)!, 'shown', note);
  return shown !== undefined && shown.id === id && shown.until > now().toISOString();
}

/** Lists the leads that a request is about: masked for a reader who may see leads, else without values. */
async function listLeads(c: Context<App>, request: KeyedRequest): Promise<MeantLead[]> {
  const { services } = c.var;
  const meant = (await findMeant(services, request)).slice(0, leads_shown);
  if (!hasScope(c, 'leads:read')) return meant.map(one => ({ ...one, lead: undefined }));
  const find = (id: string) => findLead(services, id, { masked: true }, services.now());
  return Promise.all(meant.map(async one => ({ ...one, lead: await find(one.id) })));
}

/** What may be a reference, as a person or staff write it. Words before it may look like its beginning. */
const code = /(?<![0-9a-z])(?=([0-9a-z]{5}(?:[ -]?[0-9a-z]{5}){3}(?![0-9a-z])))/gi;

/** References that are looked up in the words of one request. */
const most_mentioned = 5;

/** Finds the request whose reference stands in the words of another one, as a complaint about it has it. */
async function findMentioned(c: Context<App>, request: KeyedRequest) {
  const { db, vault } = c.var.services;
  const { details = '' } = openTexts(vault, request) ?? {};
  const written = [...details.matchAll(code)].map(([, text]) => text!);
  for (const reference of written.slice(0, most_mentioned)) {
    const found = await findByReference(db, reference);
    if (found && found.id !== request.id) return found;
  }
  return undefined;
}

/** `POST /console/requests/{id}/reveal` lets the session see a request in clear, under an event that is recorded before. */
export const revealRequest = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  const request = uuid.test(id) ? await findRequest(db, id) : undefined;
  if (!request?.sealed) return problem(c, 'not-found');
  await recordReveal(db, id, actorOf(c), now());
  const until = new Date(now().getTime() + covered_ms).toISOString();
  const shown: Shown = { id, until };
  return c.redirect(
    requestAddress(id, '', { shown: await writeNote(db, readSessionId(c)!, 'shown', shown, now()) }),
    303,
  );
});
