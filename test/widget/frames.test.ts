import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readExamples } from './docs.ts';
import { eventually, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(async () => {
  await site.reset();
  site.files = { '/video': '' };
});
afterAll(() => site.close());

const frame =
  '<iframe id="video" data-consent="marketing" data-src="/video" title="Tour" width="560" height="315"></iframe>';
const below = '<p id="below">Below</p>';
const held = (page: Page) => page.getByRole('group', { name: 'Tour' });
const top = (page: Page) => page.locator('#below').evaluate(it => it.getBoundingClientRect().top);
const loads = () => site.seen.filter(({ path }) => path === '/video').length;

it('a frame that is held tells what it needs, in its own room', async () => {
  site.html = pageWith(`${frame}${below}`);
  const page = await site.visit();
  expect(await held(page).textContent()).toContain('permission to use cookies for marketing purposes');
  const { width, height } = (await held(page).boundingBox())!;
  expect([width, height]).toEqual([564, 319]);
  const before = await top(page);
  expect(await page.locator('#video').isVisible()).toBe(false);
  await page.locator('[data-consent-banner] [data-consent-action=reject-all]').click();
  expect(await held(page).count()).toBe(1);
  expect(loads()).toBe(0);
  await held(page).getByRole('button', { name: 'Allow and show' }).click();
  await eventually(() => held(page).count()).toBe(0);
  await eventually(loads).toBe(1);
  expect(await top(page)).toBe(before);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('video');
  expect(await page.locator('#video').getAttribute('style')).toBeNull();
});

it('the frame of docs/embedding.md fits into a phone, while it is held and once it is allowed', async () => {
  const example = readExamples('embedding.md', 'Plain HTML', site.host)[0]!.code;
  const [style, frame] = ['style', 'iframe'].map(tag => new RegExp(`<${tag}.*</${tag}>`).exec(example)?.[0] ?? '');
  site.html = pageWith(frame!, { head: style! });
  const page = await site.visit({ viewport: { width: 375, height: 700 } });
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const placeholder = page.getByRole('group', { name: 'Product tour' });
  await placeholder.waitFor();
  expect(await overflow()).toBe(0);
  await placeholder.getByRole('button').click();
  const { x, width } = (await page.locator('iframe').boundingBox())!;
  expect([await placeholder.count(), await overflow()]).toEqual([0, 0]);
  expect(x + width).toBeLessThanOrEqual(375 - x);
});

it('“Allow and show” grants that purpose beside the others that are granted, and is recorded', async () => {
  site.html = pageWith(frame);
  const page = await site.visit();
  await page.evaluate(() => window.leadConsent?.open());
  await page.locator('[data-consent-preferences] [name=functional]').check();
  await page.locator('[data-consent-action=save]').click();
  await held(page).getByRole('button').click();
  await eventually(() => site.posts('/consents').map(({ body }) => [body.source, body.granted])).toEqual([
    ['preferences', ['necessary', 'functional']],
    ['preferences', ['necessary', 'functional', 'marketing']],
  ]);
});

it('frames added later, removed, too small to be looked at, or of an unknown purpose are each done right by', async () => {
  site.html = pageWith(`<iframe data-consent="marketing" data-src="/video" title="Tiny" width="1" height="1"></iframe>
    <iframe data-consent="astrology" data-src="/video" title="Unknown" width="560" height="315"></iframe>`);
  const page = await site.visit();
  expect(await page.locator('.lc-held').count()).toBe(0);
  await page.evaluate(html => {
    document.querySelector('main')!.append(document.createRange().createContextualFragment(html));
  }, frame);
  await held(page).waitFor();
  await page.evaluate(() => document.querySelector('#video')!.remove());
  await eventually(() => page.locator('.lc-held').count()).toBe(0);
  await page.locator('[data-consent-action=accept-all]').click();
  await eventually(loads).toBe(1);
});

it('in a box that keeps a ratio the placeholder lies where the frame lay', async () => {
  site.html = pageWith(`<div style="position: relative; height: 0; padding-bottom: 50%; overflow: hidden">
    <iframe data-consent="marketing" data-src="/video" title="Tour" style="position: absolute; inset: 0; width: 100%; height: 100%; border: 0"></iframe></div>${below}`);
  const page = await site.visit({ viewport: { width: 800, height: 900 } });
  const [placeholder, box] = [await held(page).boundingBox(), await page.locator('main > div').boundingBox()];
  expect(placeholder).toEqual(box);
});

it('forty gated elements, half of them added later, load in the order of the page', async () => {
  const script = (at: number) => `<script type="text/plain" data-consent="analytics" src="/s${at}.js"></script>`;
  const inline = (at: number) =>
    `<script type="text/plain" data-consent="analytics">(window.order ??= []).push(${at})</script>`;
  const element = (at: number) =>
    at % 4 === 0
      ? script(at)
      : at % 4 === 1
        ? inline(at)
        : `<img alt="" data-consent="marketing" data-src="/${at}.gif">`;
  const all = Array.from({ length: 40 }, (_, at) => at);
  site.html = pageWith(all.slice(0, 20).map(element).join(''));
  site.files = Object.fromEntries(all.map(at => [`/s${at}.js`, `(window.order ??= []).push(${at})`]));
  const page = await site.visit();
  await page.evaluate(html => {
    document.querySelector('main')!.append(document.createRange().createContextualFragment(html));
  }, all.slice(20).map(element).join(''));
  await page.waitForTimeout(200);
  expect(site.seen.filter(({ path }) => /\.gif|\/s\d/.test(path))).toEqual([]);
  await page.locator('[data-consent-action=accept-all]').click();
  const order = () => page.evaluate(() => (window as unknown as { order?: number[] }).order);
  await eventually(order).toEqual(all.filter(at => at % 4 < 2));
  await eventually(() => site.seen.filter(({ path }) => /\.gif/.test(path)).length).toBe(20);
});
