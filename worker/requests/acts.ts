import type { Context } from 'hono';
import * as z from 'zod/mini';
import { liftRestriction } from '../../db/leads/holds/restrict.ts';
import { erasure_grounds } from '../../db/leads/lead.ts';
import { extendRequest, type Hindrance, verifyRequest } from '../../db/requests/act.ts';
import { findRequest, type KeyedRequest } from '../../db/requests/find.ts';
import { type Fulfilment, fulfilRequest, hasValues } from '../../db/requests/fulfil.ts';
import { findMeant } from '../../db/requests/meant.ts';
import { approveRefusal, askRefusal } from '../../db/requests/refuse.ts';
import { refusal_codes, staff_verifications } from '../../db/requests/request.ts';
import { type App, factory, type Services } from '../context.ts';
import { canMail } from '../egress/mail.ts';
import { actorOf } from '../guards/access.ts';
import { problem } from '../http/problems/problem.ts';
import type { Slug } from '../http/problems/slugs.ts';
import { uuid } from '../http/query-fields.ts';
import { staffLine } from '../http/staff-text.ts';
import { body, field, ignoreBody, invalidFields, typedText } from '../http/validate.ts';
import { checkDetails, tidyDetails } from './details.ts';
import { describe } from './staff.ts';

export const requestVerification = z.strictObject({
  by: z.enum(staff_verifications),
  failed: z.optional(z.boolean()),
});

export const fulfilment = z.strictObject({
  values: z.optional(
    z.strictObject({
      name: z.optional(field('name')),
      phone: z.optional(field('phone')),
      email: z.optional(field('email')),
      company: z.optional(field('company')),
    }),
  ),
  ground: z.optional(z.enum(erasure_grounds)),
});

export const refusal = z.strictObject({
  code: z.enum(refusal_codes),
  explanation: z.pipe(
    typedText(typed => (typed.trim() ? checkDetails(typed) : 'required')),
    z.transform(tidyDetails),
  ),
});

export const extension = z.strictObject({ reason: staffLine, due_on: z.iso.date() });

export const lifting = z.strictObject({ reason: staffLine });

/** `POST /subject-requests/{id}/verification` records that staff verified who asks, or tried in vain. */
export const verifyBy = factory.createHandlers(body(requestVerification), async c => {
  const { by, failed = false } = c.req.valid('json');
  const { db, now } = c.var.services;
  return answer(c, id => verifyRequest(db, id, { by, failed }, actorOf(c), now()));
});

/** `POST /subject-requests/{id}/fulfilment` does what the request asks for, and ends it. */
export const fulfil = factory.createHandlers(body(fulfilment, { optional: true, nested: true }), async c => {
  const { services } = c.var;
  const sent = c.req.valid('json');
  const id = c.req.param('id')!;
  const request = uuid.test(id) ? await findRequest(services.db, id) : undefined;
  if (request && (await lacksValues(services, request, sent.values)))
    return invalidFields(c, [{ field: 'values', code: 'required' }]);
  if (request && request.type !== 'rectification' && sent.values)
    return invalidFields(c, [{ field: 'values', code: 'not_allowed' }]);
  const outcome = request
    ? await fulfilRequest(services, id, { ...sent, mail: canMail(services) }, actorOf(c), services.now())
    : 'unknown';
  if (typeof outcome === 'string') return refuse(c, outcome);
  const { copy } = outcome;
  const url = copy && `${services.settings.public_url}/requests/copies/${copy.code}`;
  const done = await describe(c, (await findRequest(services.db, id))!, false);
  return c.json({ ...done, ...(url && { copy_url: url }) }, 200, headers);
});

/** Tells whether a correction lacks the right values. It needs none where no lead is left that it could be about. */
export async function lacksValues(
  services: Pick<Services, 'db' | 'vault'>,
  request: KeyedRequest,
  values: Fulfilment['values'],
): Promise<boolean> {
  if (request.type !== 'rectification' || hasValues(values)) return false;
  return (await findMeant(services, request)).length > 0;
}

/** `POST /subject-requests/{id}/refusal` asks for a refusal, which another person must approve. */
export const refuseRequest = factory.createHandlers(body(refusal), async c => {
  const { services } = c.var;
  return answer(c, id => askRefusal(services, id, c.req.valid('json'), actorOf(c), services.now()));
});

/** `POST /subject-requests/{id}/approval` brings a refusal into force that another person asked for. */
export const approve = factory.createHandlers(ignoreBody, async c => {
  const { db, now } = c.var.services;
  return answer(c, id => approveRefusal(db, id, c.var.holder, actorOf(c), now()));
});

/** `POST /subject-requests/{id}/extension` extends the time, before it is over. */
export const extend = factory.createHandlers(body(extension), async c => {
  const { services } = c.var;
  return answer(c, id => extendRequest(services, id, c.req.valid('json'), actorOf(c), services.now()));
});

/** `DELETE /leads/{id}/restriction` lifts the restriction that a request set. Repeated, it gives the same answer. */
export const endRestriction = factory.createHandlers(body(lifting), async c => {
  const { services } = c.var;
  const id = c.req.param('id')!;
  const { reason } = c.req.valid('json');
  const outcome = uuid.test(id) ? await liftRestriction(services, id, reason, actorOf(c), services.now()) : undefined;
  return outcome ? c.body(null, 204, { 'Cache-Control': 'no-store' }) : problem(c, 'not-found');
});

const headers = { 'Cache-Control': 'private, no-store' };

/** Answers an act with the request as it is afterwards, masked. */
async function answer(c: Context<App>, act: (id: string) => Promise<Hindrance | undefined>): Promise<Response> {
  const id = c.req.param('id')!;
  const hindrance = uuid.test(id) ? await act(id) : 'unknown';
  if (hindrance) return refuse(c, hindrance);
  return c.json(await describe(c, (await findRequest(c.var.services.db, id))!, false), 200, headers);
}

/** An act that something hinders is answered with these. */
export const hindered = {
  unknown: 'not-found',
  held: 'held',
  restricted: 'held',
  same_person: 'forbidden',
  not_later: 'invalid-fields',
  too_far: 'invalid-fields',
  closed: 'conflict',
  late: 'conflict',
  unasked: 'conflict',
  changed: 'conflict',
  unverified: 'conflict',
  no_lead: 'conflict',
} as const satisfies Record<Hindrance, Slug>;

function refuse(c: Context<App>, hindrance: Hindrance): Response {
  const slug = hindered[hindrance];
  if (hindrance === 'not_later' || hindrance === 'too_far')
    return invalidFields(c, [{ field: 'due_on', code: 'invalid' }]);
  if (hindrance === 'unknown' || hindrance === 'held') return problem(c, slug);
  return problem(c, slug, { because: hindrance });
}
