import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { findSmallTargets } from '../support/targets.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder, { BOT_CHECK: 'off' }), openBrowser()]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

/** Sends JSON as a program does. */
async function send<Answer>(path: string, body: object, token?: string): Promise<Answer> {
  const headers = {
    'Content-Type': 'application/json',
    Origin: server.url,
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

/** Has staff make the copy that a person asked for by phone, and returns its address. */
async function makeCopy(): Promise<string> {
  const made = await operate(['token', 'create', '--holder', 'dpo', '--role', 'privacy_officer'], {
    DATABASE_URL: `file:${folder}/leads.db`,
  });
  const token = made.stdout.trim();
  const asked = { type: 'copy', channel: 'phone', email: 'z@example.com', name: 'Zoë' };
  const { id } = await send<{ id: string }>('/subject-requests', asked, token);
  await send(`/subject-requests/${id}/verification`, { by: 'callback' }, token);
  return (await send<{ copy_url: string }>(`/subject-requests/${id}/fulfilment`, {}, token)).copy_url;
}

it.each(['zh-CN', 'en'])(
  'on a phone every page for people fits, and a finger hits what it holds (%s)',
  async locale => {
    const context = await browser.newContext({ locale, viewport: { width: 375, height: 700 }, hasTouch: true });
    const page = await context.newPage();
    const look = async () => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([page.url(), over, ...(await findSmallTargets(page))]).toEqual([page.url(), 0]);
    };
    const { version } = await (await fetch(`${server.url}/policies/current`)).json();
    const lead = { name: 'Zoë', phone: '13800138078', email: 'z@example.com', company: 'Z', policy_version: version };
    await send('/forms/mini-ai-experience', { ...lead, locale });
    const { reference } = await send<{ reference: string }>('/requests', { type: 'access', email: lead.email, locale });
    const paths = [
      '/',
      '/mini-ai',
      '/requests',
      `/requests/${reference}`,
      '/withdrawals',
      '/problems/held',
      '/problems/no',
    ];
    for (const path of [...paths, '/compliance', '/announcements', `/policies/${version}`]) {
      await page.goto(`${server.url}${path}?lang=${locale}`);
      const banner = page.locator('[data-consent-banner] button').first();
      if (path === '/') await banner.click();
      await look();
    }
    const copy = `${await makeCopy()}?lang=${locale}`;
    await page.goto(copy);
    await look();
    await page.locator('form button').click();
    await page.locator('details summary').waitFor();
    await look();
    expect(await page.locator('body').innerText()).toContain(lead.email);
    await page.goto(copy);
    await look();
    // A copy opens once, so that a new request helps, and the same page never.
    await page.locator('.card a.button').click();
    await page.waitForURL('**/requests?lang=*');
  },
);
