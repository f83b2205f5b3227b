/**
 * All that the console shows, as one module that is loaded with its first page.
 *
 * Because each `import()` begins a module of its own on Workers, one for each file would make thirty small ones, and
 * every isolate would start some milliseconds later.
 */
export { changeRule, showRules } from './assignment/rules.ts';
export { showAudit } from './audit/events.ts';
export { exportAudit, sendAudit } from './audit/export.ts';
export { showRecord } from './compliance/record.ts';
export { showIncident, tellPeople } from './incidents/incident.ts';
export { askIncident, makeIncident, showIncidents } from './incidents/incidents.ts';
export { changeLeads, undoBulk } from './leads/bulk/bulk.ts';
export { askExport, chooseExport, exportLeads, sendExport } from './leads/export/export.ts';
export { holdLead, releaseHold, showHolds } from './leads/holds/holds.ts';
export { liftRestriction, showRestrictions } from './leads/holds/restrictions.ts';
export { correctLead } from './leads/lead/correction.ts';
export { askErasure, eraseLead } from './leads/lead/erasure.ts';
export { callLead, hideLead, revealLead, showLead } from './leads/lead/lead.ts';
export { setNote } from './leads/lead/note.ts';
export { showProof } from './leads/lead/proof.ts';
export { setAssignee, setFollowUp, setReason, setStatus } from './leads/lead/work.ts';
export { searchLeads, showArrivals, showLeads, showSearch } from './leads/leads.ts';
export { showManifest } from './manifest.ts';
export {
  askRemoval,
  changeChannel,
  endChannel,
  pauseChannel,
  resumeChannel,
  showChannel,
  testChannel,
} from './notices/channel.ts';
export { makeChannel, showChannels } from './notices/channels.ts';
export { resendDead, resendDelivery } from './notices/deliveries.ts';
export { showOverview } from './overview/overview.ts';
export { readFiles, showPolicies } from './policies/policies.ts';
export { previewPolicy, publishPreviewed } from './policies/preview.ts';
export { showChoices } from './privacy/choices.ts';
export { showDesk } from './privacy/desk.ts';
export { showProblem } from './problem.ts';
export { approveRequest, askToRefuse, extendTime, fulfil, verifyPerson } from './requests/acts.ts';
export { revealRequest, showRequest } from './requests/request.ts';
export { askRequest, showRequests, takeRequest } from './requests/requests.ts';
export { searchRequest } from './requests/search.ts';
export { showSettings } from './settings/settings.ts';
export { beginSignIn, completeSignIn, leaveProvider } from './sign-in/account.ts';
export { arrive, signIn, signOut } from './sign-in/sign-in.ts';
export { endOneSession, endOtherSessions, showSessions } from './staff/sessions.ts';
export {
  askRevocation,
  askRotation,
  endTheirSessions,
  endToken,
  makeToken,
  replaceToken,
  showTokens,
} from './staff/tokens.ts';
