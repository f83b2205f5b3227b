import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder), openBrowser()]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

/** Opens a page in a browser without scripts, and lists every address that it requests. */
async function open(path: string, options: object = {}) {
  const context = await browser.newContext({ javaScriptEnabled: false, ...options });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  const response = (await page.goto(server.url + path))!;
  return { page, asked, response, close: () => context.close() };
}

describe('/docs', () => {
  it('[S1] needs no script and no other host, and allows none', async () => {
    const { page, asked, response, close } = await open('/docs?lang=en');
    const html = await response.text();
    expect(html).not.toMatch(/<script|\sstyle=|<style|\son\w+=/);
    expect(asked.map(address => address.replace(server.url, ''))).toEqual([
      '/docs?lang=en',
      '/styles.css',
      '/docs.css',
    ]);
    expect(response.headers()['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    await page.getByRole('link', { name: 'PATCH /leads/{id}' }).first().click();
    expect(new URL(page.url()).hash).toBe('#changeLead');
    expect(await page.locator('#changeLead').isVisible()).toBe(true);
    await close();
  });

  it('has an anchor for every operation and schema, and a page behind every problem', async () => {
    const { page, close } = await open('/docs');
    const hrefs = await page.locator('a').evaluateAll(links => links.map(link => link.getAttribute('href')!));
    const ids = new Set(await page.locator('[id]').evaluateAll(found => found.map(({ id }) => id)));
    expect(hrefs.filter(href => href.startsWith('#') && !ids.has(href.slice(1)))).toEqual([]);
    const described = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
      components: { schemas: object };
    };
    const operations = Object.values(described.paths).flatMap(methods => Object.values(methods));
    for (const { operationId } of operations) expect(ids).toContain(operationId);
    for (const name of Object.keys(described.components.schemas)) expect(ids).toContain(`schema-${name}`);
    const problems = [...new Set(hrefs.filter(href => href.startsWith('/problems/')))];
    expect(problems.length).toBeGreaterThan(10);
    for (const href of problems) expect((await fetch(server.url + href)).status, href).toBe(200);
    await close();
  });

  it.each([
    ['en', 'light', 1280],
    ['zh-CN', 'dark', 375],
  ] as const)('in %s, %s, %i wide: nothing overflows, axe finds nothing', async (lang, colorScheme, width) => {
    const { page, close } = await open(`/docs?lang=${lang}`, {
      javaScriptEnabled: true,
      viewport: { width, height: 800 },
      colorScheme,
    });
    expect(await page.locator('html').getAttribute('lang')).toBe(lang);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await findViolations(page)).toEqual([]);
    await close();
  });

  it('is compressed where the client can read it', async () => {
    for (const path of ['/docs?lang=en', '/openapi.json']) {
      const response = await fetch(server.url + path, { headers: { 'Accept-Encoding': 'br' } });
      expect(response.headers.get('Content-Encoding')).toBe('br');
    }
  });
});
