import * as z from 'zod/mini';
import { endSession, endSessions, findSession } from '../../db/staff/sessions.ts';
import { factory } from '../context.ts';
import { presentToken } from '../guards/access.ts';
import { body } from '../http/validate.ts';
import { consoleLocale } from './layout.ts';
import { beginSession, forgetSession, readSessionId } from './session.ts';
import { showSignIn } from './sign-in-page.ts';
import { console_texts } from './texts/texts.ts';

const credentials = z.object({ token: z._default(z.string(), ''), next: z._default(z.string(), '') });

/** `POST /console/session`: signs in with a token, and goes on to the page that was asked for. */
export const signIn = factory.createHandlers(body(credentials, { form: true }), async c => {
  const { token, next } = c.req.valid('json');
  const holder = await presentToken(c, token.trim());
  if ('slug' in holder) {
    const { signIn } = console_texts[consoleLocale(c)];
    const { 'WWW-Authenticate': _, ...headers } = holder.headers;
    const seconds = Number(headers['Retry-After']);
    const error = holder.slug === 'unauthorized' ? signIn.wrong : signIn.slow(seconds);
    return showSignIn(c, { next: readNext(next), status: holder.slug === 'unauthorized' ? 401 : 429, error, headers });
  }
  await beginSession(c, holder.id);
  c.var.services.log('info', 'signed_in', { request_id: c.var.request_id, token_id: holder.id });
  return c.redirect(readNext(next), 303);
});

/** `POST /console/session/end`: signs out here, or wherever the same token is signed in. */
export const signOut = factory.createHandlers(
  body(z.object({ everywhere: z.optional(z.string()) }), { form: true }),
  async c => {
    const { db, now } = c.var.services;
    const presented = readSessionId(c);
    const holder = presented && (await findSession(db, presented, now(), false));
    if (holder && c.req.valid('json').everywhere) await endSessions(db, holder.id, now());
    else if (presented) await endSession(db, presented, now());
    forgetSession(c);
    return c.redirect('/console?out', 303);
  },
);

/** A page of the console and nothing else, whatever the form says. */
function readNext(next: string): string {
  return /^\/console(?:\/[\w\-/]*)?(?:\?[\w\-./=&%+:]*)?$/.test(next) && !next.includes('//') ? next : '/console';
}
