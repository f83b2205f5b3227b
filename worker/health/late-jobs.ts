import { back_up_job, failure_mark, listJobs } from '../../db/jobs.ts';
import type { Jobs } from '../../db/schema.ts';
import type { Services } from '../context.ts';
import { jobs } from '../jobs.ts';

/** Periods that a job may miss, and time that it may take beside them, before it is late. */
const periods_missed = 3;
const spare_ms = 600_000;

/** A job that this host knows, with what the database knows of it. */
export interface KnownJob extends Pick<Jobs, 'last_success_at'> {
  name: string;
  every_ms: number;
  /** Whether the latest run failed. */
  failed: boolean;
  /** Whether it does not succeed: the latest run failed, or none has ended well for long. */
  failing: boolean;
}

/** Lists the jobs that this host knows and that ever ran. */
export async function listKnownJobs({
  db,
  now,
  host_jobs = [],
  running_since,
}: Pick<Services, 'db' | 'now' | 'host_jobs' | 'running_since'>): Promise<KnownJob[]> {
  const known = new Map((await listJobs(db)).map(job => [job.name, job]));
  return [...jobs, ...host_jobs].flatMap(({ name, every_ms }) => {
    const job = known.get(name);
    if (!job) return [];
    const { last_success_at, lease_until, result } = job;
    const failed = Boolean(result?.startsWith(failure_mark));
    // Because a host that was off has run nothing, nothing is late before it has run for long enough.
    const since = Math.max(Date.parse(last_success_at ?? lease_until ?? ''), running_since?.getTime() ?? 0);
    const isLate = now().getTime() - since > periods_missed * every_ms + spare_ms;
    return [{ name, every_ms, last_success_at, failed, failing: failed || isLate }];
  });
}

/** Returns whether a job does not succeed. That of backups has warnings of its own. */
export async function isAnyFailing(known: Parameters<typeof listKnownJobs>[0]): Promise<boolean> {
  return (await listKnownJobs(known)).some(({ name, failing }) => failing && name !== back_up_job);
}
