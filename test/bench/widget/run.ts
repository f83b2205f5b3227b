/** Races the widget against an earlier checkout and its peers in a real browser: `npm run bench:widget -- --help`. */
import { existsSync } from 'node:fs';
import type { Http2SecureServer, Http2ServerRequest } from 'node:http2';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.ts';
import { makeFolder, type RunningServer, type startServer } from '../../support/server.ts';
import { installOnce } from '../install.ts';
import type { Contender } from './contenders.ts';
import { type Answer, file, makeCertificate, passOn, serve } from './front.ts';
import { layRelay } from './relay.ts';
import { printRace, type Result } from './table.ts';
import { openContext, view } from './visit.ts';

const usage = `npm run bench:widget -- [--rounds 7] [--beside DIR] [--only NAME,NAME]

Races the widget of this checkout, that of the checkout in DIR (built, with its node_modules), and its peers from npm, in
turn, in Chromium at a quarter of this machine's speed behind a link of 150 ms and 1.44 Mbit/s. Prints medians.
The peers are installed on the first race. --only races those whose names hold one of the words; the page alone is always there.
`;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { rounds: text, beside: text, only: text, help: { type: 'boolean' } } });
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const rounds = Number(values.rounds ?? 7);
const here = import.meta.dirname;
const root = resolve(here, '../../..');
installOnce(here, 'c15t');
const { alone, findOurs, peers } = await import('./contenders.ts');

/** The page's words: what a visitor reads while the widgets load. */
const words = '<h2>News</h2><p>Words of the page, which is there without the widget too.</p>'.repeat(20);
const css = 'body { max-width: 40rem; margin: 0 auto; padding: 1rem; font: 16px/1.5 sans-serif }'.padEnd(8_000, '\n');
const gated = 'window.race.gated ??= performance.now();';

const certificate = makeCertificate();
const relay = layRelay();
const opened: Http2SecureServer[] = [];
/** Who races now, and which of its requests came. */
let contender: Contender = alone;
let server_url = '';
let requests: string[] = [];
/** Whether what is answered now is hours old when it arrives, so that a later visit finds stale copies. */
let aged = false;

const hosts = { LEADS: '', CDN: '' };
const page_url = await openHost('www.shop.localhost', answerPage);
hosts.LEADS = await openHost('leads.shop.localhost', request => passOn(server_url, request));
hosts.CDN = await openHost('cdn.localhost', request => find(contender.cdn_files, request.url));

const folders: ReturnType<typeof makeFolder>[] = [];
const servers = new Map<string, RunningServer>();
const contenders: Contender[] = [alone];
let browser: Browser | undefined;
try {
  await addOurs('this checkout', root);
  if (values.beside) await addOurs('beside', resolve(values.beside));
  for (const [name, make] of Object.entries(peers)) if (isWanted(name)) contenders.push(make());
  browser = await launchBrowser([`--ignore-certificate-errors-spki-list=${certificate.spki}`]);
  const results = new Map<string, Result[]>(contenders.map(({ name }) => [name, []]));
  process.stdout.write(
    `${cpus().length} cores, Chromium ${browser.version()}, ${rounds} rounds, load ${loadavg()[0]!.toFixed(1)}\n`,
  );
  for (let round = 0; round < rounds; round++)
    for (const next of contenders)
      results.get(next.name)!.push(
        await race(browser, next).catch(cause => {
          throw new Error(`${next.name} did not arrive; it had asked for ${requests.join(' ')}`, { cause });
        }),
      );
  printRace(results);
  process.stdout.write(`load at the end ${loadavg()[0]!.toFixed(1)}\n`);
} finally {
  await browser?.close();
  relay.close();
  for (const server of opened) server.close();
  for (const server of servers.values()) await server.stop();
  for (const { remove } of folders) remove();
}
process.exit();

function isWanted(name: string) {
  return !values.only || values.only.split(',').some(word => name.includes(word));
}

async function addOurs(name: string, folder: string) {
  if (!isWanted(name)) return;
  contenders.push(findOurs(name, folder));
  const data = makeFolder();
  folders.push(data);
  // In older checkouts the file stood beside the tests.
  const path = ['test/support/server.ts', 'test/server.ts'].map(at => join(folder, at)).find(existsSync)!;
  const support = (await import(pathToFileURL(path).href)) as {
    startServer: typeof startServer;
  };
  servers.set(name, await support.startServer(data.folder, { SITE_ORIGINS: page_url, CONSENT_LIMIT_PER_MINUTE: '0' }));
}

/** One visitor's first view, and two returns: with nothing kept, and hours later with stale copies. */
async function race(browser: Browser, next: Contender): Promise<Result> {
  contender = next;
  server_url = servers.get(next.name)?.url ?? '';
  const consents = next.banner !== '';
  aged = false;
  const context = await openContext(browser, next);
  begin();
  const page = await context.newPage();
  const first = await view(page, page_url, consents ? 'banner' : undefined);
  const counted = { requests: requests.length, connections: relay.connections() };
  if (consents) await accept(page, next);
  const storageState = await context.storageState();
  await context.close();

  const again = await openContext(browser, next, { storageState });
  const mark = consents ? 'gated' : undefined;
  aged = true;
  begin();
  const page_before = await again.newPage();
  const cold = await view(page_before, page_url, mark);
  await page_before.close();
  begin();
  const stale = await view(await again.newPage(), page_url, mark);
  await again.close();
  return { first, ...counted, cold, stale };
}

function begin() {
  relay.reset();
  requests = [];
}

/** Accepts, and waits until the choice is sent too: what is left unsent would be sent, and measured, on the next view. */
async function accept(page: Page, { accept }: Contender) {
  await page.evaluate(selector => document.querySelector<HTMLElement>(selector)!.click(), accept);
  await page.waitForFunction(() => 'gated' in (window as never as { race: object }).race);
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(2_000);
}

async function openHost(name: string, respond: (request: Http2ServerRequest) => Answer | Promise<Answer>) {
  const { port, server } = await serve(certificate, async request => {
    requests.push(`${name}${request.url}`);
    const answer = await respond(request);
    const kept = answer.headers['Cache-Control'] ?? answer.headers['cache-control'] ?? '';
    return aged && /max-age/.test(kept) ? { ...answer, headers: { ...answer.headers, age: '14400' } } : answer;
  });
  opened.push(server);
  return `https://${name}:${await relay.open(port)}`;
}

function answerPage({ url }: Http2ServerRequest): Answer {
  if (url === '/') return file('page.html', renderPage());
  return find({ '/page.css': css, '/gated.js': gated, ...contender.page_files }, url);
}

function find(files: Record<string, string>, path: string): Answer {
  const text = files[path];
  return text === undefined ? { status: 404, headers: {}, body: Buffer.alloc(0) } : file(path, text);
}

function renderPage() {
  const { head, body, gated } = contender;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">${head}</head><body><main><h1>Shop</h1>${words}</main>${gated}${body}</body></html>`
    .replaceAll('LEADS', hosts.LEADS)
    .replaceAll('CDN', hosts.CDN);
}
