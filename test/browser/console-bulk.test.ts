import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { lead, unguarded } from '../support/harness.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder, unguarded), openBrowser()]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

let phones = 13_900_130_000;

async function submitLead(): Promise<string> {
  phones += 1;
  const response = await fetch(`${server.url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify({ ...lead, phone: `${phones}` }),
  });
  return ((await response.json()) as { id: string }).id;
}

async function readStatuses(ids: string[]): Promise<string[]> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const leads = ids.map(async id => (await fetch(`${server.url}/leads/${id}`, { headers })).json());
  return (await Promise.all(leads)).map(one => (one as { status: string }).status);
}

async function visit(options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(error.message));
  await page.goto(`${server.url}/console`);
  await page.locator('#token').fill(server.token);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.account');
  await page.waitForLoadState();
  return { context, page, errors };
}

const chosen = (page: Page) => page.locator('[data-chosen]').textContent();
const isShown = (page: Page) => page.locator('.several').isVisible();

describe('several leads at once', () => {
  it('are selected by key, by click and by range, set by keyboard alone, and undone by a key', async () => {
    const ids = [await submitLead(), await submitLead(), await submitLead(), await submitLead()].reverse();
    const { context, page, errors } = await visit();
    expect(await isShown(page)).toBe(false);
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    expect([await chosen(page), await isShown(page)]).toEqual(['2 selected', true]);
    await page.keyboard.press('x');
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    expect(await isShown(page)).toBe(false);
    const boxes = page.locator('.leads [name=lead]');
    await boxes.nth(0).click();
    await boxes.nth(2).click({ modifiers: ['Shift'] });
    expect(await chosen(page)).toBe('3 selected');
    await page.keyboard.press('a');
    expect(await chosen(page)).toBe('4 selected');
    await page.keyboard.press('Escape');
    expect(await isShown(page)).toBe(false);

    for (const key of ['k', 'x', 'k', 'x']) await page.keyboard.press(key);
    await page.locator('.several select[name=status]').selectOption('qualified');
    await page.locator('.several button[value=status]').focus();
    await page.keyboard.press('Enter');
    await page.locator('.report', { hasText: '2 leads: Qualified.' }).waitFor();
    expect(await readStatuses(ids)).toEqual(['qualified', 'qualified', 'new', 'new']);
    expect(await page.locator('[data-tab=qualified]').textContent()).toBe('2');
    await page.keyboard.press('z');
    await page.locator('.report', { hasText: 'Undone: 2 leads are as before.' }).waitFor();
    expect(await readStatuses(ids)).toEqual(['new', 'new', 'new', 'new']);
    expect(await page.title()).toMatch(/^\(4\) Leads/);

    await page.keyboard.press('?');
    expect(await page.locator('dialog[open]').textContent()).toContain(
      'select; a click with Shift selects all between',
    );
    expect(errors).toEqual([]);
    await context.close();
  });

  it('are counted anew after a status is set in place, and such a lead can be among several afterwards', async () => {
    const { context, page, errors } = await visit();
    const count = async () => Number(await page.locator('[data-tab=contacted]').textContent());
    const before = await count();
    await page.keyboard.press('j');
    await page.keyboard.press('2');
    await expect.poll(count).toBe(before + 1);
    await page.keyboard.press('x');
    await page.locator('.several button[value=spam]').dblclick();
    await page.locator('.report', { hasText: '1 lead: Closed (Spam).' }).waitFor();
    expect(await page.locator('.report form').count()).toBe(1);
    expect(await page.locator('.report li').count()).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('are exported after a purpose is chosen, and what was refused before is said no more', async () => {
    const { context, page } = await visit();
    await page.goto(`${server.url}/console/export`);
    await page.locator('[name=view][value=clear]').check();
    await page.locator('.go button').click();
    await page.locator('[role=alert]').waitFor();
    await page.locator('[name=view][value=clear]').check();
    await page.locator('select[name=purpose]').selectOption('handover');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.go button').click()]);
    expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
    expect(await page.locator('[role=alert]').count()).toBe(0);
    await context.close();
  });

  it('work without JavaScript: tick, close as spam, read what was done, undo', async () => {
    const ids = [await submitLead(), await submitLead()];
    const { context, page } = await visit({ javaScriptEnabled: false, viewport: { width: 375, height: 700 } });
    for (const id of ids) await page.locator(`[data-id="${id}"] [name=lead]`).check();
    await page.locator('.several button[value=spam]').click();
    await page.locator('.report', { hasText: '2 leads: Closed (Spam).' }).waitFor();
    expect(await readStatuses(ids)).toEqual(['closed', 'closed']);
    await page.locator('.report button').click();
    await page.locator('.report', { hasText: 'Undone: 2 leads' }).waitFor();
    expect(await readStatuses(ids)).toEqual(['new', 'new']);
    await page.locator('.several button[value=spam]').click();
    await page.locator('[role=alert]', { hasText: 'Tick 1 to 200 leads first.' }).waitFor();
    await context.close();
  });
});

it.each([
  ['zh-CN', 'light'],
  ['en', 'dark'],
] as const)('axe finds nothing in %s and %s, and nothing is wider than 320 px', async (locale, colorScheme) => {
  const id = await submitLead();
  const viewport = { width: 320, height: 640 };
  const { context, page } = await visit({ bypassCSP: true, locale, colorScheme, reducedMotion: 'reduce', viewport });
  const check = async (state: string) => {
    expect([state, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([state, 320]);
    expect([state, ...(await findViolations(page))]).toEqual([state]);
  };
  await page.locator(`[data-id="${id}"] [name=lead]`).check();
  await check('selected');
  const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' };
  await fetch(`${server.url}/leads/${id}`, { method: 'PATCH', headers, body: '{"status":"contacted"}' });
  await page.locator('[data-id] [name=lead]').nth(1).check();
  await page.locator('.several summary').click();
  await check('unfolded');
  await page.locator('.several button[value=status]').click();
  await page.locator('.report li').waitFor();
  await check('done and refused');
  await context.close();
});
