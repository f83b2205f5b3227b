import { randomUUID } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMailServer } from './notices/mail-server.ts';
import { startReceiver } from './notices/receiver.ts';
import { hangClock, setClock } from './support/clock.ts';
import { createPostgresDatabase } from './support/engines.ts';
import { browser_accept, site, test_keys } from './support/harness.ts';
import { passProvider, startIdentityProvider } from './support/identity-provider.ts';
import { createInstall, network } from './support/install.ts';
import { solve } from './support/proofs.ts';
import { makeFolder, type RunningServer } from './support/server.ts';

const public_url = 'https://leads.example.com';
const two_years_ms = 2 * 366 * 86_400_000;
const { folder, remove } = makeFolder();
const logs = join(folder, 'log');
const backups = join(folder, 'backups');
const clock = join(folder, 'clock');

/** Everything that people said of themselves, or that opens what they said. It may stand in no log. */
const personal: string[] = [network];
/** The values that the feed must show of each lead at the end; null where it is erased. */
const expected = new Map<string, { name: string; email: string } | null>();

const install = createInstall({});
const { start, ask, operate } = install;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let mail: Awaited<ReturnType<typeof openMailServer>>;
let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  [receiver, mail, provider] = await Promise.all([
    startReceiver(),
    openMailServer(),
    startIdentityProvider(public_url),
  ]);
  Object.assign(install.environment, {
    NODE_ENV: 'production',
    PUBLIC_URL: public_url,
    SITE_ORIGINS: site,
    DATA_REGION: 'CN',
    CONTROLLER_NAME: '小视科技(江苏)股份有限公司',
    CONTROLLER_CONTACT: 'privacy@example.com',
    DATABASE_URL: await createPostgresDatabase(),
    BACKUP_DIR: backups,
    LOG_DIR: logs,
    OUTBOUND_HOSTS: '127.0.0.1',
    METRICS_TOKEN: 'b'.repeat(64),
    CLIENT_IP_HEADER: 'x-real-ip',
    PORT: '0',
    DRAIN_SECONDS: '0',
    LOG_LEVEL: 'debug',
    ...hangClock(clock),
    ...test_keys,
    ...mail.environment,
    ...provider.settings,
  });
});
afterAll(async () => {
  await Promise.all(install.servers.map(server => server.stop('SIGKILL')));
  receiver?.close();
  await mail?.close();
  await provider?.stop();
  remove();
});

/** Fields that answers may hold. */
interface Fields {
  id: string;
  version: string;
  challenge: string;
  receipt_code: string;
  reference: string;
  secret: string;
  token: string;
  status: string;
  warnings: string[];
  has_more: boolean;
  leads: Record<string, string>[];
  subject_requests: { id: string }[];
  promises: { id: string; state: string }[];
}

/** Sends JSON, as the website or as somebody of staff. */
function send(method: string, path: string, body?: unknown, role?: string, headers: Record<string, string> = {}) {
  return install.send<Fields>(method, path, body, { ...headers, token: role && tokens[role] });
}

async function solveChallenge(form = 'mini-ai-experience') {
  return solve((await send('GET', `/challenge?form=${form}`)).challenge);
}

let people = 0;
/** Makes a person up whose values stand nowhere else. */
function newPerson() {
  people++;
  const person = {
    name: `魏语桐${people}号`,
    phone: `1397700${String(people).padStart(4, '0')}`,
    email: `yutong.${people}@visitors.example`,
    company: `云栖长日第${people}公司`,
  };
  personal.push(...Object.values(person));
  return person;
}

/** Sends a lead as the widget does, with a key. */
async function submit(person = newPerson(), form = 'mini-ai-experience', key: string = randomUUID()) {
  const { version } = await send('GET', '/policies/current');
  const body = { ...person, policy_version: version, locale: 'zh-CN', challenge: await solveChallenge(form) };
  const answer = await send('POST', `/forms/${form}`, body, undefined, { 'Idempotency-Key': key });
  expect(answer.http).toBe(201);
  const { id, receipt_code } = answer;
  personal.push(receipt_code);
  codes.set(id, receipt_code);
  expected.set(id, { name: person.name, email: person.email });
  return { id, receipt_code, person, key, form };
}

/** Publishes the sample policy as a version that is in force. */
function writePolicy(version: string, effective_at: string): string[] {
  return ['zh-CN', 'en'].map(locale => {
    const path = join(folder, `${version}.${locale}.md`);
    const text = readFileSync(`worker/demo/policy.${locale}.md`, 'utf8');
    writeFileSync(
      path,
      text
        .replace(/^version: .*$/m, `version: ${version}`)
        .replace(/^effective_at: .*$/m, `effective_at: ${effective_at}`),
    );
    return path;
  });
}

async function choose(granted: string[], visitor_id: string = randomUUID()) {
  const { version } = await send('GET', '/policies/current');
  const shown = ['functional', 'analytics', 'marketing'];
  const chosen_at = new Date().toISOString();
  const choice = { visitor_id, policy_version: version, locale: 'en', shown, granted, source: 'banner', chosen_at };
  expect((await send('POST', '/consents', choice)).http).toBe(201);
  return visitor_id;
}

/** Returns the ids of the leads that are there and unrestricted, the earliest first. */
const expectedIds = () => [...expected].flatMap(([id, person]) => (person && !restrictions.has(id) ? [id] : []));

/** Holds the feed against what was sent and asked for since. */
async function expectLeads() {
  const headers = { Accept: 'application/x-ndjson', Authorization: `Bearer ${tokens.sales}` };
  const text = await (await ask('/leads?view=clear', { headers })).text();
  const stored = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, string>);
  const feed = await send('GET', '/leads?limit=200', undefined, 'sales');
  expect(feed.has_more).toBe(false);
  const shown = new Map(stored.map(({ id, name, email }) => [id, { name, email }]));
  for (const { id, erased_at, restricted_at } of feed.leads) {
    const state = erased_at ? null : restricted_at ? 'restricted' : shown.get(id);
    expect([id, state]).toEqual([id, restrictions.has(id!) ? 'restricted' : expected.get(id!)]);
  }
  expect(feed.leads).toHaveLength(expected.size);
  expect(shown.size).toBe(expectedIds().length);
}

const minutes = 60_000;
const browser = { Accept: browser_accept, 'Accept-Language': 'en', 'Sec-Fetch-Site': 'same-origin' };
/** Leads that nobody but the feed's readers may see. */
const restrictions = new Set<string>();
const codes = new Map<string, string>();
/** Lists whom no mail has told of the policy's change. */
let listUntold: () => string[];
/** Ends the hold. */
let release: () => Promise<void>;

describe('a long day of a production install on two servers', { timeout: 2 * minutes }, () => {
  it('two years earlier it gets its staff and its policy, and one visitor writes', async () => {
    setClock(clock, -two_years_ms);
    install.servers = [await start()];
    const admin = await operate('token', 'create', '--holder', 'Holder admin', '--role', 'admin', '--days', '3650');
    tokens.admin = admin.stdout.trim();
    for (const role of ['sales', 'privacy_officer']) {
      const asked = { holder: `Holder ${role}`, role, days: 3650 };
      tokens[role] = (await send('POST', '/tokens', asked, 'admin')).token;
    }
    personal.push(...Object.values(tokens));
    const policy = writePolicy('2024-01', '2024-01-01T00:00:00Z');
    expect(await operate('policy', 'publish', ...policy)).toMatchObject({ code: 0 });
    const { id } = await submit();
    expected.set(id, null);
    expect(await install.servers[0]!.stop()).toBe(0);
  });

  it('in the morning two servers start, and what is past its period goes', async () => {
    setClock(clock, 0);
    const first = await start();
    install.servers = [first, await start()];
    const [early] = [...expected.keys()];
    await expect
      .poll(() => send('GET', `/leads/${early}`, undefined, 'sales'), { timeout: minutes })
      .toMatchObject({ erased_at: expect.any(String) });
  });

  it('channels tell of every lead, to whom the rule gives it, and each is told once', async () => {
    const hook = { kind: 'webhook', name: 'CRM', address: receiver.address, locale: 'en' };
    const made = await send('POST', '/channels', { ...hook, events: ['lead.created', 'lead.assigned'] }, 'admin');
    expect(made.http).toBe(201);
    personal.push(made.secret);
    const box = {
      kind: 'email',
      name: 'Sales',
      address: 'sales@example.com',
      locale: 'zh-CN',
      events: ['lead.created'],
    };
    expect((await send('POST', '/channels', box, 'admin')).http).toBe(201);
    const rule = { holders: ['Holder sales', 'Holder privacy_officer'] };
    expect((await send('PUT', '/assignment-rules/mini-ai-experience', rule, 'admin')).http).toBe(200);
    for (let n = 0; n < 10; n++) {
      const sent = await submit(undefined, n % 3 ? 'mini-ai-experience' : 'ecological-cooperation');
      if (n === 4) expect((await submit(sent.person, sent.form, sent.key)).id).toBe(sent.id);
    }
    await Promise.all([choose([]), choose(['analytics']), choose(['functional', 'analytics', 'marketing'])]);
    const ids = [...expected.keys()].slice(1);
    const told = () =>
      receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: { lead_id: string } });
    const toldOf = (type: string) =>
      told()
        .filter(one => one.type === type)
        .map(({ data }) => data.lead_id)
        .sort();
    await expect.poll(() => toldOf('lead.created'), { timeout: minutes }).toEqual([...ids].sort());
    await expect.poll(() => toldOf('lead.assigned').length, { timeout: minutes }).toBe(6);
    for (const { body, headers } of receiver.received)
      expect(() => new Webhook(made.secret).verify(body, headers as Record<string, string>)).not.toThrow();
    const mailed = () => mail.mails.filter(({ to }) => to.includes('sales@example.com')).length;
    await expect.poll(mailed, { timeout: minutes }).toBeGreaterThan(0);
  });

  it('sales sign in with the company’s account, work on a lead, and take a file along', async () => {
    personal.push('赵敏');
    provider.enter('u1', { name: '赵敏', groups: ['sales-team'] });
    const begun = await ask('/console/sign-in', { headers: browser });
    const [attempt] = begun.headers.getSetCookie().map(cookie => cookie.split(';')[0]!);
    const back = await passProvider(begun.headers.get('Location')!);
    const come = await ask(back.pathname + back.search, { headers: { ...browser, Cookie: attempt! } });
    const Cookie = come.headers
      .getSetCookie()
      .map(cookie => cookie.split(';')[0]!)
      .join('; ');
    const page = await (await ask('/console', { headers: { ...browser, Cookie } })).text();
    expect(page).toContain('赵敏');
    const [id] = expectedIds();
    const press = async (path: string, fields: Record<string, string>) => {
      const headers = { ...browser, Cookie, Origin: public_url, 'Content-Type': 'application/x-www-form-urlencoded' };
      const { status } = await ask(path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
      expect(status).toBe(303);
    };
    const seen = /name="seen" value="([^"]*)"/.exec(
      await (await ask(`/console/leads/${id}`, { headers: { ...browser, Cookie } })).text(),
    );
    await press(`/console/leads/${id}/status`, { status: 'contacted', ...(seen && { seen: seen[1]! }) });
    await press(`/console/leads/${id}/follow-up`, { follow_up_on: new Date().toISOString().slice(0, 10) });
    const note = '喜欢长日里的第一份报价';
    personal.push(note);
    expect((await send('PATCH', `/leads/${id}`, { note, assigned_to: '赵敏' }, 'sales')).http).toBe(200);
    const lead = await send('GET', `/leads/${id}?view=clear`, undefined, 'sales');
    expect(lead).toMatchObject({ ...expected.get(id!), note, status: 'contacted', assigned_to: '赵敏' });
  });

  it('people use their rights: a copy by a code, a correction, an erasure, a restriction, a withdrawal', async () => {
    const [copied, corrected, erased, restricted, withdrawn, held] = expectedIds();
    const { email } = expected.get(copied!)!;
    const asked = { type: 'copy', email, locale: 'zh-CN', challenge: await solveChallenge('requests') };
    const request = await send('POST', '/requests', asked);
    expect(request).toMatchObject({ http: 202, verification: 'code' });
    personal.push(request.reference);
    const mailTo = (text: RegExp) =>
      mail.mails.filter(({ to }) => to.includes(email)).map(one => text.exec(one.text)?.[0]);
    await expect.poll(() => mailTo(/^\d{6}/m), { timeout: minutes }).toContainEqual(expect.any(String));
    const [code] = mailTo(/^\d{6}/m).filter(Boolean);
    expect((await send('POST', `/requests/${request.reference}/verification`, { code })).http).toBe(204);
    const { subject_requests } = await send('GET', '/subject-requests?state=verified', undefined, 'privacy_officer');
    const done = await send('POST', `/subject-requests/${subject_requests[0]!.id}/fulfilment`, {}, 'privacy_officer');
    expect(done.http).toBe(200);
    await expect
      .poll(() => mailTo(/\/requests\/copies\/[\w-]+/), { timeout: minutes })
      .toContainEqual(expect.any(String));
    const [copy] = mailTo(/\/requests\/copies\/[\w-]+/).filter(Boolean);
    personal.push(copy!.split('/').at(-1)!);
    expect(await send('POST', copy!, '')).toMatchObject({ http: 200, leads: [{ id: copied, values: { email } }] });

    const fulfil = async (type: string, id: string, fulfilment: object = {}) => {
      const told = { type, channel: 'phone', lead_ids: [id] };
      const taken = await send('POST', '/subject-requests', told, 'privacy_officer');
      await send('POST', `/subject-requests/${taken.id}/verification`, { by: 'callback' }, 'privacy_officer');
      const fulfilled = await send('POST', `/subject-requests/${taken.id}/fulfilment`, fulfilment, 'privacy_officer');
      expect(fulfilled.http).toBe(200);
    };
    const { name } = newPerson();
    await fulfil('rectification', corrected!, { values: { name } });
    expected.set(corrected!, { ...expected.get(corrected!)!, name });
    await fulfil('erasure', erased!);
    expected.set(erased!, null);
    await fulfil('restriction', restricted!);
    restrictions.add(restricted!);
    expect(await send('POST', '/withdrawals', { receipt_code: codes.get(withdrawn!) })).toMatchObject({ erased: true });
    expected.set(withdrawn!, null);

    const hold = { ground: 'court', reference: '(2026)苏01民初123号', review_on: '2099-01-01' };
    const placed = await send('POST', `/leads/${held}/holds`, hold, 'privacy_officer');
    expect(placed.http).toBe(201);
    expect(await send('POST', '/withdrawals', { receipt_code: codes.get(held!) })).toMatchObject({ erased: false });
    restrictions.add(held!);
    const { id } = placed;
    release = async () => {
      expect(await operate('release', id, '--reason', 'ended')).toMatchObject({ code: 0 });
      restrictions.delete(held!);
      expected.set(held!, null);
    };
  });

  it('the policy changes under way', async () => {
    const before = mail.mails.length;
    const effective_at = new Date(Date.now() - 1_000).toISOString();
    expect(await operate('policy', 'publish', ...writePolicy('2026-11', effective_at))).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await send('GET', '/policies/current')).version, { timeout: minutes })
      .toBe('2026-11');
    await choose(['analytics']);
    await submit();
    const people = expectedIds()
      .map(id => expected.get(id)!.email)
      .slice(0, -1);
    listUntold = () => people.filter(email => !mail.mails.slice(before).some(({ to }) => to.includes(email)));
  });

  it('a laptop is lost: those whom its holder saw are told', async () => {
    const [reached] = expectedIds();
    const scope = { lead_ids: [reached] };
    const times = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() };
    const incident = await send('POST', '/incidents', { ...times, cause: 'a lost laptop', scope }, 'privacy_officer');
    expect(incident).toMatchObject({ http: 201, affected: 1 });
    const words = Object.fromEntries(
      ['situation', 'impact', 'measures', 'advice', 'remedies'].map(part => [part, `告知 ${part}`]),
    );
    const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': words } };
    expect((await send('POST', `/incidents/${incident.id}/notice`, notice, 'privacy_officer')).http).toBe(200);
    const { email } = expected.get(reached!)!;
    const told = () =>
      mail.mails.filter(({ to, text }) => to.includes(email) && text.includes('告知 situation')).length;
    await expect.poll(told, { timeout: minutes }).toBe(1);
  });

  it('a server is killed while leads come in, the keys are turned, and in the evening everybody knows of the policy', async () => {
    const [first, second] = install.servers as [RunningServer, RunningServer];
    const sent = Promise.all(Array.from({ length: 12 }, () => submit()));
    const before = expected.size;
    await expect.poll(() => expected.size, { interval: 1, timeout: minutes }).toBeGreaterThan(before);
    install.servers = [second];
    await first.stop('SIGKILL');
    const [old, added] = [install.environment.ENCRYPTION_KEYS!, `third:${Buffer.alloc(32, 9).toString('base64')}`];
    install.environment.ENCRYPTION_KEYS = `${old},${added}`;
    await sent;
    install.servers = [await start(), second];
    await second.stop();
    install.servers = [install.servers[0]!, await start()];
    await submit();
    await expect.poll(async () => (await operate('keys', 'rotate')).code, { timeout: minutes, interval: 500 }).toBe(0);
    expect(await operate('keys', 'status')).toMatchObject({ code: 0 });
    install.environment.ENCRYPTION_KEYS = added;
    setClock(clock, 10 * 60 * minutes);
    for (const n of [0, 1]) {
      await install.servers[n]!.stop();
      install.servers[n] = await start();
    }
    await submit();
    await release();
    await expect.poll(listUntold, { timeout: minutes }).toEqual([]);
  });

  it('at its end every promise is kept, the trail is whole, and every lead is where it must be', async () => {
    // A server may be making one of its own.
    const codeOf = async (...args: string[]) => (await operate(...args)).code;
    await expect.poll(() => codeOf('backup', backups), { timeout: minutes, interval: 500 }).toBe(0);
    await expect.poll(() => codeOf('backup', 'verify', backups), { timeout: minutes, interval: 500 }).toBe(0);
    const checked = await operate('compliance');
    expect(checked.stderr + checked.stdout).not.toMatch(/broken/);
    const { promises } = await send('GET', '/compliance');
    const left = promises.filter(({ state }) => state !== 'kept');
    // Logs are kept for six months, which only six months prove.
    expect(left.map(({ id, state }) => [id, state])).toEqual([['P10', 'unproven']]);
    const trail = await operate('audit', 'verify', '--checkpoint', join(backups, 'checkpoints'));
    expect(trail).toMatchObject({ code: 0 });
    await expectLeads();
    const health = async () => {
      const { status, warnings } = await send('GET', '/health');
      return [status, warnings];
    };
    await expect.poll(health, { timeout: minutes, interval: 500 }).toEqual(['ok', []]);
  });

  it('what was backed up brings the same leads back on another machine', async () => {
    install.environment.DATABASE_URL = await createPostgresDatabase();
    expect(await operate('restore', backups)).toMatchObject({ code: 0 });
    await Promise.all(install.servers.map(server => server.stop()));
    install.servers = [await start()];
    await expectLeads();
  });

  it('no log says anything personal', () => {
    const files = globSync('*.log', { cwd: logs });
    const lines = files.flatMap(name => readFileSync(join(logs, name), 'utf8').split('\n'));
    expect(lines.length).toBeGreaterThan(100);
    const domestic = (value: string) => value.replace(/^\+86/, '');
    for (const value of personal) expect(lines.filter(line => line.includes(domestic(value)))).toEqual([]);
  });
});
