import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bytes } from '../../../db/backup/bytes.ts';
import { Refusal } from '../../../db/backup/refusal.ts';

export const manifest_name = 'manifest.json';

/** Ending of a folder or file that is not whole yet. */
const part = '.part';

/** Name of a backup's folder: the time at which it was made, in UTC. */
const folder_name = /^\d{8}T\d{6}\.\d{3}Z$/;

/** Time by which the clocks of two servers may differ. */
const skew_ms = 300_000;

/** Returns the name of the folder of a backup that is made now. */
export function nameFolder(now: Date): string {
  return now.toISOString().replaceAll(/[-:]/g, '');
}

/**
 * Lists the backups of a folder that are whole, the oldest first.
 *
 * Because a clock that was ahead has named those of the future, they are older than any other.
 */
export async function listBackups(folder: string, now: Date): Promise<string[]> {
  const names = (await readNames(folder)).filter(name => folder_name.test(name)).sort();
  const whole = await Promise.all(names.map(name => exists(join(folder, name, manifest_name))));
  const found = names.filter((_, n) => whole[n]);
  return [...found.filter(name => isOfFuture(name, now)), ...found.filter(name => !isOfFuture(name, now))];
}

/**
 * Finds the backup that is newer than every whole one and has no manifest, as a copy that broke off. Because a backup is
 * written aside, and its manifest goes first when it is removed, none that is being made or is too old counts.
 */
export async function findHalf(folder: string, newest: string | undefined, now: Date): Promise<string | undefined> {
  const names = (await readNames(folder)).filter(name => folder_name.test(name) && !isOfFuture(name, now)).sort();
  const last = names.at(-1);
  if (!last || (newest !== undefined && last <= newest)) return undefined;
  return (await exists(join(folder, last, manifest_name))) ? undefined : last;
}

/** Lists a folder; nothing where none was made yet. A link to nothing, as to a disk that is away, is no empty folder. */
export async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT' && !(await lstat(folder).catch(orUndefined));
    if (isAbsent) return [];
    throw error;
  }
}

/** Tells whether a backup is named by a time that is still to come, as no two clocks differ by themselves. */
export function isOfFuture(name: string, now: Date): boolean {
  return name > nameFolder(new Date(now.getTime() + skew_ms));
}

/** Finds what stands in the place of a folder, or of one above it, and is none; undefined where there can be a folder. */
export async function findNoFolder(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(orUndefined);
  if (found) return found.isDirectory() ? undefined : path;
  return dirname(path) === path ? undefined : findNoFolder(dirname(path));
}

/** Makes a folder that only its owner may enter, and those above it. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes a new file that only its owner may read, and returns when the disk has it. */
export async function writeNew(path: string, bytes: Bytes | Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of bytes) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes a file aside, and then puts it in the place of the present one, which is whole at any moment. */
export async function replaceFile(path: string, bytes: Bytes | Iterable<Uint8Array>): Promise<void> {
  await rm(path + part, { force: true });
  await writeNew(path + part, bytes);
  await moveInto(path + part, path);
}

/** Appends text to a file that only its owner may read, and returns when the disk has it. */
export async function appendText(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Returns the name under which something stands until it is whole. */
export function asideOf(path: string): string {
  return path + part;
}

/** Renames a file or folder, and returns when the disk has it. */
export async function moveInto(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Makes the names of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes what a run that was killed has left in a folder. */
export async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.endsWith(part)) await rm(join(folder, name), { recursive: true, force: true });
}

/** Reads a file. */
export function readBytes(path: string): Bytes {
  return createReadStream(path, { highWaterMark: 262_144 });
}

/** Returns the size of a file; undefined when it is not there. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(orUndefined))?.size;
}

/**
 * Returns undefined for the error of a file that is not there. Because what cannot be read just now is there all the
 * same, every other error is thrown on.
 */
export function orUndefined(error: unknown): undefined {
  if (/^(ENOENT|ENOTDIR)$/.test(String((error as { code?: unknown }).code))) return undefined;
  throw error;
}

export async function exists(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== undefined;
}

/**
 * Codes with which a file system or a database says that there is no room. SQLite says `IOERR_WRITE` where a quota or the
 * largest size of a file is reached.
 */
const no_room = /^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL|SQLITE_IOERR_WRITE|53100)$/;

/** Returns a refusal that names the place where there is no room; any other error as it is. */
export function explainRoom(error: unknown, place: string): unknown {
  const codes = [error, (error as Error)?.cause].map(one => String((one as { code?: unknown })?.code));
  if (!codes.some(code => no_room.test(code))) return error;
  return new Refusal('no_room', `there is no room in ${place}: make room, and begin again`, error);
}
