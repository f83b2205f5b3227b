import type { Context } from 'hono';
import * as z from 'zod/mini';
import { erasure_grounds } from '../../../db/leads/lead.ts';
import { extendRequest, type Hindrance, verifyRequest } from '../../../db/requests/act.ts';
import { findRequest } from '../../../db/requests/find.ts';
import { fulfilRequest } from '../../../db/requests/fulfil.ts';
import { approveRefusal, askRefusal } from '../../../db/requests/refuse.ts';
import { writeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { canMail } from '../../egress/mail.ts';
import { actorOf } from '../../guards/access.ts';
import { uuid } from '../../http/query-fields.ts';
import { body, spareField } from '../../http/validate.ts';
import { extension, lacksValues, refusal, requestVerification } from '../../requests/acts.ts';
import { once } from '../once.ts';
import { readSessionId } from '../session.ts';
import { requestAddress } from './address.ts';
import type { NewCopy } from './details.ts';
import { hinder, refuseForm } from './drafts.ts';

/** The box that says that an attempt has failed comes as a text, or not at all. */
const tried = z.transform((sent: unknown): unknown => {
  const { failed, ...rest } = Object(sent) as Record<string, unknown>;
  return { ...rest, failed: failed === 'yes' };
});

/** `POST /console/requests/{id}/verification` records that staff verified who asks, or tried in vain. */
export const verifyPerson = factory.createHandlers(
  body(z.pipe(tried, requestVerification), { form: true, refuse: refuseForm }),
  once,
  c => {
    const { by, failed = false } = c.req.valid('json');
    const { db, now } = c.var.services;
    const done = failed ? 'attempted' : 'verified';
    return act(c, id => verifyRequest(db, id, { by, failed }, actorOf(c), now()), done);
  },
);

/** `POST /console/requests/{id}/refusal` asks for a refusal, which another person must approve. */
export const askToRefuse = factory.createHandlers(body(refusal, { form: true, refuse: refuseForm }), c => {
  const { services } = c.var;
  return act(c, id => askRefusal(services, id, c.req.valid('json'), actorOf(c), services.now()), 'asked');
});

const approval = z.object({ seen: z.optional(z.coerce.number()) });

/** `POST /console/requests/{id}/approval` brings a refusal into force that another person asked for, as the page showed it. */
export const approveRequest = factory.createHandlers(body(approval, { form: true, refuse: refuseForm }), once, c => {
  const { db, now } = c.var.services;
  const { seen } = c.req.valid('json');
  return act(c, id => approveRefusal(db, id, c.var.holder, actorOf(c), now(), seen), 'refused');
});

/** `POST /console/requests/{id}/extension` extends the time. */
export const extendTime = factory.createHandlers(body(extension, { form: true, refuse: refuseForm }), once, c => {
  const { services } = c.var;
  return act(c, id => extendRequest(services, id, c.req.valid('json'), actorOf(c), services.now()), 'extended');
});

/** Reads what a fulfilment may need: the right values of a correction; of an erasure its ground, and that it is meant. */
const settling = z.object({
  name: spareField('name'),
  phone: spareField('phone'),
  email: spareField('email'),
  company: spareField('company'),
  ground: z.optional(z.enum(erasure_grounds)),
  sure: z.optional(z.literal('yes')),
});

/**
 * `POST /console/requests/{id}/fulfilment` does what the request asks for, and ends it. The page that it leads to shows
 * the address of a copy once.
 */
export const fulfil = factory.createHandlers(body(settling, { form: true, refuse: refuseForm }), once, async c => {
  const { services } = c.var;
  const { db, now, settings } = services;
  const id = c.req.param('id')!;
  const { ground, sure, ...values } = c.req.valid('json');
  const request = uuid.test(id) ? await findRequest(db, id) : undefined;
  if (!request) return hinder(c, 'unknown');
  const isCorrection = request.type === 'rectification';
  if (await lacksValues(services, request, values)) return refuseForm(c, [{ field: 'values', code: 'required' }]);
  const erases = request.type === 'erasure' || request.type === 'withdrawal';
  if (erases && !sure) return refuseForm(c, [{ field: 'sure', code: 'required' }]);
  const outcome = await fulfilRequest(
    services,
    id,
    { ground, mail: canMail(services), ...(isCorrection && { values }) },
    actorOf(c),
    now(),
  );
  if (typeof outcome === 'string') return hinder(c, outcome);
  const { copy } = outcome;
  const made: NewCopy | undefined = copy && {
    ...{ id, until: copy.until, url: `${settings.public_url}/requests/copies/${copy.code}` },
  };
  const note = made && (await writeNote(db, readSessionId(c)!, 'copy', made, now()));
  return c.redirect(requestAddress(id, '', { done: 'fulfilled', copy: note, shown: c.req.query('shown') }), 303);
});

/** Acts on a request, and leads back to its page, which says what was done or what hindered it. */
async function act(c: Context<App>, run: (id: string) => Promise<Hindrance | undefined>, done: string) {
  const id = c.req.param('id')!;
  const hindrance = uuid.test(id) ? await run(id) : 'unknown';
  if (hindrance) return hinder(c, hindrance);
  return c.redirect(requestAddress(id, '', { done, shown: c.req.query('shown') }), 303);
}
