import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCookie, startConsole } from '../support/console.ts';
import { browser_accept } from '../support/harness.ts';

/** Makes a key, and what a provider publishes of it. */
function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' } };
}

const [own, foreign] = [makeKey(), makeKey()];
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

type Sign = (text: string) => string;
const rs256 =
  ({ privateKey }: typeof own): Sign =>
  text =>
    sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url');

/** A provider that says of a person whatever a test wants, where an honest one could not be made to. */
let issuer: string;
let id_token: string;
const server = createServer((request, response) => {
  const answer = {
    '/.well-known/openid-configuration': {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    },
    '/jwks': { keys: [own.jwk] },
    '/token': { access_token: 'a', token_type: 'Bearer', refresh_token: 'r', ...(id_token && { id_token }) },
  }[request.url!];
  response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer ?? {}));
});
let company: Awaited<ReturnType<typeof startConsole>>;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  company = await startConsole({
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: 'secret',
    OIDC_ROLE_CLAIM: 'groups',
    OIDC_ROLES: 'sales-team:sales',
  });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** The parts of an honest answer that a test changes. */
interface Forged {
  header?: object;
  claims?: (honest: Record<string, unknown>) => object;
  by?: Sign;
  /** Parameters of the address at which the browser comes back. */
  back?: Record<string, string>;
}

function write(header: object, claims: object, by: Sign): string {
  const text = `${encode({ alg: 'RS256', kid: 'k1', ...header })}.${encode(claims)}`;
  return `${text}.${by(text)}`;
}

/** Signs in with a forged answer, and returns the answer, the session that began, and the honest claims. */
async function enter({ header = {}, claims = one => one, by = rs256(own), back = {} }: Forged) {
  const headers = { Accept: browser_accept, 'Accept-Language': 'en' };
  // So that no limit of wrong ones is reached.
  company.advance(60_000);
  const begun = await company.get('/console/sign-in', headers);
  const { state, nonce } = Object.fromEntries(new URL(begun.headers.get('Location')!).searchParams);
  const now = Math.floor(Date.now() / 1_000);
  const honest = { iss: issuer, aud: 'console', sub: 'u1', nonce, iat: now, exp: now + 300, groups: ['sales-team'] };
  id_token = write(header, claims(honest), by);
  const query = new URLSearchParams({ code: 'c', state: state!, ...back });
  const Cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!;
  const response = await company.get(`/console/sign-in/callback?${query}`, { ...headers, Cookie });
  const session = readCookie(response);
  return { status: response.status, isIn: session !== '', page: await response.text(), session, honest };
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

it.each<[string, Forged]>([
  ['is honest', {}],
  ['comes from a clock that is half a minute ahead', { claims: one => ({ ...one, iat: inSeconds(30) }) }],
  ['is over by less than clocks differ', { claims: one => ({ ...one, exp: inSeconds(-30) }) }],
])('an identity is believed that %s', async (_, forged) => {
  expect(await enter(forged)).toMatchObject({ status: 303, isIn: true });
});

it.each<[string, Forged]>([
  ['has no signature', { header: { alg: 'none' }, by: () => '' }],
  ['is signed by another key', { by: rs256(foreign) }],
  [
    'brings the key along that signed it',
    { header: { jwk: foreign.jwk, jku: 'https://evil.example/jwks' }, by: rs256(foreign) },
  ],
  [
    'is signed with what the provider publishes, as if that were a secret',
    {
      header: { alg: 'HS256' },
      by: text => createHmac('sha256', JSON.stringify(own.jwk)).update(text).digest('base64url'),
    },
  ],
  ['was changed after it was signed', { by: text => rs256(own)(`${text}x`) }],
  ['is of another issuer', { claims: one => ({ ...one, iss: 'https://login.example.com' }) }],
  ['is for another client', { claims: one => ({ ...one, aud: 'crm' }) }],
  [
    'is for several clients, of which another one asked',
    { claims: one => ({ ...one, aud: ['console', 'crm'], azp: 'crm' }) },
  ],
  ['has another nonce', { claims: one => ({ ...one, nonce: 'other' }) }],
  ['has no nonce', { claims: ({ nonce: _, ...one }) => one }],
  ['is over', { claims: one => ({ ...one, exp: inSeconds(-120) }) }],
  ['names nobody', { claims: ({ sub: _, ...one }) => one }],
  ['came back in the name of another issuer', { back: { iss: 'https://login.example.com' } }],
])('no identity is believed that %s', async (_, forged) => {
  const { page, status, isIn } = await enter(forged);
  expect({ status, isIn }).toEqual({ status: 401, isIn: false });
  expect(page).toContain('The answer of the company’s sign-in could not be trusted');
});

it.each<[string, number, (honest: object) => string]>([
  ['goes on where it is honest', 200, honest => write({}, honest, rs256(own))],
  ['ends where it is of somebody else', 401, honest => write({}, { ...honest, sub: 'u9' }, rs256(own))],
  ['ends where it says of nobody', 401, () => ''],
  ['waits where it is signed by another key', 503, honest => write({}, honest, rs256(foreign))],
])('a session that is renewed by an identity %s', async (_, status, renew) => {
  const { session, honest } = await enter({});
  const { nonce: _nonce, ...later } = honest;
  id_token = renew(later);
  company.advance(3_600_000);
  const headers = { Accept: browser_accept, Cookie: session };
  expect((await company.get('/console/overview', headers)).status).toBe(status);
  const accounts = await company.db.selectFrom('accounts').select(['subject', 'ended_at']).execute();
  expect(accounts).toEqual([{ subject: 'u1', ended_at: null }]);
});

it('a name that could deceive a reader is left out for the next one', async () => {
  await enter({
    claims: one => ({ ...one, sub: 'u2', name: 'An\u0007na', preferred_username: 'ａnna', email: 'a@example.com' }),
  });
  const holders = await company.db.selectFrom('accounts').select('holder').where('subject', '=', 'u2').execute();
  expect(holders).toEqual([{ holder: 'anna' }]);
});

it('nobody is made by what was not believed', async () => {
  const subjects = await company.db.selectFrom('accounts').select('subject').execute();
  expect(subjects.map(({ subject }) => subject).sort()).toEqual(['u1', 'u2']);
});
