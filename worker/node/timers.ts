import type { Services } from '../context.ts';
import { jobs } from '../jobs.ts';
import { pollMs, runIfDue } from '../run-jobs.ts';

/** Time after the start before the jobs are first looked at, because the first visitors come before them. */
const first_ms = 1_000;

/**
 * Looks at each job again and again, and runs it when it is due. The timers keep no process alive.
 *
 * @returns A function that stops them: no further job begins, and its promise waits for the running ones.
 */
export function startTimers(services: Services, list = jobs): () => Promise<void> {
  const timers = new Map<string, NodeJS.Timeout>();
  const under_way = new Set<Promise<void>>();
  let stopped = false;

  for (const job of list) {
    const look = async () => {
      const run = runIfDue(services, job);
      under_way.add(run);
      await run;
      under_way.delete(run);
      lookIn(pollMs(job));
    };
    const lookIn = (ms: number) => {
      if (!stopped) timers.set(job.name, setTimeout(look, ms).unref());
    };
    lookIn(first_ms);
  }

  return async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(under_way);
  };
}
