import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { digest } from '../../db/digest.ts';
import { listButtonRules } from '../../worker/compliance/checks/cookies.ts';
import { changePolicies } from './policies.ts';
import { eventually, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const banner = (page: Page) => page.locator('[data-consent-banner]');
const action = (page: Page, name: string) => banner(page).locator(`[data-consent-action="${name}"]`);

async function findCookie(page: Page) {
  return (await page.context().cookies()).find(({ name }) => name === 'consent');
}

it('the banner comes first in the page, asks in its language and leaves the focus alone', async () => {
  const page = await site.visit();
  expect(await page.evaluate(() => document.body.previousElementSibling?.hasAttribute('data-consent-banner'))).toBe(
    true,
  );
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  expect(await page.getByRole('region', { name: 'Cookie choices' }).isVisible()).toBe(true);
  expect(await banner(page).locator('button').allTextContents()).toEqual(['Accept all', 'Reject all', 'Customise']);
  expect(await banner(page).textContent()).toContain('for functional, analytics and marketing purposes');
  expect(await banner(page).locator('a').getAttribute('href')).toBe(`${site.host}/policies/2026-01?lang=en`);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => !!document.activeElement?.closest('[data-consent-banner]'))).toBe(true);
});

it.each([
  ['zh-Hans', undefined, 'en', '全部接受'],
  ['zh_CN', undefined, 'en', '全部接受'],
  ['cn', undefined, 'en', '全部接受'],
  ['yue', undefined, 'en', '全部接受'],
  ['en', 'zh', 'en', '全部接受'],
  ['en-GB', 'fr', 'zh-CN', 'Accept all'],
  ['fr', undefined, 'zh-TW', '全部接受'],
  ['fr', undefined, 'en-US', 'Accept all'],
  ['fr', undefined, 'de', 'Accept all'],
  ['', undefined, 'zh-CN', '全部接受'],
])('case W13 a page in "%s" with data-lang %s and a browser in %s says %s', async (lang, dataLang, locale, label) => {
  site.html = pageWith('', { lang });
  if (dataLang) site.html = site.html.replace('defer', `defer data-lang="${dataLang}"`);
  const page = await site.visit({ locale });
  expect(await action(page, 'accept-all').textContent()).toBe(label);
});

it('case W13 the first of the browser’s languages that the widget speaks counts', async () => {
  site.html = pageWith('', { lang: '' });
  const languages = (tab: Page) =>
    tab.addInitScript(() => Object.defineProperty(navigator, 'languages', { value: ['fr', 'zh-HK', 'en'] }));
  expect(await action(await site.visit({ before: languages }), 'accept-all').textContent()).toBe('全部接受');
});

it('[K1] reject looks just like accept, side by side, and is as large as a finger', async () => {
  for (const width of [320, 1280]) {
    const page = await site.visit({ viewport: { width, height: 720 } });
    const look = (name: string) =>
      action(page, name).evaluate(button => {
        const { color, backgroundColor, borderColor, fontSize, fontWeight, opacity, padding } =
          getComputedStyle(button);
        const { top, width, height } = button.getBoundingClientRect();
        return { color, backgroundColor, borderColor, fontSize, fontWeight, opacity, padding, top, width, height };
      });
    const [accept, reject] = [await look('accept-all'), await look('reject-all')];
    expect(reject).toEqual(accept);
    expect(reject.height).toBeGreaterThanOrEqual(44);
  }
});

it('[K1] both buttons have one computed style, which worker/compliance/buttons.ts knows (after a change: -u)', async () => {
  const page = await site.visit({ viewport: { width: 1280, height: 720 } });
  const draw = (name: string) =>
    action(page, name).evaluate(
      (button, properties) => properties.map(one => `${one}: ${getComputedStyle(button).getPropertyValue(one)}`).join(),
      drawn,
    );
  const [accept, reject] = [await draw('accept-all'), await draw('reject-all')];
  expect(reject).toBe(accept);
  const [script, styles] = ['widget.js', 'widget.css'].map(name =>
    readFileSync(new URL(`../../widget/dist/${name}`, import.meta.url), 'utf8'),
  );
  const rules = listButtonRules(script! + styles!);
  expect(rules.match(/lc-button/g)!.length).toBeGreaterThan(5);
  await expect(`/** Digests of the rules that draw the banner's buttons, and of how a browser drew both (test/widget/banner.test.ts). */
export const buttons = {
  rules_sha256: '${digest(rules)}',
  computed_sha256: '${digest(accept)}',
};
`).toMatchFileSnapshot('../../worker/compliance/buttons.ts');
});

/** The looks of a button, whatever the font. */
const drawn = [
  ...['display', 'visibility', 'opacity', 'filter', 'transform', 'flex', 'cursor', 'order'],
  ...['color', 'background-color', 'background-image', 'box-shadow', 'outline-style'],
  ...['border-top', 'border-right', 'border-bottom', 'border-left', 'border-radius'],
  ...['padding', 'margin', 'min-height', 'font-size', 'font-weight', 'font-style', 'text-decoration-line'],
];

it('[K3] accepting grants everything, in the cookie and on the server', async () => {
  const page = await site.visit();
  await action(page, 'accept-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
  const { body, headers } = site.posts('/consents')[0]!;
  expect(body).toEqual({
    visitor_id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    policy_version: '2026-01',
    locale: 'en',
    shown: ['necessary', 'functional', 'analytics', 'marketing'],
    granted: ['necessary', 'functional', 'analytics', 'marketing'],
    source: 'banner',
    chosen_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
  });
  expect(headers['idempotency-key']).toMatch(/^[\w-]{36}$/);
  const cookie = await findCookie(page);
  const seconds = Math.floor(Date.parse(body.chosen_at) / 1000);
  expect(cookie?.value).toBe(`v1.${body.visitor_id}.2026-01.${seconds}.necessary_functional_analytics_marketing`);
  expect(cookie).toMatchObject({ path: '/', sameSite: 'Lax', httpOnly: false, domain: 'www.shop.localhost' });
  expect(cookie!.expires - Date.now() / 1000).toBeCloseTo(182 * 86_400, -2);
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(true);
});

it('[C6] refusing is stored, grants only what is required, and silences the banner on the next page', async () => {
  const page = await site.visit();
  await action(page, 'reject-all').click();
  expect(await banner(page).count()).toBe(0);
  await eventually(() => site.posts('/consents').length).toBe(1);
  expect(site.posts('/consents')[0]?.body).toMatchObject({ granted: ['necessary'], source: 'banner' });
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect(await banner(page).count()).toBe(0);
  expect(
    await page.evaluate(() => [window.leadConsent?.has('necessary'), window.leadConsent?.has('analytics')]),
  ).toEqual([true, false]);
  expect(site.posts('/consents').length).toBe(1);
});

it('the cookie covers the whole domain where the policy names one that the page is on', async () => {
  site.policies = changePolicies({ cookie: { name: 'choice', domain: 'shop.localhost', max_age_days: 30 } });
  const page = await site.visit();
  await action(page, 'reject-all').click();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'choice', domain: '.shop.localhost' });
});

it.each([
  [
    'asks again',
    'a significant policy came later',
    10,
    { choices_hold_since: new Date(Date.now() - 5 * 864e5).toISOString() },
  ],
  ['asks again', 'it is older than its days', 183, { choices_hold_since: '2020-01-01T00:00:00.000Z' }],
  ['stays silent', 'only a minor policy came later', 10, { version: '2026-02', change_class: 'minor' }],
])('a choice made before %s when %s', async (outcome, _, age_days, change) => {
  site.policies = changePolicies(change);
  const visitor = '0b8f0c52-4f5c-4d3e-9a57-1f7f3d3a9c11';
  const value = `v1.${visitor}.2026-01.${Math.floor(Date.now() / 1000 - age_days * 86_400)}.necessary`;
  const page = await site.visit({
    before: tab => tab.context().addCookies([{ name: 'consent', value, url: site.page }]),
  });
  expect(await banner(page).count()).toBe(outcome === 'asks again' ? 1 : 0);
  if (outcome === 'stays silent') return;
  expect(await page.evaluate(() => window.leadConsent?.get())).toBeNull();
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents')[0]?.body.visitor_id).toBe(visitor);
  expect(site.posts('/consents')[0]?.body.source).toBe('banner');
});

it('[C6] a clock that runs behind the policy does not make the banner come back', async () => {
  site.policies = changePolicies({ choices_hold_since: new Date(Date.now() + 3_600_000).toISOString() });
  const page = await site.visit();
  await action(page, 'reject-all').click();
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect(await banner(page).count()).toBe(0);
});

it.each([
  [
    'the policy is missing',
    () => {
      site.policies = undefined;
    },
  ],
  [
    'the script is the file as it was built, and the server is away',
    (page: Page) => {
      site.isWritten = false;
      return page.route('**/policies/current*', route => route.abort());
    },
  ],
])('where %s there is no banner, and the page is unharmed', async (_, arrange) => {
  const errors: unknown[] = [];
  const page = await site.visit({
    before: async tab => {
      tab.on('pageerror', error => errors.push(error));
      await arrange(tab);
    },
  });
  expect(await banner(page).count()).toBe(0);
  expect(await page.evaluate(() => [window.leadConsent?.get(), window.leadConsent?.has('necessary')])).toEqual([
    null,
    false,
  ]);
  await page.evaluate(() => window.leadConsent?.open());
  expect(errors).toEqual([]);
});

it('[K2] before a choice the page asks for nothing but the widget, and stores nothing', async () => {
  const page = await site.visit();
  await page.waitForLoadState('networkidle');
  const paths = site.seen.map(({ path }) => path.replace(/\?.*/, '')).filter(path => path !== '/favicon.ico');
  expect(paths.sort()).toEqual(['/', '/widget.js']);
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
});

it('[K1] with cookies and storage blocked a choice holds for the page, and is still recorded', async () => {
  const errors: unknown[] = [];
  const page = await site.visit({
    before: async tab => {
      tab.on('pageerror', error => errors.push(error));
      await tab.addInitScript(() => {
        const blocked = {
          get: () => {
            throw new DOMException('blocked', 'SecurityError');
          },
          set: () => {
            throw new DOMException('blocked', 'SecurityError');
          },
        };
        Object.defineProperty(Document.prototype, 'cookie', blocked);
        Object.defineProperty(window, 'localStorage', blocked);
      });
    },
  });
  await action(page, 'accept-all').click();
  expect(await banner(page).count()).toBe(0);
  expect(await page.evaluate(() => window.leadConsent?.has('marketing'))).toBe(true);
  await eventually(() => site.posts('/consents').length).toBe(1);
  expect(errors).toEqual([]);
});
