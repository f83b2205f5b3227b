import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type KeyFile,
  type KeyHeader,
  key_file_name,
  peekKeyHeader,
  readKeyFile,
} from '../../../db/backup/key-file.ts';
import { type IsSigned, isManifestSigned, readManifest, writeManifest } from '../../../db/backup/manifest.ts';
import { rewrapKeyFile } from '../../../db/backup/wrapped-keys.ts';
import { isSignedBy } from '../../../db/vault/checkpoint-key.ts';
import type { KeyEncryptionKey } from '../../../db/vault/vault.ts';
import { exists, explainRoom, listBackups, manifest_name, readBytes, readNames, replaceFile } from './files.ts';
import type { Keyring } from './keyring.ts';
import { withLock } from './lock.ts';

/** Returns the path of the file of keys that belongs to a folder of backups. */
export function keyFileOf(folder: string): string {
  return join(folder, key_file_name);
}

/** Opens the file of keys of a folder; undefined when there is none. */
export async function openKeyFile(folder: string, { isSigned }: Keyring): Promise<KeyFile | undefined> {
  const path = keyFileOf(folder);
  return (await exists(path)) ? readKeyFile(readBytes(path), isSigned) : undefined;
}

/** Reads the first line of the file of keys, once the whole file was found sound; undefined when there is none. */
export async function readKeyHeader(folder: string, keyring: Keyring): Promise<KeyHeader | undefined> {
  const file = await openKeyFile(folder, keyring);
  if (file) for await (const _ of file.rows);
  return file?.header;
}

/**
 * Reads the first line of the file of keys and believes it; undefined when there is none, or it cannot be read. Because a
 * start must not wait for a large file, the rest is not read.
 */
export async function peekKeys(folder: string): Promise<KeyHeader | undefined> {
  return peekKeyHeader(readBytes(keyFileOf(folder))).catch(() => undefined);
}

/**
 * Finds the encryption keys that are not listed any more, while backups of a folder still need them.
 *
 * The first line of the file of keys names them all. A file that is not sound is for the next backup to tell.
 *
 * @returns The mistakes, one line each.
 */
export async function findBackupKeyMistakes(folder: string, listed: KeyEncryptionKey[]): Promise<string[]> {
  const header = await peekKeys(folder);
  if (!header) return [];
  const backups = Object.values(header.backups);
  const needed = [...backups.map(({ kek_id }) => kek_id), ...header.kek_ids];
  const missing = [...new Set(needed)].filter(kek_id => !listed.some(({ id }) => id === kek_id));
  // The keys of the leads belong to every backup there.
  const countHanging = (id: string) =>
    backups.filter(({ kek_id }) => kek_id === id || header.kek_ids.includes(id)).length;
  return missing.map(
    kek_id =>
      `ENCRYPTION_KEYS: key ${kek_id} is missing, and the keys of ${countHanging(kek_id)} backups in BACKUP_DIR are wrapped under it; list it again before the last one, and take it out after "ops keys rotate --backup ${folder}"`,
  );
}

/**
 * Wraps the keys in a folder of backups anew, those of the backups included, under the last of ENCRYPTION_KEYS, and signs
 * all of it with the last SIGNING_KEY. Safe to run twice and to kill: each file stays until the new one is whole.
 *
 * @returns How many keys were wrapped anew.
 * @throws Refusal when another backup is being made there, or a key is wrapped under one that the keyring lacks.
 */
export async function rewrapBackupKeys(folder: string, keyring: Keyring): Promise<number> {
  if (!(await exists(keyFileOf(folder)))) return 0;
  return withLock(folder, async () => {
    let rewrapped = 0;
    const file = await openKeyFile(folder, keyring);
    if (!file) return 0;
    const bytes = rewrapKeyFile(file, keyring.vault, keyring.key, () => {
      rewrapped += 1;
    });
    try {
      await replaceFile(keyFileOf(folder), bytes);
      await signManifests(folder, keyring);
    } catch (error) {
      throw explainRoom(error, folder);
    }
    return rewrapped;
  });
}

/** Signs the manifests that an earlier key signed. One that no listed key signed is for a restore to tell. */
async function signManifests(folder: string, keyring: Keyring): Promise<void> {
  for (const path of await listManifests(folder)) {
    const text = await readFile(path, 'utf8');
    if (!isSignedEarlier(text, keyring)) continue;
    await replaceFile(path, [Buffer.from(writeManifest(readManifest(text, keyring.isSigned), keyring.key))]);
  }
}

/** Counts the backups of folders whose manifests an earlier SIGNING_KEY signed, while it is listed. */
export async function countSignedEarlier(folders: string[], keyring: Keyring): Promise<number> {
  const paths = (await Promise.all(folders.map(listManifests))).flat();
  const texts = await Promise.all(paths.map(path => readFile(path, 'utf8')));
  return texts.filter(text => isSignedEarlier(text, keyring)).length;
}

async function listManifests(folder: string): Promise<string[]> {
  return (await listBackups(folder, new Date(0))).map(name => join(folder, name, manifest_name));
}

function isSignedEarlier(text: string, { key, isSigned }: Keyring): boolean {
  const by = (signed: IsSigned) => isManifestSigned(text, signed);
  return by(isSigned) && !by((line, signature) => isSignedBy(key.public_key, line, signature));
}

/** Number of backups, and of subjects in their files of keys, by the key encryption key that wraps their keys. */
export type BackupCounts = Map<string, { backups: number; subjects: number }>;

/**
 * Counts what each key encryption key wraps in folders of backups.
 *
 * @throws The error of a folder that cannot be read, because a key might be dropped that something there needs.
 */
export async function countBackupKeys(folders: string[], keyring: Keyring): Promise<BackupCounts> {
  const counts: BackupCounts = new Map();
  const add = (kek_id: string, what: 'backups' | 'subjects') => {
    const count = counts.get(kek_id) ?? { backups: 0, subjects: 0 };
    count[what] += 1;
    counts.set(kek_id, count);
  };
  for (const folder of folders)
    try {
      await readNames(folder);
      const file = await openKeyFile(folder, keyring);
      if (!file) continue;
      for (const { kek_id } of Object.values(file.header.backups)) add(kek_id, 'backups');
      const column = file.header.columns.indexOf('kek_id');
      for await (const rows of file.rows) for (const row of rows) add(String(row[column]), 'subjects');
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (!syscall) throw error;
      throw Object.assign(new Error(`${folder}: the backups there cannot be read (${code})`), { code });
    }
  return counts;
}
