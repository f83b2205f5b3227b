import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import type { Role } from '../../worker/guards/access.ts';
import { readTraces, startConsole } from '../support/console.ts';
import { browser_accept, lead } from '../support/harness.ts';

const clear = [lead.name, '13800138078', 'Zhang.San@example.com', lead.company];
const masked = ['欧阳**', '138******78', 'Z***@example.com'];
const minute_ms = 60_000;
const script = { Accept: 'application/json' };

describe('every page of the console', () => {
  const pages = [
    '/console',
    '/console/export',
    '/console/overview',
    '/console/audit',
    '/console/tokens',
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
    expect(cookie).toMatch(/^console_lang=zh-CN; .*Path=\/console; HttpOnly; SameSite=Strict/);
    const later = await sales.get('/console/export', { Cookie: `${sales.cookie}; console_lang=zh-CN` });
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
    expect(switched.headers.getSetCookie()).toEqual([expect.stringMatching(/^console_lang=zh-CN; /)]);
    const problem = await sales.get('/console/audit', script);
    expect([problem.status, problem.headers.get('Content-Type')]).toEqual([403, 'application/problem+json']);
    const refused = await sales.post('/console/audit');
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('remembers the language that an address names, where it answers with a problem or leads elsewhere too', async () => {
    const { open } = await startConsole();
    const refused = await (await open('sales')).get('/console/audit?lang=zh-CN');
    expect([refused.status, refused.headers.getSetCookie()[0]]).toEqual([
      403,
      expect.stringMatching(/^console_lang=zh/),
    ]);
    expect(await refused.text()).toContain('<html lang="zh-CN"');
    const led = await (await open('admin')).get('/console?lang=zh-CN');
    expect([led.status, led.headers.getSetCookie()[0]]).toEqual([303, expect.stringMatching(/^console_lang=zh/)]);
  });
});

describe('what a role may do', () => {
  const id = '01a210c0-5fcb-7070-98c4-3692dc4b0540';
  const asks: [string, 'GET' | 'POST', Role[]][] = [
    ['/console/arrivals', 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/export', 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/overview', 'GET', ['viewer', 'sales', 'privacy_officer', 'auditor']],
    ['/console/audit', 'GET', ['privacy_officer', 'auditor']],
    ['/console/tokens', 'GET', ['admin']],
    ['/console/tokens', 'POST', ['admin']],
    [`/console/tokens/abcdefghijkl/revocation`, 'POST', ['admin']],
    [`/console/leads/${id}`, 'GET', ['viewer', 'sales', 'privacy_officer']],
    ['/console/search', 'POST', ['viewer', 'sales', 'privacy_officer']],
    ['/console/export', 'POST', ['viewer', 'sales', 'privacy_officer']],
    [`/console/leads/${id}/reveal`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/status`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/assignee`, 'POST', ['sales', 'privacy_officer']],
    [`/console/leads/${id}/correction`, 'POST', ['privacy_officer']],
    [`/console/leads/${id}/erasure`, 'GET', ['privacy_officer']],
    [`/console/leads/${id}/erasure`, 'POST', ['privacy_officer']],
  ];

  it('[P3] is what the table of scopes says, page by page, and nothing without a session', async () => {
    const { open, get, submit } = await startConsole();
    const roles: Role[] = ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'];
    const browsers = await Promise.all(roles.map(async role => ({ role, ...(await open(role)) })));
    for (const [path, method, allowed] of asks) {
      const passed = [];
      for (const { role, get, post } of browsers)
        if ((await (method === 'GET' ? get(path) : post(path))).status !== 403) passed.push(role);
      expect([path, method, passed]).toEqual([path, method, allowed]);
      const asked = method === 'GET' ? get(path, { Accept: browser_accept }) : submit(path, {});
      expect([path, (await asked).status]).toEqual([path, 401]);
    }
  });

  it('shows on the first page what the role has: leads, figures, or tokens', async () => {
    const { open } = await startConsole();
    const first = async (role: Role) => (await (await open(role)).get('/console')).headers.get('Location');
    expect([await first('sales'), await first('auditor'), await first('admin')]).toEqual([
      null,
      '/console/overview',
      '/console/tokens',
    ]);
    const auditor = await (await (await open('auditor')).get('/console/overview')).text();
    expect(auditor).toContain('Cookie choices per day');
    expect(auditor).not.toContain('Leads per day');
    const sales = await (await (await open('sales')).get('/console/overview')).text();
    expect(sales).toContain('Leads per day');
    expect(sales).not.toContain('Cookie choices per day');
    expect(await (await (await open('admin')).get('/console/tokens')).text()).toContain('It does not see leads.');
  });
});

describe('GET /console', () => {
  it('lists leads masked, newest first, narrowed down by what the address says and nothing else', async () => {
    const { open, submitLead, advance } = await startConsole();
    const first = await submitLead();
    advance(26 * 60 * minute_ms);
    const second = await submitLead({ phone: '13900139000' }, 'ecological-cooperation');
    const sales = await open('sales');
    const list = async (query: string) => {
      const page = await (await sales.get(`/console${query}`)).text();
      for (const value of clear) expect(page).not.toContain(value);
      return [...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id);
    };
    expect(await list('')).toEqual([second, first]);
    expect(await list('?order=asc')).toEqual([first, second]);
    expect(await list('?form=ecological-cooperation')).toEqual([second]);
    expect(await list('?status=new&to=2026-11-23')).toEqual([first]);
    expect(await list('?from=2026-11-24')).toEqual([second]);
    expect(await list('?status=closed')).toEqual([]);
    expect(await list('?assigned_to=nobody')).toEqual([]);
    expect(await list('?status=nonsense&from=yesterday&cursor=x&order=up')).toEqual([second, first]);
    await sales.post(`/console/leads/${first}/assignee`, { assigned_to: 'sales' });
    expect(await list('?assigned_to=sales')).toEqual([first]);
    const page = await (await sales.get('/console')).text();
    for (const value of masked) expect(page).toContain(value);
  });

  it('goes on from page to page without missing or doubling one', async () => {
    const { open, submitLead, advance } = await startConsole();
    const ids = [];
    for (let n = 0; n < 120; n++) {
      if (n % 7 === 0) advance(1);
      ids.push(await submitLead());
    }
    const sales = await open('sales');
    const seen: string[] = [];
    let next: string | undefined = '/console?status=new';
    while (next) {
      const page: string = await (await sales.get(next)).text();
      seen.push(...[...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id!));
      next = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
      if (next) expect(next).toContain('status=new');
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  it('says what to do where there is nothing', async () => {
    const { open, submitLead } = await startConsole();
    const sales = await open('sales');
    expect(await (await sales.get('/console')).text()).toContain('href="/forms/mini-ai-experience?lang=en"');
    await submitLead();
    expect(await (await sales.get('/console?status=closed')).text()).toContain('Nothing matches these filters');
  });
});

describe('GET /console/arrivals', () => {
  it('tells of leads that came in since the page was made, masked, each filter kept, and of none twice once they are old', async () => {
    const { open, submitLead, advance } = await startConsole();
    await submitLead();
    const sales = await open('sales');
    const page = await (await sales.get('/console')).text();
    let after = /data-arrivals="([^"]+)"/.exec(page)![1]!;
    const ask = async (query = '') => {
      const response = await sales.get(`/console/arrivals?after=${after}${query}`, script);
      const answer = (await response.json()) as { rows: { id: string; slots: { name: string } }[]; after: string };
      after = answer.after;
      return answer.rows.map(({ id }) => id);
    };
    advance(minute_ms);
    await ask();
    const arrived = await submitLead({ phone: '13900139000' });
    expect(await ask('&status=closed')).toEqual([]);
    expect(await ask()).toContain(arrived);
    expect(JSON.stringify(await (await sales.get(`/console/arrivals?after=${after}`, script)).json())).not.toContain(
      lead.name,
    );
    advance(minute_ms);
    const later = await submitLead();
    expect(await ask()).toEqual([arrived, later]);
    expect(await ask()).toEqual([later]);
  });
});

describe('POST /console/search', () => {
  it.each(['138 0013 8078', '+86-138-0013-8078', '１３８００１３８０７８', 'zhang.san@EXAMPLE.com'])(
    'finds %s in any spelling, and keeps it out of every address',
    async q => {
      const { open, submitLead, lines } = await startConsole();
      const id = await submitLead();
      await submitLead({ phone: '13900139000', email: 'other@example.com' });
      const response = await (await open('viewer')).post('/console/search', { q });
      const page = await response.text();
      expect([...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id)).toEqual([id]);
      expect(readTraces(response, page) + lines.join('')).not.toContain(q);
    },
  );

  it('says that nothing was found, or that only a whole number or address can be', async () => {
    const { open } = await startConsole();
    const sales = await open('sales');
    expect(await (await sales.post('/console/search', { q: '13800138000' })).text()).toContain(
      'No lead with this phone or email',
    );
    const wrong = await sales.post('/console/search', { q: '<b>138' });
    const page = await wrong.text();
    expect(wrong.status).toBe(422);
    expect(page).toContain('Enter a whole phone number');
    expect(page).not.toContain('<b>138');
  });
});

describe('a lead', () => {
  it('[P3] [A1] is masked until a purpose is given; then the audit trail holds who, what and what for', async () => {
    const { open, submitLead, readEvents, token, lines } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    const before = await (await sales.get(`/console/leads/${id}`)).text();
    for (const value of clear) expect(before).not.toContain(value);
    expect((await sales.post(`/console/leads/${id}/reveal`)).status).toBe(422);
    expect((await sales.post(`/console/leads/${id}/reveal`, { purpose: 'curiosity' })).status).toBe(422);
    expect(await readEvents('action=lead.revealed')).toEqual([]);

    const response = await sales.post(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    const page = await response.text();
    for (const value of [
      ...clear,
      'href="tel:+8613800138078"',
      'href="mailto:Zhang.San@example.com"',
      'data-copy="+8613800138078"',
    ])
      expect(page).toContain(value);
    const [, actor] = (await token('sales')).split('_');
    expect(await readEvents('action=lead.revealed')).toMatchObject([{ actor, purpose: 'follow_up', lead_ids: [id] }]);
    for (const value of clear) expect(readTraces(response, page) + lines.join('')).not.toContain(value);
    const after = await (await sales.get(`/console/leads/${id}`)).text();
    for (const value of clear) expect(after).not.toContain(value);
  });

  it('says what was done, and nothing for any other word of its address', async () => {
    const { open, submitLead } = await startConsole();
    const path = `/console/leads/${await submitLead()}`;
    const sales = await open('sales');
    const notice = /class="notice" role="status">/;
    expect(await (await sales.get(`${path}?done=status`)).text()).toMatch(notice);
    for (const done of ['constructor', '__proto__', 'toString', 'nothing'])
      expect(await (await sales.get(`${path}?done=${done}`)).text()).not.toMatch(notice);
  });

  it('has a link that writes to its address, whatever a visitor made part of it', async () => {
    const { open, submitLead } = await startConsole();
    const sales = await open('sales');
    const reveal = async (email: string) => {
      const path = `/console/leads/${await submitLead({ email })}/reveal`;
      const page = await (await sales.post(path, { purpose: 'follow_up' })).text();
      return new URL(/href="(mailto:[^"]*)"/.exec(page)![1]!.replaceAll('&amp;', '&'));
    };
    expect((await reveal(lead.email)).href).toBe(`mailto:${lead.email}`);
    const email = 'boss%40corp.example?bcc=evil%40evil.example&body=x#@example.com';
    const { pathname, search, hash } = await reveal(email);
    expect([decodeURIComponent(pathname), search, hash]).toEqual([email, '', '']);
  });

  it('[A1] stays closed when the audit trail cannot be written', async () => {
    const { open, submitLead, db } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    const { atomic } = db;
    db.atomic = async () => {
      throw new Unavailable(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }));
    };
    const refused = await sales.post(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    db.atomic = atomic;
    expect(refused.status).toBe(503);
    const page = await refused.text();
    expect(page).toContain('<h1>Not available just now</h1>');
    for (const value of clear) expect(page).not.toContain(value);
  });

  it('changes status and assignee by a form, and by the script without a new page', async () => {
    const { open, submitLead, readEvents, pull } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    const moved = await sales.post(`/console/leads/${id}/status`, { status: 'contacted' });
    expect([moved.status, moved.headers.get('Location')]).toEqual([303, `/console/leads/${id}?done=status`]);
    expect(await (await sales.get(`/console/leads/${id}?done=status`)).text()).toContain('Status saved.');
    const quiet = await sales.post(`/console/leads/${id}/assignee`, { assigned_to: 'sales' }, script);
    expect(await quiet.json()).toEqual({ slots: { to: 'sales' }, said: 'Assignee saved.' });
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ status: 'contacted', assigned_to: 'sales' });
    await sales.post(`/console/leads/${id}/assignee`, { assigned_to: '' });
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ assigned_to: null });
    expect(
      (await readEvents(`lead_id=${id}`)).map(({ action, fields }) => [action, action === 'lead.changed' && fields]),
    ).toEqual([
      ['lead.created', false],
      ['lead.changed', 'status'],
      ['lead.changed', 'assigned_to'],
      ['lead.changed', 'assigned_to'],
    ]);
    expect((await sales.post(`/console/leads/${id}/status`, { status: 'lost' })).status).toBe(422);
  });

  it('is corrected field by field, with mistakes named beside the field', async () => {
    const { open, submitLead, pull } = await startConsole();
    const id = await submitLead();
    const officer = await open('privacy_officer');
    const path = `/console/leads/${id}/correction`;
    const wrong = await officer.post(path, { name: '', phone: '12', email: 'x', company: '' });
    expect(wrong.status).toBe(422);
    const page = await wrong.text();
    for (const field of ['phone', 'email']) expect(page).toContain(`data-field-error="${field}"`);
    expect((await officer.post(path, { name: ' ' })).status).toBe(422);
    const done = await officer.post(path, { name: '', phone: '025-58801024', email: '', company: '' });
    expect([done.status, done.headers.get('Location')]).toEqual([303, `/console/leads/${id}?done=corrected`]);
    expect(await (await pull(`/leads/${id}?view=clear`)).json()).toMatchObject({
      name: lead.name,
      phone: '+862558801024',
    });
  });

  it('is erased after a second page and a ticked box, and then says so', async () => {
    const { open, submitLead, pull } = await startConsole();
    const id = await submitLead();
    const officer = await open('privacy_officer');
    const path = `/console/leads/${id}/erasure`;
    expect(await (await officer.get(path)).text()).toContain('Erase this lead?');
    expect((await officer.post(path)).status).toBe(422);
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ status: 'new' });
    expect((await officer.post(path, { sure: 'yes' })).status).toBe(303);
    expect(await (await pull(`/leads/${id}`)).json()).toEqual({ id, erased_at: expect.any(String) });
    const page = await (await officer.get(`/console/leads/${id}`)).text();
    expect(page).toContain('This lead was erased on');
    expect(page).not.toContain('/reveal');
    expect((await officer.get(path)).status).toBe(404);
    expect((await officer.post(`/console/leads/${id}/status`, { status: 'closed' })).status).toBe(404);
  });

  it('under a legal hold shows nothing and takes nothing', async () => {
    const { open, submitLead, db } = await startConsole();
    const id = await submitLead();
    await db.updateTable('leads').set({ restricted_at: '2026-11-23T04:00:00.000Z' }).where('id', '=', id).execute();
    const officer = await open('privacy_officer');
    const page = await (await officer.post(`/console/leads/${id}/reveal`, { purpose: 'correction' })).text();
    expect(page).toContain('under a legal hold since');
    for (const value of [...clear, ...masked]) expect(page).not.toContain(value);
    expect((await officer.post(`/console/leads/${id}/erasure`, { sure: 'yes' })).status).toBe(403);
  });

  it('names what the person agreed to, what they sent before, and to an officer who looked', async () => {
    const { open, submitLead, advance } = await startConsole();
    const first = await submitLead();
    advance(minute_ms);
    const second = await submitLead({ name: '欧阳小明2' });
    advance(minute_ms);
    const third = await submitLead({ email: 'new@example.com' });
    const sales = await open('sales');
    const page = await (await sales.get(`/console/leads/${third}`)).text();
    expect([...page.matchAll(/<li><a href="\/console\/leads\/([\w-]+)"/g)].map(([, id]) => id)).toEqual([
      second,
      first,
    ]);
    expect(page).toMatch(/<code>[0-9a-f]{64}<\/code>/);
    expect(page).toContain('href="/policies/2026-01?lang=zh-CN"');
    expect(page).not.toContain('Access to this lead');
    await sales.post(`/console/leads/${third}/reveal`, { purpose: 'first_contact' });
    const officers = await (await (await open('privacy_officer')).get(`/console/leads/${third}`)).text();
    expect(officers).toMatch(/Access to this lead[\s\S]*Values shown[\s\S]*First contact/);
  });
});

describe('an export', () => {
  it('says first what will be logged, then sends what the filters leave, in clear for a purpose', async () => {
    const { open, submitLead, readEvents } = await startConsole();
    const id = await submitLead();
    await submitLead({}, 'ecological-cooperation');
    const sales = await open('sales');
    const form = await (await sales.get('/console/export?form=mini-ai-experience')).text();
    expect(form).toContain('one entry is written before they are read');
    expect(form).toContain('name="form" value="mini-ai-experience"');
    const asked = { form: 'mini-ai-experience', order: 'desc', format: 'text/csv' };
    const masked = await (
      await sales.post('/console/export', { ...asked, view: 'masked', purpose: 'handover' })
    ).text();
    expect(masked).toContain('138******78');
    expect(await readEvents('action=lead.revealed')).toEqual([]);
    const file = await sales.post('/console/export', { ...asked, view: 'clear', purpose: 'handover' });
    expect(file.headers.get('Content-Disposition')).toMatch(/^attachment; filename="leads-2026-11-23\.csv"$/);
    const csv = await file.text();
    expect(csv.trim().split('\r\n')).toHaveLength(2);
    expect(csv).toContain(`'+8613800138078`);
    expect(await readEvents('action=lead.revealed')).toMatchObject([{ purpose: 'handover', lead_ids: [id] }]);
    const lines = await (
      await sales.post('/console/export', { format: 'application/x-ndjson', view: 'masked' })
    ).text();
    expect(lines.trim().split('\n')).toHaveLength(2);
  });

  it('in clear is refused without a purpose and without the scope', async () => {
    const { open, submitLead, readEvents } = await startConsole();
    await submitLead();
    const asked = { format: 'text/csv', view: 'clear' };
    expect((await (await open('sales')).post('/console/export', asked)).status).toBe(403);
    expect((await (await open('viewer')).post('/console/export', { ...asked, purpose: 'handover' })).status).toBe(403);
    expect(await (await (await open('viewer')).get('/console/export')).text()).not.toContain('value="clear"');
    expect(await readEvents('action=lead.revealed')).toEqual([]);
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
  it('draws leads and choices by day, how far leads got, and how long the first contact took', async () => {
    const { open, submitLead, advance, post } = await startConsole();
    const id = await submitLead();
    await submitLead({}, 'ecological-cooperation');
    const choice = { policy_version: '2026-01', locale: 'en', shown: ['necessary', 'analytics'], source: 'banner' };
    await post('/consents', { ...choice, granted: [], chosen_at: '2026-11-23T04:00:00.000Z' });
    advance(135 * minute_ms);
    const officer = await open('privacy_officer');
    await officer.post(`/console/leads/${id}/status`, { status: 'qualified' });
    const page = await (await officer.get('/console/overview?days=7')).text();
    for (const part of [
      '2 in total; most on 23 Nov: 2.',
      '1 in total; most on 23 Nov: 1.',
      '<title>23 Nov: AI trial 1, Partnership 1</title>',
      '<title>23 Nov: Accepted 0, Customised 0, Refused 1, Withdrawn 0</title>',
      '<span>Qualified</span> <b>1</b> <small>50%</small>',
      '<span>Closed</span> <b>0</b>',
      '2 h 15 min',
      '<th scope="row">2026-11-23</th><td>1</td><td>1</td>',
    ])
      expect(page).toContain(part);
    expect(page).not.toMatch(/ style=/);
  });
});

describe('POST /console/tokens', () => {
  it('makes a token that is shown once and works, and ends one', async () => {
    const { open, signIn, lines } = await startConsole();
    const admin = await open('admin');
    const made = await (await admin.post('/console/tokens', { holder: '王<b>', role: 'viewer', days: '30' })).text();
    const token = /lc_\w+/.exec(made)![0];
    expect((await signIn(token)).status).toBe(303);
    const list = await (await admin.get('/console/tokens')).text();
    expect(list).toContain('王&lt;b&gt;');
    expect(list + lines.join('')).not.toContain(token);
    const [, id] = token.split('_');
    expect((await admin.post(`/console/tokens/${id}/revocation`)).status).toBe(303);
    expect((await signIn(token)).status).toBe(401);
    for (const wrong of [{ holder: '' }, { role: 'root' }, { days: '0' }, { days: 'x' }])
      expect((await admin.post('/console/tokens', { holder: 'x', role: 'sales', days: '1', ...wrong })).status).toBe(
        422,
      );
  });
});
