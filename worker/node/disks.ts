import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../settings.ts';
import { findFolder } from './store.ts';

/** A folder of the server holds one of these. */
export type Place = 'database' | 'backups' | 'log';

/** Room of the disk on which a folder is. */
export interface Disk {
  place: Place;
  free_bytes: number;
  total_bytes: number;
}

/** A disk is nearly full when less is left than this part of it and this many bytes. */
const nearly_full = { part: 0.1, bytes: 2e9 };

/** Time for which a reading is used again, and time that a reading may take. */
const kept_ms = 5_000;
const longest_ms = 300;

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

/**
 * Creates what tells the room of folders. Because a disk of the network may not answer for hours, nobody waits for one
 * longer than a moment: the latest reading counts meanwhile.
 *
 * @param read Reads the room of a folder.
 */
export function watchDisks(places: [Place, string][], read = readRoom): () => Promise<Disk[]> {
  const latest = new Map<Place, Disk>();
  const read_at = new Map<Place, number>();
  const under_way = new Map<Place, Promise<void>>();

  async function look(place: Place, folder: string) {
    try {
      latest.set(place, { place, ...(await read(folder)) });
    } catch {
      latest.delete(place);
    }
    read_at.set(place, performance.now());
    under_way.delete(place);
  }

  return async () => {
    for (const [place, folder] of places) {
      const isFresh = performance.now() - (read_at.get(place) ?? Number.NEGATIVE_INFINITY) < kept_ms;
      if (!isFresh && !under_way.has(place)) under_way.set(place, look(place, folder));
    }
    const looks = [...under_way.values()];
    if (looks.length > 0) await Promise.race([Promise.all(looks), wait(longest_ms, undefined, { ref: false })]);
    return places.flatMap(([place]) => latest.get(place) ?? []);
  };
}
