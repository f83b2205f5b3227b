import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readExamples } from './docs.ts';
import { changePolicies, policies } from './policies.ts';
import { eventually, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const click = (page: Page, name: string) => page.locator(`[data-consent-action="${name}"]`).last().click();

async function reopen(page: Page) {
  await page.evaluate(() => window.leadConsent?.open());
  await page.locator('[data-consent-preferences]').waitFor();
}

it('[K2] Baidu Tongji loads after a grant alone, and on withdrawal its cookies go', async () => {
  const [tag, registered, events] = readExamples('recipes.md', 'Baidu Tongji', site.host);
  const [{ cookies }] = parse(registered!.code);
  const purposes = policies.en.purposes.map(it => (it.id === 'analytics' ? { ...it, cookies } : it));
  site.policies = changePolicies({ purposes });
  site.html = pageWith(tag!.code, { head: '<script src="/events.js"></script>' });
  site.files = { '/events.js': events!.code };
  const asked: string[] = [];
  const visit = async (page: Page) => {
    await page.route('https://hm.baidu.com/**', route => {
      asked.push(route.request().url());
      const code = `for (const name of ['Hm_lvt_0123456789abcdef', 'Hm_lpvt_0123456789abcdef', 'HMACCOUNT'])
        document.cookie = name + '=1; path=/; domain=.shop.localhost';
        window.heard = window._hmt;`;
      return route.fulfill({ contentType: 'text/javascript', body: code });
    });
  };
  const page = await site.visit({ before: visit });
  await click(page, 'reject-all');
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect(asked).toEqual([]);
  await reopen(page);
  await click(page, 'accept-all');
  await eventually(() => asked).toEqual(['https://hm.baidu.com/hm.js?0123456789abcdef0123456789abcdef']);
  const names = async () => (await page.context().cookies()).map(({ name }) => name).sort();
  await eventually(names).toEqual(['HMACCOUNT', 'Hm_lpvt_0123456789abcdef', 'Hm_lvt_0123456789abcdef', 'consent']);
  expect(await page.evaluate(() => (window as unknown as { heard: unknown }).heard)).toEqual([
    ['_trackEvent', 'form', 'sent'],
  ]);
  await reopen(page);
  await click(page, 'reject-all');
  expect(await names()).toEqual(['consent']);
});

it('Google Consent Mode v2 gets its default before any tag, and an update after each choice and on later pages', async () => {
  const [tags, byDefault, update] = readExamples('recipes.md', 'Google Consent Mode v2', site.host);
  const head = tags!.code.replace(
    '<script src="https://consent.example.com/widget.js" crossorigin defer></script>',
    '',
  );
  site.html = `<!doctype html><html lang="en"><head><title>Shop</title>${head}</head><body></body></html>`;
  site.files = { '/consent-default.js': byDefault!.code, '/consent-update.js': update!.code };
  const tag = 'window.atTag = window.dataLayer.map(it => [...it].slice(0, 2).join(" "));';
  const page = await site.visit({
    before: tab =>
      tab.route('https://www.googletagmanager.com/**', route =>
        route.fulfill({ contentType: 'text/javascript', body: tag }),
      ),
  });
  const read = () =>
    page.evaluate(() => {
      const { dataLayer } = window as unknown as { dataLayer: [string, string, Record<string, string>][] };
      return dataLayer
        .filter(([name]) => name === 'consent')
        .map(([, kind, states]) => [kind, states.ad_user_data, states.analytics_storage]);
    });
  await page.waitForFunction(() => 'atTag' in window);
  expect(await page.evaluate(() => (window as unknown as { atTag: string[] }).atTag[0])).toBe('consent default');
  expect(await read()).toEqual([['default', 'denied', 'denied']]);
  await reopen(page);
  await page.locator('[data-consent-preferences] [name=analytics]').check();
  await click(page, 'save');
  await eventually(read).toEqual([
    ['default', 'denied', 'denied'],
    ['update', 'denied', 'granted'],
  ]);
  await page.reload();
  await eventually(read).toEqual([
    ['default', 'denied', 'denied'],
    ['update', 'denied', 'granted'],
  ]);
  await reopen(page);
  await click(page, 'reject-all');
  await eventually(async () => (await read()).at(-1)).toEqual(['update', 'denied', 'denied']);
});
