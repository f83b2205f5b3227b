import { access, constants, lstat, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isNearlyFull, listPlaces, type Place, readRoom } from '../../node/disks.ts';
import type { Settings } from '../../settings.ts';
import type { Deployment } from './deployment.ts';
import { type Line, none, ok, warn, wrong } from './lines.ts';

const settings_of: Record<Place, string> = { database: 'DATABASE_URL', backups: 'BACKUP_DIR', log: 'LOG_DIR' };

/** Free bytes below which no lead, backup or day of the log can be written. */
const least_bytes = 65_536;

/** Looks whether the folders can be written, and have room. */
export async function checkDisk({ target, settings }: Deployment): Promise<Line[]> {
  if (target.on === 'd1') return [none('disk', 'a Worker writes to no disk')];
  const places = listPlaces({ ...settings, database_url: settings.database_url ?? '' } as Settings);
  const lines = await Promise.all(places.map(([place, folder]) => checkPlace(place, folder)));
  return [...lines, ...(await checkApart(places)), ...tellUnset(settings)].concat(
    places.length === 0 && !settings.production ? [none('disk', 'nothing is written to a disk here')] : [],
  );
}

async function checkPlace(place: Place, folder: string): Promise<Line> {
  const name = `${settings_of[place]}, ${folder}`;
  try {
    const near = await findNearest(resolve(folder));
    await access(near.path, constants.W_OK | constants.X_OK);
    const room = await readRoom(near.path);
    if (room.free_bytes < least_bytes) return wrong('disk', `${name}: it is full`, 'Make room.');
    const found = `${name}: ${tell(room.free_bytes)} of ${tell(room.total_bytes)} are free`;
    if (isNearlyFull(room)) return warn('disk', found, 'Make room before it is full.');
    return ok(
      'disk',
      near.isThere ? found : `${name}: not there yet, a start makes it; ${tell(room.free_bytes)} are free`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(
      'disk',
      `${name}: it cannot be written (${code})`,
      'Name a folder that the account of the service may write.',
    );
  }
}

/** Finds the folder, or the nearest one above it. A link to nothing is neither. */
async function findNearest(folder: string): Promise<{ path: string; isThere: boolean }> {
  try {
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    return { path: folder, isThere: true };
  } catch (error) {
    const isLink = (await lstat(folder).catch(() => undefined)) !== undefined;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isLink) throw error;
    return { path: (await findNearest(dirname(folder))).path, isThere: false };
  }
}

/** Because a disk that dies takes all that is on it, backups beside the database save nothing then. */
async function checkApart(places: [Place, string][]): Promise<Line[]> {
  const disks = await Promise.all(
    (['database', 'backups'] as const).map(async wanted => {
      const folder = places.find(([place]) => place === wanted)?.[1];
      const near = folder && (await findNearest(resolve(folder)).catch(() => undefined));
      return near && (await stat(near.path)).dev;
    }),
  );
  const [own, other] = disks;
  if (own === undefined || own !== other) return [];
  return [warn('disk', 'BACKUP_DIR is on the same disk as the database', 'Name a folder on another disk.')];
}

function tellUnset({ production, backup_dir, log_dir }: Partial<Settings>): Line[] {
  if (!production) return [];
  return [
    ...(backup_dir
      ? []
      : [warn('disk', 'BACKUP_DIR is not set: nothing here makes backups', 'Name a folder for them.')]),
    ...(log_dir ? [] : [warn('disk', 'LOG_DIR is not set: nothing here keeps the log', 'Name a folder for it.')]),
  ];
}

function tell(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
