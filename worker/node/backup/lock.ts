import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../../db/backup/refusal.ts';

/** Period in which the holder of a lock shows that it lives, and how long another server waits for that. */
const beat_ms = 5_000;
const patience_ms = 3 * beat_ms;

const holder = `${hostname()} ${process.pid}`;

/** Locks that this process holds. */
const held = new Set<string>();

/**
 * Works on a folder of backups while nobody else does, on whatever server. The lock of a process that has died is taken
 * over.
 *
 * @throws Refusal when somebody else works on it.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, '.lock');
  await take(path);
  held.add(path);
  const beat = setInterval(() => touch(path).catch(() => {}), beat_ms);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    held.delete(path);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<void> {
  if (await create(path)) return;
  if (await isAlive(path))
    throw new Refusal('busy', `another backup is being made in this folder (${path}): wait for its end`);
  await rm(path, { force: true });
  if (!(await create(path)))
    throw new Refusal('busy', `another backup is being made in this folder (${path}): wait for its end`);
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(holder);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Tells whether the holder of a lock lives: on this machine by its process, elsewhere by its beat. */
async function isAlive(path: string): Promise<boolean> {
  if (held.has(path)) return true;
  const text = await readFile(path, 'utf8').catch(() => '');
  const [host, pid] = text.split(' ');
  // A container that began anew may have the name and number of the one that died: then only the beat tells.
  if (host === hostname() && pid && text !== holder) return isRunning(Number(pid));
  const before = await beatOf(path);
  await wait(patience_ms);
  return (await beatOf(path)) !== before;
}

async function beatOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

async function touch(path: string) {
  const { atime, mtimeMs } = await stat(path);
  await utimes(path, atime, new Date(mtimeMs + beat_ms));
}

/** Tells whether a process of this machine runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
