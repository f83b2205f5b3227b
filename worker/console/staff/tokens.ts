import type { Context } from 'hono';
import * as z from 'zod/mini';
import { createToken, listTokens, revokeToken } from '../../../db/staff/tokens.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, roles } from '../../guards/access.ts';
import { problem } from '../../http/problem.ts';
import { body } from '../../http/validate.ts';
import { newToken, token_days } from '../../staff/tokens.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { tokensPage } from './tokens-page.ts';

const home = '/console/tokens';

/** `GET /console/tokens` shows every token, none with its secret. */
export const showTokens = factory.createHandlers(c => answerTokens(c));

const text = z._default(z.string(), '');
const typed = z.object({ holder: text, role: text, days: z.coerce.number() });

/** `POST /console/tokens` makes a token. Its answer is the only page that ever holds it. */
export const makeToken = factory.createHandlers(body(typed, { form: true }), async c => {
  const { db, now } = c.var.services;
  const wanted = newToken.safeParse(c.req.valid('json'));
  if (!wanted.success) return answerTokens(c, { isWrong: true });
  return answerTokens(c, { made: await createToken(db, wanted.data, actorOf(c), now()) });
});

/** `POST /console/tokens/{id}/revocation` ends a token from the next request on. */
export const endToken = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id') ?? '';
  if (!/^[A-Za-z0-9]{1,32}$/.test(id) || !(await revokeToken(db, id, actorOf(c), now())))
    return problem(c, 'not-found');
  return c.redirect(home, 303);
});

async function answerTokens(c: Context<App>, { made, isWrong = false }: { made?: string; isWrong?: boolean } = {}) {
  const tokens = await listTokens(c.var.services.db);
  const page = tokensPage(readerOf(c), { tokens, roles, days: token_days, made, isWrong });
  return answerPage(c, page, { status: isWrong ? 422 : 200, address: home });
}
