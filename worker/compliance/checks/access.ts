import { verifyTrail } from '../../../db/audit/verify.ts';
import { changeNumber } from '../../../db/leads/read.ts';
import { broken, type Check, kept } from '../finding.ts';

/** Events of a trail that is verified whole at each check. Of a longer one, the last day is. */
const small_trail = 20_000;

/** Only roles that may have seen values in clear, and every sight that is open has its event before it. */
export const P3: Check = ({ accesses: { reads, readers, forbidden, unrecorded } }) => {
  if (unrecorded > 0) return broken('reads_unrecorded', { leads: unrecorded });
  return forbidden > 0 ? broken('reads_forbidden', { reads: forbidden }) : kept('reads_recorded', { reads, readers });
};

/** The trail is as it was written. */
export const A1: Check = async ({ services: { db }, now, since }) => {
  const isSmall = (await changeNumber(db)) <= small_trail;
  const found = await verifyTrail(db, { now, ...(isSmall ? {} : { since }) });
  if ('found' in found) return broken('trail_wrong', { from_seq: found.from_seq, to_seq: found.to_seq });
  const { from_seq, to_seq, seals } = found;
  return kept('trail_sound', { from_seq, to_seq, seals });
};
