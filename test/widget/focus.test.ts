import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const banner = (page: Page) => page.locator('[data-consent-banner]');
const dialog = (page: Page) => page.locator('[data-consent-preferences]');

/**
 * Measures how many pixels of the focused element the banner's card hides, and returns them with the element's name.
 */
const findHidden = (page: Page) =>
  page.evaluate(() => {
    const card = document.querySelector('[data-consent-banner] > *')!.getBoundingClientRect();
    const { activeElement } = document;
    const it = activeElement!.getBoundingClientRect();
    const height = Math.min(it.bottom, card.bottom, innerHeight) - Math.max(it.top, card.top, 0);
    const width = Math.min(it.right, card.right) - Math.max(it.left, card.left);
    const isOnScreen = it.top >= 0 && it.bottom <= innerHeight;
    return [activeElement!.id, isOnScreen, height > 0 && width > 0];
  });

it.each([
  [320, 640],
  [375, 812],
  [1280, 720],
])('at %d × %d the banner never covers what has the focus, from the first to the last', async (width, height) => {
  const ids = Array.from({ length: 12 }, (_, at) => `b${at}`);
  const buttons = ids.map(id => `<p><button id="${id}" style="margin: 40px 0">Button</button></p>`).join('');
  site.html = pageWith(`${buttons}<p><a id="last" href="#x">The last link of the page</a></p>
    <button id="fixed" style="position: fixed; inset: auto 0 0 auto">Chat</button>`);
  const page = await site.visit({ viewport: { width, height } });
  const stops = (await banner(page).locator('a, button').count()) - 1;
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => !!document.activeElement?.closest('[data-consent-banner]'))).toBe(true);
  for (let at = 0; at < stops; at++) await page.keyboard.press('Tab');
  for (const id of [...ids, 'last', 'fixed']) {
    await page.keyboard.press('Tab');
    expect(await findHidden(page)).toEqual([id, true, false]);
  }
  await page.keyboard.press('Shift+Tab');
  expect(await findHidden(page)).toEqual(['last', true, false]);
});

it('a field that has the focus before the banner comes keeps it, and is not covered', async () => {
  site.html = pageWith('<div style="height: 560px"></div><input id="field" autofocus aria-label="Search">');
  const page = await site.visit({ viewport: { width: 1280, height: 720 } });
  expect(await findHidden(page)).toEqual(['field', true, false]);
  await page.keyboard.type('cook');
  expect(await page.locator('#field').inputValue()).toBe('cook');
});

it('Escape is no choice, and the banner stays', async () => {
  const page = await site.visit();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  expect(await banner(page).count()).toBe(1);
  await page.locator('[data-consent-action=customize]').focus();
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  await page.keyboard.press('Escape');
  await eventually(() => dialog(page).count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Customise');
  expect(await banner(page).count()).toBe(1);
  expect(site.posts('/consents')).toEqual([]);
  expect(await page.context().cookies()).toEqual([]);
});

it('a refusal by keyboard gives the focus back to where it came from', async () => {
  site.html = pageWith('<input id="field" aria-label="Search">');
  const page = await site.visit();
  await page.locator('#field').focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Reject all');
  await page.keyboard.press('Enter');
  await eventually(() => banner(page).count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('field');
});

it('everything can be done by keyboard alone: open, look at the cookies, switch, save, reopen, withdraw', async () => {
  site.html = pageWith('<button data-consent-open id="open">Cookies</button>');
  const page = await site.visit();
  const press = async (until: string, key = 'Tab') => {
    for (let at = 0; at < 20; at++) {
      await page.keyboard.press(key);
      if (await page.evaluate(selector => document.activeElement?.matches(selector), until)) return;
    }
    throw new Error(`${until} is out of reach`);
  };
  await press('[data-consent-action=customize]');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  await press('[data-consent-preferences] [name=analytics]');
  await page.keyboard.press('Space');
  await press('[data-consent-preferences] summary');
  await page.keyboard.press('Enter');
  await eventually(() => dialog(page).locator('details[open]').count()).toBe(1);
  for (let at = 0; at < 30; at++) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('open');
  }
  await press('[data-consent-preferences] [data-consent-action=save]');
  await page.keyboard.press('Enter');
  await eventually(() => site.posts('/consents').at(-1)?.body.granted).toEqual(['necessary', 'analytics']);
  await press('#open');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  await press('[data-consent-preferences] [data-consent-action=reject-all]');
  await page.keyboard.press('Space');
  await eventually(() => site.posts('/consents').at(-1)?.body.source).toBe('withdrawal');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('open');
});
