import type { Context } from 'hono';
import * as z from 'zod/mini';
import { Conflict } from '../../../db/database.ts';
import { lengthPrefixed } from '../../../db/digest.ts';
import { newId } from '../../../db/ids.ts';
import { listAccounts } from '../../../db/staff/accounts.ts';
import { findHolder, type Holder, listHolders } from '../../../db/staff/holders.ts';
import { listMakings, type Making } from '../../../db/staff/makers.ts';
import { takeNote, writeNote } from '../../../db/staff/notes.ts';
import { rotateToken } from '../../../db/staff/rotate-token.ts';
import { countSessions, endAll } from '../../../db/staff/session-list.ts';
import { makeSecret, type NewSecret } from '../../../db/staff/token-secret.ts';
import { createToken, isJustMade, listTokens, revokeToken, type TokenRecord } from '../../../db/staff/tokens.ts';
import { type App, factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { type Role, roles } from '../../guards/roles.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { body, invalidFields, readIssues } from '../../http/validate.ts';
import { newToken, readId, rotation, token_days } from '../../staff/tokens.ts';
import { answerPage } from '../answer.ts';
import { type Reader, readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { readSessionId } from '../session.ts';
import { findNearName } from './near-names.ts';
import { revocationPage, rotationPage, tokensPage } from './tokens-page.ts';

const home = '/console/tokens';

/** `GET /console/tokens` shows every token. Only one that was just made is there with its secret, once. */
export const showTokens = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const note = c.req.query('made') ?? '';
  const made = uuid.test(note) ? await takeNote<string>(db, readSessionId(c)!, 'token', note) : undefined;
  const [tokens, holders, makings, accounts, sessions] = await Promise.all([
    listTokens(db),
    listHolders(db),
    listMakings(db),
    listAccounts(db),
    countSessions(db, now()),
  ]);
  const reader = readerOf(c);
  const makers = nameMakers(reader, makings, holders);
  const replaced = new Set([...makings.values()].map(making => making.replaced));
  const once = newId(reader.now);
  const revoked = tokens.find(({ id, revoked_at }) => id === c.req.query('revoked') && revoked_at);
  const refusal = readRefusal(c);
  const isUnsure = refusal?.errors.some(({ field }) => field === 'sure');
  const near = isUnsure ? findNearName((refusal?.typed.holder ?? '').trim(), holders) : undefined;
  const signedOut = holders.find(({ id }) => id === c.req.query('ended') && !sessions.has(id));
  const lists = { tokens, accounts, sessions, makers, replaced };
  const outcome = { made, revoked, signedOut, refusal, near };
  return answerPage(c, tokensPage(reader, { ...lists, ...outcome, roles, days: token_days, once }));
});

/** Returns who made each token: the name of a holder, the commands, or an id where the name is gone. */
function nameMakers({ text: { roles } }: Reader, makings: Map<string, Making>, holders: Holder[]): Map<string, string> {
  const names = new Map(holders.map(({ id, holder }) => [id, holder]));
  return new Map([...makings].map(([id, { maker }]) => [id, names.get(maker) || (roles[maker] ?? maker)]));
}

const text = z._default(z.string(), '');
const days = z.catch(z.coerce.number(), 0);
const once = z.catch(z.string().check(z.regex(uuid)), '');
const typed = z.object({ holder: text, role: text, days, once, sure: text });

/**
 * `POST /console/tokens` makes a token. The page that it leads to is the only one that ever holds it. A holder of nearly
 * the name of another is asked about once more, because leads are assigned and shown by this name.
 */
export const makeToken = factory.createHandlers(body(typed, { form: true }), async c => {
  const { db, now } = c.var.services;
  const { once, sure, ...sent } = c.req.valid('json');
  const wanted = newToken.safeParse(sent);
  if (!wanted.success) return invalidFields(c, readIssues(wanted.error.issues, sent));
  const { holder } = wanted.data;
  if (sure !== holder && findNearName(holder, await listHolders(db)))
    return invalidFields(c, [{ field: 'sure', code: 'required' }]);
  const made = makeOnce(c, once, wanted.data);
  try {
    return await showOnce(c, await createToken(db, wanted.data, actorOf(c), now(), made));
  } catch (error) {
    if (error instanceof Conflict && error.table === 'tokens') return showAgain(c, made);
    throw error;
  }
});

/**
 * Makes the secret of a new token: for a form that is sent twice the same one, so that a second click shows what the
 * first one made. Because it is derived from the session's id, which only the browser has, nothing of it is kept.
 *
 * @param once What is in this form alone; empty where it is missing.
 */
function makeOnce(c: Context<App>, once: string, wanted: object): NewSecret {
  if (!once) return makeSecret();
  const session_id = readSessionId(c)!;
  const form = lengthPrefixed(session_id, once, c.req.path, JSON.stringify(wanted)).toString('base64');
  return makeSecret(`${session_id} ${c.var.services.signer.sign('token', form)}`);
}

/** Leads to the page that shows a token once more where it was made a moment ago, or else to the list. */
async function showAgain(c: Context<App>, made: NewSecret) {
  const { db, now } = c.var.services;
  return (await isJustMade(db, made, now())) ? showOnce(c, made.token) : c.redirect(home, 303);
}

/** Leads to the page that shows a new token. */
async function showOnce(c: Context<App>, token: string) {
  const { db, now } = c.var.services;
  return c.redirect(`${home}?made=${await writeNote(db, readSessionId(c)!, 'token', token, now())}`, 303);
}

/** `GET /console/tokens/{id}/rotation` asks before a token is replaced. */
export const askRotation = factory.createHandlers(async c => {
  const token = await readGood(c);
  if (!token) return problem(c, 'not-found');
  const reader = readerOf(c);
  const asked = { token, days: token_days, once: newId(reader.now), refusal: readRefusal(c) };
  return answerPage(c, rotationPage(reader, asked));
});

/**
 * `POST /console/tokens/{id}/rotation` makes a token in place of one that ends at once. Because its page must still
 * show the new one, the session of one's own token goes on with that.
 */
export const replaceToken = factory.createHandlers(body(z.object({ days, once }), { form: true }), async c => {
  const { db, now } = c.var.services;
  const { once, days } = c.req.valid('json');
  const wanted = rotation.safeParse({ days, overlap_days: 0 });
  if (!wanted.success) return invalidFields(c, readIssues(wanted.error.issues, { days }));
  const id = readId(c);
  const act = { ...wanted.data, session: readSessionId(c) };
  const made = makeOnce(c, once, wanted.data);
  if (id && (await rotateToken(db, id, act, actorOf(c), now(), made))) return showOnce(c, made.token);
  return (await isJustMade(db, made, now())) ? showOnce(c, made.token) : problem(c, 'not-found');
});

/** `GET /console/tokens/{id}/revocation` asks before a token is revoked. */
export const askRevocation = factory.createHandlers(async c => {
  const { settings } = c.var.services;
  const token = await readGood(c);
  if (!token) return problem(c, 'not-found');
  const isLast = !settings.oidc_issuer && token.role === 'admin' && (await listGood(c, 'admin')).length === 1;
  return answerPage(c, revocationPage(readerOf(c), { token, isLast, refusal: readRefusal(c) }));
});

/**
 * `POST /console/tokens/{id}/revocation` ends a token from the next request on. One's own needs a box to be ticked,
 * because it signs one out.
 */
export const endToken = factory.createHandlers(body(z.object({ sure: text }), { form: true }), async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  if (id === c.var.holder.id && c.req.valid('json').sure !== 'yes') return problem(c, 'invalid-fields');
  if (!id || !(await revokeToken(db, id, actorOf(c), now()))) return problem(c, 'not-found');
  return c.redirect(`${home}?revoked=${id}`, 303);
});

/**
 * `POST /console/staff/{id}/sessions/end` signs the holder of a token or an account out everywhere. The token stays good,
 * and the account is let in as before.
 */
export const endTheirSessions = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  if (!id || !(await findHolder(db, id))) return problem(c, 'not-found');
  await endAll(db, id, undefined, actorOf(c), now());
  return c.redirect(`${home}?ended=${id}`, 303);
});

/** Finds the token in the path if it is still good. */
async function readGood(c: Context<App>): Promise<TokenRecord | undefined> {
  const id = c.req.param('id');
  return (await listGood(c)).find(token => token.id === id);
}

async function listGood(c: Context<App>, role?: Role): Promise<TokenRecord[]> {
  const { db, now } = c.var.services;
  const at = now().toISOString();
  const tokens = await listTokens(db);
  return tokens.filter(one => !one.revoked_at && one.expires_at > at && (!role || one.role === role));
}
