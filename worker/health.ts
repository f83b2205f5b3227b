import { factory } from './context.ts';
import { examine } from './health/examine.ts';
import { problem } from './http/problems/problem.ts';

/**
 * `GET /health` tells whether the database takes a write and can be read, and the host goes on, and what is amiss
 * otherwise. With `?full` it tells figures too, to who presents `METRICS_TOKEN`; to others the same as without.
 */
export const showHealth = factory.createHandlers(async c => {
  const { services } = c.var;
  const warnings = services.isStopping?.() ? undefined : await examine(services);
  if (!warnings) return problem(c, 'unavailable');
  const isFull = c.req.query('full') !== undefined && services.settings.metrics_token;
  const figures = isFull ? await (await import('./metrics/figures.ts')).readFiguresFor(c) : undefined;
  return c.json({ status: 'ok', warnings, ...(figures && { figures }) }, 200, { 'Cache-Control': 'no-store' });
});
