import { examineRequests } from '../../../db/compliance/requests.ts';
import { type RequestType, request_types } from '../../../db/requests/request.ts';
import { broken, type Check, kept } from '../finding.ts';

/** No request that counts for a promise is open after the day by which it must be answered. */
function checkRequests(promise: (typeof promise_of)[RequestType]): Check {
  const types = request_types.filter(type => promise_of[type] === promise);
  return async ({ services: { db }, now }) => {
    const { open, overdue, answered, median_days } = await examineRequests(db, types, now);
    if (overdue > 0) return broken('requests_overdue', { requests: overdue, open });
    if (median_days === undefined) return kept('requests_none', { open });
    return kept('requests_answered', { open, answered, days: median_days });
  };
}

/** The promise that each type of request is counted for. What is answered in words counts with what people may know. */
const promise_of: Record<RequestType, 'R1' | 'R2' | 'R3' | 'R4' | 'R5'> = {
  access: 'R1',
  explanation: 'R1',
  complaint: 'R1',
  copy: 'R2',
  portability: 'R2',
  rectification: 'R3',
  erasure: 'R4',
  restriction: 'R4',
  withdrawal: 'R5',
};

export const R1 = checkRequests('R1');
export const R2 = checkRequests('R2');
export const R3 = checkRequests('R3');
export const R4 = checkRequests('R4');
export const R5 = checkRequests('R5');
