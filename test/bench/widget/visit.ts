import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Contender } from './contenders.ts';

/** What one view of the page came to; times count from its navigation, in ms. */
export interface View {
  first_paint?: number;
  banner?: number;
  gated?: number;
  /** Main thread: scripts, compiling, styles and layout. */
  work: number;
  shift: number;
}

interface Marks {
  first_paint?: number;
  banner?: number;
  gated?: number;
  shift: number;
}

const throttling = 4;
const patience_ms = 15_000;
/** How long a page that waits for nothing is watched. */
const rest_ms = 1_500;

/** Opens a context in which every page is measured. */
export async function openContext(
  browser: Browser,
  { banner }: Pick<Contender, 'banner'>,
  options: BrowserContextOptions = {},
) {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 390, height: 844 }, ...options });
  await context.addInitScript(watch, banner);
  return context;
}

/** Opens the page and waits for the mark that the visit is about, then until the page rests. */
export async function view(page: Page, url: string, mark?: 'banner' | 'gated'): Promise<View> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: throttling });
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url, { waitUntil: 'load' });
  if (mark)
    await page.waitForFunction(name => name in (window as never as { race: object }).race, mark, {
      timeout: patience_ms,
    });
  await page.waitForTimeout(rest_ms);
  const marks = await page.evaluate(() => (window as never as { race: Marks }).race);
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const counted = metrics.filter(({ name }) => /^(Script|V8Compile|RecalcStyle|Layout)Duration$/.test(name));
  return { ...marks, work: counted.reduce((sum, { value }) => sum + value * 1000, 0) };
}

/** Runs in the page before anything else: notes when things are painted, and what moves. */
function watch(selector: string) {
  const race: Marks = { shift: 0 };
  Object.assign(window, { race });
  new PerformanceObserver(list => {
    for (const entry of list.getEntriesByName('first-contentful-paint')) race.first_paint = entry.startTime;
  }).observe({ type: 'paint', buffered: true });
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) race.shift += (entry as unknown as { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
  if (!selector) return;

  let waiting = false;
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true });

  /** Looks once a frame, after something has changed and for as long as the banner is there unseen. */
  function look() {
    if (waiting || !document.querySelector(selector)) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const element = document.querySelector(selector);
      if (!element) return;
      const { width, height, top } = element.getBoundingClientRect();
      const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (!seen || width * height === 0 || top >= innerHeight) return look();
      observer.disconnect();
      // The frame is painted before the next task that a message starts.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        race.banner = performance.now();
      };
      port2.postMessage(null);
    });
  }
}
