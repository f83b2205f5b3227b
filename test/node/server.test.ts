import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locales } from '../../worker/shared/locales.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { lead, readProblem, test_keys, unguarded } from '../support/harness.ts';
import { makeFolder, run, startServer } from '../support/server.ts';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(() => remove());

const submit = (url: string, sent: object = lead) =>
  fetch(`${url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify(sent),
  });

it('reads while another program holds the database, and writes as soon as it may', async () => {
  const server = await startServer(folder, unguarded);
  const other = new Sqlite(join(folder, 'leads.db'));
  other.exec('begin immediate');
  let status: number | undefined;
  const submitted = submit(server.url).then(response => {
    status = response.status;
  });
  await wait(100);
  expect((await fetch(`${server.url}/policies/current`)).status).toBe(200);
  expect(status).toBeUndefined();
  other.exec('rollback');
  other.close();
  await submitted;
  expect(status).toBe(201);
  expect(await server.stop()).toBe(0);
});

/** Reads how long the server keeps a connection that is idle, as it tells its clients. */
const readIdleTime = async (url: string) => (await fetch(`${url}/health`)).headers.get('Keep-Alive');

describe('the Node host in development', () => {
  it('makes keys and a token, publishes the sample policy, keeps all of it, and idle connections as long as it is told', async () => {
    const first = await startServer(folder, unguarded);
    const { version } = (await (await fetch(`${first.url}/policies/current`)).json()) as { version: string };
    expect((await submit(first.url, { ...lead, policy_version: version })).status).toBe(201);
    for (const locale of locales) {
      const { headers } = await fetch(`${first.url}/policies/${version}?lang=${locale}`);
      expect(headers.get('Content-Language')).toBe(locale);
    }
    for (const secret of ['development-keys.json', 'development-token', 'leads.db', 'leads.db-wal'])
      expect(statSync(join(folder, secret)).mode & 0o777).toBe(0o600);
    expect(first.output()).toContain(`${first.url}/?lang=`);
    expect(await readIdleTime(first.url)).toBe('timeout=75');
    const keys = readFileSync(join(folder, 'development-keys.json'), 'utf8');
    expect(await first.stop()).toBe(0);

    const second = await startServer(folder, { KEEP_ALIVE_SECONDS: '20' });
    expect(second.token).toBe(first.token);
    expect(await readIdleTime(second.url)).toBe('timeout=20');
    expect(readFileSync(join(folder, 'development-keys.json'), 'utf8')).toBe(keys);
    const pulled = await fetch(`${second.url}/leads?view=clear`, {
      headers: { Authorization: `Bearer ${second.token}` },
    });
    expect(await pulled.json()).toMatchObject({ leads: [{ name: lead.name, company: lead.company }] });
    expect(await second.stop('SIGINT')).toBe(0);
  });

  it('answers what is in flight before it stops, and drops a client that never reads', async () => {
    const server = await startServer(folder, unguarded);
    const { hostname, port } = new URL(server.url);
    const body = JSON.stringify({ ...lead });
    const slow = connect(Number(port), hostname);
    let answer = '';
    slow.on('data', chunk => {
      answer += chunk;
    });
    slow.write(
      `POST /forms/mini-ai-experience HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
    );
    await wait(100);
    const ended = server.stop();
    await wait(300);
    slow.write(body);
    expect(await ended).toBe(0);
    expect(answer).toContain('HTTP/1.1 201');
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

it('after SIGTERM health is red at once, and what comes meanwhile is answered, until the listener closes', async () => {
  const server = await startServer(folder, { ...unguarded, DRAIN_SECONDS: '1' });
  expect((await fetch(`${server.url}/health`)).headers.get('Keep-Alive')).toBe('timeout=75');
  const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
  const ended = server.stop();
  while (!/"stopping"/.test(server.output())) await wait(10);
  const red = await fetch(`${server.url}/health`);
  expect(await readProblem(red)).toMatchObject({ slug: 'unavailable', status: 503 });
  expect(red.headers.get('Connection')).toBe('close');
  expect((await submit(server.url, { ...lead, policy_version: version })).status).toBe(201);
  expect(await ended).toBe(0);
  await expect(fetch(server.url)).rejects.toThrow();
});

it('after SIGTERM it ends with 0, also while a job waits for the database and gets no answer', async () => {
  const DATABASE_URL = await createPostgresDatabase();
  const settings = { ...unguarded, ...test_keys, DATABASE_URL, BACKUP_DIR: folder };
  await (await startServer(folder, settings)).stop();
  const other = new pg.Client({ connectionString: DATABASE_URL });
  await other.connect();
  await other.query('begin; lock table incidents');
  const server = await startServer(folder, settings);
  const waiting = "select from pg_locks where not granted and relation = 'incidents'::regclass";
  while ((await other.query(waiting)).rowCount === 0) await wait(50);
  expect(await server.stop()).toBe(0);
  await other.end();
});

it('after SIGTERM it ends with 0, also while a disk hangs under its backup and its log', async () => {
  const BACKUP_DIR = join(folder, 'backups');
  mkdirSync(BACKUP_DIR);
  // Nobody reads what is written into it, so that whoever opens it to write waits, and with one thread for all files so do
  // those who write the log.
  execFileSync('mkfifo', [join(BACKUP_DIR, 'checkpoints')]);
  const settings = { ...unguarded, BACKUP_DIR, LOG_DIR: join(folder, 'logs'), UV_THREADPOOL_SIZE: '1' };
  const server = await startServer(folder, settings);
  while (!readdirSync(BACKUP_DIR).includes('keys.ndjson.gz')) await wait(50);
  expect(await server.stop()).toBe(0);
  expect(server.output()).toContain('"event":"stopped"');
});

it('while the disk does not read what it holds, the answers are 503 and health is red', async () => {
  const server = await startServer(folder, unguarded);
  const path = join(folder, 'leads.db');
  const other = new Sqlite(path);
  other.pragma('wal_checkpoint(TRUNCATE)');
  other.close();
  const page = 4096;
  writeFileSync(
    path,
    Buffer.concat([readFileSync(path).subarray(0, page), Buffer.alloc(statSync(path).size - page, 1)]),
  );
  await fetch(`${server.url}/health`);
  for (const ask of [() => fetch(`${server.url}/policies/current`), () => submit(server.url)])
    expect(await readProblem(await ask())).toMatchObject({ slug: 'unavailable', status: 503 });
  expect((await fetch(`${server.url}/health`)).status).toBe(503);
  expect(await server.stop()).toBe(0);
});

describe('the Node host in production', () => {
  const production = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://leads.example.com',
    SITE_ORIGINS: 'https://www.example.com',
    DATA_REGION: 'CN',
    CONTROLLER_NAME: 'Example',
    CONTROLLER_CONTACT: 'privacy@example.com',
    ...test_keys,
  };

  it('refuses to start without its settings, naming every missing one', async () => {
    const { code, stdout, stderr } = await run(['worker/node.ts'], {
      NODE_ENV: 'production',
      DATABASE_URL: `file:${folder}/leads.db`,
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    for (const name of [
      'PUBLIC_URL',
      'SITE_ORIGINS',
      'DATA_REGION',
      'CONTROLLER_NAME',
      'CONTROLLER_CONTACT',
      ...Object.keys(test_keys),
    ])
      expect(stderr).toContain(name);
  });

  it('serves no demo, makes no keys and no token, publishes nothing', async () => {
    const server = await startServer(folder, { ...production, PUBLIC_URL: 'http://127.0.0.1:1' });
    const address = `http://127.0.0.1:${/"port":(\d+)/.exec(server.output())![1]}`;
    expect((await fetch(address)).status).toBe(404);
    expect((await fetch(`${address}/policies/current`)).status).toBe(404);
    expect(await (await fetch(`${address}/health`)).json()).toEqual({
      status: 'ok',
      warnings: ['no-policy', 'no-log-dir', 'no-backup-dir'],
    });
    for (const name of ['LOG_DIR', 'BACKUP_DIR']) {
      const warning = `no-${name.toLowerCase().replace('_', '-')}`;
      const line = `"level":"warn","event":"warning","warning":"${warning}","hint":"${name}`;
      await expect.poll(() => server.output()).toContain(line);
    }
    expect(server.token).toBe('');
    expect(await server.stop()).toBe(0);
  });

  it('warns of a database server elsewhere whose certificate nobody checks', async () => {
    // This machine too, but not by a name of it that is known to be.
    const DATABASE_URL = (await createPostgresDatabase()).replace(/127\.0\.0\.1|localhost/, '0.0.0.0');
    const server = await startServer(folder, { ...production, PUBLIC_URL: 'http://127.0.0.1:1', DATABASE_URL });
    const { port } = /"port":(?<port>\d+)/.exec(server.output())!.groups!;
    const { warnings } = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { warnings: string[] };
    expect(warnings).toContain('database-tls-unverified');
    await expect.poll(() => server.output()).toContain('"warning":"database-tls-unverified","hint":"DATABASE_URL');
    expect(await server.stop()).toBe(0);
  });

  it('runs on PostgreSQL by one setting', async () => {
    const database = await createPostgresDatabase();
    const server = await startServer(folder, { DATABASE_URL: database, ...unguarded, ...test_keys });
    const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
    expect((await submit(server.url, { ...lead, policy_version: version })).status).toBe(201);
    expect(await server.stop()).toBe(0);
  });

  it('refuses other keys than those that the database was used with, and names each setting', async () => {
    const first = await startServer(folder, { BOT_CHECK: 'off' });
    expect((await submit(first.url)).status).toBe(201);
    await first.stop();
    const { code, stderr } = await run(['worker/node.ts'], {
      ...production,
      DATABASE_URL: `file:${join(folder, 'leads.db')}`,
    });
    expect(code).toBe(1);
    for (const setting of Object.keys(test_keys))
      expect(stderr).toContain(`  ${setting}: not the key that this database was used with`);
  });

  it("says of the demo's database, and of that alone, that production needs another", async () => {
    const demo = { ...production, DATABASE_URL: `file:${join(folder, 'leads.db')}` };
    await (await startServer(folder)).stop();
    const another = { ...demo, DATABASE_URL: `file:${join(folder, 'another.db')}` };
    await (await startServer(folder, { ...another, PUBLIC_URL: 'http://127.0.0.1:1' })).stop();
    const turned = { ENCRYPTION_KEYS: `next:${Buffer.alloc(32, 9).toString('base64')}` };
    const advice =
      "it is the demo's, of a start in development, and the demo's keys are not for production: name another database in DATABASE_URL\n";
    const told = [];
    for (const args of [['worker/node.ts'], ['worker/ops.ts', 'audit', 'checkpoint']])
      for (const environment of [
        demo,
        { ...another, ...turned, SIGNING_KEY: Buffer.alloc(32, 8).toString('base64') },
      ]) {
        const { code, stderr } = await run(args, environment);
        expect([code, stderr]).toEqual([1, expect.stringContaining('SIGNING_KEY: not the key that this database')]);
        told.push([stderr.includes(advice), stderr.includes('; set that one')]);
      }
    expect(told).toEqual([
      [true, false],
      [false, true],
      [true, false],
      [false, true],
    ]);
  });

  it('serves the widget and its modules, packed, to pages of any origin', async () => {
    const server = await startServer(folder, { ...production, PUBLIC_URL: 'http://127.0.0.1:1' });
    const address = `http://127.0.0.1:${/"port":(\d+)/.exec(server.output())![1]}`;
    const [name] = /(?<=widget\/)lead-form-[\w-]+\.js/.exec(await (await fetch(`${address}/widget.js`)).text())!;
    const widget = await fetch(`${address}/widget.js`, { headers: { 'Accept-Encoding': 'br' } });
    expect(widget.headers.get('Content-Encoding')).toBe('br');
    const module = await fetch(`${address}/widget/${name}`, { headers: { 'Accept-Encoding': 'br' } });
    expect(module.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(module.headers.get('Access-Control-Allow-Credentials')).toBe(null);
    expect(module.headers.get('Content-Encoding')).toBe('br');
    expect((await module.text()).length).toBeGreaterThan(1_000);
    expect(await server.stop()).toBe(0);
  });

  it('outlives the reader of its log', async () => {
    const server = await startServer(folder, { ...production, PUBLIC_URL: 'http://127.0.0.1:1' });
    const address = `http://127.0.0.1:${/"port":(\d+)/.exec(server.output())![1]}`;
    server.closeOutput();
    for (let n = 0; n < 3; n++) expect((await fetch(`${address}/health`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('says in one line what is wrong with the database', async () => {
    const { code, stderr } = await run(['worker/node.ts'], {
      ...production,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/DATABASE_URL: .*(ECONNREFUSED|refused)/);
  });
});

it('the Node host tells visitors apart by their connection, whatever their headers say', async () => {
  const server = await startServer(folder, { ...unguarded, FORM_LIMIT_PER_MINUTE: '2' });
  const statuses = [];
  for (const forwarded of ['198.51.100.1', '198.51.100.2', '198.51.100.3'])
    statuses.push(
      (
        await fetch(`${server.url}/forms/mini-ai-experience`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': forwarded },
          body: JSON.stringify(lead),
        })
      ).status,
    );
  expect(statuses).toEqual([201, 201, 429]);
  expect(server.output()).not.toMatch(/198\.51\.100/);
  expect(await server.stop()).toBe(0);
});
