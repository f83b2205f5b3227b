import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeError } from '../../worker/shared/field-errors.ts';
import { locales } from '../../worker/shared/locales.ts';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

/** Styles that reserve the room for the form, as docs/embedding.md says. */
const room =
  '[data-lead-form] { min-height: 48rem } @media (min-width: 40rem) { [data-lead-form] { min-height: 30rem } }';

const { folder, remove } = makeFolder();
const website = createServer((request, response) => {
  const lang = new URL(request.url!, 'http://x').searchParams.get('lang');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>Website</title>
<style>:root { color-scheme: light dark } ${room}</style><script src="${server.url}/widget.js" crossorigin defer></script>
<main><h1>Website</h1><div data-lead-form="mini-ai-experience"><a href="${server.url}/forms/mini-ai-experience">Form</a></div>
<p>What comes after</p></main>`);
});
let server: RunningServer;
let browser: Browser;
let website_url: string;

beforeAll(async () => {
  website.listen(0, '127.0.0.1');
  await once(website, 'listening');
  website_url = `http://127.0.0.1:${(website.address() as AddressInfo).port}`;
  [server, browser] = await Promise.all([
    startServer(folder, { SITE_ORIGINS: website_url, FORM_LIMIT_PER_MINUTE: '0' }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  website.close();
  remove();
});

const field = (page: Page, name: string) => page.locator(`form [name=${name}]`);
const submit = (page: Page) => page.locator('form [type=submit]');

async function visit(lang: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(`${website_url}/?lang=${lang}`);
  await page.locator('form').waitFor();
  return page;
}

/** Goes through every state of the form, calling `look` at each. */
async function walk(page: Page, look: (state: string) => Promise<void>) {
  await page.locator('[data-consent-action=reject-all]').click();
  await look('empty');
  await submit(page).click();
  await page.locator('[data-field-error=policy_version]').waitFor();
  await look('errors');
  const values = { name: '欧阳娜娜', phone: '025-58801024', email: 'nana@example.cn', company: 'Jinling' };
  for (const [name, value] of Object.entries(values)) await field(page, name).fill(value);
  await field(page, 'policy_version').check();
  let release = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  await page.route('**/forms/*', route => held.then(() => route.continue()));
  await submit(page).click();
  await expect.poll(() => submit(page).getAttribute('aria-disabled')).toBe('true');
  await look('sending');
  await page.context().setOffline(true);
  release();
  await page.unrouteAll({ behavior: 'wait' });
  await expect.poll(() => page.locator('form [role=alert]').textContent(), { timeout: 10_000 }).not.toBe('');
  await look('offline');
  await page.context().setOffline(false);
  await page.locator('[data-lead-form-done]').waitFor();
  await look('done');
}

/** Combinations of language, width, colour scheme and size of text. Every two values occur together in one of them. */
const looks = [
  ['zh-CN', 320, 'light', 1],
  ['en', 320, 'dark', 2],
  ['zh-CN', 768, 'dark', 1],
  ['en', 768, 'light', 2],
  ['zh-CN', 1920, 'light', 2],
  ['en', 1920, 'dark', 1],
] as const;

describe.concurrent('the widget’s form', () => {
  it.each(looks)('axe finds nothing in %s at %i px, %s, text × %i', async (lang, width, colorScheme, scale) => {
    const page = await visit(lang, { viewport: { width, height: 800 }, colorScheme });
    await walk(page, async state => {
      await page.evaluate(scaleTexts, scale);
      expect([state, ...(await findViolations(page))]).toEqual([state]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([state, overflow]).toEqual([state, 0]);
    });
  });

  it.each(locales.flatMap(lang => [320, 375, 414, 600, 768, 1280, 1920].map(width => [lang, width] as const)))(
    'nothing moves in %s at %i px while it comes over a slow network',
    async (lang, width) => {
      const context = await browser.newContext({ viewport: { width, height: 1000 } });
      const page = await context.newPage();
      await page.addInitScript(watchShifts);
      const session = await context.newCDPSession(page);
      const slow = { offline: false, latency: 200, downloadThroughput: 50_000, uploadThroughput: 50_000 };
      await session.send('Network.emulateNetworkConditions', slow);
      await page.goto(`${website_url}/?lang=${lang}`);
      await page.locator('form').waitFor();
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
      expect(await page.evaluate(() => (window as unknown as { shifts: unknown[] }).shifts)).toEqual([]);
      await context.close();
    },
  );
});

/** Scales each text of the form, as readers of small print do. */
function scaleTexts(scale: number) {
  const all = [...document.querySelectorAll<HTMLElement>('.lc-form, .lc-form *')];
  for (const it of all) it.style.fontSize = '';
  const sizes = all.map(it => Number.parseFloat(getComputedStyle(it).fontSize));
  if (scale !== 1) for (const [at, it] of all.entries()) it.style.fontSize = `${sizes[at]! * scale}px`;
}

function watchShifts() {
  const shifts: number[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
  }).observe({ type: 'layout-shift', buffered: true });
}

it('by keyboard alone a person meets everything in order, hears what is wrong where it is, and sends', async () => {
  const page = await visit('en');
  await page.locator('[data-consent-action=reject-all]').press('Enter');
  const met: (string | null)[] = [];
  await page.locator('h1').click();
  for (let n = 0; n < 7; n++) {
    await page.keyboard.press('Tab');
    met.push(
      await page.evaluate(() => document.activeElement!.getAttribute('name') ?? document.activeElement!.textContent),
    );
  }
  expect(met).toEqual(['name', 'phone', 'email', 'company', 'policy_version', 'privacy policy', 'Send']);
  await page.keyboard.press('Enter');
  const heard = await page.getByRole('form').ariaSnapshot();
  expect(heard.replace(server.url, '')).toMatchInlineSnapshot(`
    "- form "Mini AI experience request":
      - paragraph: Please fill in all four fields.
      - text: Name
      - textbox "Name" [invalid]
      - paragraph: Please enter your name.
      - text: Phone
      - textbox "Phone" [invalid]
      - paragraph: Please enter your phone number.
      - text: Email
      - textbox "Email" [invalid]
      - paragraph: Please enter your email address.
      - text: Company
      - textbox "Company" [invalid]
      - paragraph: Please enter your company’s name.
      - checkbox "I have read the privacy policy and agree to the use of these details to contact me about the Mini AI experience" [invalid]
      - text: I have read the
      - link "privacy policy":
        - /url: /policies/2026-01?lang=en
      - text: and agree to the use of these details to contact me about the Mini AI experience
      - paragraph: Please read and accept the privacy policy first.
      - button "Send"
      - alert: Please check the marked entries."
  `);
  for (const value of ['Ada', '+44 20 7946 0018', 'ada@example.com', 'Engines']) {
    await page.keyboard.type(value);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  const thanks = page.getByRole('region', { name: 'Thank you, we’ve got it' });
  await thanks.waitFor();
  expect(await thanks.evaluate(it => it === document.activeElement)).toBe(true);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement!.textContent)).toBe('Copy');
});

it('a screen reader is told each field’s name, state and error, and which words have just come', async () => {
  const page = await visit('en');
  await page.locator('[data-consent-action=reject-all]').click();
  await field(page, 'phone').fill('12');
  await field(page, 'phone').press('Tab');
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const phone = nodes.find(({ role, name }) => role?.value === 'textbox' && name?.value === 'Phone')!;
  expect(phone.description?.value).toBe(describeError('en', 'phone', 'invalid'));
  const states = Object.fromEntries(phone.properties!.map(({ name, value }) => [name, value.value]));
  expect(states).toMatchObject({ invalid: 'true', required: true });
  const line = nodes.find(({ nodeId }) => nodeId === phone.nodeId) && page.locator('[data-field-error=phone]');
  expect(await line!.getAttribute('aria-live')).toBe('polite');
  const name = nodes.find(({ role, name: it }) => role?.value === 'textbox' && it?.value === 'Name')!;
  expect(name.description?.value ?? '').toBe('');
});
