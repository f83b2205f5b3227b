import type { Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../context.ts';

/** Seconds of the buckets of answers: most take some milliseconds, and a person waits three seconds at most. */
const answer_buckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10];

/** Seconds of the buckets of commits: a sync takes from a tenth of a millisecond to many. */
const commit_buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3];

/** Methods that have a name in the figures. Because a client may send any, all others are one. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The meter keeps this for one method and route, so that an answer is counted without looking for labels. */
interface Counted {
  observe: (seconds: number) => void;
  byStatus: Map<number, () => void>;
}

/** Creates what counts on Node, and writes what the runtime tells of itself too. */
export function createMeter(): Meter & { watchServer(server: Server, most: number): void } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: 'lead_consent_http_requests_total',
    help: 'Requests that were answered, by method, pattern of the path, and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'lead_consent_http_request_duration_seconds',
    help: 'Time from a request to the head of its answer.',
    labelNames: ['method', 'route'],
    buckets: answer_buckets,
    registers,
  });
  const commits = new Histogram({
    name: 'lead_consent_commit_duration_seconds',
    help: 'Time that a transaction of the writer takes, until it is durable.',
    buckets: commit_buckets,
    registers,
  });
  const units = new Counter({
    name: 'lead_consent_commit_units_total',
    help: 'Units that were in those transactions.',
    registers,
  });
  const runs = new Counter({
    name: 'lead_consent_job_runs_total',
    help: 'Runs of a job on this server, by how they ended.',
    labelNames: ['name', 'outcome'],
    registers,
  });
  const run_durations = new Gauge({
    name: 'lead_consent_job_last_duration_seconds',
    help: 'Time that the latest run of a job on this server took.',
    labelNames: ['name'],
    registers,
  });
  const counted = new Map<string, Counted>();

  function find(sent: string, route: string): Counted {
    const method = methods.has(sent) ? sent : 'other';
    const key = `${method} ${route}`;
    const known = counted.get(key);
    if (known) return known;
    const { observe } = durations.labels(method, route);
    const made: Counted = { observe, byStatus: new Map() };
    counted.set(key, made);
    return made;
  }

  return {
    begin: () => performance.now(),
    countAnswer(sent, route, status, begun) {
      const { observe, byStatus } = find(sent, route);
      observe((performance.now() - begun) / 1_000);
      let count = byStatus.get(status);
      if (!count) {
        const { inc } = answers.labels(methods.has(sent) ? sent : 'other', route, String(status));
        count = inc;
        byStatus.set(status, count);
      }
      count();
    },
    countRun(job, succeeded, ms) {
      runs.inc({ name: job, outcome: succeeded ? 'succeeded' : 'failed' });
      run_durations.set({ name: job }, ms / 1_000);
    },
    beginCommit(count) {
      const begun = performance.now();
      return () => {
        commits.observe((performance.now() - begun) / 1_000);
        units.inc(count);
      };
    },
    readProcess: () => ({ uptime_seconds: Math.round(process.uptime()), resident_bytes: process.memoryUsage.rss() }),
    write: () => registry.metrics(),
    watchServer(server, most) {
      new Gauge({
        name: 'lead_consent_connections',
        help: 'Connections that are open.',
        registers,
        async collect() {
          this.set(await new Promise<number>(resolve => server.getConnections((_, count) => resolve(count ?? 0))));
        },
      });
      new Gauge({ name: 'lead_consent_connections_limit', help: 'CONNECTIONS.', registers }).set(most);
    },
  };
}
