import * as z from 'zod/mini';
import { takeNote, writeNote } from '../../../db/staff/notes.ts';
import { createToken, listTokens, revokeToken } from '../../../db/staff/tokens.ts';
import { factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { roles } from '../../guards/roles.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { newToken, token_days } from '../../staff/tokens.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { readSessionId } from '../session.ts';
import { revocationPage, tokensPage } from './tokens-page.ts';

const home = '/console/tokens';

/** `GET /console/tokens` shows every token. Only one that was just made is there with its secret, once. */
export const showTokens = factory.createHandlers(async c => {
  const { db } = c.var.services;
  const note = c.req.query('made') ?? '';
  const made = uuid.test(note) ? await takeNote<string>(db, readSessionId(c)!, 'token', note) : undefined;
  const tokens = await listTokens(db);
  return answerPage(c, tokensPage(readerOf(c), { tokens, roles, days: token_days, made, refusal: readRefusal(c) }));
});

const text = z._default(z.string(), '');
const typed = z.object({ holder: text, role: text, days: z.catch(z.coerce.number(), 0) });

/** `POST /console/tokens` makes a token. The page that it leads to is the only one that ever holds it. */
export const makeToken = factory.createHandlers(body(typed, { form: true }), async c => {
  const { db, now } = c.var.services;
  const wanted = newToken.safeParse(c.req.valid('json'));
  if (!wanted.success) return problem(c, 'invalid-fields');
  const made = await createToken(db, wanted.data, actorOf(c), now());
  return c.redirect(`${home}?made=${await writeNote(db, readSessionId(c)!, 'token', made, now())}`, 303);
});

/** `GET /console/tokens/{id}/revocation` asks before a token is revoked. */
export const askRevocation = factory.createHandlers(async c => {
  const id = c.req.param('id');
  const token = (await listTokens(c.var.services.db)).find(one => one.id === id && !one.revoked_at);
  return token ? answerPage(c, revocationPage(readerOf(c), token)) : problem(c, 'not-found');
});

/** `POST /console/tokens/{id}/revocation` ends a token from the next request on. */
export const endToken = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id') ?? '';
  if (!/^[A-Za-z0-9]{1,32}$/.test(id) || !(await revokeToken(db, id, actorOf(c), now())))
    return problem(c, 'not-found');
  return c.redirect(home, 303);
});
