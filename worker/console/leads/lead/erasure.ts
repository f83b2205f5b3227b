import * as z from 'zod/mini';
import { eraseLeadById } from '../../../../db/leads/erase.ts';
import { erasure_grounds } from '../../../../db/leads/lead.ts';
import { findLead } from '../../../../db/leads/read.ts';
import { factory } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { problem } from '../../../http/problems/problem.ts';
import { body } from '../../../http/validate.ts';
import { answerPage } from '../../answer.ts';
import { once } from '../../once.ts';
import { readerOf } from '../../reader.ts';
import { leadAddress, readList } from '../filters.ts';
import { isOpen } from '../rows.ts';
import { goBack, readId } from './answers.ts';
import { erasurePage } from './erasure-page.ts';

/**
 * `GET /console/leads/{id}/erasure` asks before a lead is erased. Of one that is erased or held already its own page says so:
 * "back" leads here after an erasure.
 */
export const askErasure = factory.createHandlers(async c => {
  const { services } = c.var;
  const id = readId(c);
  const lead = id && (await findLead(services, id, { masked: true }, services.now()));
  if (!lead) return problem(c, 'not-found');
  const list = readList(c.req.query('list'));
  if (!isOpen(lead)) return c.redirect(leadAddress(id, list), 303);
  return answerPage(c, erasurePage(readerOf(c), lead, erasure_grounds, list));
});

const sureErasure = z.object({ sure: z.literal('yes'), ground: z.optional(z.enum(erasure_grounds)) });

/** `POST /console/leads/{id}/erasure` erases a lead, if the box is ticked. */
export const eraseLead = factory.createHandlers(body(sureErasure, { form: true }), once, async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  const outcome = id && (await eraseLeadById(db, id, c.req.valid('json').ground, actorOf(c), now()));
  if (!outcome) return problem(c, 'not-found');
  if (outcome === 'held') return problem(c, 'held');
  return goBack(c, id, { done: 'erased' });
});
