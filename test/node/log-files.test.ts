import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../worker/log.ts';
import { openLogFiles } from '../../worker/node/log/files.ts';
import { hasProgram, limitFiles } from '../support/disk.ts';
import { lead, unguarded } from '../support/harness.ts';
import { makeFolder, startServer } from '../support/server.ts';

const hasPrlimit = hasProgram('prlimit');
const nameOf = (day: string, server = `${hostname()}-0`) => `lead-consent.${day}.${server}.log`;
const today = () => new Date().toISOString().slice(0, 10);

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(() => {
  vi.useRealTimers();
  remove();
});

async function until(what: () => unknown) {
  while (!(await what())) await wait(10);
}

it('[P10] what a server logs stands on stdout and in a file of the day that only its owner reads, to the last line', async () => {
  const log_dir = join(folder, 'logs', 'of-leads');
  const environment = { ...unguarded, LOG_DIR: log_dir, LOG_LEVEL: 'debug' };
  const printed: string[] = [];
  for (let n = 0; n < 2; n++) {
    const server = await startServer(folder, environment);
    const answer = await fetch(`${server.url}/forms/mini-ai-experience?source=newsletter-7`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: server.url },
      body: JSON.stringify({ ...lead, policy_version: await currentVersion(server.url) }),
    });
    expect(answer.status).toBe(201);
    const pulled = await fetch(`${server.url}/leads?view=clear&email=${encodeURIComponent(lead.email)}`, {
      headers: { Authorization: `Bearer ${server.token}` },
    });
    expect(await pulled.text()).toContain(lead.email);
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'ok', warnings: [] });
    expect(await server.stop()).toBe(0);
    printed.push(
      ...server
        .output()
        .split('\n')
        .filter(line => line.startsWith('{')),
    );
    expect(server.output()).toContain(server.token);
    const written = readdirSync(log_dir)
      .map(name => readFileSync(join(log_dir, name), 'utf8'))
      .join('');
    expect(written.split('\n').slice(0, -1)).toEqual(printed);
    expect(JSON.parse(printed.at(-1)!)).toMatchObject({ event: 'stopped' });
    for (const value of [lead.name, lead.phone, lead.email, lead.company, 'newsletter-7', 'clear', server.token])
      expect(written).not.toContain(value);
  }
  expect(statSync(log_dir).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(log_dir)) {
    expect(name).toMatch(/^lead-consent\.\d{4}-\d\d-\d\d\..+-0\.log$/);
    expect(statSync(join(log_dir, name)).mode & 0o777).toBe(0o600);
  }
});

async function currentVersion(url: string): Promise<string> {
  return ((await (await fetch(`${url}/policies/current`)).json()) as { version: string }).version;
}

it.runIf(hasPrlimit)(
  'a full disk of the log stops no request, is told on stdout and by health, and ends by itself',
  async () => {
    const before = 30_000_000;
    const path = join(folder, nameOf(today()));
    writeFileSync(path, '');
    truncateSync(path, before);
    const server = await startServer(folder, { ...unguarded, LOG_DIR: folder });
    const health = async () => (await (await fetch(`${server.url}/health`)).json()) as { warnings: string[] };
    const limit = (bytes: number | 'unlimited') => limitFiles(server.pid, bytes);
    await fetch(`${server.url}/challenge`);
    await until(() => statSync(path).size > before);
    // The file takes half a line more. The database's files are shorter by far.
    limit(statSync(path).size + 50);
    await until(async () => (await health()).warnings.includes('log-dir-unwritable'));
    expect((await fetch(`${server.url}/policies/current`)).status).toBe(200);
    await expect
      .poll(() => server.output())
      .toMatch(/"level":"error","event":"log_files_failed","code":"EFBIG","setting":"LOG_DIR"/);
    const failed = server.output().match(/"event":"log_files_failed"/g);
    expect(failed).toHaveLength(1);
    limit('unlimited');
    await until(async () => (await health()).warnings.length === 0);
    await server.stop();
    const written = readFileSync(path).subarray(before).toString();
    // The half line stands alone, and every whole one is JSON.
    const whole = written.split('\n').filter(line => line.endsWith('}'));
    expect(whole.map(line => JSON.parse(line).event)).toEqual(expect.arrayContaining(['log_files_failed', 'stopped']));
    expect(whole.some(line => line.includes('"route":"/policies/current"'))).toBe(true);
  },
);

describe('a stop ends with 0', () => {
  const health = (url: string) => fetch(`${url}/health?${'x'.repeat(500)}`).then(({ status }) => status);

  it.each([true, false])(
    'while nobody reads what it prints; who reads on gets it to the last line: %s',
    async readsOn => {
      const server = await startServer(folder, { ...unguarded, LOG_LEVEL: 'debug', LOG_DIR: folder });
      server.holdOutput(true);
      // Some 300 KB: more than the pipe and its reader hold.
      for (let n = 0; n < 100; n++)
        expect(await Promise.all(Array.from({ length: 16 }, () => health(server.url)))).toEqual(Array(16).fill(200));
      const ended = server.stop();
      if (readsOn) {
        // All is said then, and the file has it.
        await until(() => readFileSync(join(folder, nameOf(today())), 'utf8').endsWith('"event":"stopped"}\n'));
        server.holdOutput(false);
      }
      expect(await ended).toBe(0);
      if (readsOn) await expect.poll(() => server.output()).toMatch(/"event":"stopped"}\n$/);
    },
  );

  it('while the folder of the log is gone, or a file stands in its place', async () => {
    for (const inPlace of [() => {}, () => writeFileSync(join(folder, 'logs'), '')]) {
      const server = await startServer(folder, { ...unguarded, LOG_DIR: join(folder, 'logs') });
      rmSync(join(folder, 'logs'), { recursive: true });
      inPlace();
      expect(await health(server.url)).toBe(200);
      expect(await server.stop()).toBe(0);
      await expect.poll(() => server.output()).toMatch(/"event":"stopped"}\n$/);
      rmSync(join(folder, 'logs'), { recursive: true, force: true });
    }
  });
});

describe('[P10] the files of the log', () => {
  const said: string[] = [];
  const open = (months: number, log_dir = folder) => {
    const now = () => new Date();
    return openLogFiles({
      folder: log_dir,
      port: 0,
      months,
      now,
      log: createLog('info', now, line => said.push(line)),
    });
  };
  const setTime = (time: string) => vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
  /** Returns whether a file has been written to. Before that the writer may not know yet when its day ends. */
  const holds = (path: string) => existsSync(path) && statSync(path).size > 0;
  const list = () => readdirSync(folder).filter(name => name.startsWith('lead-consent.'));

  it('begin anew each day of UTC, also while the server runs', async () => {
    setTime('2026-03-31T23:59:59.950Z');
    const files = open(6);
    files.write('the last of March\n');
    await until(() => holds(join(folder, nameOf('2026-03-31'))));
    vi.setSystemTime('2026-04-01T00:00:00.000Z');
    await until(() => list().length === 2);
    files.write('the first of April\n');
    await files.close();
    const read = (day: string) => readFileSync(join(folder, nameOf(day)), 'utf8');
    expect([read('2026-03-31'), read('2026-04-01')]).toEqual(['the last of March\n', 'the first of April\n']);
  });

  it.each([
    [6, '2026-11-28T12:00:00.000Z', '2026-05-28'],
    [6, '2026-08-31T12:00:00.000Z', '2026-02-28'],
    [13, '2026-11-28T00:00:00.000Z', '2025-10-28'],
    [13, '2028-03-31T23:59:59.000Z', '2027-02-28'],
  ])('are kept for %i calendar months: on %s since %s, those of other servers too', async (months, time, oldest) => {
    setTime(time);
    const around = (n: number) => new Date(Date.parse(oldest) + n * 86_400_000).toISOString().slice(0, 10);
    const days = [-400, -31, -2, -1, 0, 1, 2, 31].map(around);
    for (const day of days) {
      writeFileSync(join(folder, nameOf(day, 'web-1-8787')), 'x');
      writeFileSync(join(folder, `${nameOf(day, 'gone-80')}.gz`), 'x');
    }
    const strangers = ['access.2020-01-01.log', 'lead-consent.db', 'lead-consent.2020-01-01.notes'];
    for (const name of strangers) writeFileSync(join(folder, name), 'x');
    const files = open(months);
    const kept = () =>
      list()
        .filter(name => /log(\.gz)?$/.test(name))
        .map(name => name.slice(13, 23));
    await until(() => kept().every(day => day >= oldest));
    await files.close();
    expect(new Set(kept())).toEqual(new Set([...days.filter(day => day >= oldest), time.slice(0, 10)]));
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(strangers));
  });

  it('that cannot be opened hold up nobody, keep the lines, say so once, and get them when the folder is there', async () => {
    said.length = 0;
    setTime('2026-11-28T12:00:00.000Z');
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    const files = open(6, blocked);
    await until(() => files.isFailing());
    for (let n = 0; n < 12_000; n++) files.write(`${'x'.repeat(99)}\n`);
    vi.setSystemTime('2026-11-28T12:00:02.000Z');
    files.isFailing();
    rmSync(blocked);
    await wait(50);
    expect(said.map(line => JSON.parse(line))).toMatchObject([{ event: 'log_files_failed', code: 'EEXIST' }]);
    vi.setSystemTime('2026-11-28T12:00:04.000Z');
    await until(() => !files.isFailing());
    await files.close();
    expect(JSON.parse(said[1]!)).toMatchObject({ event: 'log_files_written_again', lines_lost: 2_000 });
    expect(readFileSync(join(blocked, nameOf('2026-11-28'))).length).toBe(1_000_000);
  });

  it('whose folder goes away begin again when it is back, at the latest with the next day', async () => {
    said.length = 0;
    setTime('2026-11-28T23:59:59.950Z');
    const here = join(folder, 'logs');
    const files = open(6, here);
    files.write('before\n');
    await until(() => holds(join(here, nameOf('2026-11-28'))));
    renameSync(here, join(folder, 'away'));
    writeFileSync(here, '');
    vi.setSystemTime('2026-11-29T00:00:00.000Z');
    await wait(100);
    files.write('between\n');
    await until(() => files.isFailing());
    rmSync(here);
    mkdirSync(here);
    vi.setSystemTime('2026-11-29T00:00:05.000Z');
    await until(() => !files.isFailing());
    await files.close();
    expect(readFileSync(join(here, nameOf('2026-11-29')), 'utf8')).toBe('\nbetween\n');
  });
});
