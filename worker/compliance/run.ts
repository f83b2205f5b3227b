import { examineAccesses } from '../../db/compliance/accesses.ts';
import { examineArchive } from '../../db/compliance/archive.ts';
import { examineChoices } from '../../db/compliance/choices.ts';
import { compareColumns } from '../../db/compliance/columns.ts';
import { listChecks, notePublicKeys, type PromiseCheck, storeChecks } from '../../db/compliance/results.ts';
import { drawSample, type Sample } from '../../db/compliance/sample.ts';
import { walkLeads } from '../../db/compliance/walk.ts';
import { documentIn, type Policy } from '../../db/policies/policy.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { createCheckpointKey } from '../../db/vault/checkpoint-key.ts';
import { scopesOf } from '../guards/access.ts';
import type { Role } from '../guards/roles.ts';
import { default_locale } from '../shared/locales.ts';
import { checks } from './checks.ts';
import { type Checked, type Evidence, type Finding, type PromiseId, promise_ids, unproven } from './finding.ts';
import { beginTrial, endTrial, readTrial } from './self-check.ts';
import { findTraces } from './traces.ts';

/** Rows of a kind that one check reads: on a server, and where a database bills for each row that is read. */
const most_rows = { node: 5_000_000, workers: 10_000 };

const day_ms = 86_400_000;

/**
 * Checks every promise on the running system, and stores what it found.
 *
 * @returns How many promises are in each state.
 */
export async function checkPromises(services: Checked): Promise<Record<PromiseCheck['state'], number>> {
  const now = services.now();
  const evidence = await gather(services, now);
  const found: PromiseCheck[] = [];
  for (const promise of promise_ids)
    found.push({ promise, checked_at: now.toISOString(), ...(await look(promise, evidence)) });
  await notePublicKeys(services.db, derivePublicKeys(services), now);
  if (await storeChecks(services.db, found, evidence.earlier, now)) services.notify?.();
  const count = (state: PromiseCheck['state']) => found.filter(one => one.state === state).length;
  return { kept: count('kept'), broken: count('broken'), unproven: count('unproven') };
}

/** Runs one check. One that fails proves nothing, and holds up no other. */
async function look(promise: PromiseId, evidence: Evidence): Promise<Finding> {
  try {
    return await checks[promise](evidence);
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string };
    return unproven('check_failed', { error: String(code ?? name) });
  }
}

/** Reads once what several checks look at. */
async function gather(services: Checked, now: Date): Promise<Evidence> {
  const { db, files } = services;
  const since = new Date(now.getTime() - day_ms);
  const most = most_rows[files ? 'node' : 'workers'];
  const earlier = await listChecks(db);
  const before = (id: PromiseId) => earlier.find(({ promise }) => promise === id);
  const policies = await listPolicies(db);
  const tried_at = readTrial(before('C5'), now);
  const trial = tried_at ? undefined : await beginTrial(services, now);
  let tried_well: boolean | undefined;
  let sample: Sample;
  try {
    sample = await drawSample(services, now);
  } finally {
    // A check that is ended by a stop leaves no made-up lead behind.
    tried_well = trial && (await endTrial(services, trial, now));
  }
  return {
    ...{ services, now, since, earlier, before, tried_at, tried_well, sample },
    columns: await compareColumns(db),
    walk: await walkLeads(db, String(before('C4')?.figures.after ?? ''), most),
    choices: await examineChoices(db, [since, now], version => listRequired(policies, version), most),
    archive: await examineArchive(db, now),
    accesses: await examineAccesses(db, since, role => scopesOf(role as Role).includes('leads:reveal')),
    traces: await findTraces(services, sample.values, Number(before('P2')?.figures.position ?? 0)),
  };
}

/** Lists the purposes of a version that need no consent; undefined for a version that was never published. */
function listRequired(policies: Policy[], version: string): string[] | undefined {
  const policy = policies.find(one => one.version === version);
  return (
    policy &&
    documentIn(policy, default_locale)
      .purposes.filter(({ required }) => required)
      .map(({ id }) => id)
  );
}

function derivePublicKeys({ settings }: Checked) {
  return (['checkpoint', 'backup'] as const).flatMap(signs =>
    settings.signing_key.map(key => ({ signs, public_key: createCheckpointKey(key, signs).public_key })),
  );
}
