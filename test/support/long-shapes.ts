import type { Hono } from 'hono';
import type { App } from '../../worker/context.ts';
import { openAssets } from '../../worker/node/assets.ts';
import { startConsole } from './console.ts';
import { browser_accept, lead, noon, origin, site } from './harness.ts';

/** Characters of a header or query, and bytes of a field: as many as the Node host lets through, or nearly. */
const longest = 15_500;

/** What shapes repeat. Some pattern or normaliser takes time that grows with the square of each. */
const plain_units = [
  ...[' ', '\t', 'a', '0', 'A', '-', '.', ',', ';', '=', '&', '%', '/', '@', '"', '\\', '(', '[', ':', '_', '+', '~'],
  ...['a ', 'a,', 'a;', 'a=b;', 'a.', 'a@', '-.', '%41', '%CC%95', ';q=', ', */*', 'a/b,', '()', '"a"', '::'],
];
const header_units = ['zh-CN,', 'br, ', 'lc_', 'Bearer ', 'https://', 'http://a:b@', 'consent=', 'W/"', '1.1.1.1, '];
const other_units = ['*', '|', '{', "'", '\xa0'];
const text_units = [
  '\u0315',
  '\u3000',
  '\u200b',
  '\u00ad',
  '王',
  '🙂',
  '\ufdfa',
  '１',
  'e\u0301',
  'ﾊﾞ',
  '。',
  '＠',
  '—',
  '가',
];

/** A unit is repeated between these. */
const frames = [
  ['', ''],
  ['a', 'x'],
  ['a@', '.b'],
  ['application/json;', '!'],
] as const;

/** Returns long values for headers and addresses: at least 200. */
export const listHeaderShapes = () => fillFrames([...plain_units, ...header_units, ...other_units]);

/** Returns long values for fields: at least 200. */
export const listFieldShapes = () => [
  `${'\u0315'.repeat(3_900)}${'\u0300'.repeat(3_850)}`,
  ...fillFrames([...plain_units, ...text_units]),
];

/** Bodies that are long as a whole. */
const bodies = ['[', '{"a":', 'name=&', '&', 'a=b&', '%', '1,', '""'].map(unit => fill(unit, ['', '']));
const parts = [
  '--b\r\n\r\n',
  '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n',
  '--b\r\nA: b\r\n',
  '\r\n',
  '--b',
];
const lists = ['1', '""', 'null', '{}', '[]'].map(entry => `[${fill(`${entry},`, ['', ''])}${entry}]`);

function fillFrames(units: string[]): string[] {
  return units.flatMap(unit => frames.map(frame => fill(unit, frame)));
}

function fill(unit: string, [head, tail]: readonly [string, string]): string {
  return head + unit.repeat((longest - head.length - tail.length) / Buffer.byteLength(unit)) + tail;
}

/** The headers that routes look at, each with a route that does. */
const headers: Record<string, string> = {
  Accept: 'POST /withdrawals',
  'Accept-Encoding': 'GET /widget.js',
  'Accept-Language': 'GET /forms/:form',
  Authorization: 'GET /leads',
  'Content-Encoding': 'POST /forms/:form',
  'Content-Length': 'POST /forms/:form',
  'Content-Type': 'POST /forms/:form',
  Cookie: 'GET /console',
  'Idempotency-Key': 'POST /consents',
  'If-None-Match': 'GET /policies/:version',
  Origin: 'POST /forms/:form',
  'Sec-Fetch-Site': 'GET /console',
  'Transfer-Encoding': 'POST /forms/:form',
  'X-Real-IP': 'POST /consents',
};

const choice = { policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
const guards = { form_token: '', website: '', challenge: '', return_to: site, locale: 'en' };
const filters = { form: '', status: '', assigned_to: '', from: '', to: '', order: '' };

/** The fields of each route that reads a body. Tokens are asked for no days, because a list of thousands is long. */
const fields: Record<string, Record<string, unknown>> = {
  'POST /forms/:form': { ...lead, ...guards },
  'POST /withdrawals': { receipt_code: 'x', locale: 'en' },
  'POST /consents': { ...choice, visitor_id: '', chosen_at: noon.toISOString() },
  'POST /policies': { documents: ['x'] },
  'PATCH /leads/:id': {
    status: 'new',
    assigned_to: 'x',
    note: '',
    follow_up_on: '',
    name: '',
    phone: '',
    email: '',
    company: '',
  },
  'PUT /assignment-rules/:form': { holders: ['x'] },
  'POST /console/assignment/:form': { holders: '' },
  'POST /tokens': { holder: 'x', role: 'sales', days: 0 },
  'POST /channels': { kind: 'webhook', name: '', address: '', secret: '', events: ['lead.created'], locale: 'en' },
  'POST /requests': { type: 'access', email: '', phone: '', name: '', receipt_code: '', details: '', ...guards },
  'POST /requests/:reference/verification': { code: '' },
  'POST /subject-requests': { type: 'access', channel: 'phone', email: '', phone: '', details: '' },
  'POST /subject-requests/:id/verification': { by: 'callback' },
  'POST /subject-requests/:id/fulfilment': { values: { name: 'x' }, ground: 'other' },
  'POST /subject-requests/:id/refusal': { code: 'R1', explanation: '' },
  'POST /subject-requests/:id/extension': { reason: '', due_on: '2026-12-01' },
  'POST /incidents': { from: '2026-11-20', to: '2026-11-21', cause: '', scope: { all: true } },
  'POST /incidents/:id/notice': { contact: '', texts: { 'zh-CN': { situation: '' } } },
  'POST /console/incidents': { from: '', cause: '', lead_ids: '', scope: 'lead_ids' },
  'POST /console/incidents/:id/notice': { contact: '', 'texts.zh-CN.situation': '' },
  'PATCH /channels/:id': { name: '', address: '', secret: '', events: ['lead.created'], locale: 'en' },
  'POST /leads/:id/holds': { ground: 'law', reference: '7', review_on: '2027-05-23' },
  'POST /console/leads/:id/holds': { ground: 'law', reference: '7', review_on: '2027-05-23' },
  'POST /console/leads/:id/holds/:hold_id/release': { reason: '' },
  'POST /console/notices': { kind: 'webhook', name: '', address: '', secret: '', events: 'lead.created', locale: 'en' },
  'POST /console/notices/:id': { name: '', address: '', secret: '', events: 'lead.created', locale: 'en' },
  'POST /console/notices/:id/removal': { sure: '' },
  'POST /console/policies': { files: 'x' },
  'POST /console/policies/:id': { seen: '', sure: '' },
  'POST /console/requests': { type: 'access', channel: 'phone', lead_ids: '', email: '', phone: '', details: '' },
  'POST /console/requests/search': { reference: '' },
  'POST /console/requests/:id/reveal': { purpose: '' },
  'POST /console/requests/:id/verification': { by: 'callback', failed: '' },
  'POST /console/requests/:id/fulfilment': { name: '', phone: '', email: '', company: '', ground: '', sure: '' },
  'POST /console/requests/:id/refusal': { code: 'R1', explanation: '' },
  'POST /console/requests/:id/extension': { reason: '', due_on: '2026-12-01' },
  'POST /console/leads/:id/restriction/end': { reason: '' },
  'POST /console/session': { token: 'x', next: '/console' },
  'POST /console/session/end': { everywhere: '' },
  'POST /console/search': { q: '' },
  'POST /console/bulk': { act: 'status', lead: '', status: 'new', assigned_to: '', list: '' },
  'POST /console/bulk/:id/undo': { list: '' },
  'POST /console/export/chosen': { lead: '', list: '' },
  'POST /console/export': { ...filters, format: 'text/csv', view: 'masked', purpose: '' },
  'POST /console/audit/export': { lead_id: '', action: '', from: '', to: '', person: '' },
  'POST /console/tokens': { holder: 'x', role: 'sales', days: '0', once: '' },
  'POST /console/tokens/:id/rotation': { days: '', once: '' },
  'POST /console/tokens/:id/revocation': { sure: '' },
  'POST /console/leads/:id/reveal': { purpose: '' },
  'POST /console/leads/:id/status': { status: 'new' },
  'POST /console/leads/:id/assignee': { assigned_to: '' },
  'POST /console/leads/:id/reason': { closed_reason: 'won' },
  'POST /console/leads/:id/follow-up': { follow_up_on: '2026-12-01' },
  'POST /console/leads/:id/note': { note: '', seen: '' },
  'POST /console/leads/:id/correction': { name: '', phone: '', email: '', company: '' },
  'POST /console/leads/:id/erasure': { sure: '' },
};
const without_body =
  /\/(withdrawal|rotation|sessions\/end|sessions\/:id\/end|call|reveal\/end|test|retry|approval|pause|pause\/end|copies\/:code)$/;

/** The parameters that routes look at in their address, by a route that does. */
const parameters: Record<string, string[]> = {
  'GET /forms/:form': ['lang', 'return_to'],
  'GET /challenge': ['form'],
  'GET /leads': ['assigned_to', 'phone', 'email', 'received_from', 'limit', 'cursor', 'view', 'access_token'],
  'GET /consents': ['visitor_id', 'policy_version', 'cursor'],
  'GET /consents/stats': ['from'],
  'GET /deliveries': ['channel_id', 'state', 'cursor'],
  'GET /audit-events': ['lead_id', 'action', 'actor', 'cursor'],
  'GET /console': ['assigned_to', 'from', 'after', 'again'],
  'GET /console/leads/:id': ['list', 'done', 'draft'],
  'GET /console/tokens': ['made'],
  'GET /console/audit': ['lead_id', 'action', 'after'],
  'GET /console/overview': ['from'],
};

/** A request with one long part, and a name to find it by. */
interface LongRequest {
  name: string;
  path: string;
  init: RequestInit;
}

/** Starts a service with every guard in place, in whose console somebody is signed in. */
async function openLongWorld() {
  const started = await startConsole({ BOT_CHECK: 'on', REFUSED_LIMIT_PER_MINUTE: '0' });
  started.services.findAsset = openAssets();
  const { cookie } = await started.open('privacy_officer');
  const tokens = { staff: await started.token('privacy_officer'), admin: await started.token('admin') };
  const routes = listRoutes(started.app);
  return { ...started, routes, list: (isWhole: boolean) => listRequests(routes, cookie, tokens, isWhole) };
}

function listRoutes(app: Hono<App>): string[] {
  return [
    ...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)),
  ];
}

/** Lists the routes that read a body and are not in the table of fields. */
export async function findUnlisted(): Promise<string[]> {
  const { routes } = await openLongWorld();
  return routes.filter(route => /^(POST|PATCH|PUT)/.test(route) && !fields[route] && !without_body.test(route));
}

/**
 * Lists a request for each field, header and parameter with each shape.
 *
 * @param isWhole Whether every route gets each header and parameter, and every body both content types. Otherwise a
 *   route that looks at it gets it, staff's routes a quarter of the shapes, and the content types take turns.
 */
function* listRequests(
  routes: string[],
  cookie: string,
  tokens: Record<'staff' | 'admin', string>,
  isWhole: boolean,
): Generator<LongRequest> {
  let turn = 0;
  const isPublic = (route: string) => /\/(forms|withdrawals|requests|challenge)|POST \/consents/.test(route);
  const choose = (shapes: string[], route: string) =>
    isWhole || isPublic(route) ? shapes : shapes.filter((_, n) => (n + turn) % 4 === 0);
  const [in_fields, in_headers] = [listFieldShapes(), listHeaderShapes()];
  for (const [route, known] of Object.entries(fields)) {
    for (const name of Object.keys(known)) {
      turn++;
      for (const shape of choose(in_fields, route)) yield* post(route, name, { ...known, [name]: shape });
      for (const list of lists)
        yield request(route, `${name} a list`, {}, JSON.stringify({ ...known, [name]: JSON.parse(list) }));
    }
    yield* post(route, 'many names', Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`n${n}`, ''])));
    for (const text of bodies)
      for (const type of [json, urlencoded]) yield request(route, 'body', { 'Content-Type': type }, text);
    for (const part of parts)
      yield request(route, 'parts', { 'Content-Type': multipart, Accept: browser_accept }, fill(part, ['', '--b--']));
  }
  for (const [name, home] of Object.entries(headers))
    for (const route of isWhole ? routes : [home])
      for (const shape of in_headers) yield request(route, name, { [name]: shape });
  for (const [home, names] of Object.entries(parameters))
    for (const name of names)
      for (const route of isWhole ? routes : [home]) {
        turn++;
        for (const shape of choose(in_headers, route))
          yield request(route, name, {}, undefined, `?${name}=${encodeURI(shape)}`);
      }
  for (const route of routes) {
    turn++;
    for (const shape of choose(in_headers, isWhole ? route : '')) {
      const written = encodeURI(shape);
      if (route.includes(':')) yield request(route, 'path', {}, undefined, '', written.replace(/[?#]/g, '-'));
      if (isWhole) yield request(route, 'query', {}, undefined, `?${written}`);
    }
  }

  function* post(route: string, name: string, sent: Record<string, unknown>): Generator<LongRequest> {
    const isConsole = route.includes('/console');
    const isPage = isConsole || /forms|withdrawals|\/requests/.test(route);
    const isForm = isPage && turn++ % 2 === 0;
    if (!isConsole && (isWhole || !isForm)) yield request(route, name, {}, JSON.stringify(sent));
    if (isConsole || (isPage && (isWhole || isForm))) {
      const text = new URLSearchParams(sent as Record<string, string>).toString();
      yield request(route, name, { 'Content-Type': urlencoded, Accept: browser_accept }, text.slice(0, 16 * 1024));
    }
  }

  function request(
    route: string,
    name: string,
    headers: Record<string, string>,
    sent?: string,
    query = '',
    id = '',
  ): LongRequest {
    const [method, path] = route.split(' ') as [string, string];
    const isConsole = path.startsWith('/console');
    const token = /tokens|assignment|policies|channels|deliveries/.test(path) ? tokens.admin : tokens.staff;
    const known = fields[route];
    const hasBody = method !== 'GET' && method !== 'DELETE';
    return {
      name: `${route} ${name}`,
      path: origin + path.replace(/:\w+/, key => id || ids[key]!) + query,
      init: {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          Origin: isConsole ? origin : site,
          'Content-Type': isConsole ? urlencoded : json,
          ...(isConsole && { Cookie: cookie, Accept: browser_accept }),
          ...headers,
        },
        ...(hasBody && {
          body:
            sent ??
            (isConsole ? new URLSearchParams(known as Record<string, string>).toString() : JSON.stringify(known ?? {})),
        }),
      },
    };
  }
}

const json = 'application/json';
const multipart = 'multipart/form-data; boundary=b';
const urlencoded = 'application/x-www-form-urlencoded';
const ids: Record<string, string> = {
  ':form': 'mini-ai-experience',
  ':visitor_id': '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b',
  ':version': '2026-01',
  ':id': '0190b1f0-0000-7000-8000-000000000000',
  ':slug': 'not-found',
  ':file': 'x.js',
};

/**
 * Measures the processor time of a request in ms: the least of three runs, because the collector of garbage and a first
 * compilation take some too. A request that was quick enough is not sent again.
 */
async function measureRequest(app: Hono<App>, { path, init }: LongRequest) {
  let ms = Number.POSITIVE_INFINITY;
  let status = 0;
  for (let run = 0; run < 3 && ms > most_ms; run++) {
    const request = new Request(path, init);
    const before = process.threadCpuUsage();
    const response = await app.request(request);
    const { user, system } = process.threadCpuUsage(before);
    await response.body?.cancel();
    ms = Math.min(ms, (user + system) / 1_000);
    status = response.status;
  }
  return { ms, status };
}

/** Most processor time that a request of the allowed size may take. */
const most_ms = 5;

/** How often a request that took longer is tried again. */
const tries = 5;

/**
 * Sends the requests to a service of its own. Returns how many there were, and which took too long or ended in 5xx.
 * What took too long is measured once more after all others, because neighbours on the machine slow whole seconds.
 */
export async function findSlow(isWhole: boolean): Promise<{ walked: number; wrong: string[] }> {
  const { app, list } = await openLongWorld();
  const wrong: string[] = [];
  const slow: LongRequest[] = [];
  let walked = 0;
  const tell = ({ name }: LongRequest, { ms, status }: { ms: number; status: number }) =>
    wrong.push(`${name}: ${ms.toFixed(1)} ms, ${status}`);
  for (const request of list(isWhole)) {
    walked += 1;
    const measured = await measureRequest(app, request);
    if (measured.status >= 500) tell(request, measured);
    else if (measured.ms > most_ms) slow.push(request);
  }
  for (const request of slow) {
    // Other programs and the collector of garbage only add, so the least of some tries is the request's own.
    let least = await measureRequest(app, request);
    for (let n = 1; n < tries && least.ms > most_ms; n++) {
      const again = await measureRequest(app, request);
      if (again.ms < least.ms || again.status >= 500) least = again;
    }
    if (least.ms > most_ms || least.status >= 500) tell(request, least);
  }
  return { walked, wrong };
}
