import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { retry_after_ms } from '../../db/notices/attempts.ts';
import { type Channel, changeChannel } from '../../db/notices/channels.ts';
import { forgetDeliveries } from '../../db/notices/deliveries.ts';
import { countQueues, retryDead } from '../../db/notices/queues.ts';
import { writeDeliveries } from '../../db/notices/write.ts';
import type { Deliveries } from '../../db/schema.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { sendDue } from '../../worker/notices/send.ts';
import { createServices } from '../../worker/services.ts';
import { engines } from '../support/engines.ts';
import { operator, origin, readProblem, runJobs } from '../support/harness.ts';
import { apps } from './apps.ts';
import { opened, type Receiver, receive, startNoticing } from './noticing.ts';
import { trustingIt } from './receiver.ts';

const idsIn = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body).data.lead_id as string);

describe.each(engines)('on $engine', ({ open }) => {
  it('a lead is told to each channel in order, and in the act itself: with none, nothing is written', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { make, submit, deliveries, send, db: same } = await startNoticing(db);
    await submit();
    expect(await same.selectFrom('deliveries').selectAll().execute()).toEqual([]);
    const [one, two] = [await receive(), await receive()];
    await make(one.address);
    const channel = await make(two.address);
    await make(two.address, { events: ['policy.published'] });
    const ids = [await submit(), await submit(), await submit()];
    expect(await deliveries()).toHaveLength(6);
    expect(await send()).toBe(6);
    expect([idsIn(one), idsIn(two)]).toEqual([ids, ids]);
    expect(await deliveries(`channel_id=${channel.id}&state=sent`)).toMatchObject([
      { lead_id: ids[2], event: 'lead.created', attempts: 1, last_status: 204, next_at: null },
      { lead_id: ids[1] },
      { lead_id: ids[0] },
    ]);
  });

  it('a channel tells since when it fails, what waits and what is dead, and its dead ones are sent again', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { make, submit, send, pull, services, advance } = await startNoticing(db);
    let status = 500;
    const [receiver, other] = [await receive(() => status), await receive(() => 410)];
    const { id } = await make(receiver.address);
    const { id: gone } = await make(other.address);
    const failing = async () => {
      const { channels } = (await (await pull('/channels', 'admin')).json()) as { channels: Channel[] };
      return channels.find(one => one.id === id)!.failing_since;
    };
    expect([await failing(), (await countQueues(db)).size]).toEqual([null, 0]);
    await submit();
    await send();
    const since = services.now().toISOString();
    advance(3_600_000);
    await submit();
    await send();
    expect(await failing()).toBe(since);
    expect([...(await countQueues(db))].sort()).toEqual([
      [id, { queued: 2, dead: 0 }],
      [gone, { queued: 0, dead: 1 }],
    ]);
    status = 410;
    await submit();
    await send();
    expect([await retryDead(db, id, services.now()), await retryDead(db, id, services.now())]).toEqual([3, 0]);
    status = 204;
    await changeChannel(services, id, { paused: false }, operator, services.now());
    expect(await send()).toBe(3);
    expect([await failing(), await countQueues(db)]).toEqual([null, new Map([[gone, { queued: 0, dead: 1 }]])]);
  });

  it('a server that stood still for longer than its lease, or whose channel is paused, stops after what it was sending', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { make, submit, send, ask, services, deliveries } = await startNoticing(db);
    const waiting: (() => void)[] = [];
    const receiver = await receive((_, count) =>
      count % 9 === 1 ? new Promise(resolve => waiting.push(() => resolve(204))) : 204,
    );
    const { id } = await make(receiver.address);
    const ids = [];
    for (let count = 0; count < 8; count++) ids.push(await submit());
    const first = send();
    await expect.poll(() => receiver.received.length).toBe(1);
    const ahead = { ...services, now: () => new Date(services.now().getTime() + 60_000) };
    expect(await sendDue(ahead)).toBe(8);
    waiting.pop()!();
    expect(await first).toBe(1);
    expect(idsIn(receiver)).toEqual([ids[0], ...ids]);
    const later = [await submit(), await submit()];
    const second = send();
    await expect.poll(() => receiver.received.length).toBe(10);
    await ask('PATCH', `/channels/${id}`, { paused: true }, 'admin');
    waiting.pop()!();
    expect(await second).toBe(1);
    expect(await deliveries('state=queued')).toMatchObject([{ lead_id: later[1] }]);
  });

  it('a server whose clock was ahead holds up nothing once it is set right, or dead', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { make, submit, send, ask, advance, services } = await startNoticing(db);
    const [app] = apps;
    const receiver = await receive(() => ({ status: 200, content: JSON.stringify(app!.accepted) }));
    const robot = { kind: app!.kind };
    const { id } = await make(receiver.address, robot);
    const ahead = { ...services, now: () => new Date(services.now().getTime() + 3_600_000) };
    await submit();
    expect(await sendDue(ahead)).toBe(1);
    advance(60_000);
    expect((await ask('POST', `/channels/${id}/test`, undefined, 'admin')).status).toBe(200);
    await submit();
    expect(await send()).toBe(1);
    const lease_until = new Date(services.now().getTime() + 3_600_000).toISOString();
    await db.updateTable('channels').set({ holder: 'dead', lease_until }).execute();
    await submit();
    advance(1_000);
    expect(await send()).toBe(1);
    expect(receiver.received).toHaveLength(4);
  });

  it('two servers that look at once send each delivery once', async () => {
    const { db, close } = await open();
    opened.push({ close });
    const { make, submit, send, deliveries } = await startNoticing(db);
    const receiver = await receive();
    await make(receiver.address);
    const ids = [];
    for (let count = 0; count < 8; count++) ids.push(await submit());
    await Promise.all([send(), send(), send(), send()]);
    expect(idsIn(receiver)).toEqual(ids);
    expect(await deliveries('state=queued')).toEqual([]);
  });
});

describe('a webhook', () => {
  it('is signed by Standard Webhooks, holds ids and a link, and for a day after a change both secrets sign it', async () => {
    const { services, make, submit, send, ask, advance } = await startNoticing();
    services.now = () => new Date();
    const receiver = await receive();
    const { id: channel_id, secret } = await make(receiver.address);
    const id = await submit();
    await send();
    const verify = (key: string, { body, headers } = receiver.received.at(-1)!) =>
      new Webhook(key).verify(body, headers as Record<string, string>);
    expect(verify(secret)).toEqual({
      type: 'lead.created',
      timestamp: expect.stringMatching(/Z$/),
      data: { lead_id: id, form: 'mini-ai-experience', console_url: `${origin}/console/leads/${id}` },
    });
    expect(() => verify(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)).toThrow();
    const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect((await ask('PATCH', `/channels/${channel_id}`, { secret: next }, 'admin')).status).toBe(200);
    await submit();
    await send();
    expect(String(receiver.received.at(-1)!.headers['webhook-signature']).split(' ')).toHaveLength(2);
    for (const key of [secret, next]) expect(verify(key)).toMatchObject({ type: 'lead.created' });
    advance(0);
    services.now = () => new Date(Date.now() + 24 * 3_600_000 + 1_000);
    await submit();
    await send();
    expect(String(receiver.received.at(-1)!.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('is signed by each secret that was changed within a day, and by none twice', async () => {
    const { make, submit, send, ask, advance } = await startNoticing();
    const receiver = await receive();
    const { id, secret: first } = await make(receiver.address);
    const secrets = [1, 2].map(byte => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
    const sign = (secret: string, { body, headers } = receiver.received.at(-1)!) => {
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
      return new Webhook(secret).sign(String(headers['webhook-id']), at, body);
    };
    const signatures = async () => {
      await submit();
      await send();
      return String(receiver.received.at(-1)!.headers['webhook-signature']).split(' ');
    };
    for (const secret of [...secrets, secrets[1]]) {
      expect((await ask('PATCH', `/channels/${id}`, { secret }, 'admin')).status).toBe(200);
      advance(3_600_000);
    }
    expect(await signatures()).toEqual([secrets[1]!, secrets[0]!, first].map(secret => sign(secret)));
    advance(21.5 * 3_600_000);
    expect(await signatures()).toEqual([secrets[1]!, secrets[0]!].map(secret => sign(secret)));
    advance(1_800_000);
    expect(await signatures()).toEqual([sign(secrets[1]!)]);
  });

  it('whose key is lost has failed, which is seen, and holds up no other', async () => {
    const { make, submit, send, deliveries, ask, db } = await startNoticing();
    const receiver = await receive();
    const { id } = await make(receiver.address);
    await db.updateTable('keys').set({ kek_id: 'gone' }).where('subject_id', '=', id).execute();
    await make(receiver.address);
    await submit();
    expect(await send()).toBe(2);
    expect(receiver.received).toHaveLength(1);
    const failed = { attempts: 1, last_status: null, last_error: 'lost-key' };
    expect(await deliveries(`channel_id=${id}`)).toMatchObject([{ ...failed, state: 'queued' }]);
    const test = await ask('POST', `/channels/${id}/test`, undefined, 'admin');
    expect([test.status, await test.json()]).toMatchObject([200, { ...failed, state: 'dead' }]);
    const change = await ask('PATCH', `/channels/${id}`, { address: receiver.address }, 'admin');
    expect(await change.json()).toMatchObject({ status: 500, detail: expect.stringContaining('key') });
  });

  it('is tried again by the schedule, the same id each time, holds back no later one, and is dead at last', async () => {
    let failing = '';
    const receiver = await receive(({ body }) => (failing && body.includes(failing) ? 503 : 204));
    const { make, submit, send, deliveries, advance, ask, services } = await startNoticing();
    await make(receiver.address);
    failing = await submit();
    await send();
    const later = await submit();
    await send();
    expect(idsIn(receiver)).toEqual([failing, later]);
    for (const [attempt, wait_ms] of retry_after_ms.entries()) {
      const [delivery] = await deliveries('state=queued');
      const next_at = new Date(services.now().getTime() + wait_ms).toISOString();
      expect(delivery).toMatchObject({ attempts: attempt + 1, last_status: 503, next_at });
      advance(wait_ms - 1);
      expect(await send()).toBe(0);
      advance(1);
      expect(await send()).toBe(1);
    }
    const [dead] = await deliveries('state=dead');
    expect(dead).toMatchObject({ lead_id: failing, attempts: 10, next_at: null });
    const sent = receiver.received.filter(({ body }) => body.includes(failing));
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([dead!.id]));
    advance(100 * 3_600_000);
    expect(await send()).toBe(0);
    failing = '';
    expect((await ask('POST', `/deliveries/${dead!.id}/retry`, undefined, 'admin')).status).toBe(200);
    await send();
    expect(await deliveries('state=dead')).toEqual([]);
    expect((await ask('POST', `/deliveries/${dead!.id}/retry`, undefined, 'admin')).status).toBe(200);
    expect(await send()).toBe(0);
  });

  it.each([
    ['follows no redirect', 302, { Location: 'http://127.0.0.1:1/' }, '', { last_status: 302, state: 'queued' }],
    ['reads no endless answer', 200, {}, 'x'.repeat(70_000), { last_error: 'answer-too-long', state: 'queued' }],
  ] as const)('%s', async (_, status, headers, content, outcome) => {
    const { make, submit, send, deliveries } = await startNoticing();
    const receiver = await receive(() => status, headers, content);
    await make(receiver.address);
    await submit();
    await send();
    expect(await deliveries()).toMatchObject([outcome]);
    expect(receiver.received).toHaveLength(1);
  });

  it('answered 410 switches the channel off until somebody switches it on', async () => {
    const { make, submit, send, deliveries, ask, pull } = await startNoticing();
    const receiver = await receive((_, count) => (count === 1 ? 410 : 204));
    const { id } = await make(receiver.address);
    await submit();
    await submit();
    await send();
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries('state=dead')).toHaveLength(2);
    await submit();
    expect(await deliveries()).toHaveLength(2);
    const [listed] = ((await (await pull('/channels', 'admin')).json()) as { channels: Channel[] }).channels;
    expect(listed).toMatchObject({ id, off_at: '2026-11-23T04:00:00.000Z' });
    await ask('PATCH', `/channels/${id}`, { paused: false }, 'admin');
    await submit();
    await send();
    expect(receiver.received).toHaveLength(2);
  });

  it('waits while its channel is paused', async () => {
    const { make, submit, send, ask } = await startNoticing();
    const receiver = await receive();
    const { id } = await make(receiver.address, { paused: true });
    const lead_id = await submit();
    expect(await send()).toBe(0);
    await ask('PATCH', `/channels/${id}`, { paused: false }, 'admin');
    await send();
    expect(idsIn(receiver)).toEqual([lead_id]);
  });

  it('of a slow receiver delays no other', async () => {
    const { make, submit, send } = await startNoticing();
    let answer: (status: number) => void = () => {};
    const slow = await receive(() => new Promise<number>(resolve => (answer = resolve)));
    const quick = await receive();
    await make(slow.address);
    await make(quick.address);
    const ids = [await submit(), await submit()];
    const sending = send();
    await expect.poll(() => idsIn(quick)).toEqual(ids);
    await expect.poll(() => slow.received.length).toBe(1);
    answer(204);
    await expect.poll(() => slow.received.length).toBe(2);
    answer(204);
    await sending;
    expect(idsIn(slow)).toEqual(ids);
  });

  it('of a slow receiver keeps the job of each minute no longer than that, and none is lost', async () => {
    const { make, submit, services, advance } = await startNoticing();
    const slow = await receive(() => {
      advance(9_000);
      return 204;
    });
    await make(slow.address);
    const ids = [];
    for (let count = 0; count < 8; count++) ids.push(await submit());
    const began = services.now().getTime();
    await runJobs(services);
    expect(services.now().getTime() - began).toBeLessThan(60_000);
    expect(slow.received.length).toBeGreaterThan(3);
    advance(60_000);
    await runJobs(services);
    expect(idsIn(slow)).toEqual(ids);
  });

  it('that was sent when its server died is sent again with the same id, once the lease has ended', async () => {
    const { make, submit, send, db, advance } = await startNoticing();
    const receiver = await receive();
    await make(receiver.address);
    await submit();
    const { atomic } = db;
    let units = 0;
    db.atomic = async statements => {
      if (++units > 1) throw new Error('died');
      return atomic(statements);
    };
    await send();
    db.atomic = atomic;
    advance(19_000);
    expect(await send()).toBe(0);
    advance(1_000);
    expect(await send()).toBe(1);
    const [first, second] = receiver.received;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  });

  it('tells of a published policy, and the jobs send it', async () => {
    const { make, publish, services } = await startNoticing();
    const receiver = await receive();
    await make(receiver.address, { events: ['policy.published'] });
    await publish('2026-02');
    await runJobs(services);
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
      type: 'policy.published',
      data: { console_url: `${origin}/console` },
    });
  });
});

describe('a channel', () => {
  it('shows a secret that was made once and never again, and keeps it sealed', async () => {
    const { make, pull, ask, db, lines } = await startNoticing();
    const { id, secret, ...made } = await make('http://127.0.0.1:1/');
    expect(secret).toMatch(/^whsec_/);
    const own = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    expect((await make('http://127.0.0.1:1/', { secret: own })).secret).toBeUndefined();
    const text = await (await pull('/channels', 'admin')).text();
    const changed = await (await ask('PATCH', `/channels/${id}`, { name: 'ERP' }, 'admin')).json();
    expect(changed).toEqual({ id, ...made, name: 'ERP' });
    const stored = JSON.stringify([
      await db.selectFrom('channels').selectAll().execute(),
      await db.selectFrom('keys').selectAll().execute(),
    ]);
    for (const shown of [text, stored, lines.join('')])
      for (const key of [secret, own]) expect(shown).not.toContain(key.slice(6));
  });

  it('is tested at once, once, and says what came of it', async () => {
    const { make, ask, deliveries } = await startNoticing();
    const receiver = await receive((_, count) => (count === 1 ? 204 : 500));
    const { id } = await make(receiver.address, { paused: true });
    const test = async () => (await ask('POST', `/channels/${id}/test`, undefined, 'admin')).json();
    expect(await test()).toMatchObject({ channel_id: id, event: 'channel.test', state: 'sent', last_status: 204 });
    expect(await test()).toMatchObject({ state: 'dead', attempts: 1, last_status: 500 });
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ type: 'channel.test' });
    expect(await deliveries('limit=1')).toHaveLength(1);
  });

  it('is removed with its key and what waits, and each act is on record', async () => {
    const { make, submit, ask, pull, db } = await startNoticing();
    const { id } = await make('http://127.0.0.1:1/');
    await submit();
    await ask('PATCH', `/channels/${id}`, { name: 'ERP' }, 'admin');
    expect((await ask('DELETE', `/channels/${id}`, undefined, 'admin')).status).toBe(204);
    expect((await ask('DELETE', `/channels/${id}`, undefined, 'admin')).status).toBe(404);
    expect(await db.selectFrom('deliveries').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('keys').selectAll().where('subject_id', '=', id).execute()).toEqual([]);
    const { audit_events } = (await (await pull('/audit-events')).json()) as { audit_events: { action: string }[] };
    expect(audit_events.filter(({ action }) => action.startsWith('channel.'))).toMatchObject([
      { action: 'channel.created', fields: id, role: 'admin' },
      { action: 'channel.changed' },
      { action: 'channel.removed' },
    ]);
  });

  it.each([
    [{ address: 'https://hooks.example.com/' }, ['address invalid']],
    [{ address: 'http://user:pass@127.0.0.1/' }, ['address invalid']],
    [{ address: 'ftp://127.0.0.1/' }, ['address invalid']],
    [{ address: 'http://127.0.0.1/\u001b[2J' }, ['address invalid']],
    [{ address: 'http://127.0.0.1/\r\nX-A: b' }, ['address invalid']],
    [{ address: 'http://127.0.0.1/\u202e' }, ['address invalid']],
    [{ address: 'http://127.0.0.1@evil.example.com/' }, ['address invalid']],
    [{ address: 'http://[::1]/' }, ['address invalid']],
    [{ name: 'CRM\r\nX-A: b' }, ['name invalid']],
    [{ events: [] }, ['events invalid']],
    [{ events: Array(99).fill('lead.created') }, ['events too_long']],
    [{ events: ['lead.erased'] }, ['events invalid']],
    [{ events: ['lead.created', 'lead.created'] }, ['events invalid']],
    [{ secret: 'whsec_short' }, ['secret invalid']],
    [{ kind: 'pigeon' }, ['kind invalid']],
    [{ note: 'x' }, ['note unknown_field']],
  ])('is refused with %j', async (wrong, errors) => {
    const { ask, pull } = await startNoticing();
    const asked = { kind: 'webhook', name: 'CRM', address: 'http://127.0.0.1/', events: ['lead.created'], ...wrong };
    expect(await readProblem(await ask('POST', '/channels', asked, 'admin'))).toMatchObject({ status: 422, errors });
    expect(await (await pull('/channels', 'admin')).json()).toEqual({ channels: [] });
  });

  it('is the hundredth at most', async () => {
    const { ask, make } = await startNoticing();
    for (let count = 0; count < 100; count++) await make('http://127.0.0.1:1/');
    const asked = { kind: 'webhook', name: 'x', address: 'http://127.0.0.1:1/', events: ['lead.created'] };
    const answer = await readProblem(await ask('POST', '/channels', asked, 'admin'));
    expect(answer).toMatchObject({ status: 422, errors: ['kind invalid'] });
  });

  it('is a matter of administrators', async () => {
    const { ask, pull, make } = await startNoticing();
    const { id } = await make('http://127.0.0.1:1/');
    for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor'] as Role[]) {
      expect((await pull('/channels', role)).status).toBe(403);
      expect((await pull('/deliveries', role)).status).toBe(403);
      expect((await ask('DELETE', `/channels/${id}`, undefined, role)).status).toBe(403);
    }
  });

  it('forgets what is sent or dead after thirty days, and nothing that waits', async () => {
    const { make, submit, send, db, services, advance } = await startNoticing();
    const receiver = await receive((_, count) => (count === 2 ? 500 : 204));
    await make(receiver.address);
    await submit();
    await submit();
    await send();
    advance(1);
    expect(await forgetDeliveries(db, services.now())).toBe(1);
    expect(await db.selectFrom('deliveries').select('state').execute()).toEqual([{ state: 'queued' }]);
  });

  it('that was removed while a delivery was written leaves none', async () => {
    const { make, submit, ask, db, services, advance, deliveries } = await startNoticing();
    const { id } = await make('http://127.0.0.1:1/');
    const statement = writeDeliveries(db, { event: 'lead.created', lead_id: await submit() }, services.now());
    const [row] = await deliveries();
    await ask('DELETE', `/channels/${id}`, undefined, 'admin');
    await make('http://127.0.0.1:1/');
    await db.atomic([statement]);
    // On PostgreSQL a unit that began before the removal may still write.
    await db
      .insertInto('deliveries')
      .values(row as Deliveries)
      .execute();
    advance(1);
    await forgetDeliveries(db, services.now());
    expect(await db.selectFrom('deliveries').select('channel_id').execute()).not.toContainEqual({ channel_id: id });
    expect(await deliveries('state=queued')).toHaveLength(1);
  });
});

it('a server with a key that turned opens the secrets of channels with the earlier key still listed', async () => {
  const { services, make, submit } = await startNoticing();
  const receiver = await receive();
  await make(receiver.address);
  await submit();
  const third = { id: 'third', key: Buffer.alloc(32, 8) };
  const encryption_keys = [...services.settings.encryption_keys, third];
  const made = await createServices({ ...services.settings, encryption_keys }, { ...services, writeLine() {} });
  if ('mistakes' in made) throw new Error(made.mistakes.join());
  expect(await sendDue(made.services)).toBe(1);
  expect(receiver.received).toHaveLength(1);
});

it('by https a notice goes to a receiver whose certificate is trusted and bears its name; the log says why another gets nothing', async () => {
  const receiver = await receive(undefined, undefined, undefined, true);
  const tell = async (host: string) => {
    const listed = { OUTBOUND_HOSTS: '127.0.0.1,[::1],localhost', LOG_LEVEL: 'debug' };
    const { make, submit, send, deliveries, lines } = await startNoticing(undefined, listed);
    await make(receiver.address.replace('127.0.0.1', host));
    await submit();
    await send();
    const [{ state, last_error } = {} as Deliveries] = await deliveries();
    expect(lines.join('')).toMatch(`"is":"${last_error ? 'failed' : 'sent'}"`);
    if (last_error) expect(lines.join('')).toMatch(new RegExp(`"event":"delivery",.*"error":"${last_error}"`));
    return [state, last_error];
  };
  expect(await tell('localhost')).toEqual(['queued', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
  await trustingIt(async () => expect(await tell('127.0.0.1')).toEqual(['queued', 'ERR_TLS_CERT_ALTNAME_INVALID']));
  expect(receiver.received).toEqual([]);
  await trustingIt(async () => expect(await tell('localhost')).toEqual(['sent', null]));
  expect(receiver.received).toHaveLength(1);
});
