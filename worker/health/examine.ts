import { probe } from '../../db/health.ts';
import type { Services, Warning } from '../context.ts';
import { listWarnings } from './warnings.ts';

const probe_ms = 1_000;
const probes = new WeakMap<Services, { at: number; warnings: Promise<Warning[] | undefined> }>();

/**
 * Tries whether the database takes a write and can be read, at most once a second, however often it is called.
 * A probe of the future counts for nothing, because the clock was set back since.
 *
 * @returns The warnings of a server that works; undefined while the database cannot be used.
 */
export function examine(services: Services): Promise<Warning[] | undefined> {
  const at = services.now().getTime();
  const last = probes.get(services);
  if (last && Math.abs(at - last.at) < probe_ms) return last.warnings;
  const warnings = probe(services.db)
    .then(() => listWarnings(services))
    .catch(() => undefined);
  probes.set(services, { at, warnings });
  return warnings;
}
