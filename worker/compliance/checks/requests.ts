import { examineRequests } from '../../../db/compliance/requests.ts';
import type { RequestType } from '../../../db/requests/request.ts';
import { broken, type Check, kept } from '../finding.ts';

/** No request of the types is open after the day by which it must be answered. */
function checkRequests(...types: RequestType[]): Check {
  return async ({ services: { db }, now }) => {
    const { open, overdue, answered, median_days } = await examineRequests(db, types, now);
    if (overdue > 0) return broken('requests_overdue', { requests: overdue, open });
    if (median_days === undefined) return kept('requests_none', { open });
    return kept('requests_answered', { open, answered, days: median_days });
  };
}

export const R1 = checkRequests('access', 'explanation');
export const R2 = checkRequests('copy', 'portability');
export const R3 = checkRequests('rectification');
export const R4 = checkRequests('erasure', 'restriction');
export const R5 = checkRequests('withdrawal');
