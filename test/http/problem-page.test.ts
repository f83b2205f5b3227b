import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { createApp } from '../../worker/app.ts';
import { browser_accept, lead, origin, readProblem, site, start, startPublished } from '../support/harness.ts';

const started = await startPublished({
  SITE_ORIGINS: 'https://www.example.com',
  ICP_NUMBER: '苏ICP备2026012345号-1',
  PSB_NUMBER: '苏公网安备32010602012345号',
});
const { app, get } = started;
const person = { Accept: browser_accept };
const filings = [
  '<a href="https://beian.miit.gov.cn/" target="_blank" rel="noopener">苏ICP备2026012345号-1</a>',
  '<a href="https://beian.mps.gov.cn/#/query/webSearch?code=32010602012345" target="_blank" rel="noopener">苏公网安备32010602012345号</a>',
];
const form = '/forms/mini-ai-experience';
const latin1 = new Uint8Array([...Buffer.from('name='), 0xe9]);
const send = (path: string, body: BodyInit | undefined, headers: Record<string, string> = {}, method = 'POST') =>
  app.request(origin + path, {
    method,
    ...(body !== undefined && { body }),
    headers: { Origin: origin, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });

describe('whoever prefers HTML', () => {
  it.each([
    ['a wrong address', '/nothing/here', 404, 'GET', undefined, {}],
    ['an unknown form', '/forms/other', 404, 'GET', undefined, {}],
    ['an unknown policy', '/policies/1999', 404, 'GET', undefined, {}],
    ['a method that is not there', '/withdrawals', 405, 'DELETE', undefined, {}],
    ['a body too large for any form', form, 413, 'POST', `company=${'x'.repeat(100_000)}`, {}],
    ['a format that is not read', form, 415, 'POST', 'name=x', { 'Content-Type': 'text/plain' }],
    ['text that is not UTF-8', form, 400, 'POST', latin1, {}],
    ['another website', form, 403, 'POST', 'name=x', { Origin: 'https://evil.example' }],
    ['an address for programs', '/leads', 401, 'GET', undefined, {}],
    ['an address that takes posts only', '/consents/x/withdrawal', 405, 'GET', undefined, {}],
  ])('gets a page for %s, with a way on, in both languages', async (_, path, status, method, body, headers) => {
    for (const [language, other] of [
      ['zh-CN', 'en'],
      ['en', 'zh-CN'],
    ]) {
      const asked = { ...person, 'Accept-Language': language!, ...headers };
      const response = await send(path, body, asked, method);
      const page = await response.text();
      expect([response.status, response.headers.get('Content-Type')]).toEqual([status, 'text/html; charset=UTF-8']);
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toContain(`<a href="?lang=${other}"`);
      expect(page).toMatch(/<a class="button" href="(https:\/\/www\.example\.com\/|\/console|\/[\w/-]+\?lang=)/);
      expect(page).toContain('mailto:privacy@example.com');
      for (const filing of filings) expect(page).toContain(filing);
    }
    const response = await send(path, body, headers, method);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  });

  it('reads on a page what the type of a problem means, and a program as JSON', async () => {
    const path = '/problems/idempotency-key-reused';
    const [page, document] = await Promise.all([get(`${path}?lang=zh-CN`, person), get(path)]);
    const text = await page.text();
    expect([page.status, page.headers.get('Vary')]).toEqual([200, 'Accept, Accept-Language, Origin']);
    expect(text).toMatch(/<code>idempotency-key-reused<\/code> · HTTP 422/);
    expect(document.headers.get('Vary')).toContain('Accept, Accept-Language');
    expect(await document.json()).toMatchObject({ type: origin + path, status: 422, title: expect.any(String) });
    expect((await get('/problems/other', person)).status).toBe(404);
  });

  it('gets the headers of the problem with the page', async () => {
    const response = await send('/withdrawals', undefined, person, 'PUT');
    expect(response.headers.get('Allow')).toBe('GET, HEAD, POST');
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  });

  it('gets a page while the database is away, and is told when to come back', async () => {
    const away = await start();
    away.db.read = () => Promise.reject(new Unavailable(new Error('disk I/O error')));
    for (const path of [form, '/policies/2026-01', '/']) {
      const response = await away.get(`${path}?lang=en`, person);
      expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
      expect(await response.text()).toMatch(/Not available just now[\s\S]*in 5 seconds[\s\S]*withdrawals\?lang=en/);
    }
  });

  it('gets a page for too many requests, and is told when to come back', async () => {
    const few = await start({ REFUSED_LIMIT_PER_MINUTE: '1' });
    const refused = { Origin: 'https://evil.example' };
    for (const [language, words] of [
      ['zh-CN', '请求过于频繁'],
      ['en', 'Too many requests'],
    ]) {
      let response: Response;
      do response = await few.submit(form, lead, { ...refused, 'Accept-Language': language! });
      while (response.status === 403);
      expect([response.status, Number(response.headers.get('Retry-After'))]).toEqual([429, expect.any(Number)]);
      expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
      const page = await response.text();
      expect(page).toMatch(new RegExp(`<h1>${words}</h1>[\\s\\S]*class="button" href="${form}\\?lang=${language}"`));
      expect(page).toMatch(/\d+ (秒后再试|seconds?\.)/);
    }
    const program = await few.post(form, lead, refused);
    expect(await readProblem(program)).toMatchObject({ slug: 'too-many-requests', status: 429 });
  });

  it('gets a page for a fault of the server, which says nothing of the fault', async () => {
    const faulty = await start();
    faulty.db.read = () => Promise.reject(new TypeError('secret of 13800138000'));
    const telling = /secret|138001|TypeError/;
    for (const [language, words] of [
      ['zh-CN', '出了点问题'],
      ['en', 'Something went wrong'],
    ]) {
      const response = await faulty.get(`${form}?lang=${language}`, person);
      const page = await response.text();
      expect([response.status, response.headers.get('Cache-Control')]).toEqual([500, 'no-store']);
      expect(page).toMatch(new RegExp(`<h1>${words}</h1>[\\s\\S]*class="button" href="${form}\\?lang=${language}"`));
      expect(JSON.stringify([page, ...response.headers])).not.toMatch(telling);
    }
    const document = await faulty.get(form);
    expect(JSON.stringify([await document.clone().text(), ...document.headers])).not.toMatch(telling);
    expect(await readProblem(document)).toMatchObject({ slug: 'internal', status: 500 });
  });

  it('gets a start page in production, where the demo is not', async () => {
    const page = await (await get('/?lang=en', person)).text();
    for (const path of [
      '/forms/mini-ai-experience',
      '/forms/ecological-cooperation',
      '/policies/2026-01',
      '/withdrawals',
    ])
      expect(page).toContain(`href="${path}?lang=en"`);
    expect(page).toContain(`<a href="${site}/">Back to www.example.com</a>`);
    expect(await readProblem(await get('/'))).toMatchObject({ slug: 'not-found' });
  });
});

it('the filing numbers stand at the foot of the forms, the withdrawal, the thanks and the console too', async () => {
  for (const path of [form, `${form}/thanks`, '/withdrawals', '/console']) {
    const page = await (await get(path, person)).text();
    for (const filing of filings) expect(page).toContain(filing);
  }
  expect(await (await (await startPublished()).get(form)).text()).not.toContain('beian');
});

describe('an address that ends in a slash', () => {
  it.each([
    ['/forms/mini-ai-experience/?lang=en', '/forms/mini-ai-experience?lang=en'],
    ['/withdrawals/', '/withdrawals'],
    ['/policies/2026-01/', '/policies/2026-01'],
    ['/leads/', '/leads'],
  ])('%s leads to %s', async (path, target) => {
    for (const method of ['GET', 'POST']) {
      const response = await send(path, method === 'GET' ? undefined : 'name=x', {}, method);
      expect([response.status, response.headers.get('Location')]).toEqual([308, target]);
    }
  });

  it.each(['//evil.example/', '/\\evil.example/', '//', '/%5Cevil/../\\x/'])(
    '%j leads to no other host',
    async path => {
      const response = await app.request(new Request(`${origin}${path}`));
      const location = response.headers.get('Location');
      if (location) expect(new URL(location, origin).origin).toBe(origin);
      expect(location ?? '').not.toMatch(/^\/[/\\]/);
    },
  );
});

it('posts of our own page count as ours where the browser hides its origin', async () => {
  const fields = new URLSearchParams(lead).toString();
  const post = (site: string) => send(form, fields, { Origin: 'null', 'Sec-Fetch-Site': site });
  expect((await post('same-origin')).status).toBe(201);
  for (const site of ['cross-site', 'same-site', 'none']) expect((await post(site)).status).toBe(403);
});

it('the filing numbers stand at the foot of the description too, which is built without knowing them', async () => {
  const findAsset = async () => new Response('<body><main>Docs</main></body>', { headers: { ETag: '"built"' } });
  const docs = createApp({ ...started.services, findAsset });
  const response = await docs.request(`${origin}/docs?lang=en`);
  const page = await response.text();
  for (const filing of filings) expect(page).toContain(filing);
  expect([response.headers.get('Content-Type'), response.headers.get('ETag')]).toEqual([
    'text/html; charset=utf-8',
    null,
  ]);
});
