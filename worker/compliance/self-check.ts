import { system } from '../../db/audit/record.ts';
import type { PromiseCheck } from '../../db/compliance/results.ts';
import { isGone, listLeftOver } from '../../db/compliance/withdrawals.ts';
import { draftLead } from '../../db/leads/create.ts';
import { eraseLeads } from '../../db/leads/erase.ts';
import { self_check_form } from '../../db/leads/lead.ts';
import { selectMatches } from '../../db/leads/rows/rows.ts';
import { withdrawLead } from '../../db/leads/withdraw.ts';
import { currentPolicy } from '../../db/policies/force.ts';
import { documentIn } from '../../db/policies/policy.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { takeRandom } from '../../db/vault/random.ts';
import { default_locale } from '../shared/locales.ts';
import type { Checked } from './finding.ts';

/** A made-up lead that waits for its withdrawal. */
interface Trial {
  id: string;
  receipt_code: string;
}

/** Time for which a trial is evidence. Because checks run each hour, the next trial comes before a day is over. */
const trial_ms = 23 * 3_600_000;

/** Returns when the latest trial was made, if that is evidence still. */
export function readTrial(last: PromiseCheck | undefined, now: Date): string | undefined {
  const tried_at = last?.code === 'withdrawals' ? String(last.figures.tried_at) : undefined;
  return tried_at && now.getTime() - Date.parse(tried_at) < trial_ms ? tried_at : undefined;
}

/**
 * Stores a made-up lead, as a visitor's is stored but for the channels, which are not told. It first erases those that a
 * check has left behind because it was killed.
 *
 * @returns Undefined while no policy is in force, because nobody can agree to one.
 */
export async function beginTrial(services: Checked, now: Date): Promise<Trial | undefined> {
  const { db } = services;
  const left = await listLeftOver(db, now);
  if (left.length > 0) await eraseLeads(db, left, { action: 'lead.erased', ground: 'other' }, system, now);
  const policy = currentPolicy(await listPolicies(db), now);
  if (!policy) return undefined;
  const { locale, sha256 } = documentIn(policy, default_locale);
  const mark = takeRandom(8).toString('hex');
  const digits = String(takeRandom(6).readUIntBE(0, 6) % 1e8).padStart(8, '0');
  const values = { name: mark, phone: `+86100${digits}`, email: `${mark}@self-check.invalid`, company: mark };
  const consent = { policy_version: policy.version, policy_sha256: sha256, locale };
  const { receipt, statements } = draftLead(services, { form: self_check_form, values, ...consent }, {}, system, now);
  await db.atomic(statements);
  return receipt;
}

/** Looks whether staff are shown the made-up lead, withdraws it by its code, and looks whether anything is left of it. */
export async function endTrial(services: Checked, { id, receipt_code }: Trial, now: Date): Promise<boolean> {
  const newest = { order: 'desc', limit: 10 } as const;
  const { rows: listed } = await selectMatches(services, newest, undefined);
  const withdrawn = await withdrawLead(services.db, receipt_code, system, now);
  return withdrawn === 'erased' && listed.every(lead => lead.id !== id) && (await isGone(services.db, id));
}
