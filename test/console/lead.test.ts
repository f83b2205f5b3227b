import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { clear, masked, readTraces, script, startConsole } from '../support/console.ts';
import { browser_accept, lead, start } from '../support/harness.ts';

const minute_ms = 60_000;

describe('a lead', () => {
  it('[P3] [A1] is masked until a purpose is given; then the audit trail holds who, what and what for', async () => {
    const { open, submitLead, readEvents, token, lines } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    const before = await (await sales.get(`/console/leads/${id}`)).text();
    for (const value of clear) expect(before).not.toContain(value);
    expect(await sales.statusOf(`/console/leads/${id}/reveal`)).toBe(422);
    expect(await sales.statusOf(`/console/leads/${id}/reveal`, { purpose: 'curiosity' })).toBe(422);
    expect(await readEvents('action=lead.revealed')).toEqual([]);

    const { response, location } = await sales.send(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    expect(location).toBe(`/console/leads/${id}`);
    const page = await response.text();
    for (const value of [
      ...clear,
      'href="tel:+8613800138078"',
      'href="mailto:Zhang.San@example.com"',
      'data-copy="13800138078"',
    ])
      expect(page).toContain(value);
    const [, actor] = (await token('sales')).split('_');
    expect(await readEvents('action=lead.revealed')).toMatchObject([{ actor, purpose: 'follow_up', lead_ids: [id] }]);
    for (const value of clear) expect(readTraces(response, page) + lines.join('')).not.toContain(value);
  });

  it('[A1] stays in clear for ten minutes under one event: for that session and lead, on every server', async () => {
    const { open, submitLead, readEvents, advance, db } = await startConsole();
    const [id, other] = [await submitLead(), await submitLead({ phone: '13900139000' })];
    const sales = await open('sales');
    const sees = async (get: typeof sales.get, path = id) =>
      (await (await get(`/console/leads/${path}`)).text()).includes(lead.name);
    await sales.send(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    advance(10 * minute_ms - 1);
    expect(await sees(sales.get)).toBe(true);
    const page = await (await sales.get(`/console/leads/${id}`)).text();
    expect(page).toContain('Shown for “Follow-up”');
    expect(await sees(sales.get, other)).toBe(false);
    expect(await sees((await open('sales')).get)).toBe(false);
    const second = await start({ CLIENT_IP_HEADER: 'x-real-ip' }, db);
    const headers = { Accept: browser_accept, Cookie: sales.cookie };
    expect(await sees(path => second.get(path, headers))).toBe(true);
    expect(await readEvents('action=lead.revealed')).toHaveLength(1);
    advance(1);
    expect(await sees(sales.get)).toBe(false);
    expect(await readEvents('action=lead.revealed')).toHaveLength(1);

    await sales.send(`/console/leads/${id}/reveal`, { purpose: 'correction' });
    expect(await sees(sales.get)).toBe(true);
    await sales.send(`/console/leads/${id}/reveal/end`);
    expect(await sees(sales.get)).toBe(false);
    expect(await readEvents('action=lead.revealed')).toMatchObject([
      { purpose: 'follow_up' },
      { purpose: 'correction' },
    ]);

    await sales.send(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    await (await open('privacy_officer')).post(`/console/leads/${id}/erasure`, { sure: 'yes' });
    expect(await sees(sales.get)).toBe(false);
    expect((await sales.send(`/console/leads/${id}/reveal`, { purpose: 'follow_up' })).response.status).toBe(200);
    expect(await readEvents('action=lead.revealed')).toHaveLength(3);
  });

  it('[A1] is called by one press from the list, which the audit trail holds as first contact or follow-up', async () => {
    const { open, submitLead, readEvents, ask } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    const list = await (await sales.get('/console?status=new')).text();
    const [, call] = /formaction="([^"]+)"/.exec(list)!;
    expect(call).toBe(`/console/leads/${id}/call?list=%3Fstatus%3Dnew`);
    expect(await readEvents('action=lead.revealed')).toEqual([]);
    const { response, location } = await sales.send(call!);
    expect(location).toBe(`/console/leads/${id}?list=%3Fstatus%3Dnew`);
    expect(await response.text()).toContain('href="tel:+8613800138078"');
    await ask('PATCH', `/leads/${id}`, { status: 'contacted' }, 'sales');
    const page = await (await sales.send(call!)).response.text();
    expect(page).toContain('Shown for “Follow-up”');
    const events = [{ purpose: 'first_contact', lead_ids: [id] }, { purpose: 'follow_up' }];
    expect(await readEvents('action=lead.revealed')).toMatchObject(events);

    expect(await sales.statusOf('/console/leads/00000000-0000-7000-8000-000000000000/call')).toBe(404);
    const viewer = await open('viewer');
    expect(await viewer.statusOf(call!)).toBe(403);
    expect(await (await viewer.get('/console')).text()).not.toContain('/call');
    await ask('POST', `/leads/${id}/holds`, { ground: 'court', reference: '7', review_on: '2027-05-23' });
    expect(await (await sales.send(call!)).response.text()).not.toContain('tel:');
    expect(await readEvents('action=lead.revealed')).toHaveLength(2);
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
      const { response } = await sales.send(path, { purpose: 'follow_up' });
      const page = await response.text();
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
    const { response: refused } = await sales.send(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    db.atomic = atomic;
    expect(refused.status).toBe(503);
    const page = await refused.text();
    expect(page).toContain('The database cannot be used at the moment');
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
    expect(await quiet.json()).toEqual({ seen: 'sales', slots: { to: 'sales' }, said: 'Assignee saved. sales' });
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ status: 'contacted', assigned_to: 'sales' });
    await sales.post(`/console/leads/${id}/assignee`, { assigned_to: '' });
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ assigned_to: null });
    expect(
      (await readEvents(`lead_id=${id}`)).map(({ action, fields }) => [action, action === 'lead.changed' && fields]),
    ).toEqual([
      ['lead.created', false],
      ['lead.changed', 'status:new>contacted'],
      ['lead.changed', 'assigned_to'],
      ['lead.changed', 'assigned_to'],
    ]);
    expect(await sales.statusOf(`/console/leads/${id}/status`, { status: 'lost' })).toBe(422);
  });

  it('stays with the colleague who was faster, until the page has said who has it', async () => {
    const { open, submitLead, readEvents, pull } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    const path = `/console/leads/${id}/assignee`;
    const give = async (assigned_to: string, assignee_seen: string) =>
      (await sales.post(path, { assigned_to, assignee_seen }, script)).json();
    const page = await (await sales.get(`/console/leads/${id}`)).text();
    expect(page.match(/name="assignee_seen" value="" autocomplete="off"/g)).toHaveLength(2);
    const both = await Promise.all([give('sales', ''), give('officer', '')]);
    const [{ assigned_to: first }] = [(await (await pull(`/leads/${id}`)).json()) as { assigned_to: string }];
    expect(both).toEqual(
      expect.arrayContaining([
        { seen: first, slots: { to: first }, said: `Assignee saved. ${first}` },
        {
          ...{ seen: first, slots: { to: first } },
          said: `Not saved, because a colleague was faster. Who has it now: ${first}`,
        },
      ]),
    );
    const plain = await sales.post(path, { assigned_to: 'somebody', assignee_seen: '' });
    expect(plain.headers.get('Location')).toBe(`/console/leads/${id}?done=reassigned`);
    const told = await (await sales.get(plain.headers.get('Location')!)).text();
    expect(told).toMatch(new RegExp(`Not saved, because a colleague was faster\\. Who has it now: ${first}`));
    expect(await give(first, '')).toMatchObject({ said: `Assignee saved. ${first}` });
    expect(await give('somebody', first)).toMatchObject({ seen: 'somebody' });
    expect((await readEvents(`lead_id=${id}`)).filter(({ fields }) => fields === 'assigned_to')).toHaveLength(2);
  });

  it('is corrected field by field, with mistakes named beside the field', async () => {
    const { open, submitLead, pull } = await startConsole();
    const id = await submitLead();
    const officer = await open('privacy_officer');
    const path = `/console/leads/${id}/correction`;
    const wrong = await officer.send(path, { name: '', phone: '12', email: 'x@@rare.example', company: '' });
    expect(wrong.location).not.toContain('rare');
    expect(wrong.response.status).toBe(422);
    const page = await wrong.response.text();
    for (const field of ['phone', 'email']) expect(page).toContain(`data-field-error="${field}"`);
    expect(page).toContain('value="x@@rare.example"');
    const others = await (await open('privacy_officer')).get(wrong.location);
    expect([others.status, await others.text()]).toEqual([200, expect.not.stringContaining('x@@rare')]);
    expect((await officer.send(path, { name: ' ' })).response.status).toBe(422);
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
    expect(await officer.statusOf(path)).toBe(422);
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ status: 'new' });
    expect((await officer.post(path, { sure: 'yes' })).status).toBe(303);
    expect(await (await pull(`/leads/${id}`)).json()).toEqual({ id, erased_at: expect.any(String) });
    const page = await (await officer.get(`/console/leads/${id}`)).text();
    expect(page).toContain('This lead was erased on');
    expect(page).not.toContain('/reveal');
    // "Back" asks for the page that erased it, and finds what became of the lead.
    const back = await officer.get(path);
    expect([back.status, back.headers.get('Location')]).toEqual([303, `/console/leads/${id}`]);
    expect(await officer.statusOf(`/console/leads/${id}/status`, { status: 'closed' })).toBe(404);
  });

  it('[P8] under a hold is gone from every page, and an officer places and releases it without a script', async () => {
    const { open, submitLead } = await startConsole();
    const id = await submitLead();
    const path = `/console/leads/${id}`;
    const [officer, sales] = [await open('privacy_officer'), await open('sales')];
    const hold = { ground: 'court', reference: '(2026)苏01民初123号', review_on: '2027-05-23' };
    expect(await sales.statusOf(`${path}/holds`, hold)).toBe(403);
    expect(await officer.statusOf(`${path}/holds`, { ...hold, review_on: '2027-02-30' })).toBe(422);
    expect(await (await sales.get(path)).text()).not.toContain('Place a hold');
    expect(await (await officer.get(path)).text()).toContain(`action="${path}/holds"`);
    expect((await officer.post(`${path}/holds`, hold)).headers.get('Location')).toBe(`${path}?done=held`);

    const page = await (await officer.send(`${path}/reveal`, { purpose: 'correction' })).response.text();
    expect(page).toContain('has been restricted since');
    expect(page).toContain(hold.reference);
    const hidden = await (await sales.get(path)).text();
    expect(hidden).toContain('has been restricted since');
    for (const value of [hold.reference, '<h2>Consent</h2>', '<form method="post" action="/console/leads'])
      expect(hidden).not.toContain(value);
    const list = await (await officer.get('/console/holds')).text();
    for (const value of [hold.reference, hold.review_on, 'Court case', `href="${path}"`]) expect(list).toContain(value);
    // The field and the button of a release say which one it is, because the list has many.
    const which = `<span class="hidden"> ${hold.reference} 23 May 2027 ${id.slice(-12)}</span>`;
    for (const value of [`Reason${which}`, `Release${which}`]) expect(list).toContain(value);
    expect((await sales.get('/console/holds')).status).toBe(403);
    const pages = [page, hidden, list, await (await sales.get('/console')).text()];
    pages.push(await (await sales.send('/console/search', { q: lead.phone })).response.text());
    for (const value of [...clear, ...masked]) for (const text of pages) expect(text).not.toContain(value);
    expect(await officer.statusOf(`${path}/erasure`, { sure: 'yes' })).toBe(423);
    expect((await officer.get(`${path}/erasure`)).headers.get('Location')).toBe(path);
    expect(await officer.statusOf(`${path}/status`, { status: 'closed' })).toBe(423);

    const action = /action="(\/console\/leads\/[\w-]+\/holds\/[\w-]+\/release)"/.exec(page)![1]!;
    expect(await officer.statusOf(action)).toBe(422);
    expect((await officer.post(action, { reason: '结案' })).headers.get('Location')).toBe(`${path}?done=released`);
    expect(await (await sales.get(path)).text()).toContain(masked[0]);
    expect(await (await officer.get(path)).text()).toContain('结案');
    expect(await (await officer.get('/console/holds')).text()).toContain('No hold stands');
  });

  it('[C5] under a hold says before the release that this erases it, because its person has withdrawn', async () => {
    const { open, post, ask } = await startConsole();
    const { id, receipt_code } = (await (await post('/forms/mini-ai-experience', lead)).json()) as Record<
      string,
      string
    >;
    const officer = await open('privacy_officer');
    const hold = { ground: 'court', reference: '7', review_on: '2027-05-23' };
    await ask('POST', `/leads/${id}/holds`, hold);
    const read = async (path: string) => (await officer.get(path)).text();
    expect(await read(`/console/leads/${id}`)).not.toContain('this lead is erased');
    await post('/withdrawals', { receipt_code });
    expect(await read(`/console/leads/${id}`)).toContain(
      'Consent withdrawn: with the release of the last hold this lead is erased. Nobody can undo this.',
    );
    expect(await read('/console/holds')).toContain('a lead that was withdrawn or whose period is over is erased');
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
    await sales.send(`/console/leads/${third}/reveal`, { purpose: 'first_contact' });
    const officers = await (await (await open('privacy_officer')).get(`/console/leads/${third}`)).text();
    expect(officers).toMatch(/Access to this lead[\s\S]*Values shown[\s\S]*First contact/);
  });
});
