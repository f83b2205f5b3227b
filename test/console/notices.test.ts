import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { channel_events } from '../../db/notices/write.ts';
import { sendDue } from '../../worker/notices/send.ts';
import { startMailServer } from '../notices/mail-server.ts';
import { startReceiver } from '../notices/receiver.ts';
import { startConsole } from '../support/console.ts';

const home = '/console/notices';
const hour_ms = 3_600_000;

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function receive(...given: Parameters<typeof startReceiver>) {
  const receiver = await startReceiver(...given);
  opened.push(receiver);
  return receiver;
}

const form = { kind: 'webhook', name: 'CRM', address: '', secret: '', events: 'lead.created', locale: 'en' };

/** Starts a console in which an administrator is signed in. */
async function startDesk(more: Record<string, string> = {}) {
  const started = await startConsole({ OUTBOUND_HOSTS: '127.0.0.1', ...more });
  const admin = await started.open('admin');
  /** Makes a channel, and returns the path of its page. */
  async function make(address: string, fields: Record<string, string> = {}) {
    const { location, response } = await admin.send(home, { ...form, address, ...fields });
    expect(response.status).toBe(200);
    return { path: location.split('?')[0]!, location, page: await response.text() };
  }
  const read = async (path: string) => (await admin.get(path)).text();
  /** Posts a form, and returns the page that it leads to. */
  const act = async (path: string, fields: Record<string, string> = {}) => {
    const { response, location } = await admin.send(path, fields);
    return { status: response.status, page: await response.text(), location };
  };
  return { ...started, admin, make, read, act, flush: () => sendDue(started.services) };
}

const rowsOf = (page: string) => page.split('<tr role="row"><td').length - 1;
const nextOf = (page: string) => /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');

describe('GET /console/notices', () => {
  it('shows no channels, then each with its state, its last success and its queue', async () => {
    const { make, read, act, flush, submitLead, advance } = await startDesk();
    expect(await read(home)).toContain('No channels yet');
    let status = 204;
    const [good, broken, gone] = [await receive(), await receive(() => status), await receive(() => 410)];
    await make(good.address, { name: '销售 <b>' });
    const { path } = await make(broken.address, { name: 'Broken' });
    await make(gone.address, { name: 'Gone' });
    const paused = await make(good.address, { name: 'Paused' });
    await act(`${paused.path}/pause`);
    await submitLead();
    await flush();
    status = 500;
    advance(hour_ms);
    await submitLead();
    await flush();
    const rows = (await read(home)).split('<tr role="row">').slice(2);
    expect(rows).toHaveLength(4);
    for (const [index, parts] of [
      ['销售 &lt;b&gt;', good.address, 'New lead', 'chip on', 'Empty', 'this minute'],
      ['Broken', 'chip failing', 'Since 23 Nov 2026, 13:00', '1 hr. ago', '1 waiting'],
      ['Gone', 'chip off', 'Since 23 Nov 2026, 12:00', 'Never', '1 given up'],
      ['Paused', 'chip paused', 'Never', '2 waiting'],
    ].entries())
      for (const part of parts) expect(rows[index]).toContain(part);
    status = 204;
    advance(hour_ms);
    await flush();
    expect(await read(path)).toContain('chip on');
    expect(await read(path)).not.toContain('Failing');
  });

  it('is linked from the other pages of an administrator, and nobody else sees it', async () => {
    const { read, open } = await startDesk();
    expect(await read('/console/tokens')).toContain(`<a href="${home}">Notices</a>`);
    for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor'] as const) {
      const other = await open(role);
      const { status } = await other.get(home);
      expect([role, status]).toEqual([role, 403]);
      expect(await (await other.get('/console/overview')).text()).not.toContain(home);
    }
  });
});

describe('POST /console/notices', () => {
  it('makes a channel, shows the secret that was made once, and tells no secret ever again', async () => {
    const { admin, make, read, act, submitLead, lines, db, services } = await startDesk();
    const receiver = await receive();
    const { path, location, page } = await make(receiver.address);
    const secret = /whsec_[A-Za-z0-9+/=]+/.exec(page)![0];
    expect(page).toContain(`data-copy="${secret}"`);
    const own = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    const given = await make(receiver.address, { secret: own });
    expect(given.location).toBe(`${given.path}?done=made`);
    await submitLead();
    await sendDue({ ...services, now: () => new Date() });
    const [first] = receiver.received;
    new Webhook(secret).verify(first!.body, first!.headers as Record<string, string>);

    const turned = `whsec_${Buffer.alloc(24, 6).toString('base64')}`;
    const answers = [
      location,
      given.page,
      await read(location),
      await read(path),
      await read(home),
      await read(`${path}/removal`),
      (await act(path, { ...form, kind: '', address: '', secret: turned })).page,
      (await act(path, { ...form, secret: `${own}!` })).page,
      (await act(home, { ...form, address: 'https://elsewhere.example.com', secret: own })).page,
      (await act(`${path}/test`)).page,
    ];
    const refused = await admin.post(home, { ...form, secret: own });
    answers.push(JSON.stringify([...refused.headers]), lines.join('\n'));
    answers.push(JSON.stringify(await db.selectFrom('channels').selectAll().execute()));
    answers.push(JSON.stringify(await db.selectFrom('session_notes').selectAll().execute()));
    for (const one of [secret, own, turned])
      for (const answer of answers) expect(answer).not.toContain(one.slice('whsec_'.length));
  });

  it('shows of a robot’s address no key, also where the form is wrong, and tells how long to wait for another test', async () => {
    const { make, act, read } = await startDesk();
    const receiver = await receive(() => 200, {}, '{"errcode":0}');
    const host = `http://127.0.0.1:${receiver.port}`;
    const robot = { kind: 'wecom', address: `${host}/cgi-bin/webhook/send?key=geheim` };
    const wrong = await act(home, { ...form, ...robot, events: '' });
    expect([wrong.status, wrong.page]).toEqual([422, expect.stringContaining('value="wecom" selected')]);
    const { path, page } = await make(robot.address, robot);
    expect(page).toContain(`<span class="address">${host}/cgi-bin/webhook/send?…</span>`);
    const shown = await act(path, { ...form, kind: '', address: `${host}/cgi-bin/webhook/send?…` });
    const pages = [wrong.page, page, shown.page, await read(home), await read(`${path}/removal`)];
    for (let n = 0; n < 4; n++) pages.push((await act(`${path}/test`)).page);
    expect(pages.at(-2)).toContain('has accepted the test');
    expect(pages.at(-1)).toMatch(/role="alert"[^>]*>[^<]*4 seconds/);
    expect(receiver.received).toHaveLength(3);
    for (const one of pages) expect(one).not.toContain('geheim');
  });

  it('says what is wrong and keeps what was typed, but for the secret; no address or readable cookie holds it', async () => {
    const { admin, act, read, open } = await startDesk();
    const typed = { name: '销售 "群"', address: 'https://hooks.example.com/a?b=1', events: 'policy.published' };
    const posted = await admin.post(home, { ...form, ...typed, locale: 'zh-CN', secret: 'geheim' });
    expect(posted.headers.getSetCookie().join() + posted.headers.get('Location')).not.toMatch(/hooks|geheim|销售/);
    const { status, page, location } = await act(home, { ...form, ...typed, locale: 'zh-CN', secret: 'geheim' });
    expect([status, location]).toEqual([422, home]);
    for (const part of [
      '<html lang="en"',
      'role="alert"',
      'Address: The setting OUTBOUND_HOSTS does not list this host.',
      'id="address-error" data-field-error="address"',
      'value="销售 &quot;群&quot;"',
      'value="https://hooks.example.com/a?b=1"',
      '<details class="card folded" open>',
      'value="zh-CN" selected',
      'value="policy.published" checked',
    ])
      expect(page).toContain(part);
    expect(page).not.toMatch(/geheim|value="lead.created" checked/);
    expect(await read(home)).not.toMatch(/role="alert"|销售/);
    expect(await (await (await open('admin')).get(home)).text()).toContain('No channels yet');
  });

  it.each([
    ['name', { name: ' ' }, 'Name: Expected 1 to 100 characters'],
    ['address', { address: 'x' }, 'Address: '],
    ['secret', { secret: 'short' }, 'Secret: A webhook’s secret is whsec_'],
    ['kind', { kind: 'pigeon' }, 'Kind: '],
    ['events', { events: 'lead.erased' }, 'Tells of: Choose at least one event.'],
    ['events', { events: '' }, 'Tells of: Choose at least one event.'],
    ['locale', { locale: 'xx' }, 'role="alert"'],
  ])('refuses a wrong %s: %j', async (_, wrong, sentence) => {
    const { act, read } = await startDesk();
    const { status, page } = await act(home, { ...form, address: 'http://127.0.0.1:1/', ...wrong });
    expect([status, page]).toEqual([422, expect.stringContaining(sentence)]);
    expect(await read(home)).toContain('No channels yet');
  });
});

describe('/console/notices/{id}', () => {
  it('changes what is filled in, and leaves address and secret as they are where they are empty', async () => {
    const { make, act, read, flush, submitLead, pull } = await startDesk();
    const [one, two] = [await receive(), await receive()];
    const { path } = await make(one.address, { name: 'Before' });
    const kept = await act(path, { name: 'After', address: '', secret: '', events: 'lead.created', locale: 'zh-CN' });
    expect([kept.location, kept.page]).toEqual([`${path}?done=changed`, expect.stringContaining('Changes saved.')]);
    for (const part of ['<h1>After</h1>', one.address, '简体中文']) expect(kept.page).toContain(part);
    await submitLead();
    await flush();
    await act(path, { name: 'After', address: two.address, secret: '', events: 'lead.created', locale: 'en' });
    await submitLead();
    await flush();
    expect([one.received.length, two.received.length]).toEqual([1, 1]);
    const wrong = await act(path, { name: 'Third', address: 'ftp://127.0.0.1/', events: '', locale: 'en' });
    expect([wrong.status, wrong.page]).toEqual([422, expect.stringContaining('value="Third"')]);
    expect(wrong.page).toContain('<h1>After</h1>');
    expect(await read(home)).not.toContain('Third');
    const { channels } = (await (await pull('/channels', 'admin')).json()) as { channels: object[] };
    expect(channels).toMatchObject([{ name: 'After', address: two.address, events: ['lead.created'], locale: 'en' }]);
  });

  it('takes every event whose box is ticked', async () => {
    const { admin, make, read, pull } = await startDesk();
    const { path } = await make('http://127.0.0.1:1/');
    const fields = [...Object.entries({ name: 'x', locale: 'en' }), ...channel_events.map(one => ['events', one])];
    const posted = await admin.post(path, new URLSearchParams(fields) as unknown as Record<string, string>);
    expect(posted.headers.get('Location')).toBe(`${path}?done=changed`);
    const { channels } = (await (await pull('/channels', 'admin')).json()) as { channels: object[] };
    expect(channels).toMatchObject([{ events: channel_events }]);
    expect((await read(path)).match(/name="events" value="[\w.]+" checked>/g)).toHaveLength(channel_events.length);
  });

  it('makes a mailbox a channel, and says by which status of SMTP its mail was taken or put off', async () => {
    const statuses = [undefined, 451];
    const server = await startMailServer(() => statuses.shift());
    const { make, act } = await startDesk(server.environment);
    const { path, page } = await make('sales@example.com', { kind: 'email' });
    expect(page).toContain('sales@example.com');
    expect((await act(`${path}/test`)).page).toContain('The receiver has accepted the test: SMTP 250.');
    const refused = (await act(`${path}/test`)).page;
    expect(refused).toContain('not accepted the test: SMTP 451 · the mail server refuses the address (EENVELOPE).');
    expect(refused).not.toContain('HTTP');
  });

  it('sends a test and says what came of it', async () => {
    const { make, act } = await startDesk();
    const statuses = [204, 503];
    const receiver = await receive(() => statuses.shift()!);
    const { path } = await make(receiver.address);
    const sent = await act(`${path}/test`);
    expect(sent.location).toMatch(/\?tested=[0-9a-f-]{36}$/);
    expect(sent.page).toMatch(/role="status">The receiver has accepted the test: HTTP 204\./);
    const refused = await act(`${path}/test`);
    expect(refused.page).toContain('The receiver has not accepted the test: HTTP 503.');
    expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(['channel.test', 'channel.test']);
    receiver.close();
    const away = await act(`${path}/test`);
    expect(away.page).toContain('The receiver has not accepted the test: connection refused (ECONNREFUSED).');
    expect(away.page).toContain('chip failing');
  });

  it('a test of one channel is not told on the page of another', async () => {
    const { make, act, read } = await startDesk();
    const receiver = await receive();
    const [one, two] = [await make(receiver.address), await make(receiver.address, { name: 'Other' })];
    const { location } = await act(`${one.path}/test`);
    expect(await read(location)).toContain('has accepted the test');
    expect(await read(location.replace(one.path, two.path))).not.toContain('accepted the test');
  });

  it('pauses and goes on, and switches on what an answer 410 switched off', async () => {
    const { make, act, read, flush, submitLead } = await startDesk();
    let status = 204;
    const receiver = await receive(() => status);
    const { path } = await make(receiver.address);
    expect((await act(`${path}/pause`)).page).toContain('Paused: events wait.');
    await submitLead();
    expect([await flush(), (await read(path)).includes('1 waiting')]).toEqual([0, true]);
    expect((await act(`${path}/pause/end`)).page).toContain('On again');
    expect(await flush()).toBe(1);
    status = 410;
    await submitLead();
    await flush();
    expect(await read(path)).toContain('>Switch on</button>');
    expect((await act(`${path}/pause/end`)).page).toContain('chip on');
  });

  it('retries one dead delivery, or all of a channel: not a test, and not those of another channel', async () => {
    const { make, act, read, flush, submitLead } = await startDesk();
    let status = 410;
    const [receiver, other] = [await receive(() => status), await receive(() => 410)];
    const { path } = await make(receiver.address);
    await make(other.address);
    for (const phone of ['13900139000', '13900139001', '13900139002']) await submitLead({ phone });
    await flush();
    await act(`${path}/test`);
    const dead = await read(`${path}?state=dead`);
    expect([rowsOf(dead), dead.includes('Retry all 3 given up')]).toEqual([4, true]);
    const actions = [...dead.matchAll(/action="([^"]+\/deliveries\/[^"]+)"/g)].map(([, action]) => action!);
    expect(actions).toHaveLength(3);
    status = 204;
    await act(`${path}/pause/end`);
    const one = await act(actions[0]!);
    expect([one.location, one.page]).toEqual([
      `${path}?done=retried&state=dead`,
      expect.stringContaining('Queued again'),
    ]);
    expect(await flush()).toBe(1);
    expect(rowsOf(await read(`${path}?state=sent`))).toBe(1);
    await act(`${path}/retry`);
    expect(await flush()).toBe(2);
    const after = await read(path);
    expect(after).not.toContain('Retry');
    expect([rowsOf(after), rowsOf(await read(`${path}?state=sent`))]).toEqual([4, 3]);
    expect(await read(home)).toContain('3 given up');
    const id = /deliveries\/([^/]+)\/retry/.exec(actions[0]!)![1];
    const foreign = await act(`${(await make(other.address)).path}/deliveries/${id}/retry`);
    expect([foreign.status, foreign.location]).toEqual([404, home]);
  });

  it('is made once where its form is sent twice at once, and its page still shows the secret', async () => {
    const { make, db } = await startDesk();
    const [one, two] = await Promise.all([make('http://127.0.0.1:1/'), make('http://127.0.0.1:1/')]);
    expect(two.location).toBe(one.location);
    expect([one, two].filter(({ page }) => page.includes('class="receipt">whsec_'))).toHaveLength(1);
    expect(await db.selectFrom('channels').select('name').execute()).toHaveLength(1);
  });

  it('is removed once it has been asked', async () => {
    const { make, act, read, submitLead, admin } = await startDesk();
    const { path } = await make('http://127.0.0.1:1/');
    await submitLead();
    const asked = await read(`${path}/removal`);
    for (const part of ['<b>CRM</b>', '1 waiting', `<form method="post" action="${path}/removal">`])
      expect(asked).toContain(part);
    expect(await read(home)).toContain('CRM');
    const removed = await act(`${path}/removal`);
    expect([removed.location, removed.page]).toEqual([
      `${home}?done=removed`,
      expect.stringContaining('The channel is removed.'),
    ]);
    for (const one of [path, `${path}/removal`]) expect((await admin.get(one)).status).toBe(404);
    expect((await act(`${path}/removal`)).location).toBe(`${home}?done=removed`);
    for (const step of ['', '/test', '/pause'])
      expect(await act(path + step, { name: 'x', events: 'lead.created', locale: 'en' })).toMatchObject({
        status: 404,
        location: home,
      });
  });

  it('lists no, one and 200 deliveries, the newest first, by state and page by page', async () => {
    const { make, read, submitLead, flush } = await startDesk();
    let status = 204;
    const receiver = await receive(() => status);
    const { path } = await make(receiver.address);
    const none = await read(path);
    expect([rowsOf(none), none.includes('No deliveries')]).toEqual([0, true]);
    await submitLead();
    await flush();
    const one = await read(path);
    expect([rowsOf(one), one.includes('HTTP 204'), nextOf(one)]).toEqual([1, true, undefined]);
    status = 503;
    for (let n = 0; n < 199; n++) await submitLead({ phone: `139${10_000_000 + n}` });
    await flush();
    const seen: string[] = [];
    for (let path_: string | undefined = path; path_; ) {
      const page = await read(path_);
      seen.push(...[...page.matchAll(/<code>([0-9a-f-]{36})<\/code>/g)].map(([, id]) => id!));
      path_ = nextOf(page);
    }
    expect([seen.length, new Set(seen).size]).toEqual([200, 200]);
    expect([...seen].sort().reverse()).toEqual(seen);
    const queued = await read(`${path}?state=queued`);
    expect([rowsOf(queued), queued.includes('Waiting 199')]).toEqual([50, true]);
    const last = await read(nextOf(await read(nextOf(await read(nextOf(queued)!))!))!);
    expect([rowsOf(last), nextOf(last)]).toEqual([49, undefined]);
    expect(rowsOf(await read(`${path}?state=sent`))).toBe(1);
    expect(rowsOf(await read(`${path}?state=nonsense&before=x&tested=x&made=x`))).toBe(50);
  });

  it('shows nothing of a lead', async () => {
    const { make, read, submitLead, flush } = await startDesk();
    const receiver = await receive(() => 500);
    const { path } = await make(receiver.address);
    const id = await submitLead();
    await flush();
    for (const page of [await read(path), await read(home)])
      for (const value of [id, '13800138078', '138******78', '欧阳']) expect(page).not.toContain(value);
  });

  it('refuses every post that no page of the console has sent, and does nothing', async () => {
    const { make, admin, read } = await startDesk();
    const receiver = await receive();
    const { path } = await make(receiver.address);
    for (const sent of [home, path, `${path}/test`, `${path}/pause`, `${path}/retry`, `${path}/removal`])
      for (const headers of [{ Origin: 'https://evil.example.com' }, { 'Sec-Fetch-Site': 'same-site' }]) {
        const { status } = await admin.post(sent, { ...form, address: receiver.address }, headers as never);
        expect([sent, status]).toEqual([sent, 403]);
      }
    expect(receiver.received).toEqual([]);
    expect([rowsOf(await read(home)), (await read(path)).includes('chip on')]).toEqual([1, true]);
  });
});

describe('a channel whose receiver takes nothing', () => {
  it('shows in the overview after a day, with its name to an administrator alone, until it takes something', async () => {
    const { make, flush, submitLead, advance, open } = await startDesk();
    let status = 500;
    const receiver = await receive(() => status);
    const { path } = await make(receiver.address, { name: 'CRM <b>' });
    const read = async (role: 'admin' | 'sales') => (await (await open(role)).get('/console/overview')).text();
    await submitLead();
    await flush();
    advance(24 * hour_ms - 1);
    expect(await read('admin')).toContain('No channel of notices fails.');
    expect(await read('sales')).not.toContain('reaches nobody');
    advance(1);
    const shown = await read('admin');
    expect(shown).toContain(
      `<a href="${path}">CRM &lt;b&gt;</a> · Its receiver has taken nothing since 23 Nov 2026, 12:00`,
    );
    expect(await read('sales')).toContain('A channel of notices reaches nobody.');
    expect(await read('sales')).not.toContain('CRM');
    status = 204;
    await flush();
    expect(await read('admin')).not.toContain('CRM');
    status = 410;
    await submitLead();
    await flush();
    expect(await read('admin')).toContain('answered 410');
  });
});

it('after_hours is set and changed by the form; a wrong one is shown again with what it may be', async () => {
  const { make, act, read, db } = await startDesk();
  const receiver = await receive();
  const stored = async () =>
    (await db.selectFrom('channels').select('after_hours').execute()).map(one => one.after_hours);
  const { path, page } = await make(receiver.address, { events: 'lead.waiting', after_hours: '' });
  expect([await stored(), page.includes('name="after_hours"')]).toEqual([[4], true]);
  const { kind: _, ...same } = form;
  const changed = { ...same, events: 'lead.waiting' };
  await act(path, { ...changed, after_hours: '9' });
  expect(await stored()).toEqual([9]);
  expect(await read(path)).toContain('<dd>9</dd>');
  const refused = await act(path, { ...changed, name: 'ERP', after_hours: '0.5' });
  for (const part of ['Expected a whole number from 1 to 1,000.', 'value="0.5"', 'value="ERP"'])
    expect(refused.page).toContain(part);
  expect(await stored()).toEqual([9]);
});

it('a new assignee by the form of a lead is told to channels of lead.assigned, once', async () => {
  const { make, open, submitLead, flush } = await startDesk();
  const receiver = await receive();
  await make(receiver.address, { events: 'lead.assigned' });
  const id = await submitLead();
  const sales = await open('sales');
  for (let times = 0; times < 2; times++) await sales.send(`/console/leads/${id}/assignee`, { assigned_to: '王芳' });
  await flush();
  expect(receiver.received.map(({ body }) => JSON.parse(body).data.lead_id)).toEqual([id]);
  expect(receiver.received[0]!.body).not.toContain('王芳');
});
