import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as sqlite from '../db/dialects/sqlite.ts';
import { takeLease } from '../db/jobs.ts';
import { logWarnings } from '../worker/health/warnings.ts';
import { type Job, jobs } from '../worker/jobs.ts';
import { isNearlyFull, watchDisks } from '../worker/node/disks.ts';
import { createMeter } from '../worker/node/meter.ts';
import { runIfDue } from '../worker/run-jobs.ts';
import { engines } from './support/engines.ts';
import { lead, readProblem, start, startPublished } from './support/harness.ts';
import { readMetrics } from './support/metrics.ts';

const token = 'a-token-of-the-scraper';
const bearer = { Authorization: `Bearer ${token}` };
const minute_ms = 60_000;

/** Starts an app that counts, and reads what it has counted. */
async function startCounting() {
  const meter = createMeter();
  const db = await sqlite.open(':memory:', undefined, meter);
  const started = await startPublished({ METRICS_TOKEN: token }, db);
  started.services.meter = meter;
  const scrape = async () => readMetrics(await (await started.get('/metrics', bearer)).text());
  return { ...started, scrape };
}

describe('GET /metrics', () => {
  it('is no address for who presents no METRICS_TOKEN, or where none is set, and wrong tokens are logged', async () => {
    const { get, lines, token: issue } = await startCounting();
    const unset = await start();
    const refused = [
      await unset.get('/metrics', bearer),
      await get('/metrics'),
      await get('/metrics', { Authorization: `Bearer ${token}x` }),
      await get('/metrics', { Authorization: `Basic ${token}` }),
      await get('/metrics', { Authorization: `Bearer ${await issue('admin')}` }),
      await get(`/metrics?access_token=${token}`),
    ];
    const unknown = await readProblem(await get('/nothing'));
    for (const answer of refused) expect(await readProblem(answer)).toEqual(unknown);
    expect(lines.filter(line => line.includes('"token_refused"'))).toHaveLength(2);
    expect(lines.join()).not.toContain(token);
    const answer = await get('/metrics', bearer);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
  });

  it('counts answers by method, route and status, and measures them and the commits', async () => {
    const { get, post, scrape } = await startCounting();
    const before = await scrape();
    for (let n = 0; n < 3; n++) expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
    expect((await post('/forms/mini-ai-experience', { ...lead, email: 'none' })).status).toBe(422);
    expect((await get('/leads/some')).status).toBe(401);
    const after = await scrape();
    const requests = (labels: object) => after.value('lead_consent_http_requests_total', labels);
    const form = { method: 'POST', route: '/forms/:form' };
    expect(requests({ ...form, status: '201' })).toBe(3);
    expect(requests({ ...form, status: '422' })).toBe(1);
    expect(requests({ method: 'GET', route: '/leads/:id', status: '401' })).toBe(1);
    expect(after.value('lead_consent_http_request_duration_seconds_count', form)).toBe(4);
    expect(after.value('lead_consent_http_request_duration_seconds_bucket', { ...form, le: '10' })).toBe(4);
    const units = 'lead_consent_commit_units_total';
    expect(after.value(units)! - before.value(units)!).toBeGreaterThanOrEqual(3);
    expect(after.value('lead_consent_commit_duration_seconds_count')).toBeGreaterThan(0);
    expect(after.value('lead_consent_units_waiting')).toBe(0);
    expect(after.value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(after.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('makes no new series of paths, methods, hosts and headers that a client chooses, and tells nothing of people', async () => {
    const { app, post, get, pull, scrape } = await startCounting();
    const { id, receipt_code } = (await (await post('/forms/mini-ai-experience', lead)).json()) as Record<
      string,
      string
    >;
    await pull(`/leads?email=${lead.email}&order=desc`, 'sales');
    await pull(`/leads/${id}?view=clear`, 'sales');
    const send = (n: number) => {
      const word = randomBytes(6).toString('hex');
      const paths = [`/${word}`, `/forms/${word}`, `/leads/${word}`, `/console/${word}/x`, `/consents/${word}`];
      const method = n % 3 ? 'GET' : `X${word.toUpperCase()}`;
      return app.request(`https://${word}.example${paths[n % paths.length]}?${word}=1`, {
        method,
        headers: { 'User-Agent': word, Origin: `https://${word}.example`, Accept: word },
      });
    };
    for (let n = 0; n < 30; n++) await send(n);
    await scrape();
    const before = await scrape();
    for (let n = 0; n < 2_000; n++) await send(n);
    const after = await scrape();
    expect(after.series).toEqual(before.series);
    expect(after.series.length).toBeLessThan(1_000);
    const { text } = after;
    const told = [...Object.values(lead).slice(0, 4), '8613800138078', id!, receipt_code!, '192.0.2.1', token];
    for (const value of told) expect(text).not.toContain(value);
    expect((await get('/health')).status).toBe(200);
  });

  it('tells of the jobs what the database knows, and how long they took', async () => {
    const { services, scrape, advance } = await startCounting();
    const [job] = jobs;
    await runIfDue(services, job!);
    const at = services.now().getTime() / 1_000;
    const failing: Job = { ...jobs[1]!, run: async () => Promise.reject(new Error('x')) };
    advance(minute_ms);
    await runIfDue(services, failing);
    const metrics = await scrape();
    const of = (name: string, labels: object) => metrics.value(`lead_consent_job_${name}`, labels);
    expect(of('last_success_timestamp_seconds', { name: job!.name })).toBe(at);
    expect(of('interval_seconds', { name: job!.name })).toBe(60);
    expect([of('failed', { name: job!.name }), of('failed', { name: failing.name })]).toEqual([0, 1]);
    expect(of('runs_total', { name: job!.name, outcome: 'succeeded' })).toBe(1);
    expect(of('runs_total', { name: failing.name, outcome: 'failed' })).toBe(1);
    expect(of('last_duration_seconds', { name: job!.name })).toBe(0);
    expect(metrics.value('lead_consent_warning', { warning: 'job-failing' })).toBe(1);
    expect(metrics.value('lead_consent_warning', { warning: 'no-policy' })).toBe(0);
  });

  it('tells what waits for channels and as mail, and goes on with what the process knows while the database is away', async () => {
    const { db, ask, post, scrape, services, advance } = await startCounting();
    services.settings.outbound_hosts = ['hooks.example.com'];
    const channel = { kind: 'webhook', name: 'x', address: 'https://hooks.example.com/', locale: 'en' };
    await ask('POST', '/channels', { ...channel, events: ['lead.created'] }, 'admin');
    for (let n = 0; n < 2; n++) await post('/forms/mini-ai-experience', lead);
    advance(minute_ms);
    const metrics = await scrape();
    const box = (name: string, outbox: string) => metrics.value(`lead_consent_outbox_${name}`, { outbox });
    expect([box('queued', 'channels'), box('oldest_age_seconds', 'channels'), box('dead', 'channels')]).toEqual([
      2, 60, 0,
    ]);
    expect([box('queued', 'mails'), box('oldest_age_seconds', 'mails'), box('dead', 'mails')]).toEqual([0, 0, 0]);
    await db.updateTable('deliveries').set({ state: 'dead', next_at: null }).execute();
    const later = await scrape();
    expect(later.value('lead_consent_outbox_dead', { outbox: 'channels' })).toBe(2);
    advance(1_000);
    db.atomic = async () => Promise.reject(new Error('away'));
    const away = await scrape();
    expect([away.value('lead_consent_healthy'), away.value('lead_consent_warning', { warning: 'no-policy' })]).toEqual([
      0,
      undefined,
    ]);
    expect(away.value('process_resident_memory_bytes')).toBeGreaterThan(0);
  });
});

describe.each(engines)('on $engine', ({ open, engine }) => {
  it('figures are read, a mail that waits and one that was given up among them, and only a pool has readers', async () => {
    const { db, close } = await open();
    const { get, services } = await startPublished({ METRICS_TOKEN: token }, db);
    const mail = {
      attempts: 0,
      last_status: null,
      last_error: null,
      sent_at: null,
      lead_id: null,
      tries: 0,
      is_bulk: 0,
    };
    const at = services.now().toISOString();
    await db
      .insertInto('mails')
      .values([
        { subject_id: 'a', about: 'code', state: 'queued', queued_at: at, next_at: at, ...mail },
        { subject_id: 'b', about: 'code', state: 'dead', queued_at: at, next_at: null, ...mail },
        { subject_id: 'c', about: 'code', state: 'sent', queued_at: at, next_at: null, ...mail },
      ])
      .execute();
    await runIfDue(services, jobs[0]!);
    const { figures } = (await (await get('/health?full', bearer)).json()) as { figures: Record<string, unknown> };
    expect(figures).toMatchObject({
      outboxes: { channels: { queued: 0, dead: 0 }, mails: { queued: 1, oldest_at: at, dead: 1 } },
      jobs: [{ name: jobs[0]!.name, every_seconds: 60, last_success_at: at, failed: false, failing: false }],
    });
    expect([figures.units_waiting, 'readers' in figures]).toEqual([
      engine === 'D1' ? undefined : 0,
      engine === 'PostgreSQL',
    ]);
    await close();
  });
});

describe('/health warns', () => {
  const warningsOf = async (started: Awaited<ReturnType<typeof start>>) =>
    ((await (await started.get('/health')).json()) as { warnings: string[] }).warnings;

  it('of a job that failed, or has not succeeded for long, until it does, and never by its status', async () => {
    const started = await startPublished();
    const { services, advance, lines } = started;
    const job = { ...jobs[0]!, run: async () => ({}) };
    await runIfDue(services, job);
    advance(13 * minute_ms);
    expect(await warningsOf(started)).toEqual([]);
    advance(1_000);
    expect(await warningsOf(started)).toEqual(['job-failing']);
    await logWarnings(services);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ warning: 'job-failing', hint: expect.any(String) });
    await runIfDue(services, job);
    advance(minute_ms);
    expect(await warningsOf(started)).toEqual([]);
    await runIfDue(services, { ...job, run: async () => Promise.reject(new Error('x')) });
    advance(1_000);
    expect(await warningsOf(started)).toEqual(['job-failing']);
    await runIfDue(services, job);
    advance(1_000);
    expect(await warningsOf(started)).toEqual([]);
  });

  it('of a run that died at its first, and of nothing that a host missed while it was off', async () => {
    const started = await startPublished();
    const { services, advance } = started;
    await takeLease(services.db, { name: jobs[0]!.name, holder: 'gone' }, services.now(), services.now());
    advance(10 * minute_ms);
    expect(await warningsOf(started)).toEqual([]);
    advance(10 * minute_ms);
    expect(await warningsOf(started)).toEqual(['job-failing']);
    services.running_since = services.now();
    advance(1_000);
    expect(await warningsOf(started)).toEqual([]);
    advance(14 * minute_ms);
    expect(await warningsOf(started)).toEqual(['job-failing']);
  });

  it('of a disk with little room, and waits for none that does not answer', async () => {
    const full = [
      [1e9, 1e12],
      [1.9e9, 20e9],
      [0.09e9, 1e9],
    ].map(([free_bytes, total_bytes]) => isNearlyFull({ free_bytes: free_bytes!, total_bytes: total_bytes! }));
    const roomy = [
      [2.1e9, 1e12],
      [2e9, 20e9],
      [0.11e9, 1e9],
    ].map(([free_bytes, total_bytes]) => isNearlyFull({ free_bytes: free_bytes!, total_bytes: total_bytes! }));
    expect([full, roomy]).toEqual([
      [true, true, true],
      [false, false, false],
    ]);
    let asked = 0;
    const read = watchDisks(
      [
        ['database', '/database'],
        ['backups', '/backups'],
        ['log', '/log'],
      ],
      async folder => {
        asked += 1;
        if (folder === '/backups') return new Promise(() => {});
        if (folder === '/log') throw new Error('EIO');
        return { free_bytes: 1, total_bytes: 2 };
      },
    );
    const found = [{ place: 'database', free_bytes: 1, total_bytes: 2 }];
    expect([await read(), await read()]).toEqual([found, found]);
    expect(asked).toBe(3);
  });
});

it('/health?full answers as without `full` where METRICS_TOKEN is not presented', async () => {
  const { get } = await startCounting();
  const plain = await (await get('/health')).text();
  const others: Record<string, string>[] = [{}, { Authorization: 'Bearer wrong' }];
  for (const headers of others) expect(await (await get('/health?full', headers)).text()).toBe(plain);
  const { figures, ...rest } = (await (await get('/health?full=1', bearer)).json()) as Record<string, unknown>;
  expect(rest).toEqual(JSON.parse(plain));
  expect(figures).toMatchObject({ uptime_seconds: expect.any(Number), resident_bytes: expect.any(Number) });
});
