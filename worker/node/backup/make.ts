import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DumpOptions, dump } from '../../../db/backup/dump.ts';
import { readManifestId, writeManifest } from '../../../db/backup/manifest.ts';
import type { Database } from '../../../db/database.ts';
import {
  asideOf,
  explainRoom,
  listBackups,
  makeFolder,
  manifest_name,
  moveInto,
  nameFolder,
  removeParts,
  syncFolder,
  writeNew,
} from './files.ts';
import { keyFileOf, readKeyHeader } from './key-file.ts';
import type { Keyring } from './keyring.ts';
import { withLock } from './lock.ts';

/** A backup that was made. */
export interface Made {
  /** Its own folder. */
  folder: string;
  leads: number;
  rows: number;
  bytes: number;
}

interface MakeOptions extends Pick<DumpOptions, 'onProgress'> {
  folder: string;
  keyring: Keyring;
  now: Date;
}

/**
 * Makes a backup into a folder of its own, and replaces the file of keys that all backups of the folder share.
 *
 * Killed at any moment, it leaves the earlier backups and a file of keys that opens them.
 *
 * @throws Refusal that says why none was made.
 */
export async function makeBackup(db: Database, options: MakeOptions): Promise<Made> {
  const { folder } = options;
  await makeFolder(folder);
  return withLock(folder, async () => {
    try {
      await removeParts(folder);
      return await writeBackup(db, options);
    } catch (error) {
      await removeParts(folder).catch(() => {});
      throw explainRoom(error, folder);
    }
  });
}

async function writeBackup(db: Database, options: MakeOptions): Promise<Made> {
  const { folder, keyring, now, onProgress } = options;
  const whole = join(folder, nameFolder(now));
  const part = asideOf(whole);
  const keys = keyFileOf(folder);
  await makeFolder(part);
  const manifest = await dump(db, {
    ...keyring,
    now,
    onProgress,
    beside: await findBeside(options),
    write: (name, bytes) => writeNew(join(part, name), bytes),
    writeKeys: bytes => writeNew(asideOf(keys), bytes),
  });
  await writeNew(join(part, manifest_name), [Buffer.from(writeManifest(manifest, keyring.key))]);
  await syncFolder(part);
  // Because a backup without its key is none, the keys come first.
  await moveInto(asideOf(keys), keys);
  await moveInto(part, whole);
  const sum = (what: 'rows' | 'bytes') => manifest.files.reduce((all, file) => all + file[what], 0);
  return { folder: whole, leads: manifest.leads, rows: sum('rows'), bytes: sum('bytes') };
}

/** Finds what the file of keys says of the backups that stand beside a new one. */
async function findBeside({ folder, keyring, now }: MakeOptions): Promise<DumpOptions['beside']> {
  const header = await readKeyHeader(folder, keyring);
  if (!header) return undefined;
  const names = await listBackups(folder, now);
  const texts = names.map(name => readFile(join(folder, name, manifest_name), 'utf8'));
  const ids = (await Promise.all(texts)).map(readManifestId);
  // A manifest that is damaged may be copied anew, and its backup needs its key then.
  const isThere = (id: string) => ids.includes(id) || ids.includes(undefined);
  const backups = Object.fromEntries(Object.entries(header.backups).filter(([id]) => isThere(id)));
  return { deployment: header.deployment, backups };
}

/** Removes the oldest backups of a folder, so that so many are left. */
export async function pruneBackups(folder: string, kept: number, now: Date): Promise<number> {
  const names = await listBackups(folder, now);
  const old = names.slice(0, Math.max(0, names.length - kept));
  for (const name of old) {
    // Without its manifest it is no backup any more, whatever stops the removal.
    await rm(join(folder, name, manifest_name));
    await rm(join(folder, name), { recursive: true });
  }
  return old.length;
}
