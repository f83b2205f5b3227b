import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { findSmallTargets } from '../support/targets.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let provider: IdentityProvider;
let browser: Browser;

beforeAll(async () => {
  const port = await findPort();
  // For browsers `localhost` is another site than 127.0.0.1.
  provider = await startIdentityProvider(`http://127.0.0.1:${port}`, { host: 'localhost', asks: true });
  provider.enter('u1', { name: '张伟', groups: ['sales-team'] });
  const listed = { OUTBOUND_HOSTS: '127.0.0.1,::1' };
  [server, browser] = await Promise.all([
    startServer(folder, { PORT: String(port), ...provider.settings, ...listed }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  await provider?.stop();
  remove();
});

/** Returns a port that is free, because the provider must know the address of the console before that starts. */
async function findPort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, 'close');
  return port;
}

it('a person signs in through the page of the provider, in two tabs at once, goes back, and signs out of both', async () => {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 375, height: 812 } });
  const [page, other] = [await context.newPage(), await context.newPage()];
  for (const tab of [page, other]) {
    await tab.goto(`${server.url}/console/overview`);
    expect([...(await findViolations(tab)), ...(await findSmallTargets(tab))]).toEqual([]);
    await tab.getByRole('link', { name: '使用公司账号登录' }).click();
    await tab.waitForURL(/localhost/);
  }
  for (const tab of [other, page]) {
    await tab.getByRole('button').click();
    await tab.waitForURL('**/console/overview');
    expect(await tab.locator('.account .who').textContent()).toBe('张伟');
  }
  expect(await page.evaluate(() => document.cookie)).not.toMatch(/attempt|lead_console=/);
  await page.goBack();
  await page.goto(`${server.url}/console`);
  await page.locator('.account summary').click();
  await page.getByRole('button', { name: '退出登录', exact: true }).click();
  await page.getByRole('link', { name: '同时退出公司账号' }).waitFor();
  expect([...(await findViolations(page)), ...(await findSmallTargets(page))]).toEqual([]);
  await page.getByRole('link', { name: '同时退出公司账号' }).click();
  await page.waitForURL(/localhost.*session\/end/);
  await page.getByRole('button', { name: /yes/i }).click();
  await page.waitForURL('**/console');
  await page.getByRole('link', { name: '使用公司账号登录' }).click();
  // The provider asks anew, because nobody is signed in there.
  await page.getByRole('button', { name: 'Go on' }).waitFor();
});

it('a person whose account has no role is told so, and a finger hits the way to another account', async () => {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 375, height: 812 } });
  const page = await context.newPage();
  provider.enter('u2', { name: '李雷', groups: ['nobody'] });
  await page.goto(`${server.url}/console`);
  await page.getByRole('link', { name: 'Sign in with company account' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('has no access to the console').waitFor();
  expect(await page.getByRole('link', { name: 'Use another account' }).count()).toBe(1);
  expect([...(await findViolations(page)), ...(await findSmallTargets(page))]).toEqual([]);
});
