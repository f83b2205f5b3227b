import * as z from 'zod/mini';
import { placeHold } from '../../../../db/leads/holds/hold.ts';
import { listStandingHolds } from '../../../../db/leads/holds/list.ts';
import { releaseHold as release } from '../../../../db/leads/holds/release.ts';
import { factory } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { problem } from '../../../http/problems/problem.ts';
import { uuid } from '../../../http/query-fields.ts';
import { body } from '../../../http/validate.ts';
import { release as ending, newHold } from '../../../leads/holds.ts';
import { answerPage } from '../../answer.ts';
import { once } from '../../once.ts';
import { readerOf } from '../../reader.ts';
import { holdsPage } from './holds-page.ts';

const holds_per_page = 50;

/** The place after which a page begins: the day of a review and the id of a hold. */
const place = z.object({
  after: z.catch(z.optional(z.string().check(z.regex(/^\d{4}-\d\d-\d\d_[0-9a-f-]{36}$/))), undefined),
});

/** `GET /console/holds` shows the holds that stand, by the day of their review. */
export const showHolds = factory.createHandlers(async c => {
  const [review_on, id] = place.parse(c.req.query()).after?.split('_') ?? [];
  const after = review_on && id ? { review_on, id } : undefined;
  const { holds, has_more } = await listStandingHolds(c.var.services, holds_per_page, after);
  const last = has_more ? holds.at(-1) : undefined;
  const next = last && `${last.review_on}_${last.id}`;
  return answerPage(c, holdsPage(readerOf(c), { holds, isFirst: !after, next }));
});

/** `POST /console/leads/{id}/holds` places a hold on a lead. */
export const holdLead = factory.createHandlers(body(newHold, { form: true }), once, async c => {
  const { now } = c.var.services;
  const id = c.req.param('id')!;
  const hold = uuid.test(id) && (await placeHold(c.var.services, id, c.req.valid('json'), actorOf(c), now()));
  return hold ? c.redirect(`/console/leads/${id}?done=held`, 303) : problem(c, 'not-found');
});

/** `POST /console/leads/{id}/holds/{hold_id}/release` releases a hold. */
export const releaseHold = factory.createHandlers(body(ending, { form: true }), once, async c => {
  const { db, vault, now, settings } = c.var.services;
  const periods = settings.lead_retention_months;
  const [lead_id, id] = [c.req.param('id')!, c.req.param('hold_id')!];
  const { reason } = c.req.valid('json');
  const isId = uuid.test(id) && uuid.test(lead_id);
  const outcome = isId && (await release({ db, vault, periods }, { id, lead_id }, reason, actorOf(c), now()));
  return outcome ? c.redirect(`/console/leads/${lead_id}?done=released`, 303) : problem(c, 'not-found');
});
