import { probeWrite } from '../db/health.ts';
import { factory, type Services } from './context.ts';
import { problem } from './http/problem.ts';

const probe_ms = 1_000;
const probes = new WeakMap<Services, { at: number; healthy: Promise<boolean> }>();

/**
 * `GET /health` tells whether the database takes a write. It asks at most once a second, however many requests come.
 */
export const showHealth = factory.createHandlers(async c => {
  if (await isHealthy(c.var.services)) return c.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' });
  return problem(c, 'unavailable');
});

function isHealthy(services: Services): Promise<boolean> {
  const at = services.now().getTime();
  const last = probes.get(services);
  if (last && at - last.at < probe_ms) return last.healthy;
  const healthy = probeWrite(services.db).then(
    () => true,
    () => false,
  );
  probes.set(services, { at, healthy });
  return healthy;
}
