import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { form } from './lead-form.ts';
import { eventually, formElement, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const dialog = (page: Page) => page.locator('[data-consent-preferences]');
const action = (page: Page, name: string) => page.locator(`[data-consent-action="${name}"]`).last();
const asked = (name: string) => site.seen.map(({ path }) => path).filter(path => path.includes(name));
const isBusy = (page: Page, selector: string) => page.locator(selector).getAttribute('aria-busy');
const customize = '[data-consent-action=customize]';

/** Waits until the page has taken what it asked for last. */
const arrive = (page: Page) =>
  page.evaluate(`import('${site.host}${asked('/widget/preferences').at(-1)}').then(() => {})`);

/** Opens the page with a clock that the test moves. */
const visit = () => site.visit({ before: tab => tab.clock.install() });

it('preferences that are stuck are asked for once more, and the button that calls them is busy meanwhile', async () => {
  site.html = pageWith('<button id="own" data-consent-open>Cookie settings</button>');
  site.stalling = { '/widget/preferences': 1 };
  const page = await visit();
  for (const selector of ['#own', customize]) await page.locator(selector).click();
  await eventually(() => asked('/widget/preferences').length).toBe(1);
  expect([await isBusy(page, '#own'), await isBusy(page, customize)]).toEqual(['true', 'true']);
  expect(await page.locator(customize).evaluate(it => getComputedStyle(it).opacity)).toBe('0.7');
  await page.clock.runFor(5_000);
  await dialog(page).waitFor();
  expect(asked('/widget/preferences')[1]).toMatch(/\?1$/);
  expect([await dialog(page).count(), await isBusy(page, '#own'), await isBusy(page, customize)]).toEqual([
    1,
    null,
    null,
  ]);
  await page.locator('.lc-close').click();
  await page.locator('#own').click();
  await dialog(page).waitFor();
  expect(asked('/widget/preferences').length).toBe(2);
});

it('a visitor who answers the banner while the preferences are stuck is asked nothing more', async () => {
  site.stalling = { '/widget/preferences': 1 };
  const page = await visit();
  await page.locator(customize).click();
  await eventually(() => asked('/widget/preferences').length).toBe(1);
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
  await page.clock.runFor(5_000);
  await eventually(() => asked('/widget/preferences').length).toBe(2);
  await arrive(page);
  expect(await dialog(page).count()).toBe(0);
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
});

it('preferences that are stuck for good leave the visitor on the page, and the next press asks again', async () => {
  site.stalling = { '/widget/preferences': 2 };
  const page = await visit();
  await page.locator(customize).click();
  await eventually(() => asked('/widget/preferences').length).toBe(1);
  await page.clock.runFor(5_000);
  await eventually(() => asked('/widget/preferences').length).toBe(2);
  await page.clock.runFor(5_000);
  await eventually(() => isBusy(page, customize)).toBe(null);
  expect([page.url(), page.context().pages().length]).toEqual([`${site.page}/`, 1]);
  await page.locator(customize).click();
  await dialog(page).waitFor();
});

it('a widget that is removed while the preferences are on their way shows none', async () => {
  site.stalling = { '/widget/preferences': 1 };
  const page = await visit();
  await action(page, 'reject-all').click();
  await page.evaluate(() => window.leadConsent?.open());
  await eventually(() => asked('/widget/preferences').length).toBe(1);
  await page.evaluate(() => window.leadConsent?.remove());
  await page.clock.runFor(5_000);
  await eventually(() => asked('/widget/preferences').length).toBe(2);
  await arrive(page);
  expect(await page.locator('.lc-root').count()).toBe(0);
});

it('a form that is stuck is asked for once more, and its link serves meanwhile', async () => {
  site.html = pageWith(formElement);
  site.stalling = { '/widget/lead-form': 1 };
  const page = await visit();
  await eventually(() => asked('/widget/lead-form').length).toBe(1);
  expect(await page.getByRole('link', { name: 'Form' }).isVisible()).toBe(true);
  await page.clock.runFor(5_000);
  await form(page).waitFor();
});
