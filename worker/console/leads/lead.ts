import type { Context } from 'hono';
import * as z from 'zod/mini';
import { findExports, listEvents } from '../../../db/audit/list.ts';
import type { Database } from '../../../db/database.ts';
import { addDays, dayOf } from '../../../db/days.ts';
import { changeLead, describeNote, findNote, type LeadChange } from '../../../db/leads/change.ts';
import { eraseLeadById } from '../../../db/leads/erase.ts';
import { findLeadConsent, listEarlier } from '../../../db/leads/history.ts';
import { listLeadHolds } from '../../../db/leads/holds/list.ts';
import { listRestrictions } from '../../../db/leads/holds/restrict.ts';
import { closed_reasons, erasure_grounds, lead_statuses, reveal_purposes } from '../../../db/leads/lead.ts';
import { findLead } from '../../../db/leads/read.ts';
import { endReveal, findLeadInSession, grantReveal } from '../../../db/leads/reveals.ts';
import { readNote, writeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { asksForJson } from '../../http/negotiate.ts';
import { problem } from '../../http/problems/problem.ts';
import type { FieldError } from '../../http/problems/slugs.ts';
import { uuid } from '../../http/query-fields.ts';
import { staffName, staffNote } from '../../http/staff-text.ts';
import { body, invalidFields } from '../../http/validate.ts';
import { checkField, type LeadField, leadFields, normalizeField } from '../../shared/fields.ts';
import { answerPage } from '../answer.ts';
import { type Reader, readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { readSessionId } from '../session.ts';
import { listAssignees } from './assignees.ts';
import { erasurePage } from './erasure-page.ts';
import { leadAddress, readList } from './filters.ts';
import { type Correction, leadPage } from './lead-page.ts';
import { isOpen, type OpenLead } from './rows.ts';
import type { NoteForm } from './work-forms.ts';

const events_shown = 10;
/** Acts on the lead that its page shows to those who work on it. */
const work_shown = 50;
/** Holds of the lead that the page shows; those that stand are all at `/console/holds`. */
const holds_shown = 100;

/**
 * `GET /console/leads/{id}` shows a lead: masked, or in clear while a reveal of this session covers it. A correction
 * that was refused is shown for another try.
 */
export const showLead = factory.createHandlers(async c => {
  const { services } = c.var;
  const { db } = services;
  const id = readId(c);
  const seen = id && (await findLeadInSession(services, readSessionId(c)!, id, services.now()));
  if (!seen) return problem(c, 'not-found');
  const { lead, shownFor } = seen;
  const open = isOpen(lead) ? lead : undefined;
  const mayWork = hasScope(c, 'leads:write');
  const [assignees, earlier, consent, events, holds, restrictions, refused, note] = await Promise.all([
    open && mayWork ? listAssignees(services, open.assigned_to) : undefined,
    open ? listEarlier(db, open.earlier_lead_id) : [],
    findLeadConsent(db, lead.id),
    hasScope(c, 'audit:read') ? listHistory(db, lead.id) : open && mayWork ? listWork(db, lead.id) : undefined,
    hasScope(c, 'holds:manage') ? listLeadHolds(services, lead.id, holds_shown, undefined) : undefined,
    hasScope(c, 'requests:handle') ? listRestrictions(services, lead.id) : [],
    open && hasScope(c, 'leads:correct') ? readRefused(c) : undefined,
    open && mayWork ? readNoteForm(c, open) : undefined,
  ]);
  const reader = readerOf(c);
  const page = leadPage(reader, {
    lead,
    list: readList(c.req.query('list')),
    done: c.req.query('done'),
    shownFor,
    purposes: hasScope(c, 'leads:reveal') ? reveal_purposes : undefined,
    work: assignees && {
      statuses: lead_statuses,
      reasons: closed_reasons,
      assignees,
      follow_up_days: listDays(reader),
    },
    ...{
      earlier,
      consent: consent!,
      events,
      holds: holds?.holds,
      restrictions,
      refused,
      note,
      refusal: readRefusal(c),
    },
  });
  return answerPage(c, page, (refused || note?.refused) && { status: 422 });
});

/** How far off the days are that one click chooses for the next contact. */
const follow_up_in = [1, 3, 7];

function listDays({ now, time_zone }: Reader): string[] {
  return follow_up_in.map(days => addDays(dayOf(now, time_zone), days));
}

/** Lists the latest events of a lead, and which of them were exports. */
async function listHistory(db: Database, lead_id: string) {
  const page = await listEvents(db, { lead_id, order: 'desc', limit: events_shown }, undefined);
  const requests = page.audit_events.flatMap(({ request_id }) => request_id ?? []);
  return { ...page, exports: await findExports(db, [...new Set(requests)]) };
}

/** Acts by which a lead goes on. They say who worked on it, and not who saw it. */
const work_actions = ['lead.created', 'lead.changed', 'lead.corrected'];

/** Lists what was done with a lead, the latest first, for those who work on it. */
async function listWork(db: Database, lead_id: string) {
  const query = { lead_id, actions: work_actions, order: 'desc', limit: work_shown } as const;
  return { ...(await listEvents(db, query, undefined)), exports: new Map<string, undefined>() };
}

/** `POST /console/leads/{id}/reveal` lets the session see a lead in clear, for a purpose that the audit trail holds. */
export const revealLead = factory.createHandlers(
  body(z.object({ purpose: z.enum(reveal_purposes) }), { form: true }),
  async c => {
    const { db, now } = c.var.services;
    const id = readId(c);
    if (!id) return problem(c, 'not-found');
    await grantReveal(db, readSessionId(c)!, id, c.req.valid('json').purpose, actorOf(c), now());
    return goBack(c, id);
  },
);

/** `POST /console/leads/{id}/reveal/end` masks a lead again before its ten minutes are over. */
export const hideLead = factory.createHandlers(async c => {
  const id = readId(c);
  if (!id) return problem(c, 'not-found');
  await endReveal(c.var.services.db, readSessionId(c)!, id);
  return goBack(c, id);
});

/** `POST /console/leads/{id}/status` changes the status. */
export const setStatus = factory.createHandlers(body(z.object({ status: z.enum(lead_statuses) }), { form: true }), c =>
  answerChange(c, c.req.valid('json'), 'status'),
);

/** An empty name takes the lead from whoever has it. */
const assignment = z.object({ assigned_to: emptied(staffName) });

/** `POST /console/leads/{id}/assignee` gives the lead to somebody, or to nobody. */
export const setAssignee = factory.createHandlers(body(assignment, { form: true }), c =>
  answerChange(c, c.req.valid('json'), 'assigned'),
);

/** Returns the schema of a field that a form sends empty to take a value away. */
function emptied<S extends z.ZodMiniType>(schema: S) {
  return z.union([
    z.pipe(
      z.literal(''),
      z.transform(() => null),
    ),
    schema,
  ]);
}

/** `POST /console/leads/{id}/reason` says why a closed lead is closed, or takes that away. */
export const setReason = factory.createHandlers(
  body(z.object({ closed_reason: emptied(z.enum(closed_reasons)) }), { form: true }),
  c => answerChange(c, c.req.valid('json'), 'reason'),
);

/** `POST /console/leads/{id}/follow-up` sets the day of the next contact, or takes it away. */
export const setFollowUp = factory.createHandlers(
  body(z.object({ follow_up_on: emptied(z.iso.date()) }), { form: true }),
  c => answerChange(c, c.req.valid('json'), 'followUp'),
);

/** Characters kept of a note that was refused. */
const note_draft_length = 5_000;

const typedNote = z.object({ note: z._default(z.string(), ''), seen: z._default(z.string(), '') });

/** A note that was refused, as the session keeps it, with a code where something is wrong with it. */
interface RefusedNote {
  typed: string;
  code?: 'invalid' | 'too_long';
}

/**
 * `POST /console/leads/{id}/note` replaces the note. Where somebody else has changed it since the page was shown, nothing is
 * lost: theirs stays, and what was typed is there for another try.
 */
export const setNote = factory.createHandlers(body(typedNote, { form: true }), async c => {
  const { services } = c.var;
  const { note: typed, seen: note_seen } = c.req.valid('json');
  const id = readId(c);
  if (!id) return problem(c, 'not-found');
  const note = staffNote.safeParse(typed);
  const refuse = async (refused: RefusedNote) =>
    goBack(c, id, { draft: await writeNote(services.db, readSessionId(c)!, 'note', refused, services.now()) });
  const kept = typed.slice(0, note_draft_length);
  if (!note.success) {
    const [issue] = note.error.issues;
    return refuse({
      typed: kept,
      code: issue?.code === 'custom' && issue.params?.code === 'too_long' ? 'too_long' : 'invalid',
    });
  }
  const outcome = await changeLead(services, id, { note: note.data, note_seen }, actorOf(c), services.now());
  if (outcome === 'note_changed') return refuse({ typed: kept });
  return outcome === 'done' ? goBack(c, id, { done: 'note' }) : refuseGone(c, id);
});

/** Reads what the form of the note needs: a note that was refused, from the session, and the note that it replaces. */
async function readNoteForm(c: Context<App>, lead: OpenLead): Promise<NoteForm> {
  const { services } = c.var;
  const draft = c.req.query('draft') ?? '';
  const refused = uuid.test(draft) && (await readNote<RefusedNote>(services.db, readSessionId(c)!, 'note', draft));
  if (!refused) return { seen: describeNote(lead.note ?? null), refused: undefined };
  const errors = refused.code ? [{ field: 'note', code: refused.code }] : [];
  return { seen: (await findNote(services, lead.id)) ?? '', refused: { typed: refused.typed, errors } };
}

/** Characters kept of a value that was refused: more than any field may have. */
const draft_length = 1000;

const correction = z.object(Object.fromEntries(leadFields.map(({ name }) => [name, z._default(z.string(), '')])));

/** `POST /console/leads/{id}/correction` replaces the values that are filled in. */
export const correctLead = factory.createHandlers(body(correction, { form: true }), async c => {
  const typed = Object.entries(c.req.valid('json')).filter(([, value]) => value.trim());
  const isWrong = typed.length === 0 || typed.some(([field, value]) => checkField(field as LeadField, value));
  if (isWrong) {
    const { db, now } = c.var.services;
    const id = readId(c);
    if (!id) return problem(c, 'not-found');
    const draft = Object.fromEntries(typed.map(([field, value]) => [field, value.slice(0, draft_length)]));
    return goBack(c, id, { draft: await writeNote(db, readSessionId(c)!, 'correction', draft, now()) });
  }
  const values = Object.fromEntries(typed.map(([field, value]) => [field, normalizeField(field as LeadField, value)]));
  return answerChange(c, { values }, 'corrected');
});

/** Reads the correction that was refused from the session's note, and what is wrong with it. */
async function readRefused(c: Context<App>): Promise<Correction | undefined> {
  const draft = c.req.query('draft') ?? '';
  const typed =
    uuid.test(draft) &&
    (await readNote<Record<string, string>>(c.var.services.db, readSessionId(c)!, 'correction', draft));
  if (!typed) return undefined;
  const errors = Object.entries(typed).flatMap(([field, value]): FieldError[] => {
    const code = checkField(field as LeadField, value);
    return code ? [{ field, code }] : [];
  });
  return { typed, errors };
}

/** `GET /console/leads/{id}/erasure` asks before a lead is erased. */
export const askErasure = factory.createHandlers(async c => {
  const { services } = c.var;
  const id = readId(c);
  const lead = id && (await findLead(services, id, { masked: true }, services.now()));
  if (!lead || !isOpen(lead)) return problem(c, 'not-found');
  return answerPage(c, erasurePage(readerOf(c), lead, erasure_grounds, readList(c.req.query('list'))));
});

const sureErasure = z.object({ sure: z.literal('yes'), ground: z.optional(z.enum(erasure_grounds)) });

/** `POST /console/leads/{id}/erasure` erases a lead, if the box is ticked. */
export const eraseLead = factory.createHandlers(body(sureErasure, { form: true }), async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  const outcome = id && (await eraseLeadById(db, id, c.req.valid('json').ground, actorOf(c), now()));
  if (!outcome) return problem(c, 'not-found');
  if (outcome === 'held') return problem(c, 'held');
  return goBack(c, id, { done: 'erased' });
});

/** Changes a lead; then goes back to its page, or tells the script what is so now. */
async function answerChange(c: Context<App>, change: LeadChange, done: string) {
  const { services } = c.var;
  const id = readId(c);
  if (!id) return problem(c, 'not-found');
  const outcome = await changeLead(services, id, change, actorOf(c), services.now());
  if (outcome === 'not_closed') return invalidFields(c, [{ field: 'closed_reason', code: 'not_allowed' }]);
  if (outcome !== 'done') return refuseGone(c, id);
  if (!asksForJson(c)) return goBack(c, id, { done });
  const { text } = readerOf(c);
  const { status, assigned_to } = change;
  const slots = status ? { chip: text.statuses[status] } : { to: assigned_to ?? text.nobody };
  return c.json({ status, slots, said: text.lead.done[done] }, 200, { 'Cache-Control': 'no-store' });
}

/** Answers for a lead that is not there to be changed. */
async function refuseGone(c: Context<App>, id: string) {
  const { services } = c.var;
  const lead = await findLead(services, id, { masked: true }, services.now());
  return problem(c, lead && 'restricted_at' in lead ? 'held' : 'not-found');
}

/** Leads the browser back to the page of the lead, which says what was done. */
function goBack(c: Context<App>, id: string, said: { done?: string; draft?: string } = {}) {
  return c.redirect(leadAddress(id, readList(c.req.query('list')), '', said), 303);
}

function readId(c: Context<App>): string | undefined {
  const id = c.req.param('id') ?? '';
  return uuid.test(id) ? id : undefined;
}
