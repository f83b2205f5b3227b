import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const fonts =
  '<style>body { font: 15px -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }</style>';
const filler = '<h2>News</h2><p>Words of the page, which is there without the widget too.</p>'.repeat(20);
/**
 * Returns a page with the fonts in its head, because a style further down moves what a slow machine
 * has painted already.
 */
const makePage = (body: string) => pageWith(body, { head: fonts });

/**
 * Counts how often the engine lays out and computes styles until the page rests. Because the counts do not depend on the
 * speed of the machine, a test can hold them; `npm run bench:widget` measures the milliseconds.
 */
async function countWork(html: string): Promise<Record<'layouts' | 'styles', number>> {
  site.html = html;
  let session: Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>> | undefined;
  const page = await site.visit({
    before: async tab => {
      session = await tab.context().newCDPSession(tab);
      await session.send('Performance.enable');
    },
  });
  await page.waitForLoadState('networkidle');
  const { metrics } = await session!.send('Performance.getMetrics');
  await page.context().close();
  const read = (name: string) => metrics.find(metric => metric.name === name)!.value;
  return { layouts: read('LayoutCount'), styles: read('RecalcStyleCount') };
}

it('until one can choose, the widget causes one layout and four computations of style at most', async () => {
  const [withWidget, alone] = [makePage(filler), makePage(filler).replace(/<script.*?<\/script>/, '')];
  const runs: Awaited<ReturnType<typeof countWork>>[][] = [[], []];
  // Takes the fewest of each, because a frame that a busy machine paints in between only adds.
  const fewest = (kind: number, of: 'layouts' | 'styles') => Math.min(...runs[kind]!.map(run => run[of]));
  const caused = (of: 'layouts' | 'styles') => fewest(0, of) - fewest(1, of);
  while (runs[0]!.length < 3 || (runs[0]!.length < 12 && (caused('layouts') > 1 || caused('styles') > 4)))
    for (const [kind, html] of [withWidget, alone].entries()) runs[kind]!.push(await countWork(html));
  expect(caused('layouts')).toBeLessThanOrEqual(1);
  expect(caused('styles')).toBeLessThanOrEqual(4);
});

it('nothing on the page moves when the widget comes, nor at a choice', async () => {
  const frame = '<iframe data-consent="marketing" data-src="/video" title="Tour" width="560" height="315"></iframe>';
  site.html = makePage(`${frame}${filler}${frame}${filler}`);
  const page = await site.visit({
    reducedMotion: 'no-preference',
    before: tab =>
      tab.addInitScript(() => {
        Object.assign(window, { shifts: [] });
        new PerformanceObserver(list => {
          const { shifts } = window as unknown as { shifts: number[] };
          for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
        }).observe({ type: 'layout-shift', buffered: true });
      }),
  });
  await page.waitForTimeout(600);
  await page.getByRole('button', { name: 'Allow and show' }).first().waitFor();
  await page.evaluate(() => document.querySelector<HTMLElement>('[data-consent-action=accept-all]')!.click());
  await page.waitForTimeout(600);
  expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
});
