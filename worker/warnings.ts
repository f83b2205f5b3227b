import { currentPolicy, listPolicies } from '../db/policies.ts';
import type { Services, Warning } from './context.ts';

/** Lists what is amiss, with the service and with the host. */
export async function listWarnings({
  db,
  now,
  hostWarnings,
}: Pick<Services, 'db' | 'now' | 'hostWarnings'>): Promise<Warning[]> {
  const has_policy = currentPolicy(await listPolicies(db), now());
  return [...(has_policy ? [] : (['no-policy'] as const)), ...(hostWarnings?.() ?? [])];
}

const hints: Record<Warning, string> = {
  'no-policy':
    'No policy is in force: there is no banner, and no form takes anything. Publish one: ops policy publish.',
  'no-log-dir':
    'LOG_DIR is not set: nothing here keeps the log, and a policy that states for how long logs are kept is not true by itself.',
  'log-dir-unwritable':
    'The files in LOG_DIR cannot be written: the log stands on stdout only. Look at its room and rights.',
};

/** Logs each warning, with what to do about it. */
export async function logWarnings(services: Services): Promise<void> {
  for (const warning of await listWarnings(services))
    services.log('warn', 'warning', { warning, hint: hints[warning] });
}
