import { launchBrowser } from '../support/browser.ts';
import { serveConsole } from './console-pages.ts';
import type { Rows } from './report.ts';
import { layRelay } from './widget/relay.ts';
import { openContext, view } from './widget/visit.ts';

/** How a page is opened, one after the other. */
const visits = ['cold', 'warm', 'back'] as const;

/**
 * Measures when the console's pages are painted on a slow phone: a quarter of this machine's speed, behind the link of the
 * widget's race, over HTTP/2 and TLS. A page is opened over a new connection with nothing kept, then over the same one
 * with the styles kept.
 *
 * @returns A row for each page: medians and ends, in ms.
 */
export async function benchPaint(folder: string, environment: Record<string, string>, rounds: number): Promise<Rows> {
  const served = await serveConsole(folder, environment);
  const { pages, certificate } = served;
  const [name, value] = served.cookie;
  const relay = layRelay();
  const url = `https://leads.shop.localhost:${await relay.open(served.port)}`;
  const browser = await launchBrowser([`--ignore-certificate-errors-spki-list=${certificate.spki}`]);
  const painted = new Map<string, Record<(typeof visits)[number], number[]>>();
  try {
    for (let round = 0; round < rounds; round++)
      for (const [page, path] of Object.entries(pages)) {
        relay.reset();
        const context = await openContext(browser, { banner: '' });
        await context.addCookies([{ name, value, url, secure: true }]);
        const tab = await context.newPage();
        const times = painted.get(page) ?? { cold: [], warm: [], back: [] };
        painted.set(page, times);
        for (const visit of visits) {
          if (visit === 'back') relay.reset();
          times[visit].push((await view(tab, url + path)).first_paint!);
        }
        await context.close();
      }
  } finally {
    await browser.close();
    relay.close();
    await served.stop();
  }
  return Object.fromEntries(
    [...painted].map(([page, { cold, warm, back }]) => [
      page,
      {
        'nothing kept, ms': writeTimes(cold),
        'styles kept, ms': writeTimes(warm),
        'styles kept, new connection, ms': writeTimes(back),
      },
    ]),
  );
}

function writeTimes(times: number[]): string {
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]} (${sorted[0]}–${sorted.at(-1)})`;
}
