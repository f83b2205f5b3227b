import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAssets } from '../../worker/node/assets.ts';
import { version } from '../../worker/version.ts';
import { lead, noon, site, startPublished } from '../support/harness.ts';

let started: Awaited<ReturnType<typeof startPublished>>;
let server: Server;
let url: string;
/** Number of pieces in which the last answer's body was sent, after its head. */
let pieces = 0;

beforeAll(async () => {
  started = await startPublished();
  started.services.findAsset = openAssets();
  server = createAdaptorServer({ fetch: started.app.fetch }) as Server;
  server.prependListener('request', (_, response) => {
    pieces = 0;
    const { write } = response;
    response.write = ((...sent: Parameters<typeof write>) => {
      pieces += 1;
      return write.apply(response, sent);
    }) as typeof write;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const choice = { policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
const post = (body: object) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Origin: site },
  body: JSON.stringify(body),
});

it.each([
  ['POST /forms/:form', '/forms/mini-ai-experience', post(lead), 201],
  ['POST /forms/:form with mistakes', '/forms/mini-ai-experience', post({}), 422],
  ['POST /consents', '/consents', post({ ...choice, chosen_at: noon.toISOString() }), 201],
  ['GET /forms/:form', '/forms/mini-ai-experience', {}, 200],
  ['GET /challenge', '/challenge?form=mini-ai-experience', { headers: { Origin: site } }, 200],
  ['GET /policies/current', '/policies/current', { headers: { Origin: site } }, 200],
  ['GET /leads', '/leads', {}, 200],
  ['GET /health', '/health', {}, 200],
  ['GET /docs', '/docs', {}, 200],
  ['GET /openapi.json', '/openapi.json', {}, 200],
  ['an address that is none', '/nowhere', {}, 404],
])('%s leaves Node in one piece, head and body', async (_, path, init: RequestInit, status) => {
  const headers = { ...(path === '/leads' && { Authorization: `Bearer ${await started.token('viewer')}` }) };
  const response = await fetch(url + path, { ...init, headers: { ...headers, ...init.headers } });
  expect(response.status).toBe(status);
  expect((await response.text()).length).toBeGreaterThan(10);
  expect(pieces).toBe(0);
});

it('lets a page be drawn with the style that the browser has, and asks for another when the version is another', async () => {
  const page = await (await fetch(`${url}/console`, { headers: { Accept: 'text/html' } })).text();
  const linked = [...page.matchAll(/(?:href|src)="(\/console\.(?:css|js)[^"]*)"/g)].map(([, path]) => path!);
  expect(linked).toEqual([`/console.css?v=${version}`, `/console.js?v=${version}`]);
  for (const path of [...linked, `/styles.css?v=${version}`]) {
    const { status, headers } = await fetch(url + path);
    const cached = headers.get('Cache-Control');
    expect([path, status, cached]).toEqual([path, 200, 'public, max-age=300, stale-while-revalidate=604800']);
  }
  expect((await fetch(`${url}/openapi.json`)).headers.get('Cache-Control')).toBe('public, max-age=300');
});
