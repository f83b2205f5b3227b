import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Settings } from '../settings.ts';
import { findFolder } from './store.ts';

/** What a folder of the server holds. */
export type Place = 'database' | 'backups' | 'log';

/** Room of the disk on which a folder is. */
export interface Disk {
  place: Place;
  free_bytes: number;
  total_bytes: number;
}

/** A disk is nearly full when less is left than this part of it and this many bytes. */
const nearly_full = { part: 0.1, bytes: 5e9 };

/** Lists the folders of a server that grow, by what they hold. */
export function listPlaces({
  database_url,
  backup_dir,
  log_dir,
}: Pick<Settings, 'database_url' | 'backup_dir' | 'log_dir'>): [Place, string][] {
  const places: [Place, string | undefined][] = [
    ['database', database_url.startsWith('file:') ? findFolder(database_url) : undefined],
    ['backups', backup_dir],
    ['log', log_dir],
  ];
  return places.filter((one): one is [Place, string] => one[1] !== undefined);
}

/** Reads the room of the disk of a folder; of the nearest one above it, while it is not there yet. */
export async function readRoom(folder: string): Promise<Omit<Disk, 'place'>> {
  try {
    const { bsize, bavail, blocks } = await statfs(folder);
    return { free_bytes: bavail * bsize, total_bytes: blocks * bsize };
  } catch (error) {
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    return readRoom(above);
  }
}

/** Returns whether a disk has so little room that somebody should make more. */
export function isNearlyFull({ free_bytes, total_bytes }: Omit<Disk, 'place'>): boolean {
  return free_bytes < Math.min(total_bytes * nearly_full.part, nearly_full.bytes);
}
