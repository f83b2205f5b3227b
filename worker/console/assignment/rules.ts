import * as z from 'zod/mini';
import { listTurns, replaceRule } from '../../../db/assignment.ts';
import { assignmentRule } from '../../assignment.ts';
import { factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { problem } from '../../http/problems/problem.ts';
import { body } from '../../http/validate.ts';
import { findForm, forms } from '../../shared/fields.ts';
import { answerPage } from '../answer.ts';
import { listAssignees } from '../leads/assignees.ts';
import { readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { rulesPage } from './rules-page.ts';

/** `GET /console/assignment` shows to whom new leads of each form go. */
export const showRules = factory.createHandlers(async c => {
  const { services } = c.var;
  const rules = await Promise.all(
    forms.map(async form => ({ form, turns: await listTurns(services.db, form, services.now()) })),
  );
  const known = await listAssignees(services);
  const page = rulesPage(readerOf(c), { rules, known, done: c.req.query('done'), refusal: readRefusal(c) });
  return answerPage(c, page);
});

/** A form sends the holders as lines. */
const typedRule = z.pipe(
  z.pipe(
    z.object({ holders: z._default(z.string(), '') }),
    z.transform(({ holders }) => ({
      holders: holders
        .split('\n')
        .map(line => line.trim())
        .filter(Boolean),
    })),
  ),
  assignmentRule,
);

/** `POST /console/assignment/{form}` replaces the rule of a form. */
export const changeRule = factory.createHandlers(body(typedRule, { form: true }), async c => {
  const { db, now } = c.var.services;
  const form = findForm(c.req.param('form'));
  if (!form) return problem(c, 'unknown-form');
  await replaceRule(db, form, c.req.valid('json').holders, actorOf(c), now());
  return c.redirect(`/console/assignment?done=${form}`, 303);
});
