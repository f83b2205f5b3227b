/** The handlers of requests, which the first request for one of them loads. */
export { approve, endRestriction, extend, fulfil, refuseRequest, verifyBy } from './acts.ts';
export { showCopy, takeCopy } from './copy.ts';
export { pullRequests, showRequest, takeRequest } from './staff.ts';
export { showStatus } from './status.ts';
export { showForm, submitRequest } from './submit.ts';
export { verifyRequest } from './verify.ts';
