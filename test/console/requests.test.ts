import { describe, expect, it } from 'vitest';
import type { Role } from '../../worker/guards/roles.ts';
import { startConsole } from '../support/console.ts';
import { lead } from '../support/harness.ts';

const day_ms = 86_400_000;

async function openDesk() {
  const console = await startConsole();
  const { open, ask } = console;
  let browser = await open('privacy_officer');
  type Browser = typeof browser;
  const officer: Pick<Browser, 'get' | 'post' | 'send'> = {
    get: (...asked) => browser.get(...asked),
    post: (...sent) => browser.post(...sent),
    send: (...sent) => browser.send(...sent),
  };
  /** Takes a request over the API, and returns its id. */
  const take = async (sent: object = {}) => {
    const taken = { type: 'access', channel: 'phone', email: lead.email, ...sent };
    return ((await (await ask('POST', '/subject-requests', taken)).json()) as { id: string }).id;
  };
  const verify = (id: string) => ask('POST', `/subject-requests/${id}/verification`, { by: 'callback' });
  const show = async (id: string) =>
    (await (await console.pull(`/subject-requests/${id}?view=clear`)).json()) as Record<string, unknown>;
  /** Posts a form of a request's page, and returns the page that it leads to. */
  const act = async (id: string, step: string, fields: Record<string, string> = {}, by = officer) => {
    const { response, location } = await by.send(`/console/requests/${id}/${step}`, fields);
    return { status: response.status, page: await response.text(), location };
  };
  const hold = (id: string, ground = 'court') =>
    ask('POST', `/leads/${id}/holds`, { ground, reference: '7', review_on: '2027-01-01' });
  /** Moves the clock. Because the session ends meanwhile, the officer signs in again. */
  const pass = async (days: number) => {
    console.advance(days * day_ms);
    browser = await open('privacy_officer');
  };
  return { ...console, officer, pass, take, verify, show, act, hold };
}

/** Lists what the rows of a table say. */
function rowsOf(page: string): { id: string; text: string }[] {
  return [...page.matchAll(/<tr role="row" data-id="([^"]+)">(.*?)<\/tr>/gs)].map(([, id, cells]) => ({
    id: id!,
    text: cells!.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '),
  }));
}

describe('the queue of requests', () => {
  it('tells by word how near each due day is, what is next, and narrows down by state, type and day', async () => {
    const { officer, take, verify, pass, open, act } = await openDesk();
    const old = await take({ type: 'erasure' });
    const settled = await take({ type: 'explanation' });
    await pass(8);
    const middle = await take();
    await verify(middle);
    await pass(7);
    const late = await take({ type: 'rectification' });
    await act(settled, 'fulfilment');
    const list = async (query = '') => rowsOf(await (await officer.get(`/console/requests?${query}`)).text());
    await pass(5);
    // 13 December 2026 is a Sunday. The first is due on the 14th.
    const open_rows = await list();
    expect(open_rows.map(({ id }) => id)).toEqual([old, middle, late]);
    expect(open_rows[0]!.text).toMatch(/14 December 2026.* 1 working day left .*Verify who asks/);
    expect(open_rows[1]!.text).toMatch(/working days left .*Verified .*Build the copy/);
    const ids = async (query: string) => (await list(query)).map(({ id }) => id);
    expect(await ids('type=erasure')).toEqual([old]);
    expect(await ids('state=verified')).toEqual([middle]);
    expect(await ids('state=fulfilled')).toEqual([settled]);
    expect((await ids('state=all')).sort()).toEqual([old, settled, middle, late].sort());
    expect([await ids('due=overdue'), await ids('due=soon'), await ids('state=nonsense')]).toEqual([
      [],
      [old],
      [old, middle, late],
    ]);
    await pass(1);
    expect((await list())[0]!.text).toContain('Due today');
    await pass(2);
    expect((await list('due=overdue'))[0]!.text).toContain('Overdue by 2 working days');
    // The extended one is due later, and stands where that day puts it.
    await act(middle, 'extension', { reason: '节假日', due_on: '2027-03-01' });
    expect(await ids('')).toEqual([old, late, middle]);
    const chinese = await (await officer.get('/console/requests?lang=zh-CN')).text();
    expect(chinese).toContain('已逾期 2 个工作日');
    // An auditor sees what waits for an approval, and takes no request.
    const auditor = await open('auditor');
    await act(old, 'refusal', { code: 'R5', explanation: '重复提出' });
    const page = await (await auditor.get('/console/requests')).text();
    expect(rowsOf(page).map(({ id }) => id)).toEqual([old]);
    expect(page).not.toContain('/console/requests/new');
  });

  it('goes on page by page, and loses and repeats none', async () => {
    const { officer, take } = await openDesk();
    const ids = [];
    for (let n = 0; n < 53; n++) ids.push(await take());
    for (const query of ['', '?state=all']) {
      const seen: string[] = [];
      for (let path: string | undefined = `/console/requests${query}`; path; ) {
        const page = await (await officer.get(path)).text();
        seen.push(...rowsOf(page).map(({ id }) => id));
        path = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
      }
      expect([seen.length, seen.sort()]).toEqual([53, ids.sort()]);
    }
  });

  it('takes a request from the telephone, keeps what was typed until it is right, and tells the reference', async () => {
    const { officer, show, submitLead } = await openDesk();
    const own = await submitLead();
    const typed = {
      type: 'complaint',
      channel: 'phone',
      name: '欧阳小明',
      phone: '',
      email: '',
      details: '打了三次 <b>',
    };
    const refused = await officer.send('/console/requests', typed);
    const page = await refused.response.text();
    expect(refused.response.status).toBe(422);
    expect(page).toContain('Give the email or the phone that was sent with the form.');
    expect(page).toContain('value="欧阳小明"');
    expect(page).toContain('打了三次 &lt;b&gt;');
    expect(refused.location).not.toMatch(/欧阳|%E6/);
    // It is told once.
    expect(await (await officer.get(refused.location)).text()).not.toContain('欧阳小明');
    const taken = await officer.send('/console/requests', { ...typed, email: lead.email });
    const [, id = ''] = /\/console\/requests\/([^?]+)/.exec(taken.location) ?? [];
    const shown = await show(id);
    expect(shown).toMatchObject({ type: 'complaint', channel: 'phone', email: lead.email, details: '打了三次 <b>' });
    const told = (await taken.response.text()).replace(/<[^>]*>/g, '');
    expect(told).toContain(String(shown.reference));
    const about = await officer.send('/console/requests', { ...typed, type: 'erasure', lead_ids: own });
    expect(await show(/requests\/([^?]+)/.exec(about.location)![1]!)).toMatchObject({ lead_ids: [own] });
  });
});

describe('POST /console/requests/search', () => {
  it('leads to the request whose reference a person reads out, and says where there is none', async () => {
    const { officer, take, show, open } = await openDesk();
    const id = await take();
    const { reference } = await show(id);
    const typed = String(reference).toLowerCase().replaceAll('-', ' ');
    for (const browser of [officer, await open('auditor')])
      expect((await browser.send('/console/requests/search', { reference: typed })).location).toBe(
        `/console/requests/${id}`,
      );
    const none = await officer.send('/console/requests/search', { reference: '38G6H-Y50GP-17JK3-DRV08' });
    expect(await none.response.text()).toMatch(
      /No request has this reference, phone or e-mail\..* value="38G6H-Y50GP-17JK3-DRV08"/s,
    );
    expect(none.location).not.toContain('38G6H');
    for (const role of ['viewer', 'sales', 'admin'] as Role[])
      expect(await (await open(role)).statusOf('/console/requests/search', { reference: typed })).toBe(403);
  });

  it('finds the requests of who calls again without a reference, by phone or e-mail in any spelling', async () => {
    const { db, officer, take, pass, post, ask, open, readEvents } = await openDesk();
    const { id: lead_id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
    const search = async (reference: string, by: Pick<typeof officer, 'send'> = officer) => {
      const { response, location } = await by.send('/console/requests/search', { reference });
      return { location, page: await response.text() };
    };
    const byPhone = await take({ type: 'erasure', email: undefined, phone: lead.phone });
    expect((await search('＋86 138-0013-8078')).location).toBe(`/console/requests/${byPhone}`);
    await pass(1);
    const byMail = await take({ type: 'complaint' });
    await pass(1);
    const byLead = await take({ email: undefined, lead_ids: [lead_id] });
    await take({ email: 'other@example.com' });
    const found = await search(` ${lead.email.toUpperCase()} `);
    expect(rowsOf(found.page).map(({ id }) => id)).toEqual([byLead, byMail]);
    expect(found.page).toContain('2 requests of this contact');
    expect(decodeURIComponent(found.location).toLowerCase()).not.toContain(lead.email.split('@')[0]!.toLowerCase());
    expect(rowsOf(await (await officer.get(found.location)).text())).toHaveLength(2);
    const other = await open('privacy_officer');
    expect(await (await other.get(found.location)).text()).not.toContain('2 requests of this contact');
    await ask('DELETE', `/leads/${lead_id}`);
    expect((await search(lead.phone)).location).toBe(`/console/requests/${byPhone}`);
    const wide = await take({ email: 'wide@example.com' });
    const before = (await readEvents('action=request.searched')).length;
    expect((await search('wide＠example.com')).location).toBe(`/console/requests/${wide}`);
    const [event, ...earlier] = await readEvents('action=request.searched');
    expect(earlier).toHaveLength(before);
    expect(event).toMatchObject({ actor: expect.any(String), fields: null, lead_ids: [] });
    // Who only approves finds by reference alone, because a guess would tell who has asked.
    const unfound = await search(lead.phone, await open('auditor'));
    expect(unfound.page).toContain('No request has this reference.');
    // A request whose key is lost hides no other.
    await db.updateTable('keys').set({ kek_id: 'gone' }).where('subject_id', '=', wide).execute();
    expect((await search(lead.phone)).location).toBe(`/console/requests/${byPhone}`);
    for (const stranger of ['13900139000', 'nobody@example.com', 'x@', '@', '%', ''])
      expect((await search(stranger)).page).not.toMatch(/requests of this contact|id="act/);
  });
});

describe('a search by contact among more requests than it looks through', () => {
  it('finds those that wait for an answer, and says of what it has not looked through', async () => {
    const { db, officer, take, act } = await openDesk();
    const waiting = await take({ email: 'waiting@example.com' });
    const answered = await take({ type: 'explanation', email: 'answered@example.com' });
    await act(answered, 'fulfilment');
    const row = await db
      .selectFrom('subject_requests')
      .selectAll()
      .where('id', '=', answered)
      .executeTakeFirstOrThrow();
    const others = Array.from({ length: 5_000 }, (_, n) => ({
      ...row,
      id: row.id.slice(0, -4) + n.toString(16).padStart(4, '0'),
      due_on: '2027-01-01',
    }));
    for (let at = 0; at < others.length; at += 500)
      await db
        .insertInto('subject_requests')
        .values(others.slice(at, at + 500))
        .execute();
    const search = async (reference: string) => {
      const { response, location } = await officer.send('/console/requests/search', { reference });
      return { location, page: await response.text() };
    };
    const cut = await search('waiting@example.com');
    expect(rowsOf(cut.page).map(({ id }) => id)).toEqual([waiting]);
    expect(cut.page).toContain('1 request of this contact found so far; there may be others.');
    expect((await search('answered@example.com')).page).toMatch(
      /None of the 5,0\d\d requests .* has this phone or e-mail/,
    );
    await db.deleteFrom('subject_requests').where('due_on', '=', '2027-01-01').execute();
    expect((await search('answered@example.com')).location).toBe(`/console/requests/${answered}`);
    expect((await search('nobody@example.com')).page).toContain('No request has this reference, phone or e-mail.');
    for (let count = 1; count < 50; count++) await take({ email: 'waiting@example.com' });
    expect((await search('waiting@example.com')).page).toContain('50 requests of this contact, those due last first.');
    await take({ email: 'waiting@example.com' });
    const { page } = await search('waiting@example.com');
    expect(page).toContain('50 requests of this contact found so far; there may be others.');
    expect(rowsOf(page)).toHaveLength(50);
  });
});

describe('the page of a request', () => {
  it('[P3] [A1] is masked, shows words in clear under an event for ten minutes and one session, and to no auditor', async () => {
    const { officer, take, act, readEvents, open, advance } = await openDesk();
    const id = await take({ name: '欧阳小明', details: '请删除我的信息' });
    const path = `/console/requests/${id}`;
    const masked = await (await officer.get(path)).text();
    expect(masked).toContain('欧阳**');
    expect(masked).toContain('Z***@example.com');
    for (const clear of ['欧阳小明', lead.email, '请删除我的信息']) expect(masked).not.toContain(clear);
    expect(await readEvents('action=request.revealed')).toEqual([]);
    const { page, location } = await act(id, 'reveal');
    for (const clear of ['欧阳小明', lead.email, '请删除我的信息']) expect(page).toContain(clear);
    expect(await readEvents('action=request.revealed')).toMatchObject([{ fields: id }]);
    const other = await take({ name: '李四' });
    const note = location.split('?')[1];
    expect(await (await officer.get(`/console/requests/${other}?${note}`)).text()).not.toContain('李四');
    const auditor = await open('auditor');
    expect(await (await auditor.get(location)).text()).not.toContain('欧阳小明');
    expect((await auditor.post(`${path}/reveal`)).status).toBe(303);
    expect(await readEvents('action=request.revealed')).toHaveLength(1);
    // An act keeps it shown, and the end of the ten minutes masks it.
    const kept = await officer.send(`${path}/verification?${note}`, { by: 'callback' });
    expect(await kept.response.text()).toContain('欧阳小明');
    advance(10 * 60_000);
    expect(await (await officer.get(location)).text()).not.toContain('欧阳小明');
  });

  it('[R1] [R2] builds a copy whose address is shown once and opens what is held', async () => {
    const { officer, take, act, submitLead, submit } = await openDesk();
    await submitLead();
    const id = await take();
    const early = await act(id, 'fulfilment');
    expect([early.status, early.page.includes('Verify who asks first.')]).toEqual([409, true]);
    expect((await act(id, 'verification', { by: 'in_person' })).page).toContain('Build the copy');
    const { page, location } = await act(id, 'fulfilment');
    const address = /https:\/\/[^<"]*\/requests\/copies\/[0-9A-Za-z-]+/.exec(page)![0];
    expect(await (await officer.get(location)).text()).not.toContain(address);
    const copy = await submit(new URL(address).pathname, {});
    expect(await copy.text()).toContain(lead.company);
    expect(await (await officer.get(`/console/requests/${id}`)).text()).toContain('opened on');
  });

  it('[R3] [R4] [R5] corrects, erases when it is meant, restricts, withdraws and settles', async () => {
    const { take, verify, act, submitLead, pull, show } = await openDesk();
    const id = await submitLead();
    const taken = async (type: string) => {
      const request = await take({ type });
      await verify(request);
      return request;
    };
    const read = async (query = '') => (await (await pull(`/leads/${id}${query}`)).json()) as Record<string, unknown>;
    const correction = await taken('rectification');
    const wrong = await act(correction, 'fulfilment', { company: '新公司', phone: '1' });
    expect([wrong.status, wrong.page.includes('value="新公司"')]).toEqual([422, true]);
    expect((await act(correction, 'fulfilment', {})).status).toBe(422);
    expect((await act(correction, 'fulfilment', { company: '新公司', phone: '' })).status).toBe(200);
    expect(await read('?view=clear')).toMatchObject({ company: '新公司', name: lead.name });
    const restriction = await taken('restriction');
    expect((await act(restriction, 'fulfilment')).page).toContain('Restricted');
    expect(await read()).toHaveProperty('restricted_at');
    const blocked = await act(await taken('rectification'), 'fulfilment', { company: 'x' });
    expect([blocked.status, blocked.page.includes('Lift the restriction first.')]).toEqual([423, true]);
    const erasure = await taken('erasure');
    const unsure = await act(erasure, 'fulfilment', { ground: 'other' });
    expect([unsure.status, unsure.page.includes('<option value="other" selected>')]).toEqual([422, true]);
    expect(await read()).toHaveProperty('restricted_at');
    expect((await act(erasure, 'fulfilment', { ground: 'other', sure: 'yes' })).status).toBe(200);
    expect(await read()).toHaveProperty('erased_at');
    const own = await submitLead();
    expect((await act(await taken('withdrawal'), 'fulfilment', { sure: 'yes' })).status).toBe(200);
    expect(await (await pull(`/leads/${own}`)).json()).toHaveProperty('erased_at');
    const explanation = await take({ type: 'explanation' });
    expect((await act(explanation, 'fulfilment')).page).toContain('Done, and settled.');
    expect(await show(explanation)).toMatchObject({ state: 'fulfilled' });
  });

  it('[R3] ends a correction whose lead was erased meanwhile, with no value to fill in', async () => {
    const { officer, take, verify, act, submitLead, ask, show } = await openDesk();
    const id = await submitLead();
    const correction = await take({ type: 'rectification' });
    await verify(correction);
    await ask('DELETE', `/leads/${id}`);
    const page = await (await officer.get(`/console/requests/${correction}`)).text();
    expect([page.includes('name="company"'), page.includes('the copy then says')]).toEqual([false, false]);
    expect((await act(correction, 'fulfilment', { company: 'x' })).status).toBe(409);
    expect((await act(correction, 'fulfilment')).page).toContain('Done, and settled.');
    expect(await show(correction)).toMatchObject({ state: 'fulfilled', lead_ids: [] });
  });

  it('says in words that it waits for the release of a hold (423)', async () => {
    const { officer, take, verify, act, submitLead, hold } = await openDesk();
    await hold(await submitLead());
    const id = await take({ type: 'erasure' });
    await verify(id);
    expect(await (await officer.get(`/console/requests/${id}`)).text()).toContain(
      'the request can’t be fulfilled (423)',
    );
    const { status, page } = await act(id, 'fulfilment', { sure: 'yes' });
    expect([status, page.includes('It waits for the release of the hold.')]).toEqual([423, true]);
  });

  it('[M1] erases the lead of a child whatever hold stands, but for law and court, on the page that says so', async () => {
    const { officer, take, verify, act, submitLead, hold, pull } = await openDesk();
    const lead_id = await submitLead();
    await hold(lead_id, 'dispute');
    const id = await take({ type: 'erasure' });
    await verify(id);
    const form = await (await officer.get(`/console/requests/${id}`)).text();
    expect(form).toContain('A child’s inquiry does not wait');
    expect([...form.matchAll(/<option value="(\w+)"[^>]*>/g)].map(([, value]) => value)).toContain('child');
    expect(form).not.toContain('<option value="withdrawn"');
    expect((await act(id, 'fulfilment', { ground: 'child', sure: 'yes' })).page).toContain('Done, and settled.');
    expect(await (await pull(`/leads/${lead_id}`)).json()).toHaveProperty('erased_at');
  });

  it('refuses on a ground with an explanation, which another person approves, and links the complaint', async () => {
    const { officer, take, verify, act, open, show, get } = await openDesk();
    const id = await take({ type: 'erasure' });
    await verify(id);
    const empty = await act(id, 'refusal', { code: 'R7', explanation: ' ' });
    expect([empty.status, empty.page.includes('<option value="R7" selected>')]).toEqual([422, true]);
    const asked = await act(id, 'refusal', { code: 'R7', explanation: '将损害他人权益' });
    expect(asked.page).toContain('another person must approve it');
    expect(asked.page).not.toContain('Approve the refusal');
    const own = await act(id, 'approval');
    expect([own.status, own.page.includes('another person must.')]).toEqual([403, true]);
    const auditor = await open('auditor');
    const page = await (await auditor.get(`/console/requests/${id}`)).text();
    for (const part of ['将损害他人权益', 'R7: ', 'Approve the refusal', 'Z***@example.com'])
      expect(page).toContain(part);
    expect(page).not.toContain('Ask for the refusal');
    // What the page showed is approved, and nothing that came after it.
    const [, seen = ''] = /name="seen" value="(\d+)"/.exec(page)!;
    await act(id, 'refusal', { code: 'R8', explanation: '商业秘密' });
    const stale = await act(id, 'approval', { seen }, auditor);
    expect([stale.status, stale.page.includes('has changed since you read it')]).toEqual([409, true]);
    expect(await show(id)).toMatchObject({ state: 'verified' });
    await act(id, 'refusal', { code: 'R7', explanation: '将损害他人权益' });
    const [, now = ''] = /name="seen" value="(\d+)"/.exec(await (await auditor.get(`/console/requests/${id}`)).text())!;
    expect((await act(id, 'approval', { seen: now }, auditor)).page).toContain('The refusal is in force.');
    const { reference, ...refused } = await show(id);
    expect(refused).toMatchObject({ state: 'refused', refusal: { code: 'R7' } });
    // Its person complains over the public page, or by telephone: both name the reference.
    const status = await (await get(`/requests/${reference}`, { Accept: 'text/html' })).text();
    const [, link = ''] = /href="(\/requests\?[^"]*type=complaint[^"]*)"/.exec(status) ?? [];
    const form = await (await get(link.replaceAll('&amp;', '&'), { Accept: 'text/html' })).text();
    expect(form).toContain(String(reference));
    const [, taking = ''] = /href="(\/console\/requests\/new[^"]*)"/.exec(
      await (await officer.get(`/console/requests/${id}`)).text(),
    )!;
    const prepared = await (await officer.get(taking.replaceAll('&amp;', '&'))).text();
    const [, details = ''] = /<textarea[^>]*>\n([^<]*)</.exec(prepared)!;
    expect(details).toContain(String(reference));
    const complaint = await take({ type: 'complaint', details });
    const linked = await (await officer.get(`/console/requests/${complaint}`)).text();
    expect(linked).toContain(`<a href="/console/requests/${id}">Have it erased`);
  });

  it('extends with a reason and a day, only later and in time, and keeps what was typed', async () => {
    const { take, act, show, pass } = await openDesk();
    const id = await take();
    const wrong = await act(id, 'extension', { reason: '需要核对', due_on: '2026-12-14' });
    expect([wrong.status, wrong.page.includes('value="需要核对"')]).toEqual([422, true]);
    const mistyped = await act(id, 'extension', { reason: '需要核对', due_on: '2062-12-31' });
    expect([mistyped.status, mistyped.page.includes('Choose a day within a year')]).toEqual([422, true]);
    expect((await act(id, 'extension', { reason: '需要核对', due_on: '2026-12-31' })).page).toContain(
      '31 December 2026',
    );
    expect(await show(id)).toMatchObject({ state: 'extended', extended_to: '2026-12-31', reason: '需要核对' });
    await pass(60);
    const late = await act(id, 'extension', { reason: '需要核对', due_on: '2027-12-31' });
    expect([late.status, late.page.includes('The due day is over')]).toEqual([409, true]);
  });

  it('records an attempt that failed', async () => {
    const { officer, take, act, show } = await openDesk();
    const id = await take();
    expect((await act(id, 'verification', { by: 'callback', failed: 'yes' })).page).toContain('Verify again');
    expect(await show(id)).toMatchObject({ state: 'received', attempted_at: expect.any(String) });
    expect((await act(id, 'verification', { by: 'relatives' })).page).toContain('as close relatives');
    expect((await officer.get('/console/requests/0190b1f0-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await officer.get('/console/requests/x')).status).toBe(404);
  });

  it('answers a verified access request in three clicks from the first page: requests, the request, the copy', async () => {
    const { officer, take, verify, submitLead } = await openDesk();
    await submitLead();
    const id = await take();
    await verify(id);
    let clicks = 0;
    let page = await (await officer.get('/console')).text();
    /** Presses a link or a button of the page as it is, and goes to the page that it leads to. */
    const click = async (pattern: RegExp) => {
      const [, address = ''] = pattern.exec(page) ?? [];
      clicks += 1;
      const isForm = pattern.source.includes('action=');
      page = await (await (isForm ? (await officer.send(address)).response : officer.get(address))).text();
    };
    await click(/<a href="(\/console\/requests)">/);
    await click(/<a class="name" href="(\/console\/requests\/[^"]+)">/);
    await click(/<form class="asks" method="post" action="([^"]+\/fulfilment)"[^>]*><button>Build the copy/);
    expect(page).toMatch(/https:\/\/[^<]*\/requests\/copies\//);
    expect(clicks).toBeLessThanOrEqual(6);
  });

  it('is open to whoever handles or approves requests, act by act', async () => {
    const { open, take } = await openDesk();
    const id = await take({ type: 'explanation' });
    const passed = async (run: (browser: Awaited<ReturnType<typeof open>>) => Promise<number>) => {
      const roles: Role[] = ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'];
      const statuses = await Promise.all(roles.map(async role => [role, await run(await open(role))] as const));
      return statuses.filter(([, status]) => status !== 403).map(([role]) => role);
    };
    for (const path of ['/console/requests', `/console/requests/${id}`])
      expect([path, await passed(async ({ get }) => (await get(path)).status)]).toEqual([
        path,
        ['privacy_officer', 'auditor'],
      ]);
    expect(await passed(async ({ get }) => (await get('/console/requests/new')).status)).toEqual(['privacy_officer']);
    for (const step of [
      '',
      `/${id}/reveal`,
      `/${id}/verification`,
      `/${id}/refusal`,
      `/${id}/extension`,
      `/${id}/fulfilment`,
    ]) {
      const path = `/console/requests${step}`;
      expect([path, await passed(({ statusOf }) => statusOf(path, {}))]).toEqual([path, ['privacy_officer']]);
    }
    expect(await passed(({ statusOf }) => statusOf(`/console/requests/${id}/approval`, {}))).toEqual([
      'privacy_officer',
      'auditor',
    ]);
  });
});
