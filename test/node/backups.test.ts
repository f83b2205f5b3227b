import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBackupJobs } from '../../worker/node/backup/jobs.ts';
import { restoreBackup } from '../../worker/node/backup/restore.ts';
import { openStore } from '../../worker/node/store.ts';
import { runIfDue } from '../../worker/run-jobs.ts';
import { keyring } from '../support/backup.ts';
import { lead, noon, start, startPublished, test_keys, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, run, startServer } from '../support/server.ts';

const hour_ms = 3_600_000;
const year_ms = 365 * 24 * hour_ms;

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(() => remove());

const listOut = () => readdirSync(join(folder, 'out')).sort();

/** Starts an app on a file, whose jobs for backups are run by hand. */
async function startWithBackups(overrides = {}) {
  const DATABASE_URL = `file:${join(folder, 'leads.db')}`;
  const db = await openStore(DATABASE_URL);
  const environment = { DATABASE_URL, BACKUP_DIR: join(folder, 'out'), ...overrides };
  const started = await startPublished(environment, db);
  const [back_up, note] = createBackupJobs(started.services);
  const health = async () => ((await (await started.get('/health')).json()) as { warnings: string[] }).warnings;
  return {
    ...started,
    runBackup: () => runIfDue(started.services, back_up!),
    runNote: () => runIfDue(started.services, note!),
    health,
  };
}

describe('a server with BACKUP_DIR', () => {
  it('[P5] makes a backup each period, tries it, and keeps as many as it is told', async () => {
    const { db, post, runBackup, advance, health, lines } = await startWithBackups({
      BACKUP_EVERY_HOURS: '6',
      BACKUPS_KEPT: '2',
    });
    await post('/forms/mini-ai-experience', lead);
    await runBackup();
    await runBackup();
    expect(listOut()).toEqual(['20261123T040000.000Z', 'checkpoints', 'keys.ndjson.gz']);
    for (let n = 0; n < 2; n++) {
      advance(6 * hour_ms);
      await runBackup();
    }
    expect(listOut()).toEqual(['20261123T100000.000Z', '20261123T160000.000Z', 'checkpoints', 'keys.ndjson.gz']);
    const lines_kept = readFileSync(join(folder, 'out', 'checkpoints'), 'utf8')
      .trim()
      .split('\n');
    expect(lines_kept.filter(line => /^lead-consent-checkpoint-1 \d+ /.test(line))).toHaveLength(3);
    const job = await db.selectFrom('jobs').selectAll().where('name', '=', 'back_up').executeTakeFirstOrThrow();
    expect(JSON.parse(job.result!)).toMatchObject({ leads: 1, removed: 1 });
    expect(readdirSync(folder).filter(name => name.startsWith('backup-drill'))).toEqual([]);
    expect([await health(), lines.filter(line => line.includes('job_failed'))]).toEqual([[], []]);
    advance(7 * hour_ms);
    expect(await health()).toEqual(['backup-overdue']);
    await db.destroy();
  });

  it('[P5] says in health and log that a backup failed, and why, until one succeeds', async () => {
    const { db, runBackup, advance, health, lines } = await startWithBackups();
    await db.insertInto('leads').values(orphan).execute();
    await runBackup();
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      level: 'error',
      event: 'job_failed',
      job: 'back_up',
      code: 'lost_key',
    });
    expect(await health()).toEqual(['backup-failed']);
    expect(listOut()).toEqual([]);
    await db.updateTable('leads').set({ sealed: null, erased_at: noon.toISOString() }).execute();
    await runBackup();
    advance(1_000);
    expect(await health()).toEqual([]);
    await db.destroy();
  });

  it('[P5] makes one at once where the folder has none, because it is another one, or its disk was lost', async () => {
    const { db, runBackup, advance, health, services } = await startWithBackups();
    const isMissing = () => createBackupJobs(services)[0]!.isMissing!(services.now());
    expect(await isMissing()).toBe(true);
    await runBackup();
    expect(await isMissing()).toBe(false);
    rmSync(join(folder, 'out'), { recursive: true });
    writeFileSync(join(folder, 'out'), 'no folder');
    expect(await isMissing()).toBe(true);
    advance(60_000);
    await runBackup();
    expect(await health()).toEqual(['backup-failed']);
    await db.destroy();
  });

  it('[P5] notes anew who was erased while the disk was away and backups stood in its place', async () => {
    const { db, post, ask, advance, runBackup, runNote } = await startWithBackups();
    const { id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
    await runBackup();
    await runNote();
    renameSync(join(folder, 'out'), join(folder, 'away'));
    advance(60_000);
    await runBackup();
    expect((await ask('DELETE', `/leads/${id}`)).status).toBe(204);
    await runNote();
    rmSync(join(folder, 'out'), { recursive: true });
    renameSync(join(folder, 'away'), join(folder, 'out'));
    advance(60_000);
    await runNote();
    const restored = `file:${join(folder, 'restored.db')}`;
    const { leads, erased_since } = await restoreBackup(restored, { path: join(folder, 'out'), keyring, now: noon });
    expect([leads, erased_since]).toEqual([0, 1]);
    await db.destroy();
  });

  it('[P5] keeps the newest once a clock is set right that was ahead, and restores none of the two unasked', async () => {
    const { db, runBackup, advance } = await startWithBackups({ BACKUPS_KEPT: '1' });
    const path = join(folder, 'out');
    const restored = join(folder, 'restored.db');
    const restore = () => restoreBackup(`file:${restored}`, { path, keyring, now: noon });
    advance(year_ms);
    await runBackup();
    const [early] = listOut();
    await expect(restore()).rejects.toMatchObject({ message: expect.stringContaining(`that made ${early}, is wrong`) });
    expect(existsSync(restored)).toBe(false);
    advance(-year_ms);
    await runBackup();
    expect(listOut()).toEqual(['20261123T040000.000Z', 'checkpoints', 'keys.ndjson.gz']);
    expect(await restore()).toMatchObject({ leads: 0 });
    await db.destroy();
  });

  it('[P5] stops in the middle of a backup when it is about to end, and leaves no part of it', async () => {
    const started = await startWithBackups();
    started.services.isStopping = () => true;
    await started.runBackup();
    expect(JSON.parse(started.lines.at(-1)!)).toMatchObject({ event: 'job_failed', code: 'stopped' });
    expect(listOut()).toEqual([]);
    await started.db.destroy();
  });

  it('[P5] stops in the middle of a drill when it is about to end, by letting its thread end by itself', async () => {
    const started = await startWithBackups();
    const isDrilling = () => readdirSync(folder).some(name => name.startsWith('backup-drill'));
    started.services.isStopping = isDrilling;
    await started.runBackup();
    expect(JSON.parse(started.lines.at(-1)!)).toMatchObject({ event: 'job_failed', code: 'stopped' });
    expect([isDrilling(), listOut().filter(name => name.endsWith('Z')).length]).toEqual([false, 1]);
    await started.db.destroy();
  });

  it('without it, has no such job', async () => {
    expect(createBackupJobs((await start()).services)).toEqual([]);
  });

  it('[P5] begins soon after its start, and removes what a drill of a killed process has left', async () => {
    const left = join(folder, 'backup-drill-999999999');
    mkdirSync(left);
    writeFileSync(join(left, 'scratch.db'), 'x');
    const BACKUP_DIR = join(folder, 'out');
    const server = await startServer(folder, { ...unguarded, BACKUP_DIR });
    expect(existsSync(left)).toBe(false);
    await vi.waitFor(() => expect(listOut().filter(name => name.endsWith('Z'))).toHaveLength(1), {
      timeout: 20_000,
      interval: 100,
    });
    expect(await server.stop()).toBe(0);
    const DATABASE_URL = `file:${join(folder, 'leads.db')}`;
    const tried = await operate(['backup', 'verify', BACKUP_DIR], { DATABASE_URL });
    expect(JSON.parse(tried.stdout)).toMatchObject({ leads: 0 });
  });

  it('[P5] notes at its end who was erased a moment before, so that a restore erases them again', async () => {
    const BACKUP_DIR = join(folder, 'out');
    const server = await startServer(folder, { ...unguarded, BACKUP_DIR });
    const ask = (method: string, path: string, sent?: unknown) =>
      fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        ...(sent !== undefined && { body: JSON.stringify(sent) }),
      });
    const sent = await ask('POST', '/forms/mini-ai-experience', lead);
    const { receipt_code } = (await sent.json()) as { receipt_code: string };
    await vi.waitFor(() => expect(listOut().filter(name => name.endsWith('Z'))).toHaveLength(1), {
      timeout: 20_000,
      interval: 100,
    });
    const DATABASE_URL = `file:${join(folder, 'leads.db')}`;
    // The server may still hold its own backup's lock.
    const ops = (...args: string[]) => run(['worker/ops.ts', ...args, BACKUP_DIR], { DATABASE_URL });
    await vi.waitFor(async () => expect(await ops('backup')).toMatchObject({ code: 0 }), { timeout: 20_000 });
    expect((await ask('POST', '/withdrawals', { receipt_code })).status).toBe(200);
    expect(await server.stop()).toBe(0);
    for (const file of readdirSync(folder).filter(name => name.startsWith('leads.db'))) rmSync(join(folder, file));
    const restored = await ops('restore');
    expect(JSON.parse(restored.stdout)).toMatchObject({ leads: 0, erased_since: 1 });
  });

  it('begins nothing new in the place of a lost database, nor does a command, until a backup is restored', async () => {
    const BACKUP_DIR = join(folder, 'out');
    const settings = { ...unguarded, ...test_keys, BACKUP_DIR };
    const environment = { ...settings, DATABASE_URL: `file:${join(folder, 'leads.db')}` };
    const first = await startServer(folder, { ...settings, BACKUP_DIR: '' });
    await first.stop();
    expect(await operate(['backup', BACKUP_DIR], environment)).toMatchObject({ code: 0 });
    for (const name of readdirSync(folder).filter(name => name.startsWith('leads.db'))) rmSync(join(folder, name));

    const told = 'the database is empty, while BACKUP_DIR holds backups of one that is not';
    const checked = await operate(['check'], environment);
    expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining(told) });
    const refused = { code: 1, stderr: expect.stringContaining(told) };
    expect(await run(['worker/node.ts'], { ...environment, PORT: '0' })).toMatchObject(refused);
    const token = ['token', 'create', '--holder', 'x', '--role', 'sales'];
    expect(await operate(token, environment)).toMatchObject(refused);

    expect(await operate(['restore', BACKUP_DIR], environment)).toMatchObject({ code: 0 });
    expect(await (await startServer(folder, settings)).stop()).toBe(0);
    const other = { ...environment, DATABASE_URL: `file:${join(folder, 'other.db')}` };
    expect(await operate(token, { ...other, BACKUP_DIR: '' })).toMatchObject({ code: 0 });
    expect(await operate(['audit', 'checkpoint'], { ...other, BACKUP_DIR: '' })).toMatchObject({ code: 0 });
    expect((await operate(['check'], other)).stdout).toContain('backups of another database');
  });
});

/** A lead without a key. */
const orphan = {
  id: '019a0000-0000-7000-8000-000000000001',
  form: 'mini-ai-experience',
  status: 'new',
  sealed: '1.x',
  policy_version: '2026-01',
  policy_sha256: 'x',
  locale: 'en',
  receipt_hash: 'x',
  received_at: noon.toISOString(),
  changed_at: noon.toISOString(),
  created_seq: 1,
  seq: 1,
};
