import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import MiniSearch from 'minisearch';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Entry, findSections, readIndex } from '../../docs/site/find.ts';
import { makeSite, type Site } from '../../docs/site/site.ts';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';

const root = join(import.meta.dirname, '../..');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

let site: Site;
let server: Server;
let url: string;
let browser: Browser;
/** Files that the server hands out in place of the site's. */
let instead: Record<string, string | undefined> = {};

beforeAll(async () => {
  [site, browser] = await Promise.all([makeSite(root), openBrowser()]);
  server = createServer(({ url: address }, response) => {
    const path = new URL(address!, 'http://localhost').pathname.replace(/^\/guide\//, '');
    const content = path in instead ? instead[path] : site.files.get(path);
    if (content === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream' }).end(content);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/guide/`;
});
beforeEach(() => {
  instead = {};
});
afterAll(async () => {
  await closePages(browser);
  server?.close();
});

async function open(path: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url + path);
  return page;
}

const pagesOf = ({ files }: Site) => [...files.keys()].filter(path => path.endsWith('.html'));

/** Makes the site of a repository that holds these files only. */
async function makeSiteOf(sources: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-docs-'));
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const made = await makeSite(folder);
  rmSync(folder, { recursive: true });
  return made;
}

describe('the pages of the documentation', () => {
  it('link pages, headings and files that are there', () => {
    expect(site.faults).toEqual([]);
    expect(pagesOf(site).length).toBeGreaterThan(20);
  });

  it('a link that leads nowhere is told with its page', async () => {
    const { faults } = await makeSiteOf({
      'README.md': '# Here\n\n[a](docs/a.md) [b](docs/b.md) [heading](docs/a.md#none) ![picture](docs/none.png)',
      'docs/a.md':
        '# A\n\n## Some\n\n[up](../README.md#here) [some](#some) [none](#none)\n\n<img src="gone.svg" alt="">',
    });
    expect(faults).toEqual([
      'README.md links docs/b.md, and there is no such page or file',
      'README.md links docs/none.png, and there is no such page or file',
      'docs/a.md links gone.svg, and there is no such page or file',
      'README.md links docs/a.md#none, and docs/a.md has no such heading',
      'docs/a.md links #none, and docs/a.md has no such heading',
    ]);
  });

  it('a page that stands in no chapter is in the navigation all the same, and so are pages of folders', async () => {
    const { files } = await makeSiteOf({
      'README.md': '# Here\n\n[there](docs/new/README.md)',
      'docs/new/README.md': '# New\n\n[home](../../README.md)',
    });
    expect(String(files.get('index.html'))).toContain('<a href="new/index.html">New</a>');
    expect(String(files.get('new/index.html'))).toContain('<a href="../index.html">home</a>');
  });

  it('hold no script and no style of their own', () => {
    for (const path of pagesOf(site))
      expect(String(site.files.get(path)), path).not.toMatch(/<script(?! src=)|\sstyle=|<style/);
  });

  it('need no script and no other host, and nothing overflows on a phone', async () => {
    const page = await open('index.html', { javaScriptEnabled: false, viewport: { width: 375, height: 800 } });
    const elsewhere: string[] = [];
    page.on('request', request => request.url().startsWith(url) || elsewhere.push(request.url()));
    for (const path of ['index', 'commands', 'data', 'http', 'benchmarks', 'contributing']) {
      await page.goto(`${url}${path}.html`);
      const body = page.locator('body');
      expect(await body.evaluate(({ ownerDocument }) => ownerDocument.documentElement.scrollWidth), path).toBe(375);
    }
    expect(elsewhere).toEqual([]);
  });

  it.each([
    ['light', 1400],
    ['dark', 375],
  ] as const)('%s, %i wide: axe finds nothing', async (colorScheme, width) => {
    const page = await open('index.html', { colorScheme, viewport: { width, height: 800 } });
    for (const path of ['index.html', 'sign-in.html', 'search.html?q=receipt']) {
      await page.goto(url + path);
      expect(await findViolations(page), path).toEqual([]);
    }
  });
});

describe('the search of the documentation', () => {
  const indexOf = ({ files }: Site) =>
    readIndex(JSON.parse(/^docsIndex = (.*);$/m.exec(String(files.get('search-index.js')))![1]!));

  it.each([
    ['SITE_ORIGINS', 'settings.html#row-site_origins'],
    ['backup_dir', 'settings.html#row-backup_dir'],
    ['token create', 'commands.html#row-token-create---holder-name---role-role---days-n'],
    ['strict content security policy', 'embedding.html#a-strict-content-security-policy'],
    ['encrpytion keys', '#row-encryption_keys'],
    ['where does a line go', 'architecture.html#where-does-a-line-go'],
  ])('%s leads to %s', (query, address) => {
    expect(findSections(indexOf(site), query)[0]?.address).toContain(address);
  });

  it('finds nothing for a word that stands nowhere, or in nearly every section', () => {
    expect(findSections(indexOf(site), 'zzzzzz')).toEqual([]);
    expect(findSections(indexOf(site), 'the of a')).toEqual([]);
  });

  it('knows sections only that are there', () => {
    const found = indexOf(site).search(MiniSearch.wildcard) as unknown as Entry[];
    expect(found.length).toBeGreaterThan(200);
    const gone = found.filter(({ address }) => {
      const [path, anchor] = address.split('#');
      const html = String(site.files.get(path!));
      return anchor ? !html.includes(` id="${anchor}"`) : !html.includes('<h1');
    });
    expect(gone).toEqual([]);
  });

  it('leads from a word to its section, as one types', async () => {
    const page = await open('data.html');
    await page.getByRole('searchbox').fill('withdraw receipt');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/search\.html\?q=withdraw/);
    await page.getByRole('searchbox').fill('DRAIN_SECONDS');
    await page.getByRole('status').getByText('found').waitFor();
    await page.getByRole('link', { name: 'DRAIN_SECONDS' }).first().click();
    expect(page.url()).toBe(`${url}settings.html#row-drain_seconds`);
    expect(await page.locator(':target').textContent()).toContain('DRAIN_SECONDS');
  });

  it('treats what is typed as words', async () => {
    const page = await open(`search.html?q=${encodeURIComponent('<img src=x onerror=alert(1)> (react')}`);
    await page.getByRole('status').getByText('found').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('searchbox').fill('*[(');
    expect(await page.getByRole('status').textContent()).toContain('Nothing is found');
  });

  it.each([
    ['does not come', undefined],
    ['comes in part', 'docsIndex = "{\\"documentCount'],
    ['is of another kind', 'docsIndex = "{}";'],
  ])('says so when its index %s, and lists every heading', async (_, content) => {
    instead = { 'search-index.js': content };
    const page = await open('search.html?q=receipt');
    expect(await page.getByRole('status').textContent()).toContain('The search has not loaded');
    expect(await page.getByRole('link', { name: 'The consent receipt' }).last().isVisible()).toBe(true);
  });

  it('without scripts leads to the list of every heading', async () => {
    const page = await open('index.html', { javaScriptEnabled: false });
    await page.getByRole('searchbox').fill('receipt');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('#all').getByRole('link', { name: 'A strict Content-Security-Policy' }).click();
    expect(page.url()).toBe(`${url}embedding.html#a-strict-content-security-policy`);
  });
});
