import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, formElement, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const dialog = (page: Page) => page.locator('[data-consent-preferences]');
const submit = (page: Page) => page.locator('form button');

async function fill(page: Page) {
  const values = { name: 'Ada', phone: '13800138000', email: 'ada@example.com', company: 'Engines' };
  for (const [name, value] of Object.entries(values)) await page.locator(`form [name=${name}]`).fill(value);
  await page.locator('form [name=policy_version]').check();
}

/** Goes through everything that a visitor can see, calling `look` at each state. */
async function walk(page: Page, look: (state: string) => Promise<void>) {
  await page.locator('form').waitFor();
  await look('banner and form');
  await page.locator('[data-consent-action=customize]').click();
  await dialog(page).waitFor();
  for (const summary of await dialog(page).locator('summary').all()) await summary.click();
  await look('preferences');
  await dialog(page).locator('[data-consent-action=save]').click();
  await submit(page).click();
  await page.locator('[data-field-error=policy_version]').waitFor();
  await look('errors');
  site.onLead = () => ({ status: 500, body: {} });
  await fill(page);
  await submit(page).click();
  await eventually(() => page.getByRole('alert').textContent()).not.toBe('');
  await look('failed');
  site.onLead = () => ({ status: 201, body: { receipt_code: 'LC-7Q4M-9XTR-2HKD' } });
  await submit(page).click();
  await page.locator('[data-lead-form-done]').waitFor();
  await look('thanks');
}

/** Keeps count, in the page, of what listens on window and document. */
function countListeners() {
  const listening: [EventTarget, string, unknown][] = [];
  Object.assign(window, { countListeners: () => listening.length });
  for (const target of [window, document] as EventTarget[]) {
    const { addEventListener: add, removeEventListener: remove } = target;
    target.addEventListener = (type: string, fn: EventListener, options?: AddEventListenerOptions) => {
      if (!options?.once) listening.push([target, type, fn]);
      add.call(target, type, fn, options);
    };
    target.removeEventListener = (type: string, fn: EventListener) => {
      const at = listening.findIndex(it => it[0] === target && it[1] === type && it[2] === fn);
      if (at >= 0) listening.splice(at, 1);
      remove.call(target, type, fn);
    };
  }
}

it('a strict CSP with Trusted Types lets everything work, without one violation', async () => {
  site.html = pageWith(
    `${formElement}<script type="text/plain" data-consent="analytics" src="HOST/widget.js?again"></script>
<img data-consent="analytics" data-src="/pixel.gif" alt="">`,
  );
  site.pageHeaders = {
    'Content-Security-Policy': `default-src 'none'; script-src HOST; connect-src HOST; img-src 'self'; style-src 'none';
      base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`.replace(
      /\s+/g,
      ' ',
    ),
  };
  const violations: string[] = [];
  const page = await site.visit({
    before: async tab => {
      tab.on('console', message => message.type() === 'error' && violations.push(message.text()));
      tab.on('pageerror', error => violations.push(error.message));
      await tab.addInitScript(() => {
        Object.assign(window, { violations: [] });
        document.addEventListener('securitypolicyviolation', event => {
          (window as unknown as { violations: string[] }).violations.push(
            `${event.violatedDirective} ${event.blockedURI}`,
          );
        });
      });
    },
  });
  await walk(page, async () => {});
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).locator('[data-consent-action=accept-all]').click();
  await eventually(() => site.seen.filter(({ path }) => /again|pixel/.test(path)).length).toBe(2);
  expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
  const expected = /status of (500|404)/;
  expect(violations.filter(text => !expected.test(text))).toEqual([]);
  const radius = await page.locator('[data-lead-form-done]').evaluate(it => getComputedStyle(it).borderRadius);
  expect(radius).toBe('16px');
});

it.each([
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const)('axe finds nothing in %s, %s', async (lang, colorScheme) => {
  site.html = pageWith(formElement, { lang, head: '<style>:root { color-scheme: light dark }</style>' });
  const page = await site.visit({ colorScheme });
  await walk(page, async state => {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${state}: ${id} ${nodes.map(it => it.html)}`)).toEqual([]);
  });
});

it.each(['en', 'zh-CN'])('nothing is wider than a page of 320 px in %s', async lang => {
  site.html = pageWith(formElement, { lang });
  const page = await site.visit({ viewport: { width: 320, height: 568 } });
  await walk(page, async state => {
    const overflow = await page.evaluate(() => {
      const roots = [...document.querySelectorAll('.lc-root, .lc-root *')];
      const wide = roots.filter(it => it.getBoundingClientRect().right > innerWidth + 1);
      return [document.documentElement.scrollWidth - innerWidth, ...wide.map(it => it.className)];
    });
    expect([state, ...overflow]).toEqual([state, 0]);
  });
});

it('remove() leaves nothing behind', async () => {
  site.html = pageWith(`${formElement}<button data-consent-open>Cookies</button>`);
  const page = await site.visit({
    before: tab => tab.addInitScript(countListeners),
  });
  const before = `<h1>Shop</h1><div data-lead-form="mini-ai-experience"><a href="${site.host}/forms/mini-ai-experience">Form</a></div><button data-consent-open="">Cookies</button>`;
  await page.locator('form').waitFor();
  await page.getByText('Cookies', { exact: true }).click();
  await dialog(page).waitFor();
  const listeners = () => page.evaluate(() => (window as unknown as { countListeners(): number }).countListeners());
  expect(await listeners()).toBe(4);
  await page.evaluate(() => window.leadConsent?.remove());
  await eventually(() => dialog(page).count()).toBe(0);
  expect(await page.locator('main').innerHTML()).toBe(before);
  expect(await page.evaluate(() => document.body.children.length)).toBe(1);
  expect(await page.evaluate(() => [document.adoptedStyleSheets.length, 'leadConsent' in window])).toEqual([0, false]);
  expect(await listeners()).toBe(0);
  await page.getByText('Cookies', { exact: true }).click();
  await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement('div'), { id: 'late' }));
    document.querySelector('#late')?.setAttribute('data-lead-form', 'mini-ai-experience');
  });
  await page.waitForTimeout(200);
  expect(await page.locator('form, dialog').count()).toBe(0);
});

it('what a page does to its own elements does not reach the widget, and a house style does', async () => {
  site.html = pageWith(formElement, {
    head: `<style>button { background: red; text-transform: uppercase; width: 100% } p { color: red; margin: 50px }
      :root { --lc-accent: rgb(0, 100, 0); --lc-radius: 4px }</style>`,
  });
  const page = await site.visit();
  const look = await page.locator('[data-consent-action=accept-all]').evaluate(it => {
    const { backgroundColor, textTransform } = getComputedStyle(it);
    return [backgroundColor, textTransform, getComputedStyle(it.closest('.lc-card')!).borderRadius];
  });
  expect(look).toEqual(['rgb(0, 100, 0)', 'none', '4px']);
});

it('a browser that can’t construct stylesheets links the one file instead', async () => {
  const page = await site.visit({
    before: tab => tab.addInitScript(() => Reflect.deleteProperty(window, 'CSSStyleSheet')),
  });
  await eventually(() => site.seen.some(({ path }) => path === '/widget.css')).toBe(true);
  await eventually(() => page.locator('[data-consent-banner]').evaluate(it => getComputedStyle(it).position)).toBe(
    'fixed',
  );
});

it('a browser without dialogs gets a layer with the same name, keys and focus', async () => {
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(() => {
        for (const name of ['showModal', 'close', 'show']) Reflect.deleteProperty(HTMLDialogElement.prototype, name);
      }),
  });
  await page.locator('[data-consent-action=customize]').click();
  await page.getByRole('dialog', { name: 'Cookie preferences' }).waitFor();
  await page.keyboard.press('Escape');
  await eventually(() => dialog(page).count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Customise');
});
