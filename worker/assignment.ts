import * as z from 'zod/mini';
import { listTurns, replaceRule } from '../db/assignment.ts';
import { factory } from './context.ts';
import { actorOf } from './guards/access.ts';
import { problem } from './http/problems/problem.ts';
import { staffName } from './http/staff-text.ts';
import { body } from './http/validate.ts';
import { findForm } from './shared/fields.ts';

/** Holders that a rule may have. */
const most_holders = 50;

/** To whom new leads of a form go. A holder stands there once, because twice would be a mistake more often than not. */
export const assignmentRule = z.strictObject({
  holders: z.array(staffName).check(
    z.maxLength(most_holders),
    z.refine(holders => new Set(holders).size === holders.length),
  ),
});

const private_answer = { 'Cache-Control': 'private, no-store' };

/** `GET /assignment-rules/{form}` returns to whom new leads of a form go. */
export const showRule = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const form = findForm(c.req.param('form'));
  if (!form) return problem(c, 'unknown-form');
  const holders = (await listTurns(db, form, now())).map(({ holder }) => holder);
  return c.json({ holders }, 200, private_answer);
});

/** `PUT /assignment-rules/{form}` says to whom new leads of a form go: to one, to several in turn, or to nobody. */
export const setRule = factory.createHandlers(body(assignmentRule), async c => {
  const { db, now } = c.var.services;
  const form = findForm(c.req.param('form'));
  if (!form) return problem(c, 'unknown-form');
  const { holders } = c.req.valid('json');
  await replaceRule(db, form, holders, actorOf(c), now());
  return c.json({ holders }, 200, private_answer);
});
