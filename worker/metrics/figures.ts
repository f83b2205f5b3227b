import type { Context } from 'hono';
import type { Backlog } from '../../db/database.ts';
import { measureOutboxes } from '../../db/notices/backlog.ts';
import type { App, Services } from '../context.ts';
import { listKnownJobs } from '../health/late-jobs.ts';
import { version } from '../version.ts';
import { mayReadFigures } from './reader.ts';

/** Figures of the service as of now: those of the database are the same on every server. */
export type Figures = Awaited<ReturnType<typeof readFigures>>;

/** Reads the figures for who may read them; undefined for others. */
export async function readFiguresFor(c: Context<App>): Promise<Figures | undefined> {
  return (await mayReadFigures(c)) ? readFigures(c.var.services) : undefined;
}

/** Reads the figures. It throws while the database cannot be used. */
export async function readFigures(services: Services) {
  const { db, files, meter, readDisks } = services;
  const [outboxes, known_jobs, disks, database_files] = await Promise.all([
    measureOutboxes(db),
    listKnownJobs(services),
    readDisks?.() ?? [],
    files?.listDatabase() ?? [],
  ]);
  const database_bytes = database_files.reduce((sum, { bytes }) => sum + bytes, 0);
  const backlog: Backlog | undefined = db.backlog?.();
  return {
    version,
    ...meter?.readProcess?.(),
    ...(backlog && { units_waiting: backlog.units }),
    ...(backlog?.readers && { readers: backlog.readers }),
    ...(database_bytes > 0 && { database_bytes }),
    outboxes,
    jobs: known_jobs.map(({ every_ms, ...job }) => ({ ...job, every_seconds: every_ms / 1_000 })),
    disks,
  };
}
