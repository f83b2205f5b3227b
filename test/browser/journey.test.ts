import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const pull = async (query: string) => {
  const response = await fetch(`${server.url}/leads?${query}`, {
    headers: { Authorization: `Bearer ${server.token}` },
  });
  return ((await response.json()) as { leads: Record<string, string>[] }).leads;
};

/** Opens a page for a visitor with a browser of their own. `errors` collects what the page logs as an error. */
async function visit(locale: 'zh-CN' | 'en', width: number): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ locale, viewport: { width, height: 812 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  return { page, errors };
}

async function fillIn(page: Page, visitor: Record<string, string>) {
  for (const [name, value] of Object.entries(visitor))
    await page.locator(`[data-lead-form] [name=${name}]`).fill(value);
  await page.locator('[data-lead-form] [name=policy_version]').check();
  await page.locator('[data-lead-form] [type=submit]').click();
}

describe('a visitor of the demo site', () => {
  it('accepts cookies on a phone, submits the Mini AI form in Chinese, and sales finds the lead', async () => {
    const { page, errors } = await visit('zh-CN', 375);
    await page.goto(`${server.url}/mini-ai`);
    await page.locator('[data-consent-action=accept-all]').click();
    await page.locator('[data-consent-banner] button').first().waitFor({ state: 'detached' });
    const visitor = { name: '欧阳娜娜', phone: '025-58801024', email: 'nana@example.cn', company: '金陵制造有限公司' };
    await fillIn(page, visitor);
    const thanks = page.locator('[data-lead-form-done]');
    await thanks.waitFor();
    expect(await thanks.textContent()).toMatch(/[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/);
    expect(await pull('view=clear&form=mini-ai-experience')).toMatchObject([{ ...visitor, phone: '+862558801024' }]);
    expect(errors).toEqual([]);
  });

  it('[K1] refuses cookies, submits the cooperation form in English, and both are on record', async () => {
    const { page, errors } = await visit('en', 1280);
    await page.goto(`${server.url}/cooperation?lang=en`);
    const stored = page.waitForResponse(response => response.url().endsWith('/consents'));
    await page.getByRole('button', { name: 'Reject all' }).click();
    const record = (await (await stored).json()) as { visitor_id: string; granted: string[] };
    expect(record.granted).toEqual(['necessary']);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: 'consent',
      value: expect.stringContaining(`v1.${record.visitor_id}.2026-01.`),
    });
    expect(cookie!.expires - Date.now() / 1000).toBeGreaterThan(181 * 86_400);
    const visitor = {
      name: 'Ada Lovelace',
      phone: '+44 20 7946 0018',
      email: 'ada@example.com',
      company: 'Analytical Engines Ltd',
    };
    await fillIn(page, visitor);
    await page.locator('[data-lead-form-done]').waitFor();
    expect(await pull('view=clear&form=ecological-cooperation')).toMatchObject([
      { ...visitor, phone: '+442079460018' },
    ]);
    expect(await pull('form=ecological-cooperation')).toMatchObject([
      { name: 'A***', phone: '+44******18', email: 'a***@example.com' },
    ]);
    const history = (await (await fetch(`${server.url}/consents/${record.visitor_id}`)).json()) as {
      history: object[];
    };
    expect(history.history).toHaveLength(1);
    await page.goto(`${server.url}/?lang=en`);
    await page.waitForFunction(() => (window as never as { leadConsent?: object }).leadConsent);
    expect(await page.locator('[data-consent-action]').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('sees the errors beside the fields, corrects them and gets through', async () => {
    const { page } = await visit('en', 375);
    await page.goto(`${server.url}/mini-ai?lang=en`);
    await page.locator('[data-consent-action=reject-all]').click();
    await fillIn(page, { name: 'Grace', phone: '12345', email: 'grace@example.com', company: 'Compilers Inc' });
    const error = page.locator('[data-field-error=phone]');
    await error.waitFor();
    expect(await error.textContent()).toMatch(/\S/);
    expect(await page.locator('[name=phone]').getAttribute('aria-invalid')).toBe('true');
    expect(await pull('email=grace@example.com')).toEqual([]);
    await page.locator('[name=phone]').fill('13800138078');
    await page.locator('[data-lead-form] [type=submit]').click();
    await page.locator('[data-lead-form-done]').waitFor();
    expect(await pull('email=grace@example.com')).toHaveLength(1);
  });
});
