import { describe, expect, it } from 'vitest';
import { digest } from '../../db/digest.ts';
import { createToken, revokeToken } from '../../db/staff/tokens.ts';
import { readCookie, startConsole } from '../support/console.ts';
import { browser_accept, operator, origin, runJobs } from '../support/harness.ts';

const hour_ms = 3_600_000;

describe('POST /console/session', () => {
  it('[P1] opens a session that a script, another site and plain http never see, and stores only its digest', async () => {
    const { signIn, token, db } = await startConsole();
    const response = await signIn(await token('sales'));
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/console/session?next=%2Fconsole']);
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-lead_console=[\w-]{43}; Path=\/; (?=.*HttpOnly)(?=.*Secure)(?=.*SameSite=Strict)(?!.*Domain)/,
    );
    const id = readCookie(response).split('=')[1]!;
    const rows = await db.selectFrom('console_sessions').selectAll().execute();
    expect(rows).toMatchObject([{ id_sha256: digest(id), ended_at: null }]);
    expect(JSON.stringify(rows)).not.toContain(id);
    expect(id).not.toContain((await token('sales')).split('_')[2]!);
  });

  it('says so where the browser has not kept the cookie, in place of an empty form', async () => {
    const { signIn, token, get } = await startConsole();
    const signed = await signIn(await token('sales'), {}, '/console/overview');
    const arrived = await get(signed.headers.get('Location')!, { 'Accept-Language': 'en', Accept: browser_accept });
    expect(arrived.status).toBe(401);
    const page = await arrived.text();
    expect(page).toMatch(/role="alert"[^>]*>Your browser has not kept the cookie/);
    expect(page).toContain('name="next" value="/console/overview"');
  });

  it('over plain http on this machine the cookie has no mark that browsers want https for', async () => {
    const { signIn, token, get } = await startConsole({ PUBLIC_URL: 'http://127.0.0.1:8787', NODE_ENV: 'development' });
    const signed = await signIn(await token('sales'), { Origin: 'http://127.0.0.1:8787' });
    const [cookie] = signed.headers.getSetCookie();
    expect(cookie).toMatch(/^lead_console=[\w-]{43}; Path=\/; (?=.*HttpOnly)(?=.*SameSite=Strict)(?!.*Secure)/);
    const Cookie = cookie!.split(';')[0]!;
    const arrived = await get('/console/session', { Cookie });
    expect([arrived.status, arrived.headers.get('Location')]).toEqual([303, '/console']);
    const language = (await get('/console?lang=zh-CN', { Cookie, Accept: browser_accept })).headers.getSetCookie();
    expect(language).toEqual(['console_language=zh-CN; Max-Age=31536000; Path=/; HttpOnly; SameSite=Strict']);
    // 0.1.0 kept the language under another name, for a path that browsers send first.
    const kept = { Cookie: `console_lang=en; ${Cookie}; console_language=zh-CN`, Accept: browser_accept };
    expect(await (await get('/console', kept)).text()).toContain('<html lang="zh-CN"');
  });

  it('is in the log with the token’s id, and so is one that is refused, without it', async () => {
    const { signIn, signInWrongly, token, lines } = await startConsole();
    await signIn(await token('sales'));
    await signInWrongly('lc_wrong_token');
    const told = lines.map(line => JSON.parse(line)).filter(({ event }) => event !== 'request');
    expect(told).toMatchObject([
      { event: 'signed_in', token_id: (await token('sales')).split('_')[1], request_id: expect.any(String) },
      { event: 'token_refused', limited: false, request_id: expect.any(String) },
    ]);
  });

  it('says kindly what is wrong with a token, keeps it out of the page and the log, and sets no cookie', async () => {
    const { signInWrongly, token, lines } = await startConsole();
    const wrong = `${(await token('sales')).slice(0, -1)}!`;
    const { posted, response } = await signInWrongly(wrong);
    const page = await response.text();
    expect(response.status).toBe(401);
    expect(page).toContain('This token isn’t valid.');
    expect(page).toContain('type="password"');
    expect(page + lines.join('')).not.toContain(wrong.slice(16));
    expect(readCookie(posted) + readCookie(response)).toBe('');
    expect(lines.join('')).toContain('"token_refused"');
  });

  it('slows down whoever tries one token after another, and still lets a good one in', async () => {
    const { signIn, signInWrongly, token } = await startConsole();
    for (let n = 0; n < 10; n++) expect((await signInWrongly(`lc_wrong_${n}`)).response.status).toBe(401);
    const { response: slowed } = await signInWrongly('lc_wrong');
    expect([slowed.status, slowed.headers.get('Retry-After')]).toEqual([429, '6']);
    expect(await slowed.text()).toContain('Try again in 6 seconds');
    expect((await signIn(await token('sales'))).status).toBe(303);
  });

  it('goes on to the page that was asked for, never to another site', async () => {
    const { signIn, token, get } = await startConsole();
    const path = '/console/leads/01a210c0-5fcb-7070-98c4-3692dc4b0540';
    const go = async (next: string) => {
      const signed = await signIn(await token('sales'), {}, next);
      const arrived = await get(signed.headers.get('Location')!, { Cookie: readCookie(signed) });
      expect(arrived.status).toBe(303);
      return arrived.headers.get('Location');
    };
    expect(await go(path)).toBe(path);
    expect(await go('/console?status=new&form=mini-ai-experience')).toBe('/console?status=new&form=mini-ai-experience');
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '/console//evil.example',
      '/console/../forms/mini-ai-experience',
      '/console/%2e%2e/leads',
      '/consoles',
      '/console\\x',
      '/',
      '/console/\n',
    ])
      expect(await go(next)).toBe('/console');
  });

  it('gives a new id at each sign-in, and the one that was brought along is worth nothing', async () => {
    const { signIn, token, get } = await startConsole();
    const planted = readCookie(await signIn(await token('viewer')));
    const fresh = readCookie(await signIn(await token('sales'), { Cookie: planted }));
    expect(fresh).not.toBe(planted);
    const see = async (cookie: string) =>
      (await get('/console/export', { Accept: browser_accept, Cookie: cookie })).status;
    expect([await see(planted), await see(fresh)]).toEqual([401, 200]);
    const invented = `__Host-lead_console=${'A'.repeat(43)}`;
    expect(readCookie(await signIn(await token('sales'), { Cookie: invented }))).not.toBe(invented);
    expect(await see(invented)).toBe(401);
  });
});

describe('a session', () => {
  it('ends eight hours after the last page that a person asked for; asking for arrivals does not count', async () => {
    const { open, advance } = await startConsole();
    const sales = await open('sales');
    for (let n = 0; n < 3; n++) {
      advance(7 * hour_ms);
      expect((await sales.get('/console/export')).status).toBe(200);
    }
    advance(7 * hour_ms);
    const script = { Accept: 'application/json' };
    expect((await sales.get('/console/arrivals', script)).status).toBe(200);
    advance(1 * hour_ms);
    expect((await sales.get('/console/arrivals', script)).status).toBe(401);
    const ended = await sales.get('/console/export');
    expect(ended.status).toBe(401);
    expect(await ended.text()).toContain('Your session has ended.');
  });

  it('ends seven days after it began, however much it is used, and its rotation does not put that off', async () => {
    const { open, advance, token } = await startConsole();
    const [sales, admin] = [await open('sales'), await open('admin')];
    for (let hours = 0; hours < 7 * 24 - 7; hours += 7) {
      advance(7 * hour_ms);
      expect([(await sales.get('/console/export')).status, (await admin.get('/console/tokens')).status]).toEqual([
        200, 200,
      ]);
    }
    await admin.send(`/console/tokens/${(await token('admin')).split('_')[1]}/rotation`, { days: '90' });
    advance(7 * hour_ms - 1);
    expect([(await sales.get('/console/export')).status, (await admin.get('/console/tokens')).status]).toEqual([
      200, 200,
    ]);
    advance(1);
    const ended = await sales.get('/console/export');
    expect([ended.status, (await admin.get('/console/tokens')).status]).toEqual([401, 401]);
    expect(await ended.text()).toContain('Your session has ended.');
    expect((await (await open('sales')).get('/console/export')).status).toBe(200);
  });

  it('that a clock began which was days ahead ends once that is right, does not come back, and keeps nobody out', async () => {
    const { open, advance, services, db } = await startConsole();
    advance(3 * 24 * hour_ms);
    const ahead = await open('sales');
    expect((await ahead.get('/console/export')).status).toBe(200);
    advance(-3 * 24 * hour_ms);
    expect((await ahead.get('/console/export')).status).toBe(401);
    const sales = await open('sales');
    expect((await sales.get('/console/export')).status).toBe(200);
    await runJobs(services);
    expect(await db.selectFrom('console_sessions').selectAll().execute()).toHaveLength(1);
    for (let hours = 0; hours < 3 * 24; hours += 6) {
      advance(6 * hour_ms);
      expect([(await ahead.get('/console/export')).status, (await sales.get('/console/export')).status]).toEqual([
        401, 200,
      ]);
    }
  });

  it('that a clock began which was an hour ahead goes on, and ends eight hours after its last use', async () => {
    const { open, advance } = await startConsole();
    advance(hour_ms);
    const sales = await open('sales');
    advance(-hour_ms);
    expect((await sales.get('/console/export')).status).toBe(200);
    advance(8 * hour_ms);
    expect((await sales.get('/console/export')).status).toBe(401);
  });

  it('that has ended says that what was sent was not saved, once, and shows none of it to who signs in next', async () => {
    const { open, advance, follow, signIn, token, submitLead, get } = await startConsole();
    const officer = await open('privacy_officer');
    const id = await submitLead();
    advance(8 * hour_ms);
    const typed = { reference: 'court file 7', ground: 'court', review_on: '2027-01-01', name: '王小明' };
    const posted = await officer.post(`/console/leads/${id}/holds`, typed);
    const given = posted.headers.getSetCookie().map(one => one.split(';')[0]!);
    const { response } = await follow(posted, officer.cookie);
    const page = await response.text();
    expect(response.status).toBe(401);
    expect(page).toMatch(/role="status">Your session had ended, so nothing of what you sent was saved/);
    expect(page).toContain(`name="next" value="/console/leads/${id}"`);
    expect(response.headers.getSetCookie().join()).toMatch(/console_refusal=; Max-Age=0/);
    const again = await officer.get(`/console/leads/${id}`);
    expect(await again.text()).toContain('Your session has ended. Please sign in again.');
    const next = readCookie(await signIn(await token('sales')));
    const shown = await get(`/console/leads/${id}`, { Accept: browser_accept, Cookie: [next, ...given].join('; ') });
    const seen = await shown.text();
    expect(shown.status).toBe(200);
    for (const word of ['court file 7', '王小明']) expect(page + seen).not.toContain(word);
  });

  it('writes when it was seen every few minutes at most', async () => {
    const { open, advance, db } = await startConsole();
    const sales = await open('sales');
    const seen = async () =>
      (await db.selectFrom('console_sessions').select('last_seen_at').executeTakeFirstOrThrow()).last_seen_at;
    const first = await seen();
    advance(4 * 60_000);
    await sales.get('/console');
    expect(await seen()).toBe(first);
    advance(60_000);
    await sales.get('/console');
    expect(await seen()).not.toBe(first);
  });

  it('ends with its token: revoked or expired, the next request is refused', async () => {
    const { open, signIn, db, services, get, advance, token } = await startConsole();
    const { now } = services;
    const sales = await open('sales');
    await revokeToken(db, (await token('sales')).split('_')[1]!, operator, now());
    expect((await sales.get('/console/export')).status).toBe(401);
    expect(await (await sales.send('/console/search', { q: '13800138000' })).response.text()).toContain('name="token"');
    const short = await createToken(db, { holder: 'short', role: 'sales', days: 0.1 }, operator, now());
    const cookie = readCookie(await signIn(short));
    expect((await get('/console/export', { Accept: browser_accept, Cookie: cookie })).status).toBe(200);
    advance(3 * hour_ms);
    expect((await get('/console/export', { Accept: browser_accept, Cookie: cookie })).status).toBe(401);
  });

  it('ends at sign-out, there alone or wherever the token is signed in, and the browser drops what it kept', async () => {
    const { open } = await startConsole();
    const [one, other, third] = [await open('sales'), await open('sales'), await open('viewer')];
    const out = await one.post('/console/session/end');
    expect([out.status, out.headers.get('Location')]).toEqual([303, '/console?out']);
    expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-lead_console=; Max-Age=0/);
    expect(out.headers.get('Clear-Site-Data')).toBe('"cache"');
    const statuses = async () =>
      Promise.all([one, other, third].map(async browser => (await browser.get('/console/export')).status));
    expect(await statuses()).toEqual([401, 200, 200]);
    const again = await open('sales');
    await again.post('/console/session/end', { everywhere: '1' });
    expect(await statuses()).toEqual([401, 401, 200]);
  });

  it('is deleted within the hour after its seven days, however lately it was used', async () => {
    const { open, advance, db, services } = await startConsole();
    const sales = await open('sales');
    await sales.send('/console/search', { q: '13800138000' });
    for (let hours = 0; hours < 7 * 24; hours += 6) {
      await sales.get('/console/export');
      advance(6 * hour_ms);
    }
    const rows = async () => [
      (await db.selectFrom('console_sessions').selectAll().execute()).length,
      (await db.selectFrom('session_notes').selectAll().execute()).length,
    ];
    expect(await rows()).toEqual([1, 1]);
    await runJobs(services);
    expect(await rows()).toEqual([0, 0]);
  });

  it('is deleted once it has been idle for too long', async () => {
    const { open, advance, db, services } = await startConsole();
    const sales = await open('sales');
    advance(7 * hour_ms);
    await open('viewer');
    await sales.post('/console/session/end');
    await runJobs(services);
    const count = async () => (await db.selectFrom('console_sessions').selectAll().execute()).length;
    expect(await count()).toBe(2);
    advance(2 * hour_ms);
    await runJobs(services);
    expect(await count()).toBe(1);
  });

  it('is not asked for on a link from another website, which comes without its cookie: the page asks again from here', async () => {
    const { get, signIn, token } = await startConsole();
    const path = '/console/leads/01a210c0-5fcb-7070-98c4-3692dc4b0540';
    const crossing = { Accept: browser_accept, 'Sec-Fetch-Site': 'cross-site' };
    const first = await get(path, crossing);
    expect(first.headers.get('Refresh')).toBe(`0; url=${path}?again=1`);
    const second = await get(`${path}?again=1`, crossing);
    expect(second.headers.get('Refresh')).toBeNull();
    expect(await second.text()).toContain(`name="next" value="${path}"`);
    const cookie = readCookie(await signIn(await token('sales')));
    expect((await get('/console', { Accept: browser_accept, Cookie: cookie })).headers.get('Refresh')).toBeNull();
  });
});

describe('a post that no page of the console sent', () => {
  const foreign: Record<string, string>[] = [
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'https://www.example.com', 'Sec-Fetch-Site': 'same-site' },
    { Origin: origin, 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
    { Origin: 'https://www.example.com' },
  ];

  it.each(foreign)('%o is refused, whatever cookie it brings', async headers => {
    const { open, submitLead, signIn, token, readEvents } = await startConsole();
    const id = await submitLead();
    const officer = await open('privacy_officer');
    for (const [path, fields] of [
      [`/console/leads/${id}/reveal`, { purpose: 'first_contact' }],
      [`/console/leads/${id}/status`, { status: 'closed' }],
      [`/console/leads/${id}/erasure`, { sure: 'yes' }],
      ['/console/export', { format: 'text/csv', view: 'clear', purpose: 'handover' }],
      ['/console/session/end', {}],
    ] as const)
      expect((await officer.post(path, fields, headers)).status).toBe(403);
    expect((await signIn(await token('sales'), headers)).status).toBe(403);
    expect((await readEvents(`lead_id=${id}`)).map(({ action }) => action)).toEqual(['lead.created']);
    expect((await officer.get('/console/export')).status).toBe(200);
  });

  it('is refused too when it says nothing of where it comes from', async () => {
    const { app, token } = await startConsole();
    const response = await app.request(`${origin}/console/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: await token('sales') }).toString(),
    });
    expect(response.status).toBe(403);
  });
});
