import { findNewestTime } from '../../../db/audit/newest.ts';
import type { Database } from '../../../db/database.ts';
import { readClock } from '../../../db/server.ts';
import type { Deployment } from './deployment.ts';
import { type Line, none, ok, warn, wrong } from './lines.ts';

/** Difference that is told, and the one with which leases and tokens of two machines contradict each other. */
const told_ms = 2_000;
const wrong_ms = 60_000;

const to_do = 'Let the machine keep time: timedatectl set-ntp true.';

/** Compares this machine's clock with that of the database's server, and with the newest thing that was recorded. */
export async function checkClock({ settings, target }: Deployment, db: Database | undefined): Promise<Line[]> {
  if (!db) return [none('clock', 'there is nothing to compare it with yet: no time server is asked')];
  const isServer = target.on === 'url' && !settings.database_url?.startsWith('file:');
  const newest = await findNewestTime(db);
  const behind_ms = newest ? newest.getTime() - Date.now() : 0;
  if (behind_ms > wrong_ms)
    return [
      wrong(
        'clock',
        `it is ${seconds(behind_ms)} behind the newest event of the audit trail`,
        `${to_do} If it was ahead before, wait until that time has passed.`,
      ),
    ];
  if (!isServer) return [ok('clock', 'it is not behind the newest event of the trail; no time server is asked')];
  const off_ms = await measure(db);
  const found = `it is ${seconds(Math.abs(off_ms))} ${off_ms > 0 ? 'ahead of' : 'behind'} the clock of the database's server`;
  if (Math.abs(off_ms) > wrong_ms) return [wrong('clock', found, to_do)];
  return [Math.abs(off_ms) > told_ms ? warn('clock', found, to_do) : ok('clock', `${found}; no time server is asked`)];
}

/** Returns by how much this machine's clock is ahead of the server's. */
async function measure(db: Database): Promise<number> {
  const before = Date.now();
  const theirs = await readClock(db);
  return (before + Date.now()) / 2 - theirs.getTime();
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
