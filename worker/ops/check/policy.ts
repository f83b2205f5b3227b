import type { Database } from '../../../db/database.ts';
import { currentPolicy } from '../../../db/policies/force.ts';
import { listPolicies } from '../../../db/policies/read.ts';
import type { Deployment } from './deployment.ts';
import { type Line, none, ok, warn } from './lines.ts';

/** Looks whether a policy is in force. */
export async function checkPolicy({ now, settings }: Deployment, db: Database | undefined): Promise<Line[]> {
  if (!db && !settings.production) return [none('policy', 'the first start publishes the sample, in development')];
  const policies = db ? await listPolicies(db) : [];
  const current = currentPolicy(policies, now);
  if (current) return [ok('policy', `${current.version} is in force`)];
  const found = policies.length > 0 ? 'none is in force yet' : 'none is published';
  return [
    warn('policy', `${found}: there is no banner, and no form takes anything`, 'Publish one: ops policy publish FILE…'),
  ];
}
