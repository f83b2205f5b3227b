import type { MiddlewareHandler } from 'hono';
import type { App, Methods, Services } from '../context.ts';
import { showAudit } from './audit/events.ts';
import { allow, chooseLanguage, compressPages, keepPrivate, requireOwnPage } from './guards.ts';
import { askExport, exportLeads } from './leads/export.ts';
import { askErasure, correctLead, eraseLead, revealLead, setAssignee, setStatus, showLead } from './leads/lead.ts';
import { searchLeads, showArrivals, showLeads } from './leads/leads.ts';
import { showOverview } from './overview/overview.ts';
import { showProblems } from './problems.ts';
import { signIn, signOut } from './sign-in.ts';
import { endToken, makeToken, showTokens } from './staff/tokens.ts';

/** The console's pages: path, scopes of which a reader needs one, and handler. */
export const consolePages: Record<string, Methods> = {
  '/console': { GET: [allow('leads:read', 'consents:read', 'tokens:manage'), ...showLeads] },
  '/console/session': { POST: [...signIn] },
  '/console/session/end': { POST: [...signOut] },
  '/console/arrivals': { GET: [allow('leads:read'), ...showArrivals] },
  '/console/search': { POST: [allow('leads:read'), ...searchLeads] },
  '/console/export': { GET: [allow('leads:read'), ...askExport], POST: [allow('leads:read'), ...exportLeads] },
  '/console/overview': { GET: [allow('leads:read', 'consents:read'), ...showOverview] },
  '/console/audit': { GET: [allow('audit:read'), ...showAudit] },
  '/console/tokens': { GET: [allow('tokens:manage'), ...showTokens], POST: [allow('tokens:manage'), ...makeToken] },
  '/console/tokens/:id/revocation': { POST: [allow('tokens:manage'), ...endToken] },
  '/console/leads/:id': { GET: [allow('leads:read'), ...showLead] },
  '/console/leads/:id/reveal': { POST: [allow('leads:reveal'), ...revealLead] },
  '/console/leads/:id/status': { POST: [allow('leads:write'), ...setStatus] },
  '/console/leads/:id/assignee': { POST: [allow('leads:write'), ...setAssignee] },
  '/console/leads/:id/correction': { POST: [allow('leads:correct'), ...correctLead] },
  '/console/leads/:id/erasure': {
    GET: [allow('leads:erase'), ...askErasure],
    POST: [allow('leads:erase'), ...eraseLead],
  },
};

/** Returns the middleware that stands before every page of the console, in order. */
export function consoleGuards({ compress }: Services): MiddlewareHandler<App>[] {
  return [keepPrivate, ...(compress ? [compressPages(compress)] : []), chooseLanguage, showProblems, requireOwnPage];
}
