import type { MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type App, factory, type Methods, type Services } from '../context.ts';
import { asksForJson } from '../http/negotiate.ts';
import { problem_texts } from '../http/problem-texts.ts';
import type { Slug } from '../http/slugs.ts';
import { showAudit } from './audit/page.ts';
import { consoleLocale, showConsolePage } from './layout.ts';
import { askExport, exportLeads } from './leads/export.ts';
import { askErasure, correctLead, eraseLead, revealLead, setAssignee, setStatus, showLead } from './leads/lead.ts';
import { searchLeads, showArrivals, showLeads } from './leads/leads.ts';
import { showOverview } from './overview/page.ts';
import { allow, requireOwnPage } from './session.ts';
import { signIn, signOut } from './sign-in.ts';
import { endToken, makeToken, showTokens } from './staff/tokens.ts';
import { console_texts } from './texts/texts.ts';

/** Pages of the console by path: what each needs, and what it does. */
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

/** What stands before every page of the console. */
export function consoleGuards({ compress }: Services): MiddlewareHandler<App>[] {
  return [keepPrivate, ...(compress ? [pressPages(compress)] : []), showProblems, requireOwnPage];
}

/** No cache keeps what a person is shown, and no other website learns where they were. */
const keepPrivate = factory.createMiddleware(async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  // Not no-referrer: with that, browsers send the posts of our own pages without their origin.
  headers.set('Referrer-Policy', 'same-origin');
});

/** An export is as long as it is and goes out page by page: no compressor holds it back. */
function pressPages(compress: MiddlewareHandler): MiddlewareHandler<App> {
  return (c, next) => (c.req.path === '/console/export' && c.req.method === 'POST' ? next() : compress(c, next));
}

/** Tells a person of a problem in a page, in the language of the console. */
const showProblems = factory.createMiddleware(async (c, next) => {
  await next();
  if (c.res.headers.get('Content-Type') !== 'application/problem+json' || asksForJson(c)) return;
  const { type } = (await c.res.clone().json()) as { type: string };
  const locale = consoleLocale(c);
  const { title, detail } = problem_texts[locale][type.split('/').pop() as Slug];
  const { status, headers } = c.res;
  const kept = ['Retry-After', 'Allow'].flatMap(name => (headers.has(name) ? [[name, headers.get(name)!]] : []));
  c.res = undefined;
  c.res = await showConsolePage(
    c,
    {
      title,
      status: status as ContentfulStatusCode,
      address: '/console',
      headers: Object.fromEntries(kept),
    },
    html`<section class="card narrow"><h1>${title}</h1><p>${detail}</p><p><a class="button" href="/console">${console_texts[locale].problem.home}</a></p></section>`,
  );
});
