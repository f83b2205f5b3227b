import { factory } from '../context.ts';
import { examine } from '../health/examine.ts';
import { problem } from '../http/problems/problem.ts';
import { readFigures } from './figures.ts';
import { makeGauges } from './gauges.ts';
import { mayReadFigures } from './reader.ts';
import { writeGauges } from './text.ts';

/**
 * `GET /metrics` writes the figures as Prometheus text, for who presents `METRICS_TOKEN`. To others there is no such
 * address. While the database is away, it writes what the process itself knows.
 */
export const showMetrics = factory.createHandlers(async c => {
  const { services } = c.var;
  if (!(await mayReadFigures(c))) return problem(c, 'not-found');
  const warnings = await examine(services);
  const figures = warnings && (await readFigures(services).catch(() => undefined));
  const gauges = writeGauges(makeGauges(warnings, figures, services.now()));
  const counted = (await services.meter?.write()) ?? '';
  return c.body([gauges, counted].filter(Boolean).join('\n'), 200, {
    'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    'Cache-Control': 'no-store',
  });
});
