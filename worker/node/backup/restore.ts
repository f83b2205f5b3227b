import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readManifest } from '../../../db/backup/manifest.ts';
import { copy_again, Refusal } from '../../../db/backup/refusal.ts';
import { type Backup, type Restored, type RestoreOptions, restore } from '../../../db/backup/restore.ts';
import { isUnavailable } from '../../../db/database.ts';
import { load } from '../../../db/dialects/sqlite-load.ts';
import { findFolder, loadStore } from '../store.ts';
import { readErased } from './erased.ts';
import {
  exists,
  explainRoom,
  findHalf,
  isOfFuture,
  listBackups,
  makeFolder,
  manifest_name,
  readBytes,
  sizeOf,
} from './files.ts';
import { openKeyFile } from './key-file.ts';
import type { Keyring } from './keyring.ts';
import { isRunning } from './lock.ts';

interface RestoringOptions extends Pick<RestoreOptions, 'onProgress'> {
  /** A folder of backups, of which the newest is taken, or one backup's own. */
  path: string;
  keyring: Keyring;
  now: Date;
}

/** Start of the name of the folder for a drill; the id of its process ends it. */
const drill_name = 'backup-drill-';

/**
 * Restores a backup into the empty database of an address.
 *
 * @throws Refusal that says why not. Nothing was changed then.
 */
export async function restoreBackup(url: string, { path, ...options }: RestoringOptions): Promise<Restored> {
  const backup = await openBackup(path, options);
  try {
    return await loadStore(url, db => restore(db, backup, { ...options, vault: options.keyring.vault }));
  } catch (error) {
    if (url.startsWith('file:') && isUnavailable(error) && /locked/.test((error as Error).message))
      throw new Refusal('busy', 'something has the database open: stop the server first', error);
    throw explainRoom(error, 'the database');
  }
}

/**
 * Restores a backup into a database that is thrown away, to see whether it could be restored.
 *
 * @param url Address of a database, that of the deployment or another. Beside it, on its disk, the scratch file stands for a
 *   while.
 * @throws Refusal that says why not.
 */
export async function drill(url: string, { path, ...options }: RestoringOptions): Promise<Restored> {
  await sweepDrills(url);
  const backup = await openBackup(path, options);
  const folder = join(findFolder(url), `${drill_name}${process.pid}`);
  await makeFolder(folder);
  try {
    const work = (db: Parameters<typeof restore>[0]) =>
      restore(db, backup, { ...options, vault: options.keyring.vault });
    return await load(join(folder, 'scratch.db'), work, true);
  } catch (error) {
    throw explainRoom(error, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what drills have left beside the database whose process was killed. */
export async function sweepDrills(url: string): Promise<void> {
  const folder = findFolder(url);
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = name.startsWith(drill_name) ? Number(name.slice(drill_name.length)) : undefined;
    if (pid === undefined || (pid !== process.pid && isRunning(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Opens a backup, and finds whether all of it is there. */
async function openBackup(path: string, { keyring, now }: Omit<RestoringOptions, 'path'>): Promise<Backup> {
  const own = await findOwnFolder(resolve(path), now);
  const text = await readFile(join(own, manifest_name), 'utf8');
  const manifest = readManifest(text, keyring.isSigned);
  for (const { name, bytes } of manifest.files) {
    const size = await sizeOf(join(own, name));
    if (size !== bytes)
      throw new Refusal(
        'half',
        `half a backup: ${name} ${size === undefined ? 'is missing' : 'is cut off'} in ${own}. ${copy_again}`,
      );
  }
  const keys = await openKeyFile(dirname(own), keyring);
  if (!keys)
    throw new Refusal(
      'half',
      `half a backup: the file of keys, without which none opens, is missing in ${dirname(own)}: copy the one that was written with it, or later`,
    );
  const erased = (await readErased(dirname(own))).map(({ id }) => id);
  return { manifest, keys, erased, read: name => readBytes(join(own, name)) };
}

async function findOwnFolder(path: string, now: Date): Promise<string> {
  if (await exists(join(path, manifest_name))) return path;
  const names = await listBackups(path, now);
  const early = names.find(name => isOfFuture(name, now));
  if (early)
    throw new Refusal(
      'clock',
      `the clock of this machine, or of the one that made ${early}, is wrong: set the clock, or name the backup that you mean, as ${join(path, names.at(-1)!)}`,
    );
  const newest = names.at(-1);
  const half = await findHalf(path, newest, now);
  if (half)
    throw new Refusal('half', `half a backup: ${manifest_name} is missing in ${join(path, half)}. ${copy_again}`);
  if (newest) return join(path, newest);
  const isOne = /^\d{8}T/.test(basename(path));
  throw new Refusal(
    'no_backup',
    `${path}: ${isOne ? `half a backup, or none: it has no manifest.json. ${copy_again}` : 'there is no backup here: name the folder that holds them'}`,
  );
}
