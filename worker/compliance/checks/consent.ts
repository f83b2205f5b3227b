import { examineWithdrawals } from '../../../db/compliance/withdrawals.ts';
import { broken, type Check, kept, unproven } from '../finding.ts';

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
export const C5: Check = async ({ services, now, since, tried_at, tried_well }) => {
  const { withdrawals, readable } = await examineWithdrawals(services.db, since);
  if (readable > 0) return broken('withdrawn_readable', { leads: readable });
  if (tried_at) return kept('withdrawals', { withdrawals, tried_at });
  if (tried_well === undefined) return unproven('no_policy');
  const tried_now = { tried_at: now.toISOString() };
  return tried_well ? kept('withdrawals', { withdrawals, ...tried_now }) : broken('trial_failed', tried_now);
};
