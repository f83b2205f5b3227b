import { probe } from '../db/health.ts';
import { factory, type Services, type Warning } from './context.ts';
import { problem } from './http/problems/problem.ts';
import { listWarnings } from './warnings.ts';

const probe_ms = 1_000;
const probes = new WeakMap<Services, { at: number; warnings: Promise<Warning[] | undefined> }>();

/**
 * `GET /health` tells whether the database takes a write and can be read, and the host goes on, and what is amiss
 * otherwise. It asks at most once a second, however many requests come.
 */
export const showHealth = factory.createHandlers(async c => {
  const { services } = c.var;
  const warnings = services.isStopping?.() ? undefined : await examine(services);
  return warnings
    ? c.json({ status: 'ok', warnings }, 200, { 'Cache-Control': 'no-store' })
    : problem(c, 'unavailable');
});

/** Returns the warnings of a server that works; undefined while the database cannot be used. */
function examine(services: Services): Promise<Warning[] | undefined> {
  const at = services.now().getTime();
  const last = probes.get(services);
  if (last && at - last.at < probe_ms) return last.warnings;
  const warnings = probe(services.db)
    .then(() => listWarnings(services))
    .catch(() => undefined);
  probes.set(services, { at, warnings });
  return warnings;
}
