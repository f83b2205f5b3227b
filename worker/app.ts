import { type Context, type Handler, Hono } from 'hono';
import { routePath } from 'hono/route';
import { newId } from '../db/ids.ts';
import { listPolicies } from '../db/policies/read.ts';
import { submitConsent, withdrawConsent } from './consents/record.ts';
import { showConsents, showReceipt } from './consents/show.ts';
import { consoleGuards, consolePages } from './console/routes.ts';
import { type App, factory, type Methods, type Services } from './context.ts';
import { requireForm, showForm, showThanks, submitForm } from './forms/submit.ts';
import { requireScope } from './guards/access.ts';
import { showChallenge } from './guards/challenge.ts';
import { allowSites, requireOrigin } from './guards/origins.ts';
import { limitRefused } from './guards/rate-limit.ts';
import { showHealth } from './health.ts';
import { lazy } from './http/lazy.ts';
import { prefersHtml } from './http/negotiate.ts';
import { describeProblem } from './http/problems/describe.ts';
import { answerFailure } from './http/problems/failure.ts';
import { problem } from './http/problems/problem.ts';
import { setSecurityHeaders } from './http/security-headers.ts';
import { showCurrentPolicy, showDocument, showPolicies } from './policies/routes.ts';
import { showWidget } from './widget.ts';

const announcements = lazy(() => import('./announcements/list.ts'));
const assignment = lazy(() => import('./assignment.ts'));
const compliance = lazy(() => import('./compliance/pages.ts'));
const consents = lazy(() => import('./consents/list.ts'));
const docs = lazy(() => import('./docs.ts'));
const incidents = lazy(() => import('./incidents/handlers.ts'));
const leads = lazy(() => import('./leads/handlers.ts'));
const metrics = lazy(() => import('./metrics/show.ts'));
const notices = lazy(() => import('./notices/handlers.ts'));
const publication = lazy(() => import('./policies/publish.ts'));
const requests = lazy(() => import('./requests/handlers.ts'));
const tokens = lazy(() => import('./staff/tokens.ts'));

/** Paths of the built files that the server hands out (build.ts, widget/build.ts). */
const built_files = [
  ...['/widget.css', '/widget/:file', '/openapi.json'],
  ...['/styles.css', '/docs.css', '/console.css', '/console.js'],
  ...['/console-192.png', '/console-512.png'],
  ...['/favicon.svg', '/robots.txt'],
];

/** Creates the app: middleware in order, then path → guards → file. */
export function createApp(services: Services, demo?: Hono<App>): Hono<App> {
  const app = new Hono<App>();
  app.use(async (c, next) => {
    c.set('services', services);
    c.set('request_id', newId(services.now()));
    await next();
  });
  if (services.trace) app.use(services.trace);
  if (services.compress) app.use(services.compress);
  app.use(logRequest, setSecurityHeaders, showProblemPages);
  app.onError(answerFailure);
  app.notFound(answerUnknown);

  const visited = [
    '/forms/*',
    '/challenge',
    '/consents/*',
    '/withdrawals',
    '/requests/*',
    '/policies/*',
    '/announcements',
  ];
  for (const path of visited) app.use(path, allowSites, limitRefused);

  const at = (path: string, methods: Methods) => addResource(app, path, methods);
  at('/forms/:form', { GET: [requireForm, ...showForm], POST: [requireForm, requireOrigin, ...submitForm] });
  at('/forms/:form/thanks', { GET: [requireForm, ...showThanks] });
  at('/withdrawals', { GET: [leads('showWithdrawal')], POST: [requireOrigin, leads('submitWithdrawal')] });
  at('/requests', { GET: [requests('showForm')], POST: [requireOrigin, requests('submitRequest')] });
  at('/requests/copies/:code', { GET: [requests('showCopy')], POST: [requireOrigin, requests('takeCopy')] });
  at('/requests/:reference', { GET: [requests('showStatus')] });
  at('/requests/:reference/verification', { POST: [requireOrigin, requests('verifyRequest')] });
  at('/challenge', { GET: [...showChallenge] });
  at('/consents', {
    GET: [requireScope('consents:read'), consents('pullConsents')],
    POST: [requireOrigin, ...submitConsent],
  });
  at('/consents/stats', { GET: [requireScope('consents:read'), consents('showConsentStats')] });
  at('/consents/:visitor_id', { GET: [...showConsents] });
  at('/consents/:visitor_id/receipt', { GET: [...showReceipt] });
  at('/consents/:visitor_id/withdrawal', { POST: [requireOrigin, ...withdrawConsent] });
  at('/policies', { GET: [...showPolicies], POST: [requireScope('policies:publish'), publication('publishVersion')] });
  at('/policies/current', { GET: [...showCurrentPolicy] });
  at('/policies/:version', { GET: [...showDocument] });
  at('/announcements', { GET: [announcements('showAnnouncements')] });
  at('/compliance', { GET: [compliance('showCompliance')] });
  at('/leads', { GET: [requireScope('leads:read'), leads('pullLeads')] });
  at('/leads/:id', {
    GET: [requireScope('leads:read'), leads('showLead')],
    PATCH: [requireScope('leads:write'), leads('patchLead')],
    DELETE: [requireScope('leads:erase'), leads('eraseLead')],
  });
  at('/leads/:id/holds', {
    GET: [requireScope('holds:manage'), leads('showHolds')],
    POST: [requireScope('holds:manage'), leads('holdLead')],
  });
  at('/leads/:id/holds/:hold_id', { DELETE: [requireScope('holds:manage'), leads('endHold')] });
  at('/leads/:id/consent', { GET: [requireScope('consents:read'), compliance('showProof')] });
  at('/leads/:id/restriction', { DELETE: [requireScope('requests:handle'), requests('endRestriction')] });
  at('/subject-requests', {
    GET: [requireScope('requests:approve'), requests('pullRequests')],
    POST: [requireScope('requests:handle'), requests('takeRequest')],
  });
  at('/subject-requests/:id', { GET: [requireScope('requests:approve'), requests('showRequest')] });
  at('/subject-requests/:id/verification', { POST: [requireScope('requests:handle'), requests('verifyBy')] });
  at('/subject-requests/:id/fulfilment', { POST: [requireScope('requests:handle'), requests('fulfil')] });
  at('/subject-requests/:id/refusal', { POST: [requireScope('requests:handle'), requests('refuseRequest')] });
  at('/subject-requests/:id/approval', { POST: [requireScope('requests:approve'), requests('approve')] });
  at('/subject-requests/:id/extension', { POST: [requireScope('requests:handle'), requests('extend')] });
  at('/incidents', {
    GET: [requireScope('incidents:manage'), incidents('pullIncidents')],
    POST: [requireScope('incidents:manage'), incidents('makeIncident')],
  });
  at('/incidents/:id', { GET: [requireScope('incidents:manage'), incidents('showIncident')] });
  at('/incidents/:id/notice', { POST: [requireScope('incidents:manage'), incidents('publishNotice')] });
  at('/holds', { GET: [requireScope('holds:manage'), leads('pullHolds')] });
  at('/audit-events', { GET: [requireScope('audit:read'), compliance('pullEvents')] });
  at('/tokens', {
    GET: [requireScope('tokens:manage'), tokens('showTokens')],
    POST: [requireScope('tokens:manage'), tokens('issueToken')],
  });
  at('/tokens/:id', { DELETE: [requireScope('tokens:manage'), tokens('endToken')] });
  at('/tokens/:id/rotation', { POST: [requireScope('tokens:manage'), tokens('renewToken')] });
  at('/assignment-rules/:form', {
    GET: [requireScope('tokens:manage'), assignment('showRule')],
    PUT: [requireScope('tokens:manage'), assignment('setRule')],
  });
  at('/channels', {
    GET: [requireScope('channels:manage'), notices('showChannels')],
    POST: [requireScope('channels:manage'), notices('makeChannel')],
  });
  at('/channels/:id', {
    PATCH: [requireScope('channels:manage'), notices('patchChannel')],
    DELETE: [requireScope('channels:manage'), notices('endChannel')],
  });
  at('/channels/:id/test', { POST: [requireScope('channels:manage'), notices('testChannel')] });
  at('/deliveries', { GET: [requireScope('channels:manage'), notices('pullDeliveries')] });
  at('/deliveries/:id/retry', { POST: [requireScope('channels:manage'), notices('resendDelivery')] });
  app.use('/console/*', ...consoleGuards);
  for (const [path, methods] of Object.entries(consolePages)) at(path, methods);
  at('/health', { GET: [...showHealth] });
  at('/metrics', { GET: [metrics('showMetrics')] });
  at('/problems/:slug', { GET: [describeProblem] });
  at('/docs', { GET: [docs('showDocs')] });
  at('/widget.js', { GET: [...showWidget] });
  for (const path of built_files) at(path, { GET: [showAsset] });
  at('/favicon.ico', { GET: [showIcon] });
  if (demo) app.route('/', demo);
  else at('/', { GET: [showStart] });
  return app;
}

/** Registers the methods of a path. Every other method answers 405 with `Allow`. */
function addResource(app: Hono<App>, path: string, methods: Methods) {
  for (const [method, handlers] of Object.entries(methods))
    app.on(method, [path], ...(handlers as unknown as [Handler<App>]));
  const allowed = Object.keys(methods).flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  app.all(path, c => problem(c, 'method-not-allowed', { headers: { Allow: allowed.join(', ') } }));
}

/**
 * Logs a line for each request. What staff were not allowed bears the id of their token or account, because nothing else tells
 * whose it was. A post of the console is led back to its page (303), so the problem says so, and no status.
 */
const logRequest = factory.createMiddleware(async (c, next) => {
  const { log, now, meter } = c.get('services');
  const begun = now().getTime();
  const counted_from = meter?.begin();
  await next();
  meter?.countAnswer(c.req.method, routePath(c), c.res.status, counted_from!);
  log('info', 'request', {
    request_id: c.get('request_id'),
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    problem: c.get('problem'),
    ...(c.get('problem') === 'forbidden' && { holder: c.get('holder')?.id }),
    ms: now().getTime() - begun,
  });
});

/** Answers with a page in place of a problem document, if a client prefers HTML. */
const showProblemPages = factory.createMiddleware(async (c, next) => {
  await next();
  const slug = c.get('problem');
  if (!slug || c.res.headers.get('Content-Type') !== 'application/problem+json' || !prefersHtml(c)) return;
  const { answerProblemPage } = await import('./http/problems/page.ts');
  const page = await answerProblemPage(c, slug);
  // The page has the problem's headers and its own. Hono would set the problem's over them again.
  c.res = undefined;
  c.res = page;
});

/** Answers an address that is nothing: one that ends in a slash leads to the same without it. */
function answerUnknown(c: Context<App>) {
  const { pathname, search } = new URL(c.req.url);
  const isPath = /^\/[^/\\].*\/$/.test(pathname);
  return isPath ? c.redirect(pathname.slice(0, -1) + search, 308) : problem(c, 'not-found');
}

/** Leads browsers that ask for the usual address to the icon. */
const showIcon: Handler<App> = c => c.redirect('/favicon.svg', 308);

const showStart: Handler<App> = async c => {
  if (!prefersHtml(c)) return problem(c, 'not-found');
  await listPolicies(c.get('services').db);
  return (await import('./http/problems/page.ts')).showStart(c);
};

/** Answers with a built file, in a response made anew, because Hono adds its headers (CORS) only to its own. */
const showAsset: Handler<App> = async c => {
  const found = await c.get('services').findAsset(c.req.raw);
  return found
    ? c.newResponse(found.body, found.status as 200 | 304, Object.fromEntries(found.headers))
    : problem(c, 'not-found');
};
