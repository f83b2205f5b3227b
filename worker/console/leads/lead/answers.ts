import type { Context } from 'hono';
import { changeLead, type LeadChange } from '../../../../db/leads/change.ts';
import type { LeadStatus } from '../../../../db/leads/lead.ts';
import { findLead } from '../../../../db/leads/read.ts';
import type { App } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { asksForJson } from '../../../http/negotiate.ts';
import { problem } from '../../../http/problems/problem.ts';
import { uuid } from '../../../http/query-fields.ts';
import { invalidFields } from '../../../http/validate.ts';
import { readerOf } from '../../reader.ts';
import { leadAddress, readList } from '../filters.ts';
import { describeFollowUp, isOpen } from '../rows.ts';

/** Changes a lead; then goes back to its page, or tells the script what is so now. */
export async function answerChange(c: Context<App>, change: LeadChange, done: string) {
  const { services } = c.var;
  const id = readId(c);
  if (!id) return problem(c, 'not-found');
  const outcome = await changeLead(services, id, change, actorOf(c), services.now());
  if (outcome === 'not_closed') return invalidFields(c, [{ field: 'closed_reason', code: 'not_allowed' }]);
  if (outcome === 'reassigned') done = outcome;
  else if (outcome !== 'done') return refuseGone(c, id);
  if (!asksForJson(c)) return goBack(c, id, { done });
  const told = change.status ? await tellStatus(c, id, change.status, done) : await tellAssignee(c, id, done);
  return c.json(told, 200, { 'Cache-Control': 'no-store' });
}

/** Tells who has a lead now, which is another than was chosen where somebody else was faster. */
async function tellAssignee(c: Context<App>, id: string, done: string) {
  const { services } = c.var;
  const { text } = readerOf(c);
  const lead = await findLead(services, id, { masked: true }, services.now());
  const seen = (lead && isOpen(lead) && lead.assigned_to) || '';
  const to = seen || text.nobody;
  return { seen, slots: { to }, said: `${text.lead.done[done]} ${to}` };
}

/** Tells what a lead's status changes on the page: a follow-up is overdue only until the lead is closed. */
async function tellStatus(c: Context<App>, id: string, status: LeadStatus, done: string) {
  const { services } = c.var;
  const reader = readerOf(c);
  const chip = reader.text.statuses[status]!;
  const told = { status, said: `${reader.text.lead.done[done]} ${chip}` };
  const lead = await findLead(services, id, { masked: true }, services.now());
  if (!lead || !isOpen(lead)) return { ...told, slots: { chip } };
  const { isLate, follow } = describeFollowUp(reader, lead);
  return { ...told, isLate, slots: { chip, follow } };
}

/** Answers for a lead that is not there to be changed. */
export async function refuseGone(c: Context<App>, id: string) {
  const { services } = c.var;
  const lead = await findLead(services, id, { masked: true }, services.now());
  return problem(c, lead && 'restricted_at' in lead ? 'held' : 'not-found');
}

/** Leads the browser back to the page of the lead, which says what was done. */
export function goBack(c: Context<App>, id: string, said: { done?: string; draft?: string } = {}) {
  return c.redirect(leadAddress(id, readList(c.req.query('list')), '', said), 303);
}

export function readId(c: Context<App>): string | undefined {
  const id = c.req.param('id') ?? '';
  return uuid.test(id) ? id : undefined;
}
