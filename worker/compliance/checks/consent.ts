import { examineWithdrawals } from '../../../db/compliance/withdrawals.ts';
import { broken, type Check, kept, unproven } from '../finding.ts';
import { beginTrial, endTrial } from '../self-check.ts';

/** Time for which a trial is evidence. Because checks run each hour, the next trial comes before a day is over. */
const trial_ms = 23 * 3_600_000;

/** Every lead has its consent: a version whose document is in the archive, by its digest, and a language. */
export const C4: Check = ({ walk, archive }) => {
  const lost = [...walk.consents].filter(([consent]) => !archive.digests.has(consent));
  const leads = lost.reduce((sum, [, count]) => sum + count, 0) + walk.speechless;
  if (leads > 0) return broken('consent_missing', { leads });
  return kept(walk.after ? 'consent_part' : 'consent_whole', {
    leads: walk.leads,
    documents: archive.documents,
    after: walk.after,
  });
};

/** A made-up lead was withdrawn by its code within a day, and no withdrawal has left anything readable. */
export const C5: Check = async ({ services, now, since, before }) => {
  const { withdrawals, readable } = await examineWithdrawals(services.db, since);
  if (readable > 0) return broken('withdrawn_readable', { leads: readable });
  const last = before('C5');
  const last_at = last?.code === 'withdrawals' ? String(last.figures.tried_at) : undefined;
  if (last_at && now.getTime() - Date.parse(last_at) < trial_ms)
    return kept('withdrawals', { withdrawals, tried_at: last_at });
  const trial = await beginTrial(services, now);
  if (!trial) return unproven('no_policy');
  const tried_at = now.toISOString();
  if (!(await endTrial(services, trial, now))) return broken('trial_failed', { tried_at });
  return kept('withdrawals', { withdrawals, tried_at });
};
