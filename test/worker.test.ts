import { readFileSync } from 'node:fs';
import type { D1Database } from '@cloudflare/workers-types';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestHarness } from 'wrangler';
import { verifyTrail } from '../db/audit/verify.ts';
import type { Database } from '../db/database.ts';
import * as d1 from '../db/dialects/d1.ts';
import { publishPolicy } from '../db/policies/publish.ts';
import { createToken } from '../db/staff/tokens.ts';
import { jobs } from '../worker/jobs.ts';
import { apps } from './notices/apps.ts';
import { startReceiver } from './notices/receiver.ts';
import { applyMigrations } from './support/engines.ts';
import { browser_accept, draft, lead, operator, readProblem, site, test_keys, unguarded } from './support/harness.ts';
import { passProvider, startIdentityProvider } from './support/identity-provider.ts';
import { readMetrics } from './support/metrics.ts';
import { readSheet } from './support/xlsx.ts';

const provider = await startIdentityProvider('https://leads.example.com');

const vars = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: site,
  DATA_REGION: 'SG',
  CONTROLLER_NAME: 'Example',
  CONTROLLER_CONTACT: 'privacy@example.com',
  ...unguarded,
  FORM_LIMIT_PER_MINUTE: '10',
  OUTBOUND_HOSTS: '127.0.0.1',
  METRICS_TOKEN: 'a-token-of-the-scraper',
  ...provider.settings,
  ...test_keys,
};

/** The built Worker on the real workerd, with a D1 of its own. */
const server = createTestHarness({ workers: [{ configPath: './wrangler.toml', vars, envFiles: [] }] } as never);
const fetchWorker = async (path: string, init?: object) =>
  (await server.fetch(path, init as never)) as unknown as Response;
type Read = { status: number; wait: string | null; text: string };
let early: Read;
let earlyPage: Read;
let token = '';
let officer = '';
let database: Database;

beforeAll(async () => {
  await server.listen();
  early = await read('/policies');
  earlyPage = await read('/forms/mini-ai-experience', { headers: { Accept: browser_accept } });
  const { DB } = (await server.getWorker().getEnv()) as unknown as { DB: D1Database };
  await applyMigrations(DB);
  const db = d1.open(DB);
  database = db;
  await publishPolicy(db, draft('2026-01'), operator, new Date());
  token = await createToken(db, { holder: 'sales', role: 'sales', days: 1 }, operator, new Date());
  officer = await createToken(db, { holder: 'po', role: 'privacy_officer', days: 1 }, operator, new Date());
});
afterAll(async () => {
  await server.close();
  await provider.stop();
});

/** Reads an answer at once, because the connection under an unread one may end before a test looks at it. */
async function read(path: string, init?: object): Promise<Read> {
  const response = await fetchWorker(path, init);
  return { status: response.status, wait: response.headers.get('Retry-After'), text: await response.text() };
}

const post = (path: string, sent: unknown, headers: object = {}) =>
  fetchWorker(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: site, ...headers },
    body: typeof sent === 'string' ? sent : JSON.stringify(sent),
  });

describe('the Worker on workerd with D1', () => {
  it('says that it is unavailable while there are no tables, and gets over it by itself', async () => {
    expect([early.status, early.wait]).toEqual([503, '5']);
    expect(await readProblem(new Response(early.text))).toMatchObject({ slug: 'unavailable', status: 503 });
    expect([earlyPage.status, earlyPage.wait]).toEqual([503, '5']);
    expect(earlyPage.text).toMatch(/服务暂时不可用[\s\S]*Not available just now/);
    expect((await fetchWorker('/policies')).status).toBe(200);
  });

  it('knows the hosts that an address can have, as Node does', async () => {
    for (const email of ['a@xn--a.cn', 'a@b.123', `a@${'b'.repeat(64)}.cn`])
      expect(await readProblem(await post('/forms/mini-ai-experience', { ...lead, email }))).toMatchObject({
        status: 422,
        errors: ['email invalid'],
      });
  });

  it('takes a lead and gives it to sales', async () => {
    const response = await post('/forms/mini-ai-experience', lead, { 'Idempotency-Key': 'k' });
    expect(response.status).toBe(201);
    const receipt = (await response.json()) as { id: string };
    expect(await (await post('/forms/mini-ai-experience', lead, { 'Idempotency-Key': 'k' })).json()).toEqual(receipt);
    const pulled = await fetchWorker('/leads?view=clear', { headers: { Authorization: `Bearer ${token}` } });
    const { leads } = (await pulled.json()) as { leads: object[] };
    expect(leads).toMatchObject([{ id: receipt.id, name: lead.name, phone: '+8613800138078', company: lead.company }]);
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/x-ndjson' };
    const lines = (await (await fetchWorker('/leads', { headers })).text()).trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line).id)).toEqual([receipt.id]);
  });

  it('compares e-mail addresses by what they reach', async () => {
    const sent = { ...lead, phone: '+886 0912 345 678', email: 'Shop@例子.中国' };
    const { id } = (await (await post('/forms/mini-ai-experience', sent)).json()) as { id: string };
    for (const email of ['shop@xn--fsqu00a.xn--fiqs8s', 'shop＠例子。中国']) {
      const query = new URLSearchParams({ email, order: 'desc' });
      const found = await fetchWorker(`/leads?${query}`, { headers: { Authorization: `Bearer ${token}` } });
      expect(await found.json()).toMatchObject({ leads: [{ id, phone: '+88******78' }] });
    }
  });

  it('answers 503 with other keys than those that its database was used with, and logs the setting', async () => {
    const { default: worker } = await import('../worker/index.ts');
    const { DB } = (await server.getWorker().getEnv()) as unknown as { DB: D1Database };
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const env = { ...vars, DB, ASSETS: {}, INDEX_KEY: Buffer.alloc(32, 33).toString('base64') };
    const refused = await worker.fetch(new Request('https://leads.example.com/health'), env as never, {} as never);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '60']);
    expect(told.mock.calls).toEqual([[expect.stringMatching(/^INDEX_KEY: not the key/)]]);
    told.mockRestore();
  });

  it('takes a cookie choice, shows it and takes it back', async () => {
    const chosen = await post('/consents', {
      policy_version: '2026-01',
      locale: 'en',
      shown: ['necessary', 'analytics'],
      granted: ['analytics'],
      source: 'banner',
      chosen_at: new Date().toISOString(),
    });
    expect(chosen.headers.get('Set-Cookie')).toMatch(/^consent=v1\..*Secure; SameSite=Lax$/);
    const { visitor_id } = (await chosen.json()) as { visitor_id: string };
    expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(201);
    const { history } = (await (await fetchWorker(`/consents/${visitor_id}`)).json()) as { history: object[] };
    expect(history).toMatchObject([{ granted: [], source: 'withdrawal' }, { granted: ['analytics'] }]);
  });

  it('serves the policy, the widget and its modules, these with CORS for the websites', async () => {
    expect((await fetchWorker('/policies/2026-01?lang=en')).status).toBe(200);
    const widget = await fetchWorker('/widget.js');
    expect(widget.headers.get('Content-Type')).toContain('javascript');
    expect(widget.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(widget.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(widget.headers.get('Cache-Control')).toBe('public, max-age=60, stale-while-revalidate=86400');
    const script = await widget.text();
    expect(script).toContain('"current":{"version":"2026-01"');
    const [name] = /(?<=widget\/)lead-form-[\w-]+\.js/.exec(script)!;
    const module = await fetchWorker(`/widget/${name}`, { headers: { Origin: site } });
    expect(module.status).toBe(200);
    expect(module.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect((await fetchWorker('/widget/none.js')).status).toBe(404);
  });

  it('publishes a policy, by the module that is loaded for it', async () => {
    const admin = await createToken(database, { holder: 'x', role: 'admin', days: 1 }, operator, new Date());
    const documents = ['zh-CN', 'en'].map(locale => readFileSync(`worker/demo/policy.${locale}.md`, 'utf8'));
    const later = documents.map(text =>
      text.replace(/^version:.*$/m, 'version: 2099-01').replace(/^effective_at:.*$/m, 'effective_at: 2099-01-01'),
    );
    const publish = (documents: string[]) => post('/policies', { documents }, { Authorization: `Bearer ${admin}` });
    const published = await publish(later);
    expect(published.status).toBe(201);
    const { documents: made } = (await published.json()) as { documents: { url: string }[] };
    expect(await (await fetchWorker(new URL(made[0]!.url).pathname)).text()).toMatch(/^<!doctype html>/);
    expect((await publish(later)).status).toBe(422);
    expect(await readProblem(await publish(['---\nversion: x\n---\n']))).toMatchObject({ slug: 'invalid-fields' });
  });

  it('signs in with an account of the company, by a module that is loaded for it', async () => {
    provider.enter('u1', { name: '张伟', groups: ['sales-team'] });
    const asPerson = { Accept: browser_accept };
    const begun = await fetchWorker('/console/sign-in', { headers: asPerson, redirect: 'manual' });
    const attempt = begun.headers.get('Set-Cookie')!.split(';')[0]!;
    const { pathname, search } = await passProvider(begun.headers.get('Location')!);
    const headers = { ...asPerson, Cookie: attempt };
    const back = await fetchWorker(pathname + search, { headers, redirect: 'manual' });
    expect([back.status, back.headers.get('Location')]).toEqual([
      303,
      '/console/session?from_provider=&next=%2Fconsole',
    ]);
    const Cookie = /__Host-lead_console=[\w-]{43}/.exec(back.headers.get('Set-Cookie')!)![0];
    expect(await (await fetchWorker('/console', { headers: { ...asPerson, Cookie } })).text()).toContain('张伟');
    const hour_ago = new Date(Date.now() - 3_600_000).toISOString();
    await database.updateTable('console_sessions').set({ vouched_at: hour_ago }).execute();
    const renewed = await fetchWorker('/console', { headers: { ...asPerson, Cookie } });
    expect([renewed.status, provider.requests.filter(one => one === 'POST /token').length]).toEqual([200, 2]);
  });

  it('signs in to the console and shows its pages, by the module that is loaded for them', async () => {
    const asPerson = { Accept: 'text/html', Origin: 'https://leads.example.com' };
    expect(await (await fetchWorker('/console?lang=en', { headers: asPerson })).text()).toContain('name="token"');
    const body = new URLSearchParams({ token, next: '/console' }).toString();
    const headers = { ...asPerson, 'Content-Type': 'application/x-www-form-urlencoded' };
    const signedIn = await fetchWorker('/console/session', { method: 'POST', headers, body, redirect: 'manual' });
    expect([signedIn.status, signedIn.headers.get('Location')]).toEqual([303, '/console/session?next=%2Fconsole']);
    const [Cookie = ''] = signedIn.headers.get('Set-Cookie')!.split(';');
    const list = await fetchWorker('/console', { headers: { ...asPerson, Cookie } });
    expect([list.status, await list.text()]).toEqual([200, expect.stringContaining('action="/console/search"')]);
    expect((await fetchWorker('/console/tokens', { headers: { ...asPerson, Cookie } })).status).toBe(403);
    const wanted = new URLSearchParams({ format: 'xlsx', view: 'masked' }).toString();
    const posted = { method: 'POST', headers: { ...headers, Cookie }, body: wanted };
    const file = await fetchWorker('/console/export', posted);
    expect(readSheet(new Uint8Array(await file.arrayBuffer()))[0]![1]!.text).toBe('姓名');
  });

  it('knows at its next request what another process has published', async () => {
    await fetchWorker('/policies');
    await publishPolicy(
      database,
      { ...draft('2099-02'), effective_at: '2099-02-01T00:00:00.000Z' },
      operator,
      new Date(),
    );
    expect((await fetchWorker('/policies/2099-02')).status).toBe(200);
  });

  it('describes itself, as a file and as a page, both with their headers', async () => {
    const described = await fetchWorker('/openapi.json');
    expect(described.headers.get('Content-Type')).toContain('application/json');
    expect(described.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(await described.json()).toMatchObject({ openapi: '3.1.1', servers: [{ url: '/' }] });
    const page = await fetchWorker('/docs?lang=en');
    expect(await page.text()).toContain('<h1>lead-consent API</h1>');
    expect(page.headers.get('Content-Language')).toBe('en');
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(await readProblem(await fetchWorker('/docs.en.html'))).toMatchObject({ slug: 'not-found' });
  });

  it.each([
    ['/styles.css', 'text/css'],
    ['/docs.css', 'text/css'],
    ['/console.css', 'text/css'],
    ['/console.js', 'text/javascript'],
    ['/favicon.svg', 'image/svg+xml'],
    ['/console-192.png', 'image/png'],
  ])('hands out %s, with the headers of its pages', async (path, type) => {
    const { status, headers } = await fetchWorker(path);
    expect([status, headers.get('Content-Type')]).toEqual([200, expect.stringContaining(type)]);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    const cached = headers.get('Cache-Control');
    expect(cached).toContain('max-age=300');
    expect(cached?.includes('stale-while-revalidate=604800')).toBe(/styles|console\.(css|js)/.test(path));
  });

  it.each(['/favicon.svg', '/robots.txt', '/widget.css', '/styles.css', '/console.js', '/widget.js'])(
    'hands out %s with what says to ask by https alone, and what it may load',
    async path => {
      const { headers } = await fetchWorker(path);
      const policy = headers.get('Content-Security-Policy');
      expect(policy).toMatch(/^default-src 'none';[^,]*base-uri 'none';[^,]*frame-ancestors 'none'[^,]*$/);
      expect(headers.get('Referrer-Policy')).toBe('strict-origin-when-cross-origin');
      // The server says so where its address is https; of the files, Cloudflare does.
      if (/favicon|robots|widget.css/.test(path))
        expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
    },
  );

  it.each([
    ['{"name":', {}, 'malformed-json', 400],
    [lead, { Origin: 'https://evil.example' }, 'origin-not-allowed', 403],
    ['x'.repeat(20_000), {}, 'payload-too-large', 413],
    [lead, { 'Content-Type': 'text/plain' }, 'unsupported-media-type', 415],
    [{ ...lead, phone: '1' }, {}, 'invalid-fields', 422],
  ])('refuses %#', async (sent, headers, slug, status) => {
    expect(await readProblem(await post('/forms/mini-ai-experience', sent, headers))).toMatchObject({ slug, status });
  });

  it('tells who presents METRICS_TOKEN what its isolate has counted and what D1 holds, by a module of its own', async () => {
    expect((await fetchWorker('/metrics')).status).toBe(404);
    const headers = { Authorization: `Bearer ${vars.METRICS_TOKEN}` };
    const { value } = readMetrics(await (await fetchWorker('/metrics', { headers })).text());
    expect(value('lead_consent_healthy')).toBe(1);
    expect(value('lead_consent_isolate_requests')).toBeGreaterThan(0);
    expect(value('lead_consent_isolate_d1_rows', { act: 'read' })).toBeGreaterThan(0);
    expect(value('lead_consent_isolate_d1_rows', { act: 'written' })).toBeGreaterThan(0);
    expect(value('lead_consent_database_size_bytes')).toBeGreaterThan(10_000);
    expect(value('lead_consent_outbox_queued', { outbox: 'mails' })).toBe(0);
    const full = await fetchWorker('/health?full', { headers });
    expect(await full.json()).toMatchObject({ status: 'ok', figures: { outboxes: expect.anything(), disks: [] } });
  });

  it('serves no demo in production, answers 401 and 404 as problems, and is healthy', async () => {
    expect(await readProblem(await fetchWorker('/'))).toMatchObject({ slug: 'not-found' });
    expect(await readProblem(await fetchWorker('/leads'))).toMatchObject({ slug: 'unauthorized' });
    expect(await (await fetchWorker('/health')).json()).toEqual({ status: 'ok', warnings: [] });
  });

  it('shows the plain form, and limits an address by its binding', async () => {
    const page = await fetchWorker('/forms/mini-ai-experience?lang=en');
    expect(await page.text()).toContain('name="form_token"');
    expect((await fetchWorker('/challenge?form=mini-ai-experience')).status).toBe(200);
    const withdraw = (address: string) => post('/withdrawals', { receipt_code: 'x' }, { 'CF-Connecting-IP': address });
    // The binding counts by minutes of the clock. Where one ends meanwhile, another address is counted anew.
    const minute = () => Math.floor(Date.now() / 60_000);
    let statuses: Map<number, number>;
    let began: number;
    let host = 100;
    do {
      began = minute();
      host++;
      statuses = new Map();
      for (let count = 0; count < 12; count++) {
        const response = await withdraw(`192.0.2.${host}`);
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        if (response.status === 429) expect(response.headers.get('Retry-After')).toBe('60');
      }
    } while (minute() !== began && host < 105);
    expect(statuses.get(404)).toBe(10);
    expect(statuses.get(429)).toBe(2);
    expect((await withdraw('192.0.2.8')).status).toBe(404);
  });

  it('slows who tries one wrong token after another, and lets the good one in', async () => {
    const pull = async (presented: string) => {
      const headers = { Authorization: `Bearer ${presented}`, 'CF-Connecting-IP': '192.0.2.9' };
      return (await fetchWorker('/leads', { headers })).status;
    };
    const statuses: number[] = [];
    for (let count = 0; count < 13; count++) statuses.push(await pull('wrong'));
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
    expect(await pull(token)).toBe(200);
  });

  it('lets a privacy officer change and erase a lead, and see who did', async () => {
    const { id } = (await (await post('/forms/ecological-cooperation', lead)).json()) as { id: string };
    const ask = (method: string, path: string, sent?: object) =>
      fetchWorker(path, {
        method,
        headers: { Authorization: `Bearer ${officer}`, 'Content-Type': 'application/json' },
        ...(sent && { body: JSON.stringify(sent) }),
      });
    const changed = await ask('PATCH', `/leads/${id}`, { status: 'contacted', phone: '025-58801024' });
    expect(await changed.json()).toMatchObject({ id, status: 'contacted', phone: '025******24' });
    expect((await ask('DELETE', `/leads/${id}`)).status).toBe(204);
    const { audit_events } = (await (await ask('GET', `/audit-events?lead_id=${id}`)).json()) as {
      audit_events: { action: string }[];
    };
    expect(audit_events.map(({ action }) => action)).toEqual(['lead.created', 'lead.corrected', 'lead.erased']);
    expect((await ask('GET', '/consents')).status).toBe(200);
  });

  it('[R2] takes a request and hands over the copy, as a page and as JSON', async () => {
    const address = { 'CF-Connecting-IP': '192.0.2.11' };
    const email = 'copy@example.com';
    const { receipt_code } = (await (await post('/forms/mini-ai-experience', { ...lead, email }, address)).json()) as {
      receipt_code: string;
    };
    const headers = { Authorization: `Bearer ${officer}` };
    for (const Accept of ['application/json', 'text/html']) {
      const taken = await post('/requests', { type: 'copy', receipt_code }, address);
      expect(taken.status).toBe(202);
      const { reference } = (await taken.json()) as { reference: string };
      expect(await (await fetchWorker(`/requests/${reference}`)).json()).toMatchObject({ state: 'verified' });
      const list = (await (await fetchWorker('/subject-requests?state=verified', { headers })).json()) as {
        subject_requests: { id: string }[];
      };
      const path = `/subject-requests/${list.subject_requests[0]!.id}/fulfilment`;
      const done = await fetchWorker(path, { method: 'POST', headers });
      const { copy_url } = (await done.json()) as { copy_url: string };
      const copy = await post(new URL(copy_url).pathname, '', { Accept, ...address });
      expect([copy.status, await copy.text()]).toEqual([200, expect.stringContaining(email)]);
    }
  });

  it('runs on schedule the jobs that are due, and not again in their period', async () => {
    const run = () => server.getWorker().scheduled({ cron: '* * * * *' } as never);
    expect(await run()).toMatchObject({ outcome: 'ok' });
    const counted = await database.selectFrom('lead_days').select(['form', 'received']).orderBy('form').execute();
    expect(counted).toMatchObject([{ form: 'ecological-cooperation', received: 1 }, { form: 'mini-ai-experience' }]);
    const noted = () => database.selectFrom('jobs').selectAll().orderBy('name').execute();
    const first = await noted();
    expect(first.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name).sort());
    for (const one of first) expect(one).toMatchObject({ last_success_at: expect.any(String), lease_until: null });
    expect(first.find(({ name }) => name === 'checkpoint_audit')!.result).toBe('{"checkpoints":1}');
    const sound = await verifyTrail(database, { now: new Date() });
    expect(sound).toMatchObject({ from_seq: 1, seals: 1 });
    // Jobs run side by side, so another one may act after the seal.
    const acts_since = await database
      .selectFrom('audit_events')
      .select('actor')
      .where('seq', '>', 'sealed_to' in sound ? sound.sealed_to : 0)
      .execute();
    expect('sealed_to' in sound && sound.sealed_to > 4).toBe(true);
    expect(acts_since.filter(({ actor }) => actor !== 'system')).toEqual([]);
    // Because a success in the future counts for nothing, each has just succeeded.
    await database.updateTable('jobs').set({ last_success_at: new Date().toISOString() }).execute();
    const done = await noted();
    expect(await run()).toMatchObject({ outcome: 'ok' });
    expect(await noted()).toEqual(done);
  });

  it('tells channels of a lead once it has answered, and on schedule what failed then', async () => {
    const [robot] = apps;
    let answers = 0;
    const receiver = await startReceiver(async received => {
      const isSigned = await robot!.verify(received, robot!.secret!, new Date());
      const isTaken = isSigned && ++answers > 1;
      return { status: 200, content: JSON.stringify(isTaken ? robot!.accepted : robot!.refused.answer) };
    });
    const { address: hook, close } = await startReceiver();
    const admin = await createToken(database, { holder: 'admin', role: 'admin', days: 1 }, operator, new Date());
    const headers = { Authorization: `Bearer ${admin}` };
    const events = ['lead.created'];
    const address = `http://127.0.0.1:${receiver.port}${robot!.path}`;
    const channels = [
      { kind: 'webhook', name: 'CRM', address: hook, events },
      { kind: robot!.kind, name: 'Sales', address, events, secret: robot!.secret },
    ];
    for (const channel of channels) expect((await post('/channels', channel, headers)).status).toBe(201);
    const sent = { ...lead, email: 'told@example.com' };
    const { id } = (await (await post('/forms/ecological-cooperation', sent)).json()) as { id: string };
    const states = async () => {
      const { deliveries } = (await (await fetchWorker('/deliveries', { headers })).json()) as {
        deliveries: { state: string }[];
      };
      return deliveries;
    };
    const told = expect.objectContaining({ lead_id: id, state: 'sent', last_status: 204 });
    const refused = expect.objectContaining({ lead_id: id, state: 'queued', last_error: String(robot!.refused.code) });
    await expect.poll(states).toEqual(expect.arrayContaining([told, refused]));
    const long_ago = '2026-01-01T00:00:00.000Z';
    await database.updateTable('deliveries').set({ next_at: long_ago }).where('state', '=', 'queued').execute();
    await database.updateTable('jobs').set({ last_success_at: null }).where('name', '=', 'send_deliveries').execute();
    await server.getWorker().scheduled({ cron: '* * * * *' } as never);
    expect((await states()).map(({ state }) => state)).toEqual(['sent', 'sent']);
    expect(robot!.read(receiver.received.at(-1)!.body)).toMatchObject({
      title: '收到一条新咨询',
      url: `https://leads.example.com/console/leads/${id}`,
    });
    receiver.close();
    close();
  });
});
