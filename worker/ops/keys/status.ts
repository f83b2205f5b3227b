import { countKeys, type KeyCount } from '../../../db/vault/count.ts';
import { createVault, type Vault, versionIndexes } from '../../../db/vault/vault.ts';
import { type BackupCounts, countBackupKeys, countSignedEarlier } from '../../node/backup/key-file.ts';
import { createKeyring } from '../../node/backup/keyring.ts';
import { defineCommand, Mistake, texts } from '../run/command.ts';
import { database_options, onDatabase, readTarget } from '../run/target.ts';
import { describeLeft, listBackupFolders, most_folders } from './left.ts';
import { readKeys } from './read.ts';

export const keys_status = defineCommand({
  name: 'keys status',
  usage: '[--backup DIR…]',
  sentence:
    'Lists how many subjects, and backups of BACKUP_DIR and of each DIR, each key wraps, and how many subjects each index key finds; exits 1 while any hangs on another than the last of its setting.',
  options: { ...database_options, backup: texts },
  words: most_folders,
  async run({ values, rest }) {
    const folders = listBackupFolders('keys status', values.backup, rest);
    const keys = await readKeys(readTarget(values));
    const vault = createVault(keys.encryption_keys, keys.index_key);
    const counts = await onDatabase(values, countKeys);
    const keyring = createKeyring(keys);
    const backups = await countBackupKeys(folders, keyring);
    const table = describeCounts(counts, backups, vault, keys);
    const left =
      describeLeft(counts, vault) ?? describeLeftInBackups(backups, await countSignedEarlier(folders, keyring), vault);
    if (left) throw new Mistake(`${left}: ops keys rotate`, table);
    return table;
  },
});

/** Says whether backups hang on other keys than the last ones; undefined where none do. */
function describeLeftInBackups(counts: BackupCounts, signed_earlier: number, vault: Vault): string | undefined {
  if ([...counts.keys()].some(kek_id => kek_id !== vault.kek_id)) return 'backups hang on another key than the last';
  return signed_earlier > 0 ? `${signed_earlier} backups are signed with another SIGNING_KEY than the last` : undefined;
}

/** A row of the table tells what a key still does. */
interface KeyRow {
  setting: 'ENCRYPTION_KEYS' | 'INDEX_KEY';
  key: string;
  last: boolean;
  leads: number;
  requests: number;
  channels: number;
  incidents: number;
  backups: number;
}

const kinds: Record<string, 'leads' | 'requests' | 'channels' | 'incidents'> = {
  lead: 'leads',
  request: 'requests',
  channel: 'channels',
  incident: 'incidents',
};

/**
 * Lists the keys of the settings, and all others on which anything hangs. An index key is named by the version of its
 * indexes.
 */
function describeCounts(
  counts: KeyCount[],
  backups: BackupCounts,
  vault: Vault,
  keys: Awaited<ReturnType<typeof readKeys>>,
): KeyRow[] {
  const describe = (
    setting: KeyRow['setting'],
    listed: string[],
    last: string,
    keyOf: (count: KeyCount) => string | null,
  ): KeyRow[] =>
    [...new Set([...counts.map(keyOf), ...listed, ...(setting === 'ENCRYPTION_KEYS' ? backups.keys() : [])])]
      .filter(key => key !== null)
      .map(key => {
        const none = { leads: 0, requests: 0, channels: 0, incidents: 0, backups: 0 };
        const row: KeyRow = { setting, key, last: key === last, ...none };
        if (setting === 'ENCRYPTION_KEYS') row.backups = backups.get(key)?.backups ?? 0;
        for (const count of counts) if (keyOf(count) === key) row[kinds[count.subject_kind]!] += count.subjects;
        return row;
      });
  return [
    ...describe(
      'ENCRYPTION_KEYS',
      keys.encryption_keys.map(({ id }) => id),
      vault.kek_id,
      ({ kek_id }) => kek_id,
    ),
    ...describe('INDEX_KEY', keys.index_key.map(versionIndexes), vault.index_version, count => count.index_version),
  ];
}
