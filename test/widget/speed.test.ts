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
 * Measures the milliseconds of processor time in which the main thread runs scripts, computes styles and lays out until
 * the page rests, four times as slow as this machine.
 */
async function measureWork(html: string): Promise<number> {
  site.html = html;
  let session: Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>> | undefined;
  const page = await site.visit({
    before: async tab => {
      session = await tab.context().newCDPSession(tab);
      await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    },
  });
  await page.waitForLoadState('networkidle');
  const { metrics } = await session!.send('Performance.getMetrics');
  await page.context().close();
  const counted = metrics.filter(({ name }) => /^(Script|V8Compile|RecalcStyle|Layout)Duration$/.test(name));
  return counted.reduce((sum, { value }) => sum + value * 1000, 0);
}

/** Milliseconds that the page alone may take before the machine counts as slow. */
const page_alone_ms = 30;

it('from its start until one can choose, the widget takes at most 50 ms of a phone’s main thread', async () => {
  const [withWidget, without] = [makePage(filler), makePage(filler).replace(/<script.*?<\/script>/, '')];
  const works: [number, number][] = [];
  // Takes the quietest run of each, and more runs on a busy machine, because other work only adds.
  const quietest = (kind: 0 | 1) => Math.min(...works.map(pair => pair[kind]));
  // A machine that is slow just now takes longer for the page alone too: the bound grows as far as that does.
  const slowness = () => Math.max(1, quietest(1) / page_alone_ms);
  const cost = () => (quietest(0) - quietest(1)) / slowness();
  while (works.length < 4 || (works.length < 30 && cost() >= 50))
    works.push([await measureWork(withWidget), await measureWork(without)]);
  expect(cost()).toBeLessThan(50);
}, 90_000);

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
