import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createToken } from '../../db/staff/tokens.ts';
import { consolePages } from '../../worker/console/routes.ts';
import type { Environment } from '../../worker/settings.ts';
import { startReceiver, trustingIt } from '../notices/receiver.ts';
import { readCookie, startConsole } from '../support/console.ts';
import { browser_accept, operator, origin } from '../support/harness.ts';
import { type IdentityProvider, passProvider, startIdentityProvider } from '../support/identity-provider.ts';

const minute_ms = 60_000;

let provider: IdentityProvider;

beforeAll(async () => {
  provider = await startIdentityProvider(origin);
});
afterAll(() => provider.stop());
beforeEach(() => {
  provider.setAway(false);
  provider.enter('u1', { name: '张伟', groups: ['staff', 'sales-team'] });
});

/** Starts a console whose staff sign in at the provider. */
async function startCompany(overrides: Environment = {}, by = provider) {
  const started = await startConsole({ ...by.settings, ...overrides });
  const headers = { Accept: browser_accept, 'Accept-Language': 'en' };

  /** Begins to sign in, and returns the provider's address and the cookie that goes along. */
  async function begin(query = '', cookie = '') {
    const response = await started.get(`/console/sign-in${query}`, { ...headers, Cookie: cookie });
    const [attempt = ''] = response.headers.getSetCookie().filter(one => /console_attempt_.*Max-Age=900/.test(one));
    return { response, address: response.headers.get('Location') ?? '', attempt: attempt.split(';')[0]!, set: attempt };
  }

  /** Comes back from the provider, as from another site: with no cookie but that of the attempt. */
  async function come(back: URL, attempt: string) {
    const response = await started.get(back.pathname + back.search, {
      ...headers,
      'Sec-Fetch-Site': 'cross-site',
      Cookie: attempt,
    });
    return { response, text: await response.text() };
  }

  /** Signs in, and returns a browser that is. */
  async function enter(cookies?: Map<string, string>) {
    const { address, attempt } = await begin();
    const { response } = await come(await passProvider(address, cookies), attempt);
    const Cookie = readCookie(response);
    return {
      Cookie,
      response,
      get: (path: string, more: Record<string, string> = {}) =>
        started.get(path, { ...headers, 'Sec-Fetch-Site': 'same-origin', Cookie, ...more }),
      post: (path: string, fields: Record<string, string> = {}) =>
        started.submit(path, fields, { ...headers, 'Sec-Fetch-Site': 'same-origin', Cookie }),
    };
  }

  const readAccounts = () => started.db.selectFrom('accounts').selectAll().execute();
  /** Lists what the trail says of accounts. */
  const readTrail = async () =>
    (await started.readEvents()).filter(({ action }) => action.startsWith('account.')).map(({ action }) => action);
  return { ...started, begin, come, enter, readAccounts, readTrail };
}

describe('sign-in with an account of the company', () => {
  it('leads to the provider with a code challenge, a state and a nonce, and keeps their secrets in a sealed cookie', async () => {
    const { begin } = await startCompany();
    const { response, address, attempt, set } = await begin('?next=%2Fconsole%2Foverview');
    expect(response.status).toBe(303);
    const url = new URL(address);
    expect(url.origin).toBe(provider.issuer);
    const { state, nonce, code_challenge, ...rest } = Object.fromEntries(url.searchParams);
    expect(rest).toEqual({
      client_id: 'console',
      redirect_uri: `${origin}/console/sign-in/callback`,
      response_type: 'code',
      scope: 'openid profile email offline_access',
      code_challenge_method: 'S256',
    });
    expect(new Set([state, nonce, code_challenge]).size).toBe(3);
    expect(set).toMatch(/^__Host-console_attempt_[\w-]{10}=/);
    const long = await begin(`?next=${encodeURIComponent(`/console?status=${'x'.repeat(9_000)}`)}`);
    expect(long.set.length).toBeLessThan(4_096);
    expect(set).toMatch(/Max-Age=900; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    for (const secret of [state!, nonce!, 'overview'])
      expect(Buffer.from(attempt.split('=')[1]!, 'base64url').toString()).not.toContain(secret);
  });

  it('makes the account at the first time, with the role of a group, and goes on to the page that was asked for', async () => {
    const { begin, come, get, readAccounts, readTrail, lines } = await startCompany();
    const { address, attempt } = await begin('?next=%2Fconsole%2Foverview');
    const { response } = await come(await passProvider(address), attempt);
    expect(response.status).toBe(303);
    const location = response.headers.get('Location')!;
    const Cookie = readCookie(response);
    // The browser comes from another site, so it does not send the cookie yet.
    const crossing = await get(location, { Accept: browser_accept, 'Accept-Language': 'en' });
    expect(crossing.headers.get('Refresh')).toBe('0; url=/console/session?next=%2Fconsole%2Foverview');
    expect(await crossing.text()).toContain('One moment: you are being signed in.');
    expect((await get('/console/session?next=%2Fconsole%2Foverview')).status).toBe(401);
    const arrived = await get('/console/session?next=%2Fconsole%2Foverview', { Cookie });
    expect([arrived.status, arrived.headers.get('Location')]).toEqual([303, '/console/overview']);
    const page = await (await get('/console', { Accept: browser_accept, 'Accept-Language': 'en', Cookie })).text();
    expect(page).toMatch(/class="who">张伟<\/span><span class="role">Sales</);
    const [account, ...others] = await readAccounts();
    expect(account).toMatchObject({ issuer: provider.issuer, subject: 'u1', holder: '张伟', role: 'sales' });
    expect(others).toEqual([]);
    expect(await readTrail()).toEqual(['account.created', 'account.signed_in']);
    expect(lines.join('')).toContain(`"account_id":"${account!.id}"`);
    expect(lines.join('')).not.toMatch(/code=|张伟|u1"/);
  });

  it('gives the first role in the order of OIDC_ROLES, the one of today at each sign-in, and records the change', async () => {
    const { enter, readAccounts, readTrail, readEvents } = await startCompany();
    provider.enter('u1', { name: '张伟', groups: ['dpo', 'sales-team'] });
    await enter();
    expect((await readAccounts()).map(({ role }) => role)).toEqual(['sales']);
    provider.enter('u1', { name: '另一个名字', groups: ['dpo'] });
    await enter();
    expect(await readAccounts()).toMatchObject([{ holder: '张伟', role: 'privacy_officer' }]);
    expect(await readTrail()).toEqual(['account.created', 'account.signed_in', 'account.changed', 'account.signed_in']);
    const [changed] = await readEvents('action=account.changed');
    expect(changed).toMatchObject({ fields: 'role:sales>privacy_officer' });
  });

  it.each([
    ['in a claim within another', { OIDC_ROLE_CLAIM: 'realm_access.roles' }, { realm_access: { roles: ['dpo'] } }],
    [
      'in a claim that is an address',
      { OIDC_ROLE_CLAIM: 'https://c.example/role' },
      { 'https://c.example/role': 'dpo' },
    ],
  ])('finds a role %s', async (_, settings, claims) => {
    const { enter, readAccounts } = await startCompany(settings);
    provider.enter('u1', { name: '张伟', groups: [], ...claims });
    await enter();
    expect((await readAccounts()).map(({ role }) => role)).toEqual(['privacy_officer']);
  });

  it('asks for userinfo where what is signed tells no role', async () => {
    const sparing = await startIdentityProvider(origin, { signsClaims: false });
    sparing.enter('u1', { name: '张伟', groups: ['sales-team'] });
    const { enter, readAccounts } = await startCompany({}, sparing);
    await enter();
    expect(await readAccounts()).toMatchObject([{ holder: '张伟', role: 'sales' }]);
    expect(sparing.requests).toContain('GET /me');
    await sparing.stop();
  });

  it.each([
    ['null', {}, { groups: ['dpo'], signed: { groups: null } }],
    [
      'null within another',
      { OIDC_ROLE_CLAIM: 'realm_access.roles' },
      { groups: [], realm_access: { roles: ['dpo'] }, signed: { realm_access: { roles: null } } },
    ],
  ])('asks for userinfo where what is signed has the role as %s', async (_, settings, known) => {
    const { enter, readAccounts } = await startCompany(settings);
    provider.enter('u1', { name: '张伟', ...known });
    await enter();
    expect(await readAccounts()).toMatchObject([{ holder: '张伟', role: 'privacy_officer' }]);
  });

  it('keeps two people of one name apart, and one who signs in in two tabs at once together', async () => {
    const { begin, come, enter, readAccounts } = await startCompany();
    const [one, other] = [await begin(), await begin()];
    const backs = [await passProvider(one.address), await passProvider(other.address)];
    const both = `${one.attempt}; ${other.attempt}`;
    const answers = await Promise.all(backs.map(back => come(back, both)));
    expect(answers.map(({ response }) => response.status)).toEqual([303, 303]);
    provider.enter('u2', { name: '张伟', preferred_username: 'zhangwei2', groups: ['dpo'] });
    await enter();
    expect((await readAccounts()).map(({ holder }) => holder).sort()).toEqual(['张伟', '张伟 (zhangwei2)']);
  });

  it('keeps two people of one name apart who sign in at once', async () => {
    const { begin, come, readAccounts } = await startCompany();
    const begun = [];
    for (const sub of ['a1', 'a2', 'a3']) {
      provider.enter(sub, { name: '李娜', groups: ['sales-team'] });
      const { address, attempt } = await begin();
      begun.push({ back: await passProvider(address), attempt });
    }
    await Promise.all(begun.map(({ back, attempt }) => come(back, attempt)));
    const accounts = await readAccounts();
    expect(accounts.map(({ subject }) => subject).sort()).toEqual(['a1', 'a2', 'a3']);
    expect(new Set(accounts.map(({ holder }) => holder)).size).toBe(3);
  });

  it('gives nobody a name that looks like another’s, or one too long to be given a lead', async () => {
    const { enter, readAccounts, ask, submitLead } = await startCompany();
    const long = '伟'.repeat(95);
    const named = ['Zhang Wei', 'zhang\u200b wei', 'ＺＨＡＮＧ WEI', long, long];
    for (const [n, name] of named.entries()) {
      provider.enter(`n${n}`, { name, groups: ['sales-team'] });
      await enter();
    }
    provider.enter('\u2060n6', { name: '\u202e', groups: ['sales-team'] });
    await enter();
    const holders = (await readAccounts()).map(({ holder }) => holder);
    expect(holders).toEqual(expect.arrayContaining(['Zhang Wei', 'zhang wei (n1)', 'ZHANG WEI (n2)', long, 'n6']));
    expect(new Set(holders).size).toBe(6);
    const id = await submitLead();
    for (const assigned_to of holders) expect((await ask('PATCH', `/leads/${id}`, { assigned_to })).status).toBe(200);
  });

  it.each([['\u0000'], ['u'.repeat(256)]])('makes nothing of somebody who cannot be named: %j', async sub => {
    const { begin, come, readAccounts, lines } = await startCompany();
    provider.enter(sub, { name: '张伟', groups: ['sales-team'] });
    const { address, attempt } = await begin();
    const { response } = await come(await passProvider(address), attempt);
    expect(response.status).toBe(401);
    expect(lines.join('')).toContain('"code":"subject"');
    expect(await readAccounts()).toEqual([]);
  });

  it('goes on to no page that signs in or out', async () => {
    const { enter } = await startCompany();
    const person = await enter();
    for (const path of ['sign-in/end', 'sign-in', 'session']) {
      const arrived = await person.get(`/console/session?next=${encodeURIComponent(`/console/${path}?a=b`)}`);
      expect(arrived.headers.get('Location')).toBe('/console');
    }
  });

  it('says that an account has no access, offers another one, and makes nothing', async () => {
    const { begin, come, readAccounts, db } = await startCompany();
    provider.enter('u1', { name: '张伟', groups: ['staff'] });
    const { address, attempt } = await begin();
    const { response, text } = await come(await passProvider(address), attempt);
    expect(response.status).toBe(403);
    expect(text).toContain('Your company account has no access to the console.');
    expect(text).toContain('href="/console/sign-in?next=%2Fconsole&amp;other="');
    expect(readCookie(response)).toBe('');
    expect([await readAccounts(), await db.selectFrom('console_sessions').selectAll().execute()]).toEqual([[], []]);
    const other = await begin('?other');
    expect(new URL(other.address).searchParams.get('prompt')).toBe('select_account');
  });

  it('says so where the person cancels at the provider', async () => {
    const { begin, come } = await startCompany();
    provider.cancel();
    const { address, attempt } = await begin();
    const back = await passProvider(address);
    expect(back.searchParams.get('error')).toBe('access_denied');
    const { response, text } = await come(back, attempt);
    expect(response.status).toBe(401);
    expect(text).toMatch(/role="alert"[^>]*>The company’s sign-in let nobody through/);
  });

  it('counts once: the same return again, another browser, another state and a late one are refused', async () => {
    const { begin, come, advance, readTrail } = await startCompany();
    const { address, attempt } = await begin();
    const back = await passProvider(address);
    const stale = /was begun in another browser or too long ago/;
    expect((await come(back, '')).text).toMatch(stale);
    const changed = new URL(back);
    const state = changed.searchParams.get('state')!;
    changed.searchParams.set('state', `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`);
    expect((await come(changed, attempt)).text).toMatch(stale);
    const forged = `${attempt.split('=')[0]}=${'A'.repeat(400)}`;
    expect((await come(back, forged)).text).toMatch(stale);
    const first = await come(back, attempt);
    expect(first.response.status).toBe(303);
    expect(first.response.headers.getSetCookie().join()).toContain(`${attempt.split('=')[0]}=; Max-Age=0`);
    const replayed = await come(back, attempt);
    expect([replayed.response.status, readCookie(replayed.response)]).toEqual([401, '']);
    expect(replayed.text).toContain('it was used before');
    const late = await begin();
    const lateBack = await passProvider(late.address);
    advance(16 * minute_ms);
    expect((await come(lateBack, late.attempt)).text).toMatch(stale);
    expect(await readTrail()).toEqual(['account.created', 'account.signed_in']);
  });

  it('is begun in a few tabs at once, and what was begun before them is forgotten', async () => {
    const { begin } = await startCompany();
    const begun: string[] = [];
    for (let n = 0; n < 5; n++) begun.push((await begin('', begun.join('; '))).attempt);
    const { response, attempt } = await begin('', begun.join('; '));
    const kept = response.headers.getSetCookie().filter(one => !one.includes('Max-Age=0'));
    expect(kept.map(one => one.split(';')[0])).toEqual([attempt]);
    expect(response.headers.getSetCookie()).toHaveLength(6);
  });

  it('takes no code that was given for another attempt of the same browser', async () => {
    const { begin, come } = await startCompany();
    const [one, other] = [await begin(), await begin()];
    const [back, otherBack] = [await passProvider(one.address), await passProvider(other.address)];
    const crossed = new URL(otherBack);
    crossed.searchParams.set('code', back.searchParams.get('code')!);
    const { response } = await come(crossed, `${one.attempt}; ${other.attempt}`);
    expect([response.status, readCookie(response)]).toEqual([401, '']);
  });

  it('makes another account of whoever has the same id at another provider', async () => {
    const { enter, readAccounts, services } = await startCompany();
    await enter();
    const other = await startIdentityProvider(origin);
    other.enter('u1', { name: '张伟', groups: ['sales-team'] });
    services.settings = { ...services.settings, oidc_issuer: new URL(other.issuer) };
    await enter();
    expect((await readAccounts()).map(({ issuer, subject }) => [issuer, subject]).sort()).toEqual(
      [provider.issuer, other.issuer].sort().map(issuer => [issuer, 'u1']),
    );
    await other.stop();
  });

  it('slows down an address that comes back with one wrong code after another', async () => {
    const { begin, come } = await startCompany();
    for (let n = 0; n < 11; n++) {
      const { address, attempt } = await begin();
      const state = new URL(address).searchParams.get('state');
      const { response } = await come(new URL(`${origin}/console/sign-in/callback?code=wrong&state=${state}`), attempt);
      expect(response.status).toBe(n < 10 ? 401 : 429);
    }
  });

  it('offers the account first, the token below it, and says what to do while the provider is away', async () => {
    const { get, begin, open, lines } = await startCompany();
    const page = await (await get('/console', { Accept: browser_accept, 'Accept-Language': 'en' })).text();
    expect(page).toMatch(/href="\/console\/sign-in\?next=%2Fconsole">Sign in with company account<[\s\S]*name="token"/);
    provider.setAway(true);
    const { response } = await begin();
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '30']);
    const text = await response.text();
    expect(text).toMatch(/role="alert"[^>]*>The company’s sign-in can’t be reached/);
    expect(text).toContain('name="token"');
    expect(lines.join('')).toMatch(/"sign_in_refused".*"reason":"away","code":"503"/);
    expect((await (await open('sales')).get('/console')).status).toBe(200);
  });

  it('asks nothing of a provider whose certificate is not trusted or bears another name, and the log says so', async () => {
    const receiver = await startReceiver(() => 404, {}, undefined, true);
    const { origin: address } = new URL(receiver.address);
    const ask = async (host: string) => {
      const { begin, lines } = await startCompany({
        OIDC_ISSUER: address.replace('127.0.0.1', host),
        OUTBOUND_HOSTS: '127.0.0.1,[::1]',
      });
      const { response } = await begin();
      const { reason, code } = JSON.parse(lines.find(line => line.includes('"sign_in_refused"'))!);
      return [response.status, reason, code];
    };
    expect(await ask('localhost')).toEqual([503, 'away', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
    await trustingIt(async () => expect(await ask('127.0.0.1')).toEqual([503, 'away', 'ERR_TLS_CERT_ALTNAME_INVALID']));
    expect(receiver.received).toEqual([]);
    await trustingIt(async () => expect((await ask('localhost'))[1]).toBe('distrusted'));
    expect(receiver.received.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration']);
    receiver.close();
  });

  it('begins where our own page or the person asks for it, and from another website leads to our page', async () => {
    const { get } = await startCompany();
    const from = async (where: string) => {
      const asked = { Accept: browser_accept, 'Sec-Fetch-Site': where };
      return (await get('/console/sign-in?next=%2Fconsole%2Foverview', asked)).headers;
    };
    for (const where of ['same-origin', 'none'])
      expect((await from(where)).get('Location')).toMatch(new RegExp(`^${provider.issuer}`));
    for (const where of ['cross-site', 'same-site']) {
      const headers = await from(where);
      expect([headers.get('Location'), headers.getSetCookie()]).toEqual(['/console/overview', []]);
    }
  });

  it('speaks Chinese too', async () => {
    const { get } = await startCompany();
    const chinese = { Accept: browser_accept, 'Accept-Language': 'zh-CN' };
    expect(await (await get('/console', chinese)).text()).toContain('使用公司账号登录');
    const back = await get('/console/sign-in/callback?state=x&code=y', chinese);
    expect([back.status, await back.text()]).toEqual([401, expect.stringContaining('这次登录是在其他浏览器中开始的')]);
  });

  it('is nowhere without its settings', async () => {
    const { get } = await startConsole();
    for (const path of ['/console/sign-in', '/console/sign-in/callback?state=x'])
      expect((await get(path, { Accept: browser_accept })).status).toBe(404);
    expect(await (await get('/console', { Accept: browser_accept })).text()).not.toContain('/console/sign-in');
  });

  it('believes no address at which a provider signs for every company', async () => {
    const OIDC_ISSUER = 'https://login.microsoftonline.com/common/v2.0';
    const { begin, services, lines } = await startCompany({ OIDC_ISSUER });
    const issuer = 'https://login.microsoftonline.com/{tenantid}/v2.0';
    const body = JSON.stringify({ issuer, authorization_endpoint: `${OIDC_ISSUER}/authorize` });
    services.connect = async () => ({ status: 200, type: 'application/json', body });
    expect((await begin()).response.status).toBe(401);
    expect(lines.join('')).toContain('"reason":"distrusted","code":"issuer_mismatch"');
  });

  it('goes to no host that is neither the issuer nor listed', async () => {
    const elsewhere = await startIdentityProvider(origin, { host: 'localhost' });
    const { begin, lines } = await startCompany({}, elsewhere);
    expect((await begin()).response.status).toBe(503);
    expect(lines.join('')).toContain('"code":"private-address"');
    await elsewhere.stop();
  });
});

describe('a session of an account', () => {
  it('asks the provider again from the half hour on, with a token that is sealed and used once', async () => {
    const { enter, advance, db } = await startCompany();
    const person = await enter();
    const count = () => provider.requests.filter(one => one === 'POST /token').length;
    const before = count();
    advance(29 * minute_ms);
    expect((await person.get('/console')).status).toBe(200);
    expect(count()).toBe(before);
    const readSealed = async () =>
      (await db.selectFrom('console_sessions').select('renewal_sealed').executeTakeFirstOrThrow()).renewal_sealed;
    const first = await readSealed();
    for (let n = 1; n <= 3; n++) {
      advance(31 * minute_ms);
      const answers = await Promise.all([1, 2, 3].map(() => person.get('/console')));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(count()).toBe(before + n);
    }
    expect(await readSealed()).not.toBe(first);
  });

  it.each(['dpo', 'ops'])(
    'keeps the provider’s tokens on the server: no page, cookie, log or row tells one of %s',
    async group => {
      const { begin, come, get, submit, services, advance, lines, db } = await startCompany();
      provider.enter('u1', { name: '张伟', groups: [group] });
      const { connect } = services;
      const given: string[] = [];
      services.connect = async (request, ...more) => {
        const answer = await connect(request, ...more);
        const { access_token, refresh_token, id_token } = JSON.parse(answer.body);
        if (access_token) given.push(access_token, refresh_token, id_token);
        return answer;
      };
      const told: string[] = [];
      const note = (response: Response, page: string) => told.push(JSON.stringify([...response.headers]), page);
      const { address, attempt, set } = await begin();
      const { response, text } = await come(await passProvider(address), attempt);
      note(response, set + text);
      const headers = { Accept: browser_accept, 'Sec-Fetch-Site': 'same-origin', Cookie: readCookie(response) };
      for (let round = 1; round <= 2; round++) {
        for (const path of Object.keys(consolePages)) {
          const page = await get(path.replace(':locale', 'en'), headers);
          note(page, await page.text());
        }
        expect(given).toHaveLength(3 * round);
        told.push(JSON.stringify(await db.selectFrom('console_sessions').selectAll().execute()));
        advance(31 * minute_ms);
      }
      const out = await submit('/console/session/end', {}, headers);
      note(out, await out.text());
      for (const token of given) {
        expect(token.length).toBeGreaterThan(20);
        expect(told.concat(lines).filter(one => one.includes(token))).toEqual([]);
      }
    },
  );

  it('ends within the hour after its person has left the group, wherever they are signed in', async () => {
    const { enter, advance, readTrail, readAccounts } = await startCompany();
    const [person, elsewhere] = [await enter(), await enter()];
    provider.enter('u1', { name: '张伟', groups: ['staff'] });
    advance(31 * minute_ms);
    const ended = await person.get('/console/overview');
    expect([ended.status, await ended.text()]).toEqual([401, expect.stringContaining('Your session has ended.')]);
    expect((await elsewhere.get('/console/overview')).status).toBe(401);
    expect((await readTrail()).at(-1)).toBe('account.refused');
    expect((await readAccounts())[0]!.ended_at).not.toBeNull();
    provider.enter('u1', { name: '张伟', groups: ['sales-team'] });
    expect((await (await enter()).get('/console')).status).toBe(200);
  });

  it.each([
    ['is no officer any more', '/console/audit/export', { action: 'all' }, ['sales-team']],
    ['has left', '/console/export', { format: 'xlsx', view: 'clear', purpose: 'handover', order: 'asc' }, ['staff']],
  ])('ends a file that is being read within the hour after its person %s', async (_, path, fields, groups) => {
    const { enter, advance, submitLead } = await startCompany();
    provider.enter('u1', { name: '张伟', groups: ['dpo'] });
    await Promise.all(Array.from({ length: 1_100 }, (_, n) => submitLead({ phone: `1390000${1_000 + n}` })));
    const person = await enter();
    const { pathname } = new URL((await person.post(path, fields)).headers.get('Location')!, origin);
    const file = await person.get(pathname);
    const reader = file.body!.getReader();
    await reader.read();
    provider.enter('u1', { name: '张伟', groups });
    advance(60 * minute_ms);
    const readOn = async () => {
      while (!(await reader.read()).done) {}
    };
    await expect(readOn()).rejects.toThrow();
  });

  it('ends too where the clock was a day ahead at the sign-in', async () => {
    const { enter, advance } = await startCompany();
    advance(24 * 60 * minute_ms);
    const person = await enter();
    provider.forget('u1');
    advance(-24 * 60 * minute_ms);
    expect((await person.get('/console/overview')).status).toBe(401);
  });

  it('has the role of today after at most an hour', async () => {
    const { enter, advance } = await startCompany();
    const person = await enter();
    expect((await person.get('/console/tokens')).status).toBe(403);
    provider.enter('u1', { name: '张伟', groups: ['ops'] });
    advance(60 * minute_ms);
    expect((await person.get('/console/tokens')).status).toBe(200);
  });

  it.each([
    ['consent is taken back', () => provider.revoke()],
    ['the account is gone', () => provider.forget('u1')],
  ])('ends within the hour after %s at the provider', async (_, leave) => {
    const { enter, advance } = await startCompany();
    const person = await enter();
    await leave();
    advance(31 * minute_ms);
    expect((await person.get('/console/overview')).status).toBe(401);
  });

  it('goes on while the provider is away for less than half an hour, then waits for it, and is not lost', async () => {
    const { enter, advance, readTrail } = await startCompany();
    const person = await enter();
    provider.setAway(true);
    advance(59 * minute_ms);
    expect((await person.get('/console/overview')).status).toBe(200);
    advance(minute_ms);
    const waiting = await person.get('/console/overview');
    expect([waiting.status, waiting.headers.get('Retry-After')]).toEqual([503, '30']);
    const text = await waiting.text();
    expect(text).toMatch(/role="alert"[^>]*>The company’s sign-in can’t be reached, so nobody can tell/);
    expect(text).toContain('name="next" value="/console/overview"');
    const script = await person.get('/console/arrivals', { Accept: 'application/json' });
    expect([script.status, script.headers.get('Content-Type')]).toEqual([503, 'application/problem+json']);
    provider.setAway(false);
    advance(minute_ms);
    expect((await person.get('/console/overview')).status).toBe(200);
    expect(await readTrail()).toEqual(['account.created', 'account.signed_in']);
  });

  it('ends where the settings name another provider, which is told nothing of it', async () => {
    const { enter, advance, services } = await startCompany();
    const person = await enter();
    const other = await startIdentityProvider(origin);
    services.settings = { ...services.settings, oidc_issuer: new URL(other.issuer) };
    services.settings.outbound_hosts = ['127.0.0.1'];
    advance(31 * minute_ms);
    expect((await person.get('/console/overview')).status).toBe(401);
    expect(other.requests).not.toContain('POST /token');
    await other.stop();
  });

  it('ends after an hour where the provider gives nothing to ask it with', async () => {
    const strict = await startIdentityProvider(origin, { renews: false });
    strict.enter('u1', { name: '张伟', groups: ['sales-team'] });
    const { enter, advance } = await startCompany({}, strict);
    const person = await enter();
    advance(59 * minute_ms);
    expect((await person.get('/console/overview')).status).toBe(200);
    advance(minute_ms);
    expect((await person.get('/console/overview')).status).toBe(401);
    await strict.stop();
  });

  it('ends at sign-out, which offers to sign out at the provider too', async () => {
    const { enter, readTrail, get } = await startCompany();
    const person = await enter();
    const out = await person.post('/console/session/end');
    expect(out.headers.get('Location')).toBe('/console?out=account');
    expect((await person.get('/console/overview')).status).toBe(401);
    const page = await (await get('/console?out=account', { Accept: browser_accept, 'Accept-Language': 'en' })).text();
    expect(page).toContain('In this browser your company account may still be signed in.');
    expect(page).toContain('href="/console/sign-in/end"');
    const leave = new URL((await get('/console/sign-in/end')).headers.get('Location')!);
    expect(leave.origin + leave.pathname).toBe(`${provider.issuer}/session/end`);
    expect(Object.fromEntries(leave.searchParams)).toEqual({
      client_id: 'console',
      post_logout_redirect_uri: `${origin}/console`,
    });
    expect((await fetch(leave)).status).toBe(200);
    expect((await readTrail()).at(-1)).toBe('account.signed_out');
  });

  it('is listed for administrators with its open sessions, which they end; its person signs in again', async () => {
    const { enter, open, advance, readEvents, readAccounts, token } = await startCompany();
    const [person, elsewhere, admin] = [await enter(), await enter(), await open('admin')];
    const { id } = (await readAccounts())[0]!;
    const rowOf = (page: string) => page.split('<tr role="row">').find(row => row.includes('>张伟<small>'))!;
    const row = rowOf(await (await admin.get('/console/tokens')).text());
    expect(row).toMatch(new RegExp(`>Sales<.*this minute<.*2 open sessions.*/console/staff/${id}/sessions/end`, 's'));
    const { response } = await admin.send(`/console/staff/${id}/sessions/end`);
    const page = await response.text();
    expect(page).toContain('The sessions of 张伟 have ended.');
    expect(rowOf(page)).toContain('No open session');
    for (const one of [person, elsewhere]) expect((await one.get('/console/overview')).status).toBe(401);
    expect(await readEvents('action=session.ended')).toMatchObject([
      { actor: (await token('admin')).split('_')[1], fields: id },
    ]);
    const again = await enter();
    expect((await again.get('/console/overview')).status).toBe(200);
    expect(await (await again.get('/console/sessions')).text()).toContain('>This one<');
    provider.enter('u1', { name: '张伟', groups: [] });
    advance(31 * minute_ms);
    expect((await again.get('/console/overview')).status).toBe(401);
    expect(rowOf(await (await admin.get('/console/tokens')).text())).toMatch(/No longer let in.*No open session/s);
  });

  it('counts no session for which the provider gave nothing to ask it with, once its word is an hour old', async () => {
    const strict = await startIdentityProvider(origin, { renews: false });
    strict.enter('u1', { name: '张伟', groups: ['sales-team'] });
    const { enter, open, advance } = await startCompany({}, strict);
    await enter();
    advance(30 * minute_ms);
    const person = await enter();
    const listed = async () =>
      (await (await person.get('/console/sessions')).text()).split('<tr role="row"><td').length;
    expect(await listed()).toBe(3);
    advance(30 * minute_ms - 1);
    expect(await listed()).toBe(3);
    advance(1);
    expect(await listed()).toBe(2);
    expect(await (await (await open('admin')).get('/console/tokens')).text()).toContain('>1 open session<');
    await strict.stop();
  });

  it('is a holder like that of a token: leads are given to it, the log names it, and an incident may be about it', async () => {
    const { enter, submitLead, open, ask, readAccounts, readEvents } = await startCompany();
    const person = await enter();
    const id = await submitLead();
    expect((await person.post(`/console/leads/${id}/reveal`, { purpose: 'first_contact' })).status).toBe(303);
    await person.post(`/console/leads/${id}/assignee`, { assigned_to: '张伟' });
    const page = await (await person.get(`/console/leads/${id}`)).text();
    expect(page).toMatch(/<option[^>]* selected[^>]*>张伟</);
    const [account] = await readAccounts();
    expect((await readEvents('action=lead.revealed'))[0]).toMatchObject({ actor: account!.id, lead_ids: [id] });
    const log = await (await (await open('auditor')).get('/console/audit?person=张伟')).text();
    expect(log).toContain(id);
    const incident = await ask('POST', '/incidents', {
      from: '2026-11-23T03:00:00.000Z',
      to: '2026-11-23T05:00:00.000Z',
      cause: '账号被盗',
      scope: { token_id: account!.id },
    });
    expect([incident.status, await incident.json()]).toMatchObject([201, { affected: 1 }]);
  });

  it('approves no refusal that its own token asked for, and one of another person of the same name', async () => {
    const { enter, ask, app, db, services, readEvents } = await startCompany();
    const take = async () => {
      const sent = { type: 'explanation', channel: 'phone', email: 'li@example.com' };
      return ((await (await ask('POST', '/subject-requests', sent)).json()) as { id: string }).id;
    };
    const refusal = { code: 'R5', explanation: '同一请求一周内已提出 40 次。' };
    const countRefused = async () => (await readEvents('action=request.refused')).length;
    provider.enter('u1', { name: '张伟', groups: ['dpo'] });
    const first = await enter();
    provider.enter('u2', { name: '张伟', groups: ['dpo'] });
    const second = await enter();

    const [by_token, by_account] = [await take(), await take()];
    const token = await createToken(db, { holder: '张伟', role: 'privacy_officer', days: 9 }, operator, services.now());
    const asked = await app.request(`${origin}/subject-requests/${by_token}/refusal`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(refusal),
    });
    expect(asked.status).toBe(200);
    for (const one of [first, second]) await one.post(`/console/requests/${by_token}/approval`);
    expect(await countRefused()).toBe(0);

    provider.enter('u3', { name: '李伟 (DPO)', groups: ['dpo'] });
    const third = await enter();
    const own = await take();
    await third.post(`/console/requests/${own}/refusal`, refusal);
    const its = await createToken(db, { holder: '李伟 (DPO)', role: 'auditor', days: 9 }, operator, services.now());
    const approved = await app.request(`${origin}/subject-requests/${own}/approval`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${its}` },
    });
    expect(approved.status).toBe(403);
    expect(await countRefused()).toBe(0);

    await second.post(`/console/requests/${by_account}/refusal`, refusal);
    await second.post(`/console/requests/${by_account}/approval`);
    expect(await countRefused()).toBe(0);
    await first.post(`/console/requests/${by_account}/approval`);
    expect(await countRefused()).toBe(1);
  });
});
