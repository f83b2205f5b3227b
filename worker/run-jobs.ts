import { randomUUID } from 'node:crypto';
import { Stopped } from '../db/background.ts';
import { extendLease, noteFailure, noteStop, noteSuccess, takeLease } from '../db/jobs.ts';
import type { Services } from './context.ts';
import { type Job, jobs } from './jobs.ts';

const minute_ms = 60_000;

/** Returns how often a host looks whether a job is due. Because a failed job stays due, it is tried again that soon. */
export function pollMs({ every_ms, poll_ms = minute_ms }: Job): number {
  return Math.min(every_ms, poll_ms);
}

/** Runs the jobs that are due at the same time, so that one that fails or takes long holds up no other. */
export async function runDueJobs(services: Services, list = jobs): Promise<void> {
  await Promise.all(list.map(job => runIfDue(services, job)));
}

/**
 * Runs a job if it is due and no other server runs it. It never throws: a failure is logged, and noted with the job.
 */
export async function runIfDue(services: Services, job: Job): Promise<void> {
  const { db, log } = services;
  const began = services.now();
  const run = { name: job.name, holder: randomUUID() };
  let renewal: ReturnType<typeof setInterval> | undefined;
  try {
    const period_began = (await job.isMissing?.(began)) ? began : startOfPeriod(job, began);
    if (!(await takeLease(db, run, period_began, began))) return;
    renewal = setInterval(() => extendLease(db, run, services.now()).catch(() => {}), minute_ms);
    const figures = await job.run({ ...services, db: services.background ?? db }, began);
    await noteSuccess(db, run, JSON.stringify(figures), began);
    const ms = services.now().getTime() - began.getTime();
    services.meter?.countRun(job.name, true, ms);
    log('debug', 'job', { job: job.name, ...figures, ms });
  } catch (error) {
    if (error instanceof Stopped) return await noteStop(db, run).catch(() => {});
    const code = describe(error);
    services.meter?.countRun(job.name, false, services.now().getTime() - began.getTime());
    log('error', 'job_failed', { job: job.name, code });
    // The database may be what failed. Then the lease expires by itself.
    await noteFailure(db, run, code, job.tellFailure?.(services)).catch(() => {});
  } finally {
    clearInterval(renewal);
  }
}

/** Runs what an end must not leave undone, whoever has the lease. It never throws: a failure is logged. */
export async function runLast(services: Services, list: Job[]): Promise<void> {
  for (const job of list.filter(({ at_end }) => at_end))
    await job
      .run(services, services.now())
      .catch(error => services.log('error', 'job_failed', { job: job.name, code: describe(error) }));
}

function startOfPeriod({ every_ms }: Job, now: Date): Date {
  return new Date(Math.floor(now.getTime() / every_ms) * every_ms);
}

/** Returns an error's code or name, never its message, because a message may hold personal data. */
function describe(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: string };
  return String(code ?? name);
}
