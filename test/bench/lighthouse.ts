import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sparticuz from '@sparticuz/chromium';
import { type ConsolePages, serveConsole } from './console-pages.ts';
import { installOnce } from './install.ts';
import type { Rows } from './report.ts';

/** The packages are installed for this bench alone, so they are loaded by their files, and this is what is used of them. */
interface Audit {
  numericValue?: number;
}
interface Rating {
  lhr: { categories: Record<string, { score: number | null }>; audits: Record<string, Audit> };
}
interface Packages {
  lighthouse(url: string, options: object): Promise<Rating>;
  launch(options: object): Promise<{ port: number; kill(): void }>;
}

const room = join(import.meta.dirname, 'lighthouse');

/** A page may fail to be painted in a moment in which the machine is busy. */
const tries = 3;

/**
 * Rates the console's pages with Lighthouse, as it rates a page for phones when nobody sets anything. Each rating is that
 * of a browser that has kept nothing.
 *
 * The browser is the Chromium or Chrome that `CHROMIUM_PATH` names, else the packaged one of the tests.
 *
 * @returns A row for each page: medians and ends.
 */
export async function benchLighthouse(
  folder: string,
  environment: Record<string, string>,
  rounds: number,
): Promise<Rows> {
  installOnce(room, 'lighthouse');
  const { default: lighthouse } = await load('lighthouse/core/index.js');
  const { launch } = await load('chrome-launcher/dist/index.js');
  const served = await serveConsole(folder, environment);
  const ratings = new Map<string, Rating['lhr'][]>(Object.keys(served.pages).map(page => [page, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const [page, path] of Object.entries(served.pages))
        ratings.get(page)!.push(await rate({ lighthouse, launch }, served, path));
  } finally {
    await served.stop();
  }
  return Object.fromEntries([...ratings].map(([page, rated]) => [page, describe(rated)]));
}

async function load(file: string) {
  return import(pathToFileURL(join(room, 'node_modules', file)).href);
}

/** Rates a page in a browser that has kept nothing. */
async function rate(
  { lighthouse, launch }: Packages,
  { cookie, certificate, port }: ConsolePages,
  path: string,
): Promise<Rating['lhr']> {
  const chromePath = process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath());
  const chromeFlags = ['--headless=new', '--no-sandbox', `--ignore-certificate-errors-spki-list=${certificate.spki}`];
  for (let n = 0; n < tries; n++) {
    const browser = await launch({ chromePath, chromeFlags });
    const extraHeaders = { Cookie: cookie.join('=') };
    const onlyCategories = ['performance', 'accessibility', 'best-practices'];
    const options = { port: browser.port, logLevel: 'error', extraHeaders, onlyCategories };
    try {
      const { lhr } = await lighthouse(`https://leads.shop.localhost:${port}${path}`, options);
      const { score } = lhr.categories.performance!;
      if (score !== null && lhr.audits['first-contentful-paint']!.numericValue) return lhr;
    } finally {
      browser.kill();
    }
  }
  throw new Error(`Lighthouse saw no paint of ${path}.`);
}

function describe(rated: Rating['lhr'][]) {
  const audit = (name: string) => rated.map(({ audits }) => audits[name]!.numericValue!);
  const score = (name: string) => rated.map(({ categories }) => categories[name]!.score! * 100);
  return {
    performance: write(score('performance')),
    accessibility: write(score('accessibility')),
    'best practices': write(score('best-practices')),
    'first paint, ms': write(audit('first-contentful-paint')),
    'blocked, ms': write(audit('total-blocking-time')),
  };
}

function write(values: number[]): string {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!];
  return least === most ? String(median) : `${median} (${least}–${most})`;
}
