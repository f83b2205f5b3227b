import type { Database } from '../../../db/database.ts';
import { findStranger } from '../../node/backup/stranger.ts';
import type { Deployment } from './deployment.ts';
import { type Line, warn, wrong } from './lines.ts';

/** Looks whether the backups in BACKUP_DIR are of this database. Only what is wrong makes a line. */
export async function checkBackups({ settings }: Deployment, db: Database | undefined): Promise<Line[]> {
  const stranger = settings.backup_dir ? await findStranger(settings.backup_dir, db) : undefined;
  if (!stranger) return [];
  const { unused, found, to_do } = stranger;
  return [(unused ? wrong : warn)('database', found, to_do)];
}
