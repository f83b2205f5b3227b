import { currentPolicy, listPolicies } from '../db/policies.ts';
import type { Services } from './context.ts';

/** What an operator should know although the server works. */
export type Warning = 'no-policy';

/** Lists what is amiss: no policy is in force, so that there is no banner and no form takes anything. */
export async function listWarnings({ db, now }: Pick<Services, 'db' | 'now'>): Promise<Warning[]> {
  return currentPolicy(await listPolicies(db), now()) ? [] : ['no-policy'];
}

const hints: Record<Warning, string> = {
  'no-policy':
    'No policy is in force: there is no banner, and no form takes anything. Publish one: ops policy publish.',
};

/** Logs each warning, with what to do about it. */
export async function logWarnings(services: Services): Promise<void> {
  for (const warning of await listWarnings(services))
    services.log('warn', 'warning', { warning, hint: hints[warning] });
}
