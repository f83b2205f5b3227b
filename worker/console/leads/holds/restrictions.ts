import * as z from 'zod/mini';
import { liftRestriction as lift, listStandingRestrictions } from '../../../../db/leads/holds/restrict.ts';
import { factory } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { problem } from '../../../http/problems/problem.ts';
import { uuid } from '../../../http/query-fields.ts';
import { body } from '../../../http/validate.ts';
import { lifting } from '../../../requests/acts.ts';
import { answerPage } from '../../answer.ts';
import { readerOf } from '../../reader.ts';
import { restrictionsPage } from './restrictions-page.ts';

const restrictions_per_page = 50;

const place = z.object({ after: z.catch(z.optional(z.string().check(z.regex(uuid))), undefined) });

/** `GET /console/restrictions` shows the leads that are restricted at their person's request. */
export const showRestrictions = factory.createHandlers(async c => {
  const { after } = place.parse(c.req.query());
  const { restrictions, has_more } = await listStandingRestrictions(c.var.services.db, restrictions_per_page, after);
  const next = has_more ? restrictions.at(-1)!.id : undefined;
  return answerPage(c, restrictionsPage(readerOf(c), { restrictions, isFirst: !after, next }));
});

/** `POST /console/leads/{id}/restriction/end` lifts the restriction of a lead. */
export const liftRestriction = factory.createHandlers(body(lifting, { form: true }), async c => {
  const { services } = c.var;
  const id = c.req.param('id')!;
  const { reason } = c.req.valid('json');
  const outcome = uuid.test(id) && (await lift(services, id, reason, actorOf(c), services.now()));
  return outcome ? c.redirect(`/console/leads/${id}?done=lifted`, 303) : problem(c, 'not-found');
});
