import * as z from 'zod/mini';
import { verifyByCode } from '../../db/requests/verify.ts';
import { factory } from '../context.ts';
import { useLimit } from '../guards/rate-limit.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { problem } from '../http/problems/problem.ts';
import { body } from '../http/validate.ts';
import { answerStatus } from './status.ts';

/** Characters of a code as it is typed, with spaces. */
const longest_code = 50;

export const codeVerification = z.strictObject({
  code: z.string().check(z.maxLength(longest_code)),
});

/**
 * `POST /requests/{reference}/verification` verifies a request by the code that was mailed. Whatever is wrong, it answers
 * 404; a browser gets the page again, with a word about it.
 */
export const verifyRequest = factory.createHandlers(body(codeVerification, { form: true }), async c => {
  const { services, request_id } = c.var;
  const limited = await useLimit(c, 'form', 'verification');
  if (limited) return problem(c, 'too-many-requests', { headers: limited });
  const code = c.req.valid('json').code.normalize('NFKC').replace(/\D/g, '');
  const reference = c.req.param('reference')!;
  const actor = { id: 'visitor', role: 'visitor', request_id };
  const isVerified = await verifyByCode(services, reference, code, actor, services.now());
  c.header('Cache-Control', 'no-store');
  if (prefersHtml(c))
    return isVerified ? c.redirect(`/requests/${reference}?lang=${localeOf(c)}`, 303) : answerStatus(c, true);
  return isVerified ? c.body(null, 204) : problem(c, 'not-found', { because: 'code' });
});
