import { broken, type Check, kept, unproven } from '../finding.ts';

/** Every document that was published is there, byte for byte. */
export const V1: Check = ({ archive: { versions, documents, altered, missing } }) => {
  if (missing > 0) return broken('documents_missing', { documents: missing });
  if (altered > 0) return broken('documents_altered', { documents: altered });
  return documents > 0 ? kept('documents_whole', { versions, documents }) : unproven('no_policy');
};

/** Every significant change of the policy was published before it took effect, and is announced with what changes. */
export const V2: Check = ({ services, archive: { versions, significant, sudden, unsaid, unmailed } }) => {
  if (versions === 0) return unproven('no_policy');
  if (sudden > 0) return broken('changes_sudden', { versions: sudden });
  if (unsaid > 0) return broken('changes_unsaid', { versions: unsaid });
  if (services.settings.smtp_url && unmailed > 0) return broken('changes_unmailed', { versions: unmailed });
  return kept(significant > 0 ? 'changes_announced' : 'changes_none', { versions, significant });
};

/** No lead that is known to be a child's is here, but those that a hold keeps. */
export const M1: Check = ({ walk: { leads, children } }) =>
  children > 0 ? broken('children_kept', { leads: children }) : kept('children_none', { leads });
