import { isIndexed } from '../../../db/backup/key-file.ts';
import type { Database } from '../../../db/database.ts';
import { compareKeys } from '../../../db/vault/check.ts';
import { countKeys, sumSubjects } from '../../../db/vault/count.ts';
import type { DeploymentKeys } from '../../../db/vault/marks.ts';
import { createVault } from '../../../db/vault/vault.ts';
import { findBackupKeyMistakes, readKeyHeader } from '../../node/backup/key-file.ts';
import { createKeyring } from '../../node/backup/keyring.ts';
import type { Deployment } from './deployment.ts';
import { type Line, none, ok, warn, wrong } from './lines.ts';

const to_do = 'Keys and database belong together: a wrong key makes leads that nobody can open.';

const unreadable = 'they cannot be read: see settings';

/** Looks whether the keys are those of the database, and open the file of keys in BACKUP_DIR. */
export async function checkKeys({ keys, lacks_keys, settings }: Deployment, db: Database | undefined): Promise<Line[]> {
  if (!keys) return [none('keys', unreadable)];
  const backups = settings.backup_dir ? await checkBackups(settings.backup_dir, keys) : [];
  if (lacks_keys && !db) return [ok('keys', 'the first start makes them, in development'), ...backups];
  if (!db) return [ok('keys', 'they are well formed; there is no database yet to hold them against'), ...backups];
  const mistakes = await compare(db, keys);
  const isSound = mistakes.length === 0 && backups.every(({ state }) => state === 'warning');
  return [...(isSound ? [ok('keys', 'they are those that the database was used with')] : mistakes), ...backups];
}

/** Looks at the keys without the database, where that cannot be read. */
export async function checkKeysApart({ keys, settings }: Deployment): Promise<Line[]> {
  if (!keys) return [none('keys', unreadable)];
  const found = 'not held against the database, because that cannot be read';
  return [none('keys', found), ...(settings.backup_dir ? await checkBackups(settings.backup_dir, keys) : [])];
}

async function compare(db: Database, keys: DeploymentKeys): Promise<Line[]> {
  const mistakes = await compareKeys(db, createVault(keys.encryption_keys, keys.index_key), keys);
  if (mistakes.length > 0) return mistakes.map(mistake => wrong('keys', mistake, to_do));
  const counts = await countKeys(db);
  const unlisted = new Set(
    counts.map(({ kek_id }) => kek_id).filter(id => !keys.encryption_keys.some(key => key.id === id)),
  );
  return [...unlisted].map(id => {
    const subjects = sumSubjects(counts, ({ kek_id }) => kek_id === id);
    return wrong(
      'keys',
      `ENCRYPTION_KEYS: key ${id} is missing, and the keys of ${subjects} subjects are wrapped under it`,
      to_do,
    );
  });
}

async function checkBackups(folder: string, keys: DeploymentKeys): Promise<Line[]> {
  const mistakes = await findBackupKeyMistakes(folder, keys.encryption_keys).catch(() => []);
  if (mistakes.length > 0) return mistakes.map(mistake => wrong('keys', mistake, to_do));
  try {
    const keyring = createKeyring(keys);
    const header = await readKeyHeader(folder, keyring);
    if (!header || isIndexed(header, keyring.vault)) return [];
    const found = 'INDEX_KEY: the backups in BACKUP_DIR need an earlier one, and are not restored without it';
    return [warn('keys', found, `Make a backup now, and keep the earlier key until then: ops backup ${folder}`)];
  } catch (error) {
    return [
      wrong(
        'keys',
        `the file of keys in BACKUP_DIR does not open: ${(error as Error).message}`,
        'List the keys with which its backups were made, or name the folder of this deployment.',
      ),
    ];
  }
}
