import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder, { BOT_CHECK: 'off' }), openBrowser()]);
  const seeded = await operate(['seed', '--leads', '60'], { DATABASE_URL: `file:${folder}/leads.db` });
  expect(seeded.code).toBe(0);
  // Text on dark ground would be pale on paper.
  context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  page = await context.newPage();
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

/** Selects what only a screen has a use for. */
const worked_with = 'nav, button, .button, select, summary, .skip, .languages, .toast, dialog, input, kbd';

/** Reads what of the present page comes onto paper: what is only worked with, its words, its rows and what is cut off. */
async function print(rows: string, unwanted = worked_with) {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 718, height: 1000 });
  const read = await page.evaluate(
    ([rows, unwanted]) => {
      const isSeen = (element: Element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && getComputedStyle(element).visibility === 'visible';
      };
      const seen = (selector: string) => [...document.querySelectorAll(selector)].filter(isSeen);
      const pale = [...document.querySelectorAll('main *')].filter(isSeen).filter(element => {
        const [r = 0, g = 0, b = 0] = getComputedStyle(element)
          .color.match(/[\d.]+/g)!
          .map(Number);
        return element.textContent?.trim() && 0.2126 * r + 0.7152 * g + 0.0722 * b > 128;
      });
      const cut = [...document.querySelectorAll('.table, html')].filter(one => one.scrollWidth > one.clientWidth + 1);
      return {
        unwanted: seen(unwanted!).map(element => element.outerHTML.slice(0, 90)),
        pale: pale.map(element => element.outerHTML.slice(0, 90)),
        cut: cut.map(element => element.outerHTML.slice(0, 90)),
        rows: seen(rows!).length,
        text: document.body.innerText,
        mark: getComputedStyle(document.documentElement).getPropertyValue('--new').trim(),
      };
    },
    [rows, unwanted],
  );
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(read, page.url()).toMatchObject({ unwanted: [], pale: [], cut: [] });
  return { ...read, sheets: pdf.match(/\/Type \/Page\b/g)!.length };
}

const open = (path: string) => page.goto(server.url + path);
const countRows = (rows: string) => page.locator(rows).count();

it('a policy, a receipt and a request come onto paper whole, without what leads elsewhere', async () => {
  await open('/mini-ai');
  const { version } = await (await fetch(`${server.url}/policies/current`)).json();
  await open(`/policies/${version}?lang=en`);
  const chapters = await countRows('main h2');
  const policy = await print('main h2');
  expect([policy.rows, policy.text.includes('Back to')]).toEqual([chapters, false]);
  await open('/forms/mini-ai-experience?lang=en');
  for (const [name, value] of Object.entries({
    name: 'Zoë',
    phone: '13800138078',
    email: 'z@example.com',
    company: 'Z',
  }))
    await page.locator(`[name=${name}]`).fill(value);
  for (const box of await page.locator('main form [type=checkbox]').all()) await box.check();
  await page.locator('main form [type=submit]').click();
  await page.waitForURL(/thanks/);
  const receipt = (await page.locator('.receipt').textContent())!.trim();
  expect((await print('.receipt')).text.replace(/\W/g, '')).toContain(receipt.replace(/\W/g, ''));
  const sent = { type: 'access', email: 'z@example.com' };
  const headers = { 'Content-Type': 'application/json', Origin: server.url };
  const asked = await fetch(`${server.url}/requests`, { method: 'POST', headers, body: JSON.stringify(sent) });
  const { reference } = (await asked.json()) as { reference: string };
  await open(`/requests/${reference}?lang=en`);
  const request = await print('dt', 'nav, button, .button, .skip');
  expect(request.text.replace(/\W/g, '')).toContain(reference.replace(/\W/g, ''));
});

it('the reference of the service comes onto paper without its examples that are closed and its bar', async () => {
  await open('/docs?lang=en');
  const operations = await countRows('.operation');
  expect(operations).toBeGreaterThan(40);
  expect((await print('.operation')).rows).toBe(operations);
});

it('of the console the list has all its rows, a lead what is known, and each page nothing to press', async () => {
  await open('/console');
  await page.locator('[name=token]').fill(server.token);
  await page.locator('main form button').first().click();
  await page.waitForURL(/console(?!\/session|\/sign-in)/);
  await open('/console?lang=en');
  const shown = await countRows('.leads > li');
  expect(shown).toBeGreaterThan(40);
  const list = await print('.leads > li');
  expect(list.rows).toBe(shown);
  expect(list.sheets).toBeGreaterThan(1);
  expect(list.mark).toBe('#0b6a62');
  await page.locator('main a[href^="/console/leads/"]').first().click();
  await page.waitForURL(/leads\//);
  await page.locator('form.reveal [name=purpose]').first().click();
  const note = page.locator('textarea[name=note]');
  await note.fill('Wants two.\nSoon.');
  await page.locator('form.note button').click();
  await page.waitForURL(/leads\//);
  await page.locator('textarea[name=note]').waitFor();
  const lead = await print('.person > div, .chip, textarea[name=note]');
  expect([lead.rows, lead.text.includes('Zoë'), lead.text.includes('New')]).toEqual([6, true, true]);
  for (const path of ['record', 'overview', 'privacy', 'requests', 'incidents', 'holds', 'choices']) {
    await open(`/console/${path}`);
    const rows = await countRows('main :is(tr, h2)');
    expect((await print('main :is(tr, h2)')).rows, path).toBe(rows);
  }
});
