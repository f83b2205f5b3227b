import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { changePolicies, policies } from './policies.ts';
import { eventually, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(async () => {
  await site.reset();
  site.html = pageWith('<a href="/elsewhere" data-consent-open id="opener"><b>Cookies</b></a>');
});
afterAll(() => site.close());

const dialog = (page: Page) => page.locator('[data-consent-preferences]');
const action = (page: Page, name: string) => dialog(page).locator(`[data-consent-action="${name}"]`);

async function open(page: Page) {
  await page.locator('#opener b').click();
  await dialog(page).waitFor();
}

it('shows one switch per purpose, the required one locked on and the rest off', async () => {
  const page = await site.visit();
  await open(page);
  const switches = await dialog(page)
    .getByRole('switch')
    .evaluateAll(all =>
      (all as HTMLInputElement[]).map(it => [it.name, it.checked, it.disabled, it.labels?.[0]?.textContent]),
    );
  expect(switches).toEqual([
    ['necessary', true, true, 'Necessary'],
    ['functional', false, false, 'Functional'],
    ['analytics', false, false, 'Analytics'],
    ['marketing', false, false, 'Marketing'],
  ]);
  expect(await dialog(page).evaluate(it => (it as HTMLDialogElement).matches(':modal'))).toBe(true);
  expect(new URL(page.url()).pathname).toBe('/');
});

it('tells of each cookie its name, provider, lifetime and use', async () => {
  const page = await site.visit();
  await open(page);
  await dialog(page).getByText('Cookies used (2)').click();
  const facts = await dialog(page).locator('details[open] div').first().textContent();
  for (const fact of ['_stat', 'Statistics Ltd', '1 year', 'Tells visitors apart']) expect(facts).toContain(fact);
});

it('[K1] accept and reject stand side by side and look alike here too, on the narrowest phone', async () => {
  const page = await site.visit({ viewport: { width: 320, height: 640 } });
  await open(page);
  const look = (name: string) =>
    action(page, name).evaluate(it => {
      const { top, width, height } = it.getBoundingClientRect();
      return [top, width, height, getComputedStyle(it).backgroundColor];
    });
  expect(await look('reject-all')).toEqual(await look('accept-all'));
});

it('saves what is switched on, and shows it when opened again', async () => {
  const page = await site.visit();
  await open(page);
  await dialog(page).getByRole('switch', { name: 'Analytics' }).check();
  await action(page, 'save').click();
  expect(await dialog(page).count()).toBe(0);
  expect(await page.locator('[data-consent-banner]').count()).toBe(0);
  await eventually(() => site.posts('/consents').map(({ body }) => [body.source, body.granted])).toEqual([
    ['preferences', ['necessary', 'analytics']],
  ]);
  await open(page);
  expect(await dialog(page).getByRole('switch', { name: 'Analytics' }).isChecked()).toBe(true);
  expect(await dialog(page).getByRole('switch', { name: 'Marketing' }).isChecked()).toBe(false);
});

it('closing it changes nothing and gives the focus back', async () => {
  const page = await site.visit();
  for (const close of [
    () => page.keyboard.press('Escape'),
    () => page.getByRole('button', { name: 'Close' }).click(),
  ]) {
    await page.locator('#opener').focus();
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    await close();
    await eventually(() => dialog(page).count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('opener');
  }
  expect(await page.locator('[data-consent-banner]').count()).toBe(1);
  expect(site.posts('/consents')).toEqual([]);
});

it('opens from the banner, and once however often it is asked to', async () => {
  const page = await site.visit();
  await page.evaluate(() => {
    window.leadConsent?.open();
    window.leadConsent?.open();
  });
  await dialog(page).waitFor();
  expect(await dialog(page).count()).toBe(1);
  await page.keyboard.press('Escape');
  await page.locator('[data-consent-action=customize]').click();
  await dialog(page).waitFor();
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents')[0]?.body.granted).toEqual(['necessary']);
});

it('[C5] consent is withdrawn with one click, at once', async () => {
  const page = await site.visit();
  await page.locator('[data-consent-action=accept-all]').click();
  const heard = page.evaluate(
    () => new Promise<unknown>(resolve => window.leadConsent?.onChange(choice => resolve(choice?.granted))),
  );
  await open(page);
  await action(page, 'reject-all').click();
  expect(await heard).toEqual(['necessary']);
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(false);
  await eventually(() => site.posts('/consents').at(-1)?.body.source).toBe('withdrawal');
});

it('a choice made in another tab is taken over', async () => {
  const page = await site.visit();
  const other = await page.context().newPage();
  await other.goto(site.page);
  await other.locator('[data-consent-action=accept-all]').click();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await eventually(() => page.locator('[data-consent-banner]').count()).toBe(0);
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(true);
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  expect(site.posts('/consents').length).toBe(1);
});

it('leads to the pages on which an inquiry is withdrawn and on which a person asks for more', async () => {
  const page = await site.visit();
  await open(page);
  const leadsTo = (name: string) => dialog(page).getByRole('link', { name }).getAttribute('href');
  expect(await leadsTo('Withdraw an inquiry')).toBe(`${site.host}/withdrawals?lang=en`);
  expect(await leadsTo('Your rights')).toBe(`${site.host}/requests?lang=en`);
});

it('a purpose without cookies says so', async () => {
  const purposes = policies.en.purposes.map(it => (it.id === 'functional' ? { ...it, cookies: [] } : it));
  site.policies = changePolicies({ purposes });
  const page = await site.visit();
  await open(page);
  expect(await dialog(page).getByText('Uses no cookies at present.').count()).toBe(1);
});

it('on a screen as low as at 400 % zoom there is room for the purposes, and every button can be scrolled to', async () => {
  const page = await site.visit({ viewport: { width: 320, height: 256 } });
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
  expect(
    await dialog(page)
      .locator('.lc-scroll')
      .evaluate(it => it.clientHeight),
  ).toBeGreaterThan(150);
  await dialog(page).getByRole('switch', { name: 'Marketing' }).check();
  await action(page, 'save').click();
  await eventually(() => site.posts('/consents').map(({ body }) => body.granted)).toEqual([['necessary', 'marketing']]);
});
