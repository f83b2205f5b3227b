import * as z from 'zod/mini';
import { closed_reasons, lead_statuses } from '../../../../db/leads/lead.ts';
import { factory } from '../../../context.ts';
import { staffName } from '../../../http/staff-text.ts';
import { body } from '../../../http/validate.ts';
import { answerChange } from './answers.ts';

/** `POST /console/leads/{id}/status` changes the status. */
export const setStatus = factory.createHandlers(body(z.object({ status: z.enum(lead_statuses) }), { form: true }), c =>
  answerChange(c, c.req.valid('json'), 'status'),
);

/** An empty name takes the lead from whoever has it. It may say whose lead the page has shown. */
const assignment = z.object({ assigned_to: emptied(staffName), assignee_seen: z.optional(z.string()) });

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
