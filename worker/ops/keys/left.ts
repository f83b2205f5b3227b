import { existsSync } from 'node:fs';
import { isIndexedEarlier, isWrappedEarlier, type KeyCount, sumSubjects } from '../../../db/vault/count.ts';
import type { Vault } from '../../../db/vault/vault.ts';
import { keyFileOf } from '../../node/backup/key-file.ts';
import { Mistake } from '../run/command.ts';

/** Folders of backups that one command takes. */
export const most_folders = 100;

/**
 * Lists the folders of backups: that of BACKUP_DIR, where it is set, and those behind `--backup`.
 *
 * @throws Mistake for words that no option begins, and for a named folder without a file of keys.
 */
export function listBackupFolders(command: string, named: string[] = [], rest: string[]): string[] {
  if (rest.length > 0 && named.length === 0) throw new Mistake(`${command}: name folders of backups after --backup`);
  const own = process.env.BACKUP_DIR?.trim();
  const others = [...named, ...rest];
  const none = others.find(folder => !existsSync(keyFileOf(folder)));
  if (none) throw new Mistake(`${command}: ${none} holds no backups`);
  return [...new Set([...(own ? [own] : []), ...others])];
}

/** Says how many subjects hang on other keys than the last ones; undefined where none do. */
export function describeLeft(counts: KeyCount[], vault: Vault): string | undefined {
  const wrapped = sumSubjects(counts, isWrappedEarlier(vault));
  const indexed = sumSubjects(counts, isIndexedEarlier(vault));
  if (wrapped + indexed === 0) return undefined;
  return `${wrapped} keys are wrapped under another key than the last, ${vault.kek_id}, and ${indexed} indexes are of another version than ${vault.index_version}`;
}
