import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { consolePages } from '../../worker/console/routes.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { clear, script, startConsole } from '../support/console.ts';
import { browser_accept } from '../support/harness.ts';

const minute_ms = 60_000;

describe('every page of the console', () => {
  const pages = [
    '/console',
    '/console/export',
    '/console/overview',
    '/console/audit',
    '/console/tokens',
    '/console/sessions',
    '/console/notices',
    '/console/nothing',
  ];

  it.each(pages)('GET %s is kept by no cache, framed by nobody, and runs no script but ours', async path => {
    const { open } = await startConsole();
    for (const role of ['privacy_officer', 'admin'] as const) {
      const { headers, status } = await (await open(role)).get(path);
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('Referrer-Policy')).toBe('same-origin');
      if (status === 303) continue;
      const policy = headers.get('Content-Security-Policy')!;
      for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"])
        expect(policy).toContain(rule);
      expect(policy).not.toMatch(/unsafe|\*|data:/);
    }
  });

  it('[P6] says who is signed in, in what role, and where the data is, in both languages', async () => {
    const { open } = await startConsole({ DATA_REGION: 'CN' });
    const sales = await open('sales');
    const english = await (await sales.get('/console')).text();
    for (const part of ['<html lang="en"', '>sales<', '>Sales<', 'Data region: China (CN)'])
      expect(english).toContain(part);
    const switched = await sales.get('/console?lang=zh-CN');
    expect(await switched.text()).toContain('数据所在地：中国 (CN)');
    const [cookie] = switched.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-console_language=zh-CN; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const later = await sales.get('/console/export', { Cookie: `${sales.cookie}; __Host-console_language=zh-CN` });
    expect(await later.text()).toContain('<html lang="zh-CN"');
  });

  it('answers a problem as a page to a person and as JSON to the script', async () => {
    const { open } = await startConsole();
    const sales = await open('sales');
    const page = await sales.get('/console/audit');
    expect([page.status, page.headers.get('Content-Type')]).toEqual([403, 'text/html; charset=UTF-8']);
    expect(await page.text()).toContain('<h1>Not permitted</h1>');
    const switched = await sales.get('/console/audit?lang=zh-CN');
    expect([switched.status, switched.headers.get('Content-Language')]).toEqual([403, 'zh-CN']);
    expect(switched.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-console_language=zh-CN; /)]);
    const problem = await sales.get('/console/audit', script);
    expect([problem.status, problem.headers.get('Content-Type')]).toEqual([403, 'application/problem+json']);
    const refused = await sales.post('/console/audit');
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('answers an address that is nothing within its frame to who is signed in, and to others with the way in alone', async () => {
    const { open, get, db } = await startConsole();
    const sales = await open('sales');
    const html = { Accept: browser_accept, 'Accept-Language': 'en' };
    const nothing = await sales.get('/console/nothing');
    const page = await nothing.text();
    expect([nothing.status, page.includes('<nav aria-label="Pages">')]).toEqual([404, true]);
    expect(page).toContain('<a href="/console/overview">Overview</a>');
    expect(page).toContain('action="/console/session/end"');
    const wrong = await sales.get('/console/bulk');
    expect([wrong.status, (await wrong.text()).includes('<nav aria-label="Pages">')]).toEqual([405, true]);
    const outside = await get('/console/nothing', html);
    expect([outside.status, (await outside.text()).includes('<nav')]).toEqual([404, false]);
    const { read } = db;
    db.read = () => Promise.reject(new Error('away'));
    const away = await sales.get('/console/nothing');
    expect([away.status, (await away.text()).includes('<nav')]).toEqual([404, false]);
    db.read = read;
  });

  it('remembers the language that an address names, where it answers with a problem or leads elsewhere too', async () => {
    const { open } = await startConsole();
    const refused = await (await open('sales')).get('/console/audit?lang=zh-CN');
    expect([refused.status, refused.headers.getSetCookie()[0]]).toEqual([
      403,
      expect.stringMatching(/^__Host-console_language=zh/),
    ]);
    expect(await refused.text()).toContain('<html lang="zh-CN"');
    const led = await (await open('admin')).get('/console?lang=zh-CN');
    expect([led.status, led.headers.getSetCookie()[0]]).toEqual([
      303,
      expect.stringMatching(/^__Host-console_language=zh/),
    ]);
  });
});

describe('what a role may do', () => {
  const id = '01a210c0-5fcb-7070-98c4-3692dc4b0540';
  const asks: [string, 'GET' | 'POST', Role[]][] = [
    ['/console/arrivals', 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/export', 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/overview', 'GET', ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin']],
    ['/console/audit', 'GET', ['privacy_officer', 'auditor']],
    ['/console/tokens', 'GET', ['admin']],
    ['/console/tokens', 'POST', ['admin']],
    [`/console/tokens/abcdefghijkl/revocation`, 'GET', ['admin']],
    [`/console/tokens/abcdefghijkl/revocation`, 'POST', ['admin']],
    [`/console/tokens/abcdefghijkl/rotation`, 'GET', ['admin']],
    [`/console/tokens/abcdefghijkl/rotation`, 'POST', ['admin']],
    ['/console/sessions', 'GET', ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin']],
    ...['', '/abcdefghijkl'].map((step): [string, 'POST', Role[]] => [
      `/console/sessions${step}/end`,
      'POST',
      ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'],
    ]),
    ['/console/staff/abcdefghijkl/sessions/end', 'POST', ['admin']],
    ['/console/assignment', 'GET', ['admin']],
    ['/console/assignment/mini-ai-experience', 'POST', ['admin']],
    ['/console/notices', 'GET', ['admin']],
    ['/console/settings', 'GET', ['admin']],
    ['/console/notices', 'POST', ['admin']],
    ...['', '/removal'].map((step): [string, 'GET', Role[]] => [`/console/notices/${id}${step}`, 'GET', ['admin']]),
    ...['', '/test', '/pause', '/pause/end', '/retry', `/deliveries/${id}/retry`, '/removal'].map(
      (step): [string, 'POST', Role[]] => [`/console/notices/${id}${step}`, 'POST', ['admin']],
    ),
    [`/console/leads/${id}`, 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/search', 'POST', ['viewer', 'sales', 'privacy_officer']],
    [`/console/search/${id}`, 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/export', 'POST', ['viewer', 'sales', 'privacy_officer']],
    [`/console/leads/${id}/reveal`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/reveal/end`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/status`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/assignee`, 'POST', ['sales', 'privacy_officer']],
    ...['reason', 'follow-up', 'note'].map((step): [string, 'POST', Role[]] => [
      `/console/leads/${id}/${step}`,
      'POST',
      ['sales', 'privacy_officer'],
    ]),
    [`/console/leads/${id}/correction`, 'POST', ['privacy_officer']],
    [`/console/leads/${id}/erasure`, 'GET', ['privacy_officer']],
    [`/console/leads/${id}/erasure`, 'POST', ['privacy_officer']],
    ['/console', 'GET', ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin']],
    ['/console/bulk', 'POST', ['sales', 'privacy_officer']],
    [`/console/bulk/${id}/undo`, 'POST', ['sales', 'privacy_officer']],
    ['/console/export/chosen', 'POST', ['viewer', 'sales', 'privacy_officer']],
    [`/console/export/${id}`, 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/audit/export', 'POST', ['privacy_officer', 'auditor']],
    [`/console/audit/export/${id}`, 'GET', ['privacy_officer', 'auditor']],
    ['/console/record', 'GET', ['privacy_officer', 'auditor']],
    ['/console/policies', 'GET', ['admin']],
    ['/console/policies', 'POST', ['admin']],
    [`/console/policies/${id}`, 'GET', ['admin']],
    [`/console/policies/${id}`, 'POST', ['admin']],
    [`/console/leads/${id}/consent`, 'GET', ['privacy_officer', 'auditor']],
    [`/console/leads/${id}/call`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/restriction/end`, 'POST', ['privacy_officer']],
    [`/console/leads/${id}/holds`, 'POST', ['privacy_officer']],
    [`/console/leads/${id}/holds/${id}/release`, 'POST', ['privacy_officer']],
    ['/console/privacy', 'GET', ['privacy_officer', 'auditor']],
    ['/console/choices', 'GET', ['privacy_officer', 'auditor']],
    ['/console/requests', 'GET', ['privacy_officer', 'auditor']],
    ['/console/requests', 'POST', ['privacy_officer']],
    ['/console/requests/search', 'POST', ['privacy_officer', 'auditor']],
    ['/console/requests/new', 'GET', ['privacy_officer']],
    [`/console/requests/${id}`, 'GET', ['privacy_officer', 'auditor']],
    ...['reveal', 'verification', 'fulfilment', 'refusal', 'extension'].map((step): [string, 'POST', Role[]] => [
      `/console/requests/${id}/${step}`,
      'POST',
      ['privacy_officer'],
    ]),
    [`/console/requests/${id}/approval`, 'POST', ['privacy_officer', 'auditor']],
    ['/console/incidents', 'GET', ['privacy_officer']],
    ['/console/incidents', 'POST', ['privacy_officer']],
    ['/console/incidents/new', 'GET', ['privacy_officer']],
    [`/console/incidents/${id}`, 'GET', ['privacy_officer']],
    [`/console/incidents/${id}/notice`, 'POST', ['privacy_officer']],
    ['/console/holds', 'GET', ['privacy_officer']],
    ['/console/restrictions', 'GET', ['privacy_officer']],
  ];

  it('is asked of every page, but of those that sign in and out', () => {
    const open = /^\/console\/(session|sign-in|manifest)\b/;
    const pages = Object.entries(consolePages).flatMap(([path, methods]) =>
      open.test(path) ? [] : Object.keys(methods).map(method => `${method} ${path}`),
    );
    const covers = (page: string, asked: string) => new RegExp(`^${page.replace(/:\w+/g, '[\\w-]+')}$`).test(asked);
    const asked = asks.map(([path, method]) => `${method} ${path}`);
    expect(pages.filter(page => !asked.some(one => covers(page, one)))).toEqual([]);
  });

  it('[P3] is what the table of scopes says, page by page, and nothing without a session', async () => {
    const { open, get, submit, follow } = await startConsole();
    const roles: Role[] = ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'];
    const browsers = await Promise.all(roles.map(async role => ({ role, ...(await open(role)) })));
    for (const [path, method, allowed] of asks) {
      const passed = [];
      for (const { role, get, send } of browsers) {
        const { status, headers } = method === 'GET' ? await get(path) : (await send(path)).response;
        // A post that is refused leads to the list, which leads who may not see it to the overview.
        const isLed = method === 'POST' && headers.get('Location')?.startsWith('/console/overview');
        if (status !== 403 && !isLed) passed.push(role);
      }
      expect([path, method, passed]).toEqual([path, method, allowed]);
      const asked = method === 'GET' ? get(path, { Accept: browser_accept }) : follow(await submit(path, {}));
      const answer = await asked;
      const page = await ('response' in answer ? answer.response : answer).text();
      expect([path, page.includes('name="token"')]).toEqual([path, true]);
    }
  });

  it('shows on the first page what the role has: leads, figures, or whether channels fail', async () => {
    const { open } = await startConsole();
    const first = async (role: Role) => (await (await open(role)).get('/console')).headers.get('Location');
    expect([await first('sales'), await first('auditor'), await first('admin')]).toEqual([
      null,
      '/console/overview',
      '/console/overview',
    ]);
    const auditor = await (await (await open('auditor')).get('/console/overview')).text();
    expect(auditor).toContain('Cookie choices per week');
    expect(auditor).not.toContain('Leads per week');
    const sales = await (await (await open('sales')).get('/console/overview')).text();
    expect(sales).toContain('Leads per week');
    expect(sales).not.toContain('Cookie choices per week');
    expect(await (await (await open('admin')).get('/console/tokens')).text()).toContain('It does not see leads.');
  });
});

describe('GET /console/audit', () => {
  it('tells who saw what and what for, by lead and by action, page by page', async () => {
    const { open, submitLead } = await startConsole();
    const [one, other] = [await submitLead(), await submitLead({ phone: '13900139000' })];
    const sales = await open('sales');
    for (let n = 0; n < 60; n++) await sales.post(`/console/leads/${one}/reveal`, { purpose: 'first_contact' });
    await sales.post(`/console/leads/${other}/reveal`, { purpose: 'handover' });
    await sales.post(`/console/leads/${other}/status`, { status: 'closed' });
    const auditor = await open('auditor');
    const read = async (query: string) => {
      const page = await (await auditor.get(`/console/audit${query}`)).text();
      for (const value of clear) expect(page).not.toContain(value);
      const next = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
      return { page, rows: page.split('<tr role="row"><td').length - 1, next };
    };
    const first = await read('');
    expect([first.rows, first.page.includes('>sales<'), first.page.includes('Handover')]).toEqual([50, true, true]);
    expect((await read(first.next!.replace('/console/audit', ''))).rows).toBe(11);
    expect((await read(`?lead_id=${other}`)).rows).toBe(1);
    expect((await read(`?lead_id=${other}&action=all`)).rows).toBe(3);
    expect((await read(`?action=lead.erased`)).page).toContain('No such entries');
    expect((await read(`?action=lead.created`)).rows).toBe(2);
  });
});

describe('GET /console/overview', () => {
  it('draws leads and choices by week, what waits, how far leads got, how soon, and by whom', async () => {
    const { open, submitLead, advance, post } = await startConsole();
    const [slow, quick] = [await submitLead(), await submitLead({}, 'ecological-cooperation')];
    advance(24 * 60 * minute_ms);
    await submitLead();
    advance(6 * 24 * 60 * minute_ms);
    const late = await submitLead();
    const choice = { policy_version: '2026-01', locale: 'en', shown: ['necessary', 'analytics'], source: 'banner' };
    for (const granted of [[], ['necessary', 'analytics'], []])
      await post('/consents', { ...choice, granted, chosen_at: '2026-11-30T04:00:00.000Z' });
    advance(135 * minute_ms);
    const officer = await open('privacy_officer');
    await officer.post(`/console/leads/${late}/status`, { status: 'qualified' });
    await officer.post(`/console/leads/${late}/assignee`, { assigned_to: '王 芳&' });
    await officer.post(`/console/leads/${quick}/status`, { status: 'closed' });
    const page = (await (await officer.get('/console/overview')).text()).replaceAll('\u2009', ' ');
    const listed = async (address: string) => {
      const list = await (await officer.get(address.replaceAll('&amp;', '&'))).text();
      return [...list.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id);
    };
    const numbers = [...page.matchAll(/<a href="(\/console\?[^"]*)">(\d+)<\/a>/g)];
    expect(numbers.length).toBeGreaterThan(14);
    for (const [, address, count] of numbers)
      expect([address, (await listed(address!)).length]).toEqual([address, Number(count)]);
    const choices = [...page.matchAll(/<a href="(\/console\/choices\?[^"]*)">(\d+)<\/a>/g)];
    expect(choices.map(([, , count]) => count).sort()).toEqual(['1', '1', '1', '2', '2', '2', '3', '3']);
    for (const [, address, count] of choices) {
      const list = await (await officer.get(address!.replaceAll('&amp;', '&'))).text();
      expect([address, list.match(/href="\/console\/choices\?visitor_id=/g)!.length]).toEqual([address, Number(count)]);
    }
    const none = await (await officer.get('/console/choices?outcome=withdrawn&from=2026-11-30')).text();
    expect(none).toContain('No choice matches');
    for (const part of [
      '4 in total; most in 23 – 29 Nov: 3.',
      '<title>23 – 29 Nov: AI trial 2, Partnership 1</title>',
      '<b class="figure"><a href="/console?from=2026-11-30&amp;to=2026-12-06">1</a></b> this week so far; last week by the same day 2 (−50%)',
      '<title>30 Nov – 6 Dec: Accepted 1, Customised 0, Refused 2, Withdrawn 0</title>',
      '>33% <small><a href="/console/choices?from=2026-11-09&amp;to=2026-11-30&amp;policy_version=2026-01&amp;locale=en&amp;outcome=accepted">1</a></small>',
      '<span>Qualified</span> <b><a href="/console?from=2026-11-09&amp;to=2026-11-30&amp;reached=qualified">2</a></b>',
      '<a href="/console?status=new&amp;to=2026-11-26&amp;order=asc">2</a></p><p class="hint">Still new after a whole working day.',
      `The oldest came <a href="/console/leads/${slow}">`,
      `The slowest took <a href="/console/leads/${quick}">7 d 2 h</a>`,
      '<th scope="row">王 芳&amp;</th>',
    ])
      expect(page).toContain(part);
    expect(page).not.toMatch(/ style=/);
  });

  it('leads to lists by reason, by what was reached, and of what is nobody’s, and keeps these filters', async () => {
    const { open, submitLead, ask } = await startConsole();
    const ids = [await submitLead(), await submitLead(), await submitLead()];
    await ask('PATCH', `/leads/${ids[0]}`, { status: 'closed', closed_reason: 'won', assigned_to: 'x' });
    await ask('PATCH', `/leads/${ids[1]}`, { status: 'contacted' });
    const sales = await open('sales');
    const list = async (query: string) => {
      const page = await (await sales.get(`/console?${query}`)).text();
      return { page, ids: [...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id) };
    };
    const { page } = await list('reached=contacted&unassigned=1');
    expect(page).toContain('reached=contacted&amp;');
    expect((await list('reached=contacted&unassigned=1')).ids).toEqual([ids[1]]);
    expect((await list('reached=qualified')).ids).toEqual([ids[0]]);
    expect((await list('closed_reason=won')).ids).toEqual([ids[0]]);
    expect((await list('closed_reason=spam')).ids).toEqual([]);
    expect((await list('unassigned=1')).ids.toSorted()).toEqual(ids.slice(1).toSorted());
    expect((await list('reached=new&closed_reason=x&unassigned=0')).ids).toHaveLength(3);
    expect(await (await sales.get('/console/export?closed_reason=won')).text()).toContain(
      'name="closed_reason" value="won"',
    );
  });
});

describe('POST /console/tokens', () => {
  it('makes a token that is shown once and works, and ends one', async () => {
    const { open, signIn, signInWrongly, lines } = await startConsole();
    const admin = await open('admin');
    const made = await admin.send('/console/tokens', { holder: '王<b>', role: 'viewer', days: '30' });
    const token = /lc_\w+/.exec(await made.response.text())![0];
    expect(made.location).not.toContain(token);
    expect((await signIn(token)).status).toBe(303);
    const list = await (await admin.get(made.location)).text();
    expect(list).toContain('王&lt;b&gt;');
    expect(list + lines.join('')).not.toContain(token);
    const [, id] = token.split('_');
    const path = `/console/tokens/${id}/revocation`;
    expect(list).toContain(`href="${path}"`);
    const asked = await (await admin.get(path)).text();
    expect(asked).toContain('王&lt;b&gt;');
    expect(asked).toContain(`<form method="post" action="${path}">`);
    expect((await signIn(token)).status).toBe(303);
    expect((await admin.send(path)).location).toBe(`/console/tokens?revoked=${path.split('/')[3]}`);
    expect((await signInWrongly(token)).response.status).toBe(401);
    expect((await admin.get(path)).status).toBe(404);
    for (const wrong of [{ holder: '' }, { role: 'root' }, { days: '0' }, { days: 'x' }]) {
      const { response } = await admin.send('/console/tokens', { holder: 'x', role: 'sales', days: '1', ...wrong });
      expect([response.status, await response.text()]).toEqual([422, expect.stringContaining('Give a holder')]);
    }
  });
});

describe('every post of the console', () => {
  const id = '01a210c0-5fcb-7070-98c4-3692dc4b0540';
  const paths = Object.entries(consolePages).flatMap(([path, methods]) => (methods.POST ? [path] : []));

  it.each(paths)('%s leads to a page, whatever is the matter with it', async path => {
    const { open, submit, follow, db } = await startConsole();
    const officer = await open('privacy_officer');
    const sent = path.replace(/:\w+/g, id);
    const form = 'application/x-www-form-urlencoded';
    const asks: [string, () => Response | Promise<Response>][] = [
      ['nothing', () => officer.post(sent)],
      ['a field of the wrong shape', () => officer.post(sent, { sure: 'no', purpose: 'x', status: 'x', token: 'x' })],
      ['a type that is no form', () => officer.post(sent, {}, { 'Content-Type': 'text/plain' })],
      ['a body that is too large', () => officer.post(sent, { reason: 'x'.repeat(40_000) }, { 'Content-Type': form })],
      ['nobody signed in', () => submit(sent, {})],
    ];
    for (const [what, ask] of asks) {
      const posted = await ask();
      expect([what, posted.status]).toEqual([what, 303]);
      const { response } = await follow(posted, what === 'nobody signed in' ? '' : officer.cookie);
      expect([what, response.headers.get('Content-Type')]).toEqual([what, 'text/html; charset=UTF-8']);
    }
    const { read } = db;
    db.read = async () => {
      throw new Unavailable(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    };
    const posted = await officer.post(sent);
    expect(posted.status).toBe(303);
    db.read = read;
  });

  it('is refused once: the page says so with the status that a program gets, and its reload says nothing more', async () => {
    const { open, submitLead } = await startConsole();
    const path = `/console/leads/${await submitLead()}`;
    const [officer, other] = [await open('privacy_officer'), await open('privacy_officer')];
    const refused = await officer.post(`${path}/status`, { status: 'lost' });
    const [cookie] = refused.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-console_refusal=[\w-]+; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const Cookie = `${officer.cookie}; ${cookie!.split(';')[0]}`;
    const page = await officer.get(path, { Cookie });
    expect([page.status, await page.text()]).toEqual([422, expect.stringContaining('role="alert"')]);
    expect(page.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-console_refusal=; Max-Age=0; Path=\/;/),
    ]);
    const elsewhere = [
      await officer.get(path),
      await officer.get('/console', { Cookie }),
      await other.get(path, { Cookie: `${other.cookie}; ${cookie!.split(';')[0]}` }),
      await officer.get(path, { Cookie: `${officer.cookie}; __Host-console_refusal=${'A'.repeat(4000)}` }),
    ];
    for (const one of elsewhere)
      expect([one.status, await one.text()]).toEqual([200, expect.not.stringContaining('role="alert"')]);
  });

  it('a refused hold shows again what was typed, beside what is wrong; nothing of it is in an address or readable in the cookie', async () => {
    const { open, submitLead } = await startConsole();
    const path = `/console/leads/${await submitLead()}`;
    const officer = await open('privacy_officer');
    const hold = { ground: 'authority', reference: '苏检 "77" <b>', review_on: '2027-02-30' };
    const { posted, location, response } = await officer.send(`${path}/holds`, hold);
    expect([location, response.status]).toEqual([path, 422]);
    expect(posted.headers.getSetCookie().join('')).not.toMatch(/苏|%E8%8B%8F|"77"|%2277/);
    const page = await response.text();
    for (const part of [
      '<details class="card folded" open>',
      'value="苏检 &quot;77&quot; &lt;b&gt;"',
      'data-field-error="review_on"',
      'value="authority" selected',
      'Review on: This is not valid.',
    ])
      expect(page).toContain(part);

    const placed = await officer.send(`${path}/holds`, { ...hold, review_on: '2027-05-23' });
    const action = /action="([^"]+\/release)"/.exec(await placed.response.text())![1]!;
    const reason = '长'.repeat(201);
    const { response: long } = await officer.send(action, { reason });
    expect([long.status, await long.text()]).toEqual([422, expect.stringContaining(`value="${reason}"`)]);
    const { response: huge } = await officer.send(action, { reason: '长'.repeat(1_700) });
    expect([huge.status, await huge.text()]).toEqual([422, expect.stringContaining('name="reason"')]);
  });

  it('a token that cannot be made keeps what was typed, and an export that was fetched is gone', async () => {
    const { open, submitLead } = await startConsole();
    await submitLead();
    const { response } = await (await open('admin')).send('/console/tokens', {
      holder: '王 芳',
      role: 'viewer',
      days: '0',
    });
    const page = await response.text();
    for (const part of ['value="王 芳"', 'value="viewer" selected', 'value="0"']) expect(page).toContain(part);
    const sales = await open('sales');
    const { location, response: file } = await sales.send('/console/export', { format: 'text/csv', view: 'masked' });
    expect(file.headers.get('Content-Type')).toContain('text/csv');
    await file.text();
    expect((await sales.get(location)).headers.get('Location')).toBe('/console/export');
    const again = await sales.send('/console/export', { format: 'text/csv', view: 'masked' });
    const foreign = await (await open('sales')).get(again.location);
    expect(foreign.headers.get('Location')).toBe('/console/export');
    const refused = await sales.send('/console/export', {
      form: 'ecological-cooperation',
      format: 'text/csv',
      view: 'clear',
    });
    expect([refused.response.status, refused.location]).toEqual([422, '/console/export?form=ecological-cooperation']);
  });
});
