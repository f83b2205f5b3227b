import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeCheckpoint } from '../../../db/audit/checkpoint.ts';
import { Refusal } from '../../../db/backup/refusal.ts';
import { back_up_job } from '../../../db/jobs.ts';
import { writeDeliveries } from '../../../db/notices/write.ts';
import { createCheckpointKey } from '../../../db/vault/checkpoint-key.ts';
import type { Services } from '../../context.ts';
import type { Job } from '../../jobs.ts';
import type { Settings } from '../../settings.ts';
import type { DrillAnswer, DrillTask } from './drill-thread.ts';
import { createNotes } from './erased.ts';
import { appendText, listBackups } from './files.ts';
import { createKeyring } from './keyring.ts';
import { makeBackup, pruneBackups } from './make.ts';
import { sweepDrills } from './restore.ts';

const hour_ms = 3_600_000;

/** Because an erasure must be noted within a minute, and a look at the job may come late. */
const note_ms = 30_000;

/** Time until a backup that failed is tried again, which costs more than other jobs. */
const retry_ms = 600_000;

/** How often a running drill looks whether the server is about to stop. */
const look_ms = 50;

/** Memory for what a drill reads and soon forgets. Left to itself, it would take what the machine has. */
const young_mb = 6;

/** Creates the jobs of a server that has a folder for backups; no other server takes them. */
export function createBackupJobs({ settings }: { settings: Settings }): Job[] {
  const { backup_dir: folder, backup_every_hours, backups_kept } = settings;
  if (!folder) return [];
  const keyring = createKeyring(settings);
  const note = createNotes(folder, keyring);
  return [
    {
      name: back_up_job,
      every_ms: backup_every_hours * hour_ms,
      poll_ms: retry_ms,
      // Because the folder may be another one than before, or its disk away.
      isMissing: async now => (await listBackups(folder, now).catch(() => [])).length === 0,
      tellFailure: ({ db, now, isStopping }) =>
        isStopping?.() ? [] : [writeDeliveries(db, { event: 'backup.failed' }, now())],
      async run(services, now) {
        const stopIfAsked = () => {
          if (services.isStopping?.()) throw new Refusal('stopped', 'the server stops');
        };
        const made = await makeBackup(services.db, { folder, keyring, now, onProgress: stopIfAsked });
        await keepCheckpoint(services, folder, now);
        const { leads } = await drillApart(services, made.folder, now);
        const { rows, bytes } = made;
        return { leads, rows, bytes, removed: await pruneBackups(folder, backups_kept, now) };
      },
    },
    {
      name: 'note_erased',
      every_ms: note_ms,
      at_end: true,
      run: async ({ db }) => ({ erased: await note(db) }),
    },
  ];
}

/** Appends a signed line that says where the audit trail ends, so that it stands where the database is not. */
async function keepCheckpoint({ db, settings }: Services, folder: string, now: Date) {
  const line = await makeCheckpoint(db, createCheckpointKey(settings.signing_key.at(-1)!), now);
  if (line) await appendText(join(folder, 'checkpoints'), `${line}\n`);
}

/**
 * Restores a backup in a thread of its own into a file that is thrown away, and opens every lead.
 *
 * Because Node aborts the whole process when a thread is ended while it loads or calls the driver, the thread is told to
 * stop and ends by itself.
 *
 * @throws Refusal that says why it could not be restored, or that the server stops.
 */
async function drillApart({ settings, isStopping }: Services, path: string, now: Date) {
  const { database_url: url, encryption_keys, index_key, signing_key } = settings;
  const keys = { encryption_keys, index_key, signing_key };
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const thread = new Worker(new URL('./drill-thread.ts', import.meta.url), {
    workerData: { url, path, keys, now, stop } satisfies DrillTask,
    resourceLimits: { maxYoungGenerationSizeMb: young_mb },
  });
  const look = setInterval(() => isStopping?.() && Atomics.store(stop, 0, 1), look_ms);
  try {
    const ended = once(thread, 'exit');
    const [answer] = (await Promise.race([once(thread, 'message'), ended.then(() => [undefined])])) as [DrillAnswer?];
    await ended;
    if (!answer) throw new Error('the thread of the drill ended without an answer');
    if ('refused' in answer) throw Object.assign(new Error(answer.refused.message), { code: answer.refused.code });
    return answer;
  } finally {
    clearInterval(look);
    await sweepDrills(url);
  }
}
