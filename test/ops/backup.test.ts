import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { openStore } from '../../worker/node/store.ts';
import { readAll, withStore } from '../support/backup.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

describe('[P5] the operator backs up, tries and restores', () => {
  const from = `file:${join(folder, 'whole', 'leads.db')}`;
  const out = join(folder, 'backups');
  const ops = (address: string, ...args: string[]) => operate([...args], { DATABASE_URL: address, ...test_keys });
  const newest = () =>
    readdirSync(out)
      .filter(name => name.endsWith('Z'))
      .sort()
      .at(-1)!;

  it('from SQLite, while told what to keep apart from it', async () => {
    await ops(from, 'policy', 'publish', ...['zh-CN', 'en'].map(locale => `worker/demo/policy.${locale}.md`));
    await ops(from, 'seed', '--leads', '1000');
    const made = await ops(from, 'backup', out);
    expect(made).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Keep apart .*ENCRYPTION_KEYS, INDEX_KEY and SIGNING_KEY/),
    });
    expect(JSON.parse(made.stdout)).toEqual({
      folder: join(out, newest()),
      leads: 1000,
      rows: expect.any(Number),
      bytes: expect.any(Number),
    });
    const tried = await ops(from, 'backup', 'verify', join(out, newest()));
    expect(tried).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(tried.stdout)).toMatchObject({ leads: 1000, erased_since: 0 });
  });

  it.each(['SQLite', 'PostgreSQL'])('into an empty %s, once', async engine => {
    const to = engine === 'SQLite' ? `file:${join(folder, 'copy', 'leads.db')}` : await createPostgresDatabase();
    const restored = await ops(to, 'restore', out);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(restored.stdout)).toMatchObject({ leads: 1000, erased_since: 0 });
    expect(await ops(to, 'audit', 'verify')).toMatchObject({ code: 0 });
    const again = await ops(to, 'restore', out);
    expect(again).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^the database is not empty.*Name a new one in DATABASE_URL. Nothing was changed.\n$/,
      ),
    });
  });

  it('on, while SIGNING_KEY turns: beside backups that the earlier key signed, which keys rotate signs anew', async () => {
    const turned = join(folder, 'turned');
    const [old, next] = [test_keys.SIGNING_KEY, Buffer.alloc(32, 77).toString('base64')];
    const with_key = (SIGNING_KEY: string, ...args: string[]) =>
      operate(args, { DATABASE_URL: from, ...test_keys, SIGNING_KEY });
    const both = `${old},${next}`;
    await with_key(old, 'backup', turned);
    const [first] = readdirSync(turned);
    await with_key(both, 'backup', turned);
    expect(await with_key(both, 'keys', 'status', '--backup', turned)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1 backups are signed with another SIGNING_KEY than the last'),
    });
    expect(await with_key(next, 'backup', turned)).toMatchObject({ code: 0 });
    expect(await with_key(next, 'backup', 'verify', join(turned, first!))).toMatchObject({ code: 1 });
    expect(await with_key(both, 'keys', 'rotate', '--backup', turned)).toMatchObject({ code: 0, stderr: '' });
    expect(await with_key(both, 'keys', 'status', '--backup', turned)).toMatchObject({ code: 0, stderr: '' });
    expect(await with_key(next, 'backup', 'verify', join(turned, first!))).toMatchObject({ code: 0, stderr: '' });
  });

  /** Runs a command whose files may have so many KiB, which is a full disk to it. */
  function runInRoom(kib: number, address: string, ...args: string[]) {
    const small = `ulimit -f ${kib * 2}; exec ${process.execPath} worker/ops.ts ${args.join(' ')}`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', small], {
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: address, ...test_keys },
    });
    return { status, stdout, stderr };
  }

  it('but not where there is no room: what was there stays', async () => {
    const before = readdirSync(out);
    const place = `there is no room in ${out}: make room, and begin again. Nothing was changed.\n`;
    expect(runInRoom(100, from, 'backup', out)).toEqual({ status: 1, stdout: '', stderr: place });
    expect(readdirSync(out)).toEqual(before);
    expect(await ops(from, 'backup', 'verify', out)).toMatchObject({ code: 0 });
    const tried = runInRoom(800, from, 'backup', 'verify', out);
    expect(tried).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^there is no room in .*-drill-/),
    });
    expect(readdirSync(join(folder, 'whole')).filter(name => name.startsWith('backup-drill-'))).toEqual([]);
  });

  it('into no database on a full disk: it stays empty, and takes the backup once there is room', async () => {
    const to = `file:${join(folder, 'small', 'leads.db')}`;
    for (const kib of [100, 800])
      expect(runInRoom(kib, to, 'restore', out), `${kib} KiB`).toEqual({
        status: 1,
        stdout: '',
        stderr: 'there is no room in the database: make room, and begin again. Nothing was changed.\n',
      });
    expect(await withStore(to, countRows)).toBe(0);
    expect(await ops(to, 'restore', out)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['SQLite', 'PostgreSQL'])(
    'killed in the middle of a restore into %s: it stays empty, and takes the backup',
    async engine => {
      const path = join(folder, 'killed', 'leads.db');
      const to = engine === 'SQLite' ? `file:${path}` : await createPostgresDatabase();
      const watched = engine === 'SQLite' ? undefined : await openStore(to);
      const inserting = sql<{ count: number }>`select count(*) as count from pg_stat_activity
      where datname = current_database() and query like 'insert into "leads"%'`;
      await killWhen(['restore', out], to, async () =>
        watched ? Number((await inserting.execute(watched)).rows[0]!.count) > 0 : existsSync(`${path}-journal`),
      );
      await watched?.destroy();
      expect(await withStore(to, countRows)).toBe(0);
      expect(await ops(to, 'restore', out)).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('killed in the middle of a trial: the next one removes what it left', async () => {
    const listDrills = () => readdirSync(join(folder, 'whole')).filter(name => name.startsWith('backup-drill-'));
    await killWhen(['backup', 'verify', out], from, async () => listDrills().length > 0);
    expect(listDrills()).toHaveLength(1);
    expect(await ops(from, 'backup', 'verify', out)).toMatchObject({ code: 0, stderr: '' });
    expect(listDrills()).toEqual([]);
  });

  /** Kills the process of a command with SIGKILL as soon as it is somewhere. */
  async function killWhen(args: string[], address: string, isThere: () => Promise<boolean>) {
    const child = spawn(process.execPath, ['worker/ops.ts', ...args], {
      stdio: 'ignore',
      env: { ...process.env, DATABASE_URL: address, ...test_keys },
    });
    const ended = once(child, 'exit');
    while (child.exitCode === null && !(await isThere())) await wait(1);
    child.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
  }

  async function countRows(db: Database): Promise<number> {
    const { audit_events, leads, keys, policies } = await readAll(db);
    return [audit_events, leads, keys, policies].reduce((sum, rows) => sum + rows!.length, 0);
  }
});
