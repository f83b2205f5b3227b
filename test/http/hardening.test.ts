import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAssets } from '../../worker/node/assets.ts';
import { createHttpServer, usual_limits } from '../../worker/node/server.ts';
import { clear, startConsole } from '../support/console.ts';
import { browser_accept, lead, noon, origin } from '../support/harness.ts';

const form = '/forms/mini-ai-experience';
const page = { Accept: browser_accept };
let app: Awaited<ReturnType<typeof startConsole>>;
let lead_id: string;
let visitor_id: string;
let server: Server;

beforeAll(async () => {
  app = await startConsole();
  app.services.findAsset = openAssets();
  lead_id = await app.submitLead();
  const choice = { policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
  const chosen = await app.post('/consents', { ...choice, chosen_at: noon.toISOString() });
  ({ visitor_id } = (await chosen.json()) as { visitor_id: string });
  const limits = { ...usual_limits, keep_alive_ms: 60_000, connections: 20 };
  server = createHttpServer(app.app.fetch, limits, () => false);
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends text on a connection of its own, and returns what came back until it was closed. */
async function send(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  const closed = once(socket, 'close');
  socket.on('data', chunk => {
    answer += chunk.toString('latin1');
  });
  socket.write(text);
  await closed;
  return answer;
}

const ask = (method: string, path: string, more = '') =>
  send(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`);

it('a request that is framed in two ways, or by a malformed length, is refused and its connection closed', async () => {
  const hidden = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const framing of [
    'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'Content-Length: 0\r\nContent-Length: 5\r\n\r\n',
    'Content-Length: +1\r\n\r\n',
    'Transfer-Encoding: gzip, identity\r\n\r\n',
    'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    'Transfer-Encoding: chunked\r\n\r\n0x5\r\n\r\n',
  ]) {
    const answer = await send(`POST ${form} HTTP/1.1\r\nHost: x\r\n${framing}${hidden}`);
    expect(answer.match(/HTTP\/1\.1 \d+/g), framing).toEqual(['HTTP/1.1 400']);
  }
});

it('TRACE is refused, and nothing that was sent comes back', async () => {
  for (const [path, status] of [
    ['/leads', 405],
    [form, 405],
    ['/nothing', 404],
  ] as const) {
    const answer = await ask('TRACE', path, 'Cookie: a=sent-secret\r\nX-Own: sent-secret\r\n');
    expect(answer, path).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toContain('sent-secret');
  }
});

it('no address leads out of the built files, nor lists them', async () => {
  expect(await ask('GET', '/favicon.svg')).toMatch(/^HTTP\/1.1 200 /);
  for (const path of [
    '/.git/config',
    '/.env',
    '/package.json',
    '/data/leads.db',
    '/_headers',
    // The folder is two deep, and one more for the widget's.
    ...[1, 2, 3].flatMap(steps =>
      ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c'].flatMap(up =>
        ['/', '/widget/'].map(from => `${from}${up.repeat(steps)}package.json`),
      ),
    ),
    '/widget/%00',
    '/widget',
  ])
    expect(await ask('GET', path), path).toMatch(/^HTTP\/1.1 404 /);
});

it('nothing that a client sends makes a second line of the log', async () => {
  const before = app.lines.length;
  await app.get('/nothing%0a%7b%22event%22:%22forged%22%7d?a=%0d%0aforged', { 'User-Agent': 'forged' });
  await app.get('/leads', { Authorization: 'Bearer forged' });
  await app.post(form, lead, { Origin: 'https://evil.example/%0aforged' });
  // What some programs take for a line's end, and a terminal for the begin of a command.
  await app.post(form, lead, { Origin: 'https://evil.example/\u0085forged\u009b2J\u007f' });
  const lines = app.lines.slice(before);
  expect(lines.length).toBeGreaterThanOrEqual(3);
  for (const line of lines) {
    expect(line, line).toMatch(/^[^\p{Cc}\u2028\u2029]+\n$/u);
    expect(JSON.parse(line).event).not.toBe('forged');
  }
});

it('who may not do it is in the log, by path, request and the id of the token or account, and no name is', async () => {
  const token = await app.token('viewer');
  const [, id] = token.split('_');
  const refused = await app.get('/audit-events', { Authorization: `Bearer ${token}` });
  expect(refused.status).toBe(403);
  expect(JSON.parse(app.lines.at(-1)!)).toEqual({
    ...{ time: expect.any(String), level: 'info', event: 'request', method: 'GET', ms: expect.any(Number) },
    request_id: refused.headers.get('X-Request-Id'),
    route: '/audit-events',
    status: 403,
    problem: 'forbidden',
    holder: id,
  });
  expect(app.lines.at(-1)).not.toContain(token);

  const viewer = await app.open('viewer');
  expect((await viewer.get('/console/audit')).status).toBe(403);
  expect(JSON.parse(app.lines.at(-1)!)).toMatchObject({ route: '/console/audit', status: 403, holder: id });
  const posted = { route: '/console/staff/:id/sessions/end', status: 303, problem: 'forbidden', holder: id };
  await viewer.post('/console/staff/aaaaaaaaaaaa/sessions/end');
  expect(JSON.parse(app.lines.at(-1)!)).toMatchObject(posted);
});

it('whom a request is from is in no other line of the log', async () => {
  await app.pull('/leads', 'viewer');
  await app.get('/leads', { Authorization: 'Bearer lc_aaaaaaaaaaaa_aaaaaaaaaaaa' });
  const stranger = { ...page, Origin: 'https://stranger.example' };
  expect((await app.get(form, stranger)).status).toBeLessThan(500);
  for (const line of app.lines.map(line => JSON.parse(line)))
    if (line.problem !== 'forbidden') expect(line).not.toHaveProperty('holder');
});

it('what a guard, a check or a limit refuses is in the log, by what refused it', async () => {
  const strict = await startConsole({ BOT_CHECK: 'on', FORM_LIMIT_PER_MINUTE: '4' });
  const from = { 'X-Real-IP': '192.0.2.7' };
  await strict.post(form, lead, from);
  await strict.post(form, { ...lead, phone: 'x' }, from);
  await strict.post(form, lead, { ...from, Origin: 'https://evil.example' });
  await strict.post(form, '{', from);
  for (let n = 0; n < 4; n++) await strict.post(form, { ...lead, company: `${n}` }, from);
  const officer = await strict.open('privacy_officer');
  await officer.post('/console/session/end', {}, { Origin: 'https://evil.example' });
  const told = strict.lines.map(line => JSON.parse(line)).filter(({ event }) => event === 'request');
  expect(new Set(told.map(({ problem }) => problem).filter(Boolean))).toEqual(
    new Set(['bot-check-failed', 'invalid-fields', 'origin-not-allowed', 'malformed-json', 'too-many-requests']),
  );
  for (const { time, request_id, route, status } of told)
    expect([time, request_id, route, status]).toEqual([
      noon.toISOString(),
      expect.stringMatching(/^[\w-]{36}$/),
      expect.any(String),
      expect.any(Number),
    ]);
});

it('a fault is in the log with its place, not its words, and the request goes no further', async () => {
  const faulty = await startConsole();
  const token = await faulty.token('sales');
  faulty.db.read = () => Promise.reject(new TypeError(`no such thing as ${lead.phone}`));
  const answer = await faulty.get('/leads', { Authorization: `Bearer ${token}` });
  expect(answer.status).toBe(500);
  const told = faulty.lines.map(line => JSON.parse(line)).find(({ event }) => event === 'failed');
  expect(told).toMatchObject({
    level: 'error',
    request_id: answer.headers.get('X-Request-Id'),
    error: { name: 'TypeError', at: expect.arrayContaining([expect.stringContaining('hardening.test.ts')]) },
  });
  expect(faulty.lines.join('') + (await answer.text())).not.toContain(lead.phone);
});

it('every answer keeps paths and queries from other hosts, and the console its host too', async () => {
  const officer = await app.open('privacy_officer');
  for (const answer of [await app.get(form, page), await app.get('/withdrawals', page), await app.pull('/leads')])
    expect(answer.headers.get('Referrer-Policy')).toMatch(
      /^(strict-origin-when-cross-origin|same-origin|no-referrer)$/,
    );
  expect((await officer.get('/console')).headers.get('Referrer-Policy')).toBe('same-origin');
});

it('texts say that they are UTF-8', async () => {
  const officer = await app.open('privacy_officer');
  for (const answer of [
    await app.get(form, page),
    await app.get('/policies/2026-01', page),
    await app.get('/nothing', page),
    await officer.get('/console'),
    await app.get('/leads', { Authorization: `Bearer ${await app.token('sales')}`, Accept: 'text/csv' }),
    await app.get('/robots.txt'),
    await app.get('/console.css'),
    await app.get('/favicon.svg'),
  ])
    expect(answer.headers.get('Content-Type')).toMatch(/^(text\/\w+|image\/svg\+xml); charset=utf-8/i);
});

it('no answer with a person’s data may be kept by a cache', async () => {
  const officer = await app.open('privacy_officer');
  const staff = { Authorization: `Bearer ${await app.token('sales')}` };
  const answers = [
    await app.pull('/leads?view=clear', 'sales'),
    await app.pull(`/leads/${lead_id}?view=clear`, 'sales'),
    await app.get('/leads?view=clear', { ...staff, Accept: 'text/csv' }),
    await app.get('/leads?view=clear', { ...staff, Accept: 'application/x-ndjson' }),
    await officer.get(`/console/leads/${lead_id}`),
    await app.pull('/consents'),
    await app.get(`/consents/${visitor_id}`),
    await app.get(`/consents/${visitor_id}/receipt`),
    await app.pull('/audit-events'),
    await app.get(`${form}/thanks`, page),
  ];
  for (const answer of answers) expect(answer.headers.get('Cache-Control'), answer.url).toContain('no-store');
  expect(await answers[0]!.text()).toContain(clear[0]);
});

it('names of downloads are letters, digits, dots and hyphens, and none comes from the address', async () => {
  const officer = await app.open('privacy_officer');
  const fields = { format: 'text/csv', view: 'masked', order: 'desc', assigned_to: 'x"; filename="evil.exe' };
  const { pathname } = new URL((await officer.post('/console/export', fields)).headers.get('Location')!, origin);
  const answers = [
    await officer.get(pathname),
    await app.get(`/leads?assigned_to=${encodeURIComponent(fields.assigned_to)}`, {
      Authorization: `Bearer ${await app.token('viewer')}`,
      Accept: 'text/csv',
    }),
    await app.get(`/consents/${visitor_id}/receipt?filename=evil.exe`),
    await officer.get('/console/record?as=markdown&paper=../evil.exe&lang=evil.exe'),
  ];
  for (const { headers } of answers)
    expect(headers.get('Content-Disposition')).toMatch(/^attachment; filename="(?!.*evil)[A-Za-z\d.-]+"$/);
});

it('every page of the console has a way to sign out', async () => {
  for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'] as const) {
    const person = await app.open(role);
    const home = await (await person.get('/console')).text();
    const shown = home || (await (await person.get('/console/overview')).text());
    const linked = [...shown.matchAll(/<a href="(\/console[^"?#]*)"/g)].map(([, path]) => path!);
    for (const path of new Set(['/console/overview', ...linked])) {
      const html = await (await person.get(path)).text();
      if (html) expect(html, `${role} ${path}`).toContain('action="/console/session/end"');
    }
  }
});

it('what is searched for is text, and no pattern', async () => {
  const found = async (q: string) => {
    const answer = await app.pull(`/leads?q=${encodeURIComponent(q)}`, 'sales');
    expect(answer.status, q).toBe(200);
    return ((await answer.json()) as { leads: unknown[] }).leads.length;
  };
  expect(await found(lead.name.slice(0, 2))).toBe(1);
  for (const q of ['.*', '.+', '[^a]', '%%', '__', '(?', "' or 1=1 --", '\\p{L}']) expect(await found(q), q).toBe(0);
});
