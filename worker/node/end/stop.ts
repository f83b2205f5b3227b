import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { endProcess } from './process.ts';
import { closeIdle, closeListener, emptyQueue } from './queue.ts';

/**
 * Time that idle connections stay open after the listener has closed. Because a request may be on its way, it is still answered and
 * told to close.
 */
const farewell_ms = 300;

/** Time that requests in flight may then take to end. Then clients that do not read are dropped. */
const grace_ms = 10_000;

/** Time that the connections to the database may then take to close, and afterwards the log. */
const closing_ms = 1_000;

/** The parts of a process that end before it does. */
interface Running {
  server: Server;
  drain_seconds: number;
  log(event: 'stopping' | 'stopped'): void;
  /** Begins no further job, and waits for the running ones. */
  stopJobs(): Promise<unknown>;
  /** Closes the database, and ends what is told of it. */
  closeDatabase(): Promise<unknown>;
  /** Writes what is left of the log. */
  closeLog(): Promise<unknown>;
}

/**
 * Ends the process on a signal. Health is red by then: the server goes on for a while, so that a balancer has time to look
 * elsewhere. Then it closes the listener, answers the requests in flight, ends the running jobs, and exits. Because every
 * job is safe to kill, one that goes on all the same, or a database or a disk that does not answer, holds nothing up.
 *
 * Ctrl-C in development waits for no balancer.
 */
export async function stopProcess(
  signal: NodeJS.Signals,
  { server, drain_seconds, log, stopJobs, closeDatabase, closeLog }: Running,
): Promise<void> {
  log('stopping');
  const jobsStopped = stopJobs();
  if (signal === 'SIGTERM' && drain_seconds > 0) {
    await wait(drain_seconds * 1_000);
    await emptyQueue(server);
  }
  const jobsEnded = isDoneIn(grace_ms, jobsStopped);
  const idle = setTimeout(() => setInterval(() => closeIdle(server), 50).unref(), farewell_ms);
  const late = setTimeout(() => server.closeAllConnections(), grace_ms);
  closeListener(server, async () => {
    clearTimeout(idle);
    clearTimeout(late);
    const ended = [await jobsEnded, await isDoneIn(closing_ms, closeDatabase())];
    log('stopped');
    ended.push(await isDoneIn(closing_ms, closeLog()));
    endProcess(ended.every(Boolean));
  });
}

/** Waits for what is under way, but no longer than a time, and returns whether it came to its end. */
function isDoneIn(ms: number, work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), wait(ms, false)]);
}
