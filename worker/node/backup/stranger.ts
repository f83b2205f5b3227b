import { isUnused, readDeploymentName } from '../../../db/backup/deployment.ts';
import type { Database } from '../../../db/database.ts';
import { peekKeys } from './key-file.ts';

/** How a database stands to the backups of a folder that are not its own. */
export interface Stranger {
  /** Whether nothing was ever done in it, as in one that takes the place of a lost one. */
  unused: boolean;
  found: string;
  to_do: string;
}

/**
 * Finds whether the backups in a folder are of another database. Undefined where they are of this one, where there are
 * none, and where that cannot be known: a file of keys that is not sound is for the next backup to tell.
 *
 * @param db Undefined for a database without tables.
 */
export async function findStranger(folder: string, db: Database | undefined): Promise<Stranger | undefined> {
  const header = await peekKeys(folder);
  if (!header) return undefined;
  const restore = `restore it: ops restore ${folder}. For a new deployment name another folder in BACKUP_DIR.`;
  if (!db || (await isUnused(db)))
    return {
      unused: true,
      found: 'the database is empty, while BACKUP_DIR holds backups of one that is not',
      to_do: `Look whether DATABASE_URL names the right one, and whether its disk is there. If it is lost, ${restore}`,
    };
  const deployment = await readDeploymentName(db);
  if (!deployment || deployment === header.deployment) return undefined;
  return {
    unused: false,
    found: 'BACKUP_DIR holds backups of another database, so that none of this one is made there',
    to_do: `If this one was begun in the place of a lost one, name an empty database and ${restore}`,
  };
}
