import { describe, expect, it } from 'vitest';
import { retry_after_ms } from '../../db/notices/attempts.ts';
import type { Channel } from '../../db/notices/channels.ts';
import { writeDeliveries } from '../../db/notices/write.ts';
import { sendDue } from '../../worker/notices/send.ts';
import { engines } from '../support/engines.ts';
import { lead, origin, readProblem } from '../support/harness.ts';
import { apps } from './apps.ts';
import { opened, receive, startNoticing } from './noticing.ts';

type Started = Awaited<ReturnType<typeof startNoticing>>;
type App = (typeof apps)[number];

/**
 * Starts a robot as its app runs it: it refuses what is signed wrongly, and who sends more than it allows gets nothing
 * through for a while. Time is the service's.
 */
async function startRobot({ make, services }: Started, app: App, more: object = {}) {
  const taken: { at: number; title: string; text: string; url: string }[] = [];
  const fault: { answer?: object | undefined; status?: number } = {};
  let banned_until = 0;
  let bans = 0;
  const receiver = await receive(async received => {
    const at = services.now().getTime();
    const answer = (content: object, status = 200) => ({ status, content: JSON.stringify(content) });
    if (fault.answer || fault.status) return answer(fault.answer ?? {}, fault.status);
    if (!(await app.verify(received, app.secret ?? '', services.now()))) return answer(app.refused.answer);
    const recent = (ms: number) => taken.filter(one => one.at > at - ms).length;
    if (at < banned_until || recent(60_000) >= app.per_minute || (app.kind === 'feishu' && recent(1_000) >= 5)) {
      bans++;
      banned_until = Math.max(banned_until, at + app.throttled.wait_ms);
      return answer(app.throttled.answer);
    }
    taken.push({ at, ...app.read(received.body) });
    return answer(app.accepted);
  });
  const address = `http://127.0.0.1:${receiver.port}${app.path}`;
  const channel = await make(address, { kind: app.kind, secret: app.secret, ...more });
  return { receiver, taken, fault, channel, address, bans: () => bans };
}

const countIn = ({ title }: { title: string }) => Number(/\d+/.exec(title)?.[0] ?? 1);

describe.each(apps)('a robot of $kind', app => {
  it('is told of a lead in its own format, signed as its app checks it: form, time and one link', async () => {
    const started = await startNoticing();
    const { submit, send, deliveries } = started;
    const chinese = await startRobot(started, app);
    const english = await startRobot(started, app, { locale: 'en' });
    const id = await submit();
    expect(await send()).toBe(2);
    const url = `${origin}/console/leads/${id}`;
    expect(chinese.taken).toMatchObject([
      { title: '收到一条新咨询', text: '表单：Mini AI 算法体验申请\n时间：北京时间 12:00\n到控制台查看', url },
    ]);
    expect(english.taken).toMatchObject([
      {
        title: 'New inquiry',
        text: 'Form: Mini AI experience request\nTime: 12:00 Beijing time\nOpen the console',
        url,
      },
    ]);
    expect(await deliveries('state=sent')).toMatchObject([
      { attempts: 1, last_status: 200, last_error: null },
      { attempts: 1, last_status: 200, last_error: null },
    ]);
  });

  it('is sent a burst as one message that counts, by form, and all of it is sent', async () => {
    const started = await startNoticing();
    const { submit, send, deliveries, advance } = started;
    const { taken, receiver } = await startRobot(started, app);
    for (let count = 0; count < 8; count++) await submit();
    advance(9 * 60_000);
    for (let count = 0; count < 4; count++) await submit(lead, 'ecological-cooperation');
    expect(await send()).toBe(1);
    expect(receiver.received).toHaveLength(1);
    expect(taken).toMatchObject([
      {
        title: '收到 12 条新咨询',
        text: 'Mini AI 算法体验申请：8 条\n生态合作咨询：4 条\n时间：北京时间 12:00 至 12:09\n到控制台查看',
        url: `${origin}/console`,
      },
    ]);
    expect(await deliveries('state=sent')).toHaveLength(12);
    advance(24 * 3_600_000);
    await submit();
    await send();
    expect(taken).toHaveLength(2);
  });

  it('leads to the page of a request, and of several to the list of them', async () => {
    const started = await startNoticing();
    const { post, send, pull, advance } = started;
    const { taken } = await startRobot(started, app, { events: ['request.created'] });
    const ask = (type: string) => post('/requests', { type, email: lead.email });
    await ask('access');
    await send();
    advance(24 * 3_600_000);
    await Promise.all([ask('copy'), ask('erasure')]);
    await send();
    const { subject_requests } = (await (await pull('/subject-requests?type=access')).json()) as {
      subject_requests: { id: string }[];
    };
    expect(taken.map(({ url }) => url)).toEqual([
      `${origin}/console/requests/${subject_requests[0]!.id}`,
      `${origin}/console/requests`,
    ]);
  });

  it('is never sent more than it takes, whatever comes: two servers, tests and a restart keep one pace', async () => {
    const started = await startNoticing();
    const { submit, advance, services, ask } = started;
    const { taken, channel, bans } = await startRobot(started, app);
    let submitted = 0;
    let tests = 0;
    for (let second = 0; second < 130; second++) {
      const others = second % 7 === 0 ? 3 : 1;
      for (let count = 0; count < others; count++, submitted++) await submit();
      const test = second % 3 ? undefined : await ask('POST', `/channels/${channel.id}/test`, undefined, 'admin');
      if (test?.status === 200) tests++;
      else if (test) expect([test.status, Number(test.headers.get('Retry-After'))]).toEqual([429, expect.any(Number)]);
      await Promise.all([sendDue(services), sendDue({ ...services })]);
      advance(1_000);
    }
    advance(10_000);
    await sendDue(services);
    expect(bans()).toBe(0);
    const told = taken.filter(({ title }) => !title.startsWith('测试')).map(countIn);
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(submitted);
    expect(taken.length - told.length).toBe(tests);
    for (const { at } of taken)
      expect(taken.filter(one => one.at >= at && one.at < at + 60_000).length).toBeLessThan(app.per_minute);
  });

  it('is not sent more by tests that come at once', async () => {
    const started = await startNoticing();
    const { taken, channel } = await startRobot(started, app);
    const test = () => started.ask('POST', `/channels/${channel.id}/test`, undefined, 'admin');
    const answers = await Promise.all(Array.from({ length: 6 }, test));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(taken.length);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(3);
  });

  it('that takes nothing for a while is left alone meanwhile, and then told everything once', async () => {
    const started = await startNoticing();
    const { submit, send, deliveries, advance } = started;
    const { taken, fault, receiver } = await startRobot(started, app);
    fault.answer = app.throttled.answer;
    await submit();
    await send();
    expect(await deliveries()).toMatchObject([
      { state: 'queued', attempts: 1, last_status: 200, last_error: String(app.throttled.code) },
    ]);
    fault.answer = undefined;
    advance(app.throttled.wait_ms - 1);
    await submit();
    expect(await send()).toBe(0);
    expect(receiver.received).toHaveLength(1);
    advance(1);
    await send();
    expect(taken.map(countIn)).toEqual([2]);
    expect(await deliveries('state=sent')).toMatchObject([{ last_error: null }, { attempts: 2 }]);
  });

  it('that says for ever that it takes nothing is tried by the schedule, is dead at last, and holds back no other event', async () => {
    const started = await startNoticing();
    const { submit, send, deliveries, advance, services, publish } = started;
    const { fault, taken, channel, receiver } = await startRobot(started, app);
    const events = ['lead.created', 'policy.published'];
    await started.ask('PATCH', `/channels/${channel.id}`, { events }, 'admin');
    fault.answer = app.throttled.answer;
    await submit();
    await send();
    for (const wait_ms of retry_after_ms) {
      advance(Math.max(wait_ms, app.throttled.wait_ms));
      expect(await send()).toBe(1);
    }
    expect(await deliveries()).toMatchObject([{ state: 'dead', attempts: 10, next_at: null }]);
    expect(receiver.received).toHaveLength(10);
    const { channels } = (await (await started.pull('/channels', 'admin')).json()) as { channels: Channel[] };
    expect(Date.parse(channels[0]!.failing_since!)).toBeLessThan(services.now().getTime() - 70 * 3_600_000);
    await submit();
    advance(app.throttled.wait_ms);
    await send();
    fault.answer = undefined;
    await publish('2026-02');
    advance(app.throttled.wait_ms - 1);
    expect(await send()).toBe(0);
    advance(1);
    await send();
    advance(5_000);
    await send();
    expect(taken).toHaveLength(2);
  });

  it.each([
    ['its own code', 200, app.refused.answer, String(app.refused.code)],
    ['no code at all', 200, { ok: true }, 'no-code'],
    ['a status', 503, {}, 'no-code'],
    ['a redirect', 302, app.accepted, null],
  ])(
    'that answers with %s has taken nothing: it is tried again by the schedule, and dead at last',
    async (_, status, answer, last_error) => {
      const started = await startNoticing();
      const { submit, send, deliveries, advance, lines } = started;
      const { fault, taken } = await startRobot(started, app);
      Object.assign(fault, { status, answer });
      await submit();
      await submit();
      for (const wait_ms of [0, ...retry_after_ms]) {
        advance(wait_ms);
        expect(await send()).toBe(1);
      }
      const dead = { state: 'dead', attempts: 10, last_status: status, last_error, next_at: null };
      expect(await deliveries()).toMatchObject([dead, dead]);
      advance(100 * 3_600_000);
      expect(await send()).toBe(0);
      expect(taken).toEqual([]);
      for (const text of Object.values(answer).filter(value => typeof value === 'string'))
        expect(JSON.stringify([await deliveries(), lines])).not.toContain(text);
    },
  );

  it('that answers 429 is left alone for a minute', async () => {
    const started = await startNoticing();
    const { submit, send, deliveries, advance } = started;
    const { fault, taken } = await startRobot(started, app);
    fault.status = 429;
    await submit();
    await send();
    expect(await deliveries()).toMatchObject([{ state: 'queued', attempts: 1, last_status: 429 }]);
    fault.status = 0;
    advance(59_999);
    expect(await send()).toBe(0);
    advance(1);
    await send();
    expect(taken).toHaveLength(1);
  });

  it('that is gone is switched off', async () => {
    const started = await startNoticing();
    const { submit, send, deliveries, pull } = started;
    const { fault } = await startRobot(started, app);
    fault.status = 410;
    await submit();
    await send();
    expect(await deliveries()).toMatchObject([{ state: 'dead', last_status: 410 }]);
    const { channels } = (await (await pull('/channels', 'admin')).json()) as { channels: Channel[] };
    expect(channels[0]!.off_at).not.toBeNull();
  });

  it('has an address that is a key: nothing shows it again, and what is shown is no address', async () => {
    const started = await startNoticing();
    const { ask, pull, submit, send, lines, db, make } = started;
    const { channel, address, receiver } = await startRobot(started, app);
    const shown = `http://127.0.0.1:${receiver.port}${app.shown}`;
    expect(channel.address).toBe(shown);
    const patch = (change: object) => ask('PATCH', `/channels/${channel.id}`, change, 'admin');
    expect(await readProblem(await patch({ address: shown }))).toMatchObject({
      status: 422,
      errors: ['address invalid'],
    });
    const answers = [channel, await (await patch({ name: 'Sales' })).json(), await (await patch({ address })).json()];
    await submit();
    await send();
    const elsewhere = await make(`http://127.0.0.1:1${app.path}`, { kind: app.kind });
    await ask('POST', `/channels/${elsewhere.id}/test`, undefined, 'admin');
    const said = [
      answers,
      elsewhere,
      lines,
      await (await pull('/channels', 'admin')).json(),
      await (await pull('/deliveries', 'admin')).json(),
      await db.selectFrom('channels').selectAll().execute(),
      await db.selectFrom('deliveries').selectAll().execute(),
      await db.selectFrom('keys').selectAll().execute(),
      await db.selectFrom('audit_events').selectAll().execute(),
    ];
    for (const key of [app.key, app.secret ?? app.key]) expect(JSON.stringify(said)).not.toContain(key);
    expect(receiver.received.at(-1)!.path).toContain(app.key);
  });

  it('takes a secret of its own form alone, and with a new one signs with that', async () => {
    const started = await startNoticing();
    const { ask, submit, send, deliveries } = started;
    const { channel } = await startRobot(started, app);
    const change = (secret: string) => ask('PATCH', `/channels/${channel.id}`, { secret }, 'admin');
    const wrong = app.kind === 'feishu' ? 'a b' : app.kind === 'dingtalk' ? 'whsec_abc' : 'any';
    expect(await readProblem(await change(wrong))).toMatchObject({ status: 422, errors: ['secret invalid'] });
    if (!app.secret) return;
    expect((await change('SECanother')).status).toBe(200);
    await submit();
    await send();
    expect(await deliveries()).toMatchObject([{ state: 'queued', last_error: String(app.refused.code) }]);
    await change(app.secret);
    await ask('POST', `/deliveries/${(await deliveries())[0]!.id}/retry`, undefined, 'admin');
    await send();
    expect(await deliveries()).toMatchObject([{ state: 'sent' }]);
  });
});

it.each([
  { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
  { errcode: 410100, errmsg: '发送速度太快而限流' },
  { status: 1111, wait: 5, source: 'x5', punish: 'deny' },
])('DingTalk is left alone for ten minutes after %j', async answer => {
  const started = await startNoticing();
  const { submit, send, deliveries, advance } = started;
  const { taken, fault } = await startRobot(started, apps.find(({ kind }) => kind === 'dingtalk')!);
  fault.answer = answer;
  await submit();
  await send();
  expect(await deliveries()).toMatchObject([{ attempts: 1, last_error: String(answer.errcode ?? answer.status) }]);
  fault.answer = undefined;
  advance(10 * 60_000 - 1);
  expect(await send()).toBe(0);
  advance(1);
  await send();
  expect(taken).toHaveLength(1);
});

it.each([
  ['zh-CN', 'Asia/Shanghai', '时间：北京时间 11月23日 12:00', '时间：北京时间 11月23日 12:00 至 11月24日 12:00'],
  [
    'en',
    'Asia/Shanghai',
    'Time: 23 November, 12:00 Beijing time',
    'Time: 23 November, 12:00 to 24 November, 12:00 Beijing time',
  ],
  [
    'en',
    'Europe/Berlin',
    'Time: 23 November, 05:00 Central European Time',
    'Time: 23 November, 05:00 to 24 November, 05:00 Central European Time',
  ],
])('in %s and %s, what is told on a later day names the days', async (locale, time_zone, one, several) => {
  const started = await startNoticing();
  const { submit, send, advance, ask, services } = started;
  services.settings.time_zone = time_zone;
  const { taken, channel } = await startRobot(started, apps[0]!, { locale, paused: true });
  const { taken: also } = await startRobot(started, apps[2]!, { locale });
  await submit();
  advance(24 * 3_600_000);
  await send();
  await submit();
  await ask('PATCH', `/channels/${channel.id}`, { paused: false }, 'admin');
  await send();
  expect([also[0]!.text, taken[0]!.text]).toEqual([expect.stringContaining(one), expect.stringContaining(several)]);
});

it.each(engines)('on $engine a new address and a new secret that come at once both stay', async ({ open }) => {
  const { db, close } = await open();
  opened.push({ close });
  const started = await startNoticing(db);
  const [app] = apps;
  const { address, taken } = await startRobot(started, app!);
  const { id } = await started.make('http://127.0.0.1:1/', { kind: app!.kind, secret: 'former' });
  const change = (sent: object) => started.ask('PATCH', `/channels/${id}`, sent, 'admin');
  const answers = await Promise.all([change({ address }), change({ secret: app!.secret }), change({ locale: 'en' })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await started.ask('POST', `/channels/${id}/test`, undefined, 'admin');
  expect(taken).toMatchObject([{ title: 'Test: notices arrive here' }]);
});

it.each(engines)('on $engine what waited is sent as a few messages, every one of it once', async ({ open }) => {
  const { db, close } = await open();
  opened.push({ close });
  const started = await startNoticing(db);
  const { deliveries, advance, services, send } = started;
  const { taken } = await startRobot(started, apps[1]!);
  const draft = () => writeDeliveries(db, { event: 'lead.created', lead_id: null }, services.now());
  for (let count = 0; count < 6; count++) await db.atomic(Array.from({ length: 100 }, draft));
  for (let round = 0; round < 4; round++, advance(5_000)) await send();
  expect(taken.map(countIn)).toEqual([500, 100]);
  expect(await deliveries('state=queued')).toEqual([]);
});
