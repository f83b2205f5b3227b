import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { readPageFields } from '../support/proofs.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
const websites: Server[] = [];
let server: RunningServer;
let browser: Browser;
/** A website that may embed the forms, and one that may not. To the browser both are other sites than the server's. */
let friend: string;
let stranger: string;

beforeAll(async () => {
  [friend, stranger] = (await Promise.all([openWebsite('localhost'), openWebsite('stranger.localhost')])) as [
    string,
    string,
  ];
  [server, browser] = await Promise.all([
    startServer(folder, { SITE_ORIGINS: friend, FORM_LIMIT_PER_MINUTE: '0' }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  for (const website of websites) website.close();
  remove();
});

/** Opens a website whose pages embed the widget. With `?policy=no-referrer` they hide their address. */
async function openWebsite(host: string): Promise<string> {
  const website = createServer((request, response) => {
    const referrer = new URL(request.url!, 'http://x').searchParams.get('policy') ?? 'strict-origin-when-cross-origin';
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Referrer-Policy': referrer });
    response.end(`<!doctype html><html lang="en"><title>Website</title><div data-lead-form="mini-ai-experience"></div>
<script src="${server.url}/widget.js" crossorigin defer></script>`);
  });
  websites.push(website);
  website.listen(0, '127.0.0.1');
  await once(website, 'listening');
  return `http://${host}:${(website.address() as AddressInfo).port}`;
}

const path = '/forms/mini-ai-experience';
const visitor = { name: 'Mallory', phone: '025-58801024', company: 'Others', policy_version: '2026-01' };

async function pull(email: string): Promise<object[]> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const response = await fetch(`${server.url}/leads?view=clear&email=${email}`, { headers });
  return ((await response.json()) as { leads: object[] }).leads;
}

/** Returns the fields of a page as an attacker gets them, old enough to be sent. */
async function getFields(email: string) {
  const fields = readPageFields(await (await fetch(server.url + path)).text());
  await wait(3_000);
  return { ...visitor, email, ...fields };
}

/** Posts a real form from a page, as its script or a person would, and returns the status of the answer. */
async function postForm(page: Page, fields: Record<string, string>): Promise<number> {
  const answer = page.waitForResponse(response => response.url().startsWith(server.url + path));
  await page.evaluate(
    ([action, values]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action });
      for (const [name, value] of Object.entries(values))
        form.append(Object.assign(document.createElement('input'), { name, value }));
      document.body.append(form);
      form.submit();
    },
    [server.url + path, fields] as const,
  );
  const status = (await answer).status();
  await page.waitForURL(url => url.origin === server.url);
  return status;
}

it('a website that may not post stores nothing, whatever it makes a browser send, and reads nothing', async () => {
  const fields = await getFields('stranger@example.com');
  const page = await browser.newPage();
  await page.goto(stranger);
  const attempts = await page.evaluate(
    async ([url, values]) => {
      const body = new URLSearchParams(values);
      const json = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' };
      const outcomes = [
        fetch(url, { method: 'POST', body }),
        fetch(url, { method: 'POST', body, credentials: 'include' }),
        fetch(url, { method: 'POST', headers: json, body: JSON.stringify(values) }),
        fetch(new URL('/challenge?form=mini-ai-experience', url)),
        fetch(new URL('/policies/current', url)),
      ].map(answer => answer.then(({ status }) => status).catch(() => 'unreadable'));
      await fetch(url, { method: 'POST', mode: 'no-cors', body });
      navigator.sendBeacon(url, body);
      return Promise.all(outcomes);
    },
    [server.url + path, fields] as const,
  );
  expect(attempts).toEqual(Array(5).fill('unreadable'));
  expect(await postForm(page, fields)).toBe(403);
  await page.goto(`${stranger}?policy=no-referrer`);
  expect(await postForm(page, fields)).toBe(403);
  expect(await pull('stranger@example.com')).toEqual([]);
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);
});

it('a website that may post is read with its own origin named, and the same fields then make one lead', async () => {
  const fields = await getFields('friend@example.com');
  const page = await browser.newPage({ locale: 'en' });
  await page.goto(friend);
  await page.locator('form').waitFor();
  for (const [name, value] of Object.entries({ ...visitor, email: 'widget@example.com' }))
    if (name !== 'policy_version') await page.locator(`form [name=${name}]`).fill(value);
  await page.locator('form [name=policy_version]').check();
  await page.locator('form [type=submit]').click();
  await page.locator('[data-lead-form-done]').waitFor();
  expect(await pull('widget@example.com')).toHaveLength(1);
  expect(await postForm(page, fields)).toBe(303);
  await page.waitForURL(/thanks/);
  await page.goto(friend);
  expect(await postForm(page, { ...fields, company: 'Again' })).toBe(403);
  expect(await pull('friend@example.com')).toHaveLength(1);
});

it('nobody frames the plain pages, so that no click is stolen', async () => {
  for (const page_path of [path, `${path}/thanks`, '/withdrawals']) {
    const { headers } = await fetch(server.url + page_path);
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
  }
  const page = await browser.newPage();
  await page.goto(stranger);
  await page.evaluate(src => {
    document.body.append(Object.assign(document.createElement('iframe'), { src, id: 'framed' }));
  }, server.url + path);
  await wait(500);
  const frame = page.frames().find(it => it !== page.mainFrame());
  expect(await frame!.locator('form').count()).toBe(0);
});

it('CORS names exactly the websites, for whatever origin is tried', async () => {
  const tried = [
    stranger,
    'null',
    `${friend}.evil.example`.replace('localhost', '127.0.0.1'),
    `${friend}.evil.example`,
    friend.replace('http:', 'https:'),
    friend.toUpperCase(),
    `${friend}/`,
    `${friend} https://evil.example`,
    '*',
  ];
  for (const origin of tried)
    for (const method of ['OPTIONS', 'GET'])
      for (const asked of [path, '/challenge?form=mini-ai-experience', '/withdrawals', '/leads']) {
        const { headers } = await fetch(server.url + asked, {
          method,
          headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
        });
        const named = [...headers.keys()].filter(name => name.startsWith('access-control-allow'));
        expect([origin, method, asked, ...named]).toEqual([origin, method, asked]);
      }
  const { headers } = await fetch(server.url + path, { headers: { Origin: friend } });
  expect(headers.get('Access-Control-Allow-Origin')).toBe(friend);
  expect(headers.get('Vary')).toContain('Origin');
});

it('[P10] what was typed, receipts, tokens and addresses stand in no line of the log', async () => {
  await fetch(`${server.url}${path}?email=query@example.com&lang=en`, {
    headers: {
      'X-Forwarded-For': '203.0.113.77',
      Cookie: 'receipt=7Q4M9-XTR2H-KD3VW-A8B5C',
      Referer: `${friend}/secret`,
    },
  });
  await fetch(`${server.url}/withdrawals`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ receipt_code: '7Q4M9-XTR2H-KD3VW-A8B5C' }),
  });
  const log = server
    .output()
    .split('\n')
    .filter(line => line.startsWith('{'));
  expect(log.length).toBeGreaterThan(20);
  expect(log.join('\n')).not.toMatch(
    /Mallory|58801024|example\.com|Others|203\.0\.113|127\.0\.0\.1"|7Q4M9|secret|form_token|\?lang|Mozilla/,
  );
});
