import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { openStore } from '../../worker/node/store.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { lead } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, run, startServer } from '../support/server.ts';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const unguarded = { BOT_CHECK: 'off', FORM_LIMIT_PER_MINUTE: '0', REFUSED_LIMIT_PER_MINUTE: '0' };
const [one, two] = [`one:${key(1)}`, `two:${key(2)}`];
const before = { ENCRYPTION_KEYS: one, INDEX_KEY: key(3), SIGNING_KEY: key(5) };
const both = { ENCRYPTION_KEYS: `${one},${two}`, INDEX_KEY: `${key(3)},${key(4)}`, SIGNING_KEY: key(5) };
const after = { ENCRYPTION_KEYS: two, INDEX_KEY: key(4), SIGNING_KEY: key(5) };

const seeded = 1_500;

describe.each(['SQLite', 'PostgreSQL'])('keys rotate on %s, while a server works', { timeout: 60_000 }, engine => {
  const { folder, remove } = makeFolder();
  const backups = join(folder, 'backups');
  const copy = join(folder, 'copy');
  /** A backup whose own key is wrapped under the last key already, and those of its leads are not. */
  const mixed = join(folder, 'mixed');
  let address = '';
  let db: Database;
  let server: RunningServer | undefined;
  beforeAll(async () => {
    address = engine === 'SQLite' ? `file:${join(folder, 'leads.db')}` : await createPostgresDatabase();
    const files = ['zh-CN', 'en'].map(locale => `worker/demo/policy.${locale}.md`);
    await ops(before, 'policy', 'publish', ...files);
    await ops(before, 'seed', '--leads', String(seeded));
    await ops(before, 'backup', backups);
    cpSync(backups, copy, { recursive: true });
    db = await openStore(address);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await db.destroy();
    remove();
  });

  const ops = (keys: Record<string, string>, ...args: string[]) =>
    operate([...args], { DATABASE_URL: address, ...keys });
  const countUnder = async (kek_id: string) =>
    Number(
      (
        await db
          .selectFrom('keys')
          .select(({ fn }) => fn.countAll().as('count'))
          .where('kek_id', '=', kek_id)
          .executeTakeFirstOrThrow()
      ).count,
    );
  const readTable = (stdout: string) =>
    (JSON.parse(stdout) as { setting: string; key: string; last: boolean; leads: number }[]).map(row => [
      row.setting,
      row.last,
      row.leads,
    ]);

  it('begins with a status of what hangs on which key, exit 1', async () => {
    const { code, stdout, stderr } = await ops(both, 'keys', 'status');
    expect(readTable(stdout)).toEqual([
      ['ENCRYPTION_KEYS', false, seeded],
      ['ENCRYPTION_KEYS', true, 0],
      ['INDEX_KEY', false, seeded],
      ['INDEX_KEY', true, 0],
    ]);
    expect(code).toBe(1);
    const withBackups = await ops({ ...both, BACKUP_DIR: backups }, 'keys', 'status');
    expect(JSON.parse(withBackups.stdout)[0]).toMatchObject({ key: 'one', leads: seeded, backups: 1 });
    expect(stderr).toMatch(new RegExp(`^${seeded} keys are wrapped under another key.*keys rotate\n$`));
    for (const command of ['status', 'rotate'])
      expect(await ops(both, 'keys', command, '--backup', join(folder, 'none'))).toMatchObject({
        code: 1,
        stderr: `keys ${command}: ${join(folder, 'none')} holds no backups\n`,
      });
    expect(await ops(both, 'backup', mixed)).toMatchObject({ code: 0 });
  });

  it('is killed, and no start goes without a key that still wraps something; it goes on, and no request fails meanwhile', async () => {
    server = await startServer(folder, { DATABASE_URL: address, ...unguarded, ...both });
    const { url, token } = server;
    const staff = { headers: { Authorization: `Bearer ${token}` } };
    const list = await (
      await fetch(`${url}/leads?view=clear&order=asc&received_from=2000-01-01&limit=20`, staff)
    ).json();
    const known = (list as { leads: { id: string; phone: string; email: string }[] }).leads;
    expect(known).toHaveLength(20);
    const policy = (await (await fetch(`${url}/policies/current`)).json()) as { version: string };
    let working = true;
    let requests = 0;
    const failures: unknown[] = [];

    async function work() {
      for (let n = 0; working; n++) {
        const { id, phone, email } = known[n % known.length]!;
        const posted = await fetch(`${url}/forms/mini-ai-experience`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `key-${n}` },
          body: JSON.stringify({ ...lead, policy_version: policy.version }),
        });
        if (posted.status !== 201) failures.push(posted.status);
        for (const query of [{ phone }, { email }]) {
          const found = await fetch(`${url}/leads?order=asc&${new URLSearchParams(query as never)}`, staff);
          const { leads } = (await found.json()) as { leads?: { id: string }[] };
          if (!leads?.some(one => one.id === id)) failures.push([found.status, query, leads?.length]);
        }
        const read = await fetch(`${url}/leads?view=clear&order=desc&limit=100`, staff);
        if (read.status !== 200) failures.push(read.status);
        requests += 4;
      }
    }
    const worker = work();

    const { PATH, HOME } = process.env;
    const killed = spawn(process.execPath, ['worker/ops.ts', 'keys', 'rotate'], {
      env: { PATH, HOME, DATABASE_URL: address, ...both },
      stdio: 'ignore',
    });
    const ended = once(killed, 'exit');
    while ((await countUnder('one')) > seeded - 200) await wait(5);
    killed.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
    const left = await countUnder('one');
    expect(left).toBeGreaterThan(0);

    const refused = await run(['worker/node.ts'], { DATABASE_URL: address, PORT: '0', ...after });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`ENCRYPTION_KEYS: key one is missing, and the keys of ${left} subjects`);
    expect(refused.stderr).toMatch(/take it out after "ops keys rotate"\n/);

    const done = await ops(both, 'keys', 'rotate', '--backup', backups);
    working = false;
    await worker;
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(8);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(done.stdout)).toMatchObject({ rewrapped: left, backup_keys: seeded + 1 });
    expect(await countUnder('one')).toBe(0);
  });

  it('[P5] keeps the backups of before readable, with the new key alone', async () => {
    const keys = { ...both, ENCRYPTION_KEYS: two };
    expect(await ops(keys, 'backup', 'verify', backups)).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout } = await ops({ ...both, BACKUP_DIR: backups }, 'keys', 'status');
    const rows = JSON.parse(stdout) as { key: string; backups: number }[];
    expect([code, ...rows.slice(0, 2).map(row => [row.key, row.backups])]).toEqual([0, ['two', 1], ['one', 0]]);
  });

  it('[P5] no start goes without a key that the backups in BACKUP_DIR still need; the status tells it too', async () => {
    const before_all = await db.selectFrom('key_checks').selectAll().orderBy('number').execute();
    const start = ['worker/node.ts'];
    for (const BACKUP_DIR of [copy, mixed]) {
      const refused = await run(start, { DATABASE_URL: address, PORT: '0', ...after, BACKUP_DIR });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        'ENCRYPTION_KEYS: key one is missing, and the keys of 1 backups in BACKUP_DIR are wrapped under it',
      );
    }
    expect(await db.selectFrom('key_checks').selectAll().orderBy('number').execute()).toEqual(before_all);
    const left = await ops({ ...both, BACKUP_DIR: backups }, 'keys', 'status', '--backup', copy);
    const rows = JSON.parse(left.stdout) as { key: string; backups: number }[];
    expect([left.code, ...rows.slice(0, 2).map(row => [row.key, row.backups])]).toEqual([1, ['two', 1], ['one', 1]]);
    expect(left.stderr).toContain('backups hang on another key');
    expect((await ops(both, 'keys', 'rotate', '--backup', copy)).code).toBe(0);
    const done = await ops({ ...both, BACKUP_DIR: backups }, 'keys', 'status', '--backup', copy);
    expect([done.code, JSON.parse(done.stdout)[0].backups]).toEqual([0, 2]);
  });

  it('[A1] ends with a status of 0, an event for each first use and end, and keys that may go', async () => {
    const { code, stdout } = await ops(both, 'keys', 'status');
    const leads = await countUnder('two');
    expect(readTable(stdout)).toEqual([
      ['ENCRYPTION_KEYS', true, leads],
      ['ENCRYPTION_KEYS', false, 0],
      ['INDEX_KEY', true, leads],
      ['INDEX_KEY', false, 0],
    ]);
    expect(code).toBe(0);
    expect(JSON.parse((await ops(both, 'keys', 'rotate')).stdout)).toEqual({
      rewrapped: 0,
      reindexed: 0,
      backup_keys: 0,
    });
    const events = db
      .selectFrom('audit_events')
      .select(['action', 'fields'])
      .where('action', 'like', 'key.%')
      .orderBy('seq');
    expect(await events.execute()).toEqual([
      { action: 'key.first_used', fields: 'one' },
      { action: 'key.first_used', fields: 'two' },
      { action: 'key.rotated', fields: 'one' },
    ]);
    await server!.stop();
    server = await startServer(folder, { DATABASE_URL: address, ...after, BACKUP_DIR: copy });
    const staff = { headers: { Authorization: `Bearer ${server.token}` } };
    expect((await fetch(`${server.url}/leads?view=clear&limit=200`, staff)).status).toBe(200);
  });

  it('does the rest where a key is lost, and names what does not open', async () => {
    const [first, second] = await db.selectFrom('keys').select('subject_id').orderBy('subject_id').limit(2).execute();
    await db.atomic([
      db.updateTable('keys').set({ kek_id: '2019' }).where('subject_id', '=', first!.subject_id).compile(),
      db
        .updateTable('keys')
        .set({ index_version: '1.00000000' })
        .where('subject_id', '=', second!.subject_id)
        .compile(),
    ]);
    const { code, stdout, stderr } = await ops(after, 'keys', 'rotate');
    expect({ code, done: JSON.parse(stdout) }).toEqual({
      code: 1,
      done: { rewrapped: 0, reindexed: 1, backup_keys: 0 },
    });
    expect(stderr).toMatch(
      /^ENCRYPTION_KEYS: 1 subjects do not open .* 2019: [0-9a-f-]{36}\. Everything else is done\.\n$/,
    );
    expect(stderr).toContain(first!.subject_id);
  });
});
