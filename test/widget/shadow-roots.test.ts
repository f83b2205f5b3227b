import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { done, error, field, fill, form, submit } from './lead-form.ts';
import { eventually, formElement, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

/** Mounts a form in each part of a shadow root, which has a sheet of the page's own. */
const mountInShadow = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('#host')!.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [new CSSStyleSheet()];
    root.innerHTML = '<div id="first"><a href="/">Form</a></div><div id="second"></div>';
    const ends = [...root.children].map(it => window.leadConsent!.mountForm(it, 'mini-ai-experience'));
    Object.assign(window, { root, ends });
  });

const sheets = (page: Page) => page.evaluate('root.adoptedStyleSheets.length');
const focused = (page: Page) => page.evaluate('root.activeElement?.name');

/** Returns the size and the colours of each element of a form. */
const look = (page: Page, form: string) =>
  page.locator(`${form}, ${form} *`).evaluateAll(all =>
    all.map(it => {
      const { width, height } = it.getBoundingClientRect();
      const { color, backgroundColor, borderRadius, fontFamily, fontWeight } = getComputedStyle(it);
      return [it.localName, width, height, color, backgroundColor, borderRadius, fontFamily, fontWeight];
    }),
  );

it('a form in a shadow root looks as it does outside, and is taken away without a trace', async () => {
  site.html = pageWith(`${formElement}<div id="host"></div>`);
  const page = await site.visit();
  await mountInShadow(page);
  await form(page).nth(2).waitFor();
  const outside = await look(page, '[data-lead-form] > .lc-form');
  expect(outside.length).toBeGreaterThan(20);
  expect(await look(page, '#first > .lc-form')).toEqual(outside);
  await page.evaluate('ends[0]()');
  expect(await look(page, '#second > .lc-form')).toEqual(outside);
  await page.evaluate('ends[1]()');
  expect(await page.evaluate('root.innerHTML')).toBe(
    '<div id="first"><a href="/">Form</a></div><div id="second"></div>',
  );
  expect(await sheets(page)).toBe(1);
  expect(await look(page, '[data-lead-form] > .lc-form')).toEqual(outside);
});

it('a form in a shadow root tells what is wrong, moves the focus there, and is sent', async () => {
  site.html = pageWith('<div id="host"></div>');
  const page = await site.visit();
  await page.locator('[data-consent-action=reject-all]').click();
  await mountInShadow(page);
  await page.evaluate('ends[1]()');
  await submit(page).click();
  await eventually(() => focused(page)).toBe('name');
  expect(await error(page, 'name').innerText()).toBe('Please enter your name.');
  await field(page, 'email').fill('ada@');
  // As when the window loses the focus: the field keeps it in its document.
  await field(page, 'email').dispatchEvent('focusout');
  expect(await error(page, 'email').innerText()).toBe('Please enter your email address.');
  await fill(page);
  await submit(page).click();
  await done(page).waitFor();
  expect(await page.evaluate('root.activeElement.hasAttribute("data-lead-form-done")')).toBe(true);
  await page.context().grantPermissions(['clipboard-read']);
  await done(page).getByRole('button').click();
  await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe('LC-7Q4M-9XTR-2HKD');
  await page.evaluate(() => window.leadConsent?.remove());
  expect(await sheets(page)).toBe(1);
});

it('a form whose element comes into a shadow root while it is loaded is styled; where sheets can’t be made, by the linked file', async () => {
  site.html = pageWith('<div id="host"></div>');
  const before = (tab: Page) =>
    tab.addInitScript(() => {
      CSSStyleSheet.prototype.replaceSync = () => {
        throw new TypeError('Illegal constructor');
      };
    });
  for (const options of [{}, { before }]) {
    const page = await site.visit(options);
    await page.evaluate(() => {
      const element = document.createElement('div');
      Object.assign(window, { end: window.leadConsent!.mountForm(element, 'mini-ai-experience') });
      document.querySelector('#host')!.attachShadow({ mode: 'open' }).append(element);
    });
    const radius = () => field(page, 'name').evaluate(it => getComputedStyle(it).borderRadius);
    await eventually(radius).toBe('10px');
    await page.evaluate('end()');
    expect(await page.evaluate(() => document.querySelector('#host')!.shadowRoot!.innerHTML)).toBe('<div></div>');
  }
});
