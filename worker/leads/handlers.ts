/** The handlers of leads, which the first request for one of them loads. */
export { eraseLead, patchLead } from './change.ts';
export { endHold, holdLead, pullHolds, showHolds } from './holds.ts';
export { pullLeads, showLead } from './pull.ts';
export { showWithdrawal, submitWithdrawal } from './withdraw.ts';
