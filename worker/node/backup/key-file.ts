import { join } from 'node:path';
import {
  type KeyFile,
  type KeyHeader,
  key_file_name,
  readKeyFile,
  rewrapKeyFile,
} from '../../../db/backup/key-file.ts';
import { exists, explainRoom, readBytes, replaceFile } from './files.ts';
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
 * Wraps the keys in a folder of backups anew, those of the backups included, under the last of ENCRYPTION_KEYS. Safe to
 * run twice and to kill: the present file stays until the new one is whole.
 *
 * @returns How many keys were wrapped anew.
 * @throws Refusal when another backup is being made there, or a key is wrapped under one that the keyring lacks.
 */
export async function rewrapBackupKeys(folder: string, keyring: Keyring): Promise<number> {
  return withLock(folder, async () => {
    let rewrapped = 0;
    const file = await openKeyFile(folder, keyring);
    if (!file) return 0;
    const bytes = rewrapKeyFile(file, keyring.vault, keyring.key, () => {
      rewrapped += 1;
    });
    try {
      await replaceFile(keyFileOf(folder), bytes);
    } catch (error) {
      throw explainRoom(error, folder);
    }
    return rewrapped;
  });
}

/** Counts the backups, and the subjects, whose keys each key encryption key wraps in a folder of backups. */
export async function countBackupKeys(
  folder: string,
  keyring: Keyring,
): Promise<Map<string, { backups: number; subjects: number }>> {
  const counts = new Map<string, { backups: number; subjects: number }>();
  const add = (kek_id: string, what: 'backups' | 'subjects') => {
    const count = counts.get(kek_id) ?? { backups: 0, subjects: 0 };
    count[what] += 1;
    counts.set(kek_id, count);
  };
  const file = await openKeyFile(folder, keyring);
  if (!file) return counts;
  for (const { kek_id } of Object.values(file.header.backups)) add(kek_id, 'backups');
  const column = file.header.columns.indexOf('kek_id');
  for await (const rows of file.rows) for (const row of rows) add(String(row[column]), 'subjects');
  return counts;
}
