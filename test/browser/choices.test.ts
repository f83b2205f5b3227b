import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder), openBrowser()]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

const records = (page: Page) => page.locator('[data-consent-history] .lc-facts');

async function openHistory(page: Page) {
  await page.evaluate(() => (window as never as { leadConsent: { open(): void } }).leadConsent.open());
  await page.locator('[data-consent-history] summary').click();
  await records(page).first().waitFor();
}

it('[R1] [R2] a visitor sees what was chosen, when and under which text, checks its digest, and takes the receipt home', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/?lang=en`);
  const stored = () => page.waitForResponse(response => response.url().endsWith('/consents'));
  await Promise.all([stored(), page.getByRole('button', { name: 'Accept all' }).click()]);
  await openHistory(page);
  await Promise.all([stored(), page.locator('[data-consent-preferences] [data-consent-action=reject-all]').click()]);
  await openHistory(page);
  const texts = await records(page).allTextContents();
  expect(texts.length).toBe(2);
  expect(texts[0]).toMatch(/Allowed: necessary.*Refused: .*analytics.*version 2026-01.*SHA-256/s);
  expect(texts[1]).toMatch(/Allowed: necessary.*analytics.*Refused: –/s);
  expect(texts[0]).toContain(new Date().getUTCFullYear().toString());
  const link = (await records(page).first().locator('a').getAttribute('href'))!;
  const document = Buffer.from(await (await fetch(link)).arrayBuffer());
  const sha256 = createHash('sha256').update(document).digest('hex');
  expect(texts[0]).toContain(sha256);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the receipt (JSON)' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('consent-receipt.json');
  const receipt = JSON.parse(readFileSync(await download.path(), 'utf8'));
  expect(receipt.records.map((it: { source: string }) => it.source)).toEqual(['withdrawal', 'banner']);
  expect(receipt.records[0].privacy_notice_sha256).toBe(sha256);
});

it('where nothing can be had it says so, and before a choice there is nothing to look at', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/?lang=en`);
  await page.locator('[data-consent-action=customize]').click();
  await page.locator('[data-consent-preferences]').waitFor();
  expect(await page.locator('[data-consent-history]').count()).toBe(0);
  await page.locator('[data-consent-action=save]').click();
  await page.route('**/receipt', route => route.abort());
  await page.evaluate(() => (window as never as { leadConsent: { open(): void } }).leadConsent.open());
  await page.locator('[data-consent-history] summary').click();
  await page.getByText('Nothing is on record yet').waitFor();
});

it('[K3] a choice made while the server is stopped holds, and reaches it once it is back, with its own time', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.url}/?lang=en`);
  await page.locator('[data-consent-action=reject-all]').waitFor();
  const { port } = new URL(server.url);
  await server.stop('SIGKILL');
  const clicked = Date.now();
  await page.locator('[data-consent-action=reject-all]').click();
  const chosen = Date.now();
  expect(await page.locator('[data-consent-banner]').count()).toBe(0);
  await page.waitForTimeout(1_500);
  server = await startServer(folder, { PORT: port });
  await page.reload();
  const visitor = (await page.context().cookies()).find(({ name }) => name === 'consent')!.value.split('.')[1];
  await expect
    .poll(async () => (await fetch(`${server.url}/consents/${visitor}`)).status, { timeout: 5_000 })
    .toBe(200);
  const { history } = (await (await fetch(`${server.url}/consents/${visitor}`)).json()) as {
    history: { granted: string[]; chosen_at: string; received_at: string }[];
  };
  expect(history.length).toBe(1);
  expect(history[0]!.granted).toEqual(['necessary']);
  expect(Date.parse(history[0]!.chosen_at)).toBeGreaterThanOrEqual(clicked);
  expect(Date.parse(history[0]!.chosen_at)).toBeLessThanOrEqual(chosen);
  expect(Date.parse(history[0]!.received_at) - Date.parse(history[0]!.chosen_at)).toBeGreaterThan(1_000);
});
