import type { MiddlewareHandler } from 'hono';
import type { App, Methods } from '../context.ts';
import { lazy } from '../http/lazy.ts';
import {
  allow,
  allowEveryRole,
  allowFresh,
  chooseLanguage,
  keepPrivate,
  requireOwnPage,
  showProblems,
} from './guards.ts';

const page = lazy(() => import('./pages.ts'));

/**
 * The console's pages: path, scopes of which a reader needs one, and handler.
 *
 * A handler (`lead.ts`) loads and decides. Its page (`lead-page.ts`) draws plain data for a reader, and sees no request
 * and no database.
 */
export const consolePages: Record<string, Methods> = {
  '/console': { GET: [allow('leads:read', 'consents:read', 'tokens:manage'), page('showLeads')] },
  '/console/session': { GET: [page('arrive')], POST: [page('signIn')] },
  '/console/session/end': { POST: [page('signOut')] },
  '/console/sessions': { GET: [allowEveryRole(), page('showSessions')] },
  '/console/sessions/end': { POST: [allowEveryRole(), page('endOtherSessions')] },
  '/console/sessions/:id/end': { POST: [allowEveryRole(), page('endOneSession')] },
  '/console/sign-in': { GET: [page('beginSignIn')] },
  '/console/sign-in/callback': { GET: [page('completeSignIn')] },
  '/console/sign-in/end': { GET: [page('leaveProvider')] },
  '/console/manifest/:locale': { GET: [page('showManifest')] },
  '/console/arrivals': { GET: [allow('leads:read'), page('showArrivals')] },
  '/console/search': { POST: [allow('leads:read'), page('searchLeads')] },
  '/console/search/:id': { GET: [allow('leads:read'), page('showSearch')] },
  '/console/bulk': { POST: [allow('leads:write'), page('changeLeads')] },
  '/console/bulk/:id/undo': { POST: [allow('leads:write'), page('undoBulk')] },
  '/console/export': {
    GET: [allow('leads:read'), page('askExport')],
    POST: [allow('leads:read'), page('exportLeads')],
  },
  '/console/export/chosen': { POST: [allow('leads:read'), page('chooseExport')] },
  '/console/export/:id': { GET: [allow('leads:read'), page('sendExport')] },
  '/console/overview': { GET: [allow('leads:read', 'consents:read', 'channels:manage'), page('showOverview')] },
  '/console/audit': { GET: [allow('audit:read'), page('showAudit')] },
  '/console/audit/export': { POST: [allow('audit:read'), page('exportAudit')] },
  '/console/audit/export/:id': { GET: [allow('audit:read'), page('sendAudit')] },
  '/console/record': { GET: [allow('consents:read'), page('showRecord')] },
  '/console/tokens': {
    GET: [allow('tokens:manage'), page('showTokens')],
    POST: [allowFresh('tokens:manage'), page('makeToken')],
  },
  '/console/tokens/:id/revocation': {
    GET: [allow('tokens:manage'), page('askRevocation')],
    POST: [allow('tokens:manage'), page('endToken')],
  },
  '/console/tokens/:id/rotation': {
    GET: [allow('tokens:manage'), page('askRotation')],
    POST: [allowFresh('tokens:manage'), page('replaceToken')],
  },
  '/console/staff/:id/sessions/end': { POST: [allow('tokens:manage'), page('endTheirSessions')] },
  '/console/assignment': { GET: [allow('tokens:manage'), page('showRules')] },
  '/console/assignment/:form': { POST: [allow('tokens:manage'), page('changeRule')] },
  '/console/notices': {
    GET: [allow('channels:manage'), page('showChannels')],
    POST: [allow('channels:manage'), page('makeChannel')],
  },
  '/console/notices/:id': {
    GET: [allow('channels:manage'), page('showChannel')],
    POST: [allow('channels:manage'), page('changeChannel')],
  },
  '/console/notices/:id/test': { POST: [allow('channels:manage'), page('testChannel')] },
  '/console/notices/:id/pause': { POST: [allow('channels:manage'), page('pauseChannel')] },
  '/console/notices/:id/pause/end': { POST: [allow('channels:manage'), page('resumeChannel')] },
  '/console/notices/:id/retry': { POST: [allow('channels:manage'), page('resendDead')] },
  '/console/notices/:id/deliveries/:delivery_id/retry': { POST: [allow('channels:manage'), page('resendDelivery')] },
  '/console/notices/:id/removal': {
    GET: [allow('channels:manage'), page('askRemoval')],
    POST: [allow('channels:manage'), page('endChannel')],
  },
  '/console/policies': {
    GET: [allow('policies:publish'), page('showPolicies')],
    POST: [allow('policies:publish'), page('readFiles')],
  },
  '/console/policies/:id': {
    GET: [allow('policies:publish'), page('previewPolicy')],
    POST: [allow('policies:publish'), page('publishPreviewed')],
  },
  '/console/settings': { GET: [allow('tokens:manage', 'channels:manage'), page('showSettings')] },
  '/console/leads/:id': { GET: [allow('leads:read'), page('showLead')] },
  '/console/leads/:id/consent': { GET: [allow('consents:read'), page('showProof')] },
  '/console/leads/:id/reveal': { POST: [allow('leads:reveal'), page('revealLead')] },
  '/console/leads/:id/call': { POST: [allow('leads:reveal'), page('callLead')] },
  '/console/leads/:id/reveal/end': { POST: [allow('leads:reveal'), page('hideLead')] },
  '/console/leads/:id/status': { POST: [allow('leads:write'), page('setStatus')] },
  '/console/leads/:id/assignee': { POST: [allow('leads:write'), page('setAssignee')] },
  '/console/leads/:id/reason': { POST: [allow('leads:write'), page('setReason')] },
  '/console/leads/:id/follow-up': { POST: [allow('leads:write'), page('setFollowUp')] },
  '/console/leads/:id/note': { POST: [allow('leads:write'), page('setNote')] },
  '/console/leads/:id/correction': { POST: [allow('leads:correct'), page('correctLead')] },
  '/console/privacy': { GET: [allow('requests:handle', 'requests:approve'), page('showDesk')] },
  '/console/choices': { GET: [allow('consents:read'), page('showChoices')] },
  '/console/requests': {
    GET: [allow('requests:handle', 'requests:approve'), page('showRequests')],
    POST: [allow('requests:handle'), page('takeRequest')],
  },
  '/console/requests/search': { POST: [allow('requests:handle', 'requests:approve'), page('searchRequest')] },
  '/console/requests/new': { GET: [allow('requests:handle'), page('askRequest')] },
  '/console/requests/:id': { GET: [allow('requests:handle', 'requests:approve'), page('showRequest')] },
  '/console/requests/:id/reveal': { POST: [allow('requests:handle'), page('revealRequest')] },
  '/console/requests/:id/verification': { POST: [allow('requests:handle'), page('verifyPerson')] },
  '/console/requests/:id/fulfilment': { POST: [allow('requests:handle'), page('fulfil')] },
  '/console/requests/:id/refusal': { POST: [allow('requests:handle'), page('askToRefuse')] },
  '/console/requests/:id/approval': { POST: [allow('requests:approve'), page('approveRequest')] },
  '/console/requests/:id/extension': { POST: [allow('requests:handle'), page('extendTime')] },
  '/console/incidents': {
    GET: [allow('incidents:manage'), page('showIncidents')],
    POST: [allow('incidents:manage'), page('makeIncident')],
  },
  '/console/incidents/new': { GET: [allow('incidents:manage'), page('askIncident')] },
  '/console/incidents/:id': { GET: [allow('incidents:manage'), page('showIncident')] },
  '/console/incidents/:id/notice': { POST: [allow('incidents:manage'), page('tellPeople')] },
  '/console/holds': { GET: [allow('holds:manage'), page('showHolds')] },
  '/console/restrictions': { GET: [allow('requests:handle'), page('showRestrictions')] },
  '/console/leads/:id/restriction/end': { POST: [allow('requests:handle'), page('liftRestriction')] },
  '/console/leads/:id/holds': { POST: [allow('holds:manage'), page('holdLead')] },
  '/console/leads/:id/holds/:hold_id/release': { POST: [allow('holds:manage'), page('releaseHold')] },
  '/console/leads/:id/erasure': {
    GET: [allow('leads:erase'), page('askErasure')],
    POST: [allow('leads:erase'), page('eraseLead')],
  },
};

/** The middleware that stands before every page of the console, in order. */
export const consoleGuards: MiddlewareHandler<App>[] = [keepPrivate, chooseLanguage, showProblems, requireOwnPage];
