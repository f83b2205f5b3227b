import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { measureCode } from '../support/receipt-code.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
const website = createServer((_, response) => response.end('<!doctype html><title>Website</title>'));
let server: RunningServer;
let browser: Browser;
let website_url: string;

beforeAll(async () => {
  website.listen(0, '127.0.0.1');
  await once(website, 'listening');
  website_url = `http://127.0.0.1:${(website.address() as AddressInfo).port}`;
  [server, browser] = await Promise.all([
    startServer(folder, { SITE_ORIGINS: website_url, FORM_LIMIT_PER_MINUTE: '1000' }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  website.close();
  remove();
});

const path = '/forms/mini-ai-experience';
const visitor = { name: '欧阳娜娜', phone: '025-58801024', email: 'nana@example.cn', company: '金陵制造有限公司' };

/** Least time that the server expects a person to need. */
const typing_ms = 3_000;

async function visit(options: BrowserContextOptions): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 375, height: 812 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  return { page, errors };
}

async function fillIn(page: Page, fields: Record<string, string>) {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value);
}

/**
 * Posts the form and waits for the page that answers. Because the old page may be half gone, nothing is queried before.
 */
const send = (page: Page) => Promise.all([page.waitForEvent('load'), page.locator('[type=submit]').click()]);

const findLeads = async () => {
  const response = await fetch(`${server.url}/leads?view=clear&form=mini-ai-experience`, {
    headers: { Authorization: `Bearer ${server.token}` },
  });
  return ((await response.json()) as { leads: object[] }).leads;
};

describe.concurrent('without JavaScript', () => {
  it('[C5] a visitor corrects mistakes, reads the policy beside the form, sends, and withdraws again', async () => {
    const { page, errors } = await visit({ javaScriptEnabled: false, locale: 'zh-CN' });
    await page.goto(server.url + path);
    await fillIn(page, { ...visitor, phone: '12345', company: '' });
    await send(page);
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
    expect(await page.locator('[data-field-error=phone]').isVisible()).toBe(true);
    await page.locator('[role=alert] a[href="#phone"]').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(visitor.phone);
    expect(await page.locator('[name=name]').inputValue()).toBe(visitor.name);
    await fillIn(page, { company: visitor.company });

    const [policy] = await Promise.all([page.context().waitForEvent('page'), page.locator('.check a').click()]);
    await policy.waitForLoadState();
    expect(policy.url()).toContain('/policies/2026-01?lang=zh-CN');
    expect(await page.locator('[name=phone]').inputValue()).toBe(visitor.phone);
    expect(await page.locator('[name=policy_version]').isChecked()).toBe(false);

    await page.locator('[name=policy_version]').check();
    await wait(typing_ms);
    await send(page);
    expect(page.url()).toBe(`${server.url}${path}/thanks?lang=zh-CN&sent=1`);
    const code = (await page.locator('.receipt').textContent())!;
    expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
    await page.setViewportSize({ width: 320, height: 812 });
    expect((await page.evaluate(measureCode, '.receipt')).join('')).toBe(code);
    expect(await page.context().cookies()).toEqual([]);
    expect(await findLeads()).toMatchObject([{ ...visitor, phone: '+862558801024' }]);
    await page.reload();
    expect(await page.locator('.receipt').count()).toBe(0);

    await page.locator('main a').click();
    await fillIn(page, { receipt_code: 'ABCDE' });
    await send(page);
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
    await fillIn(page, { receipt_code: code.toLowerCase() });
    await send(page);
    expect(await page.locator('h1').textContent()).toBe('已撤回，您的信息已删除');
    expect(await findLeads()).toMatchObject([{ erased_at: expect.any(String) }]);
    expect(errors.filter(error => !/status of 4\d\d/.test(error))).toEqual([]);
  });

  it('a post leads back to the website that asked for it', async () => {
    const { page } = await visit({ javaScriptEnabled: false, locale: 'en' });
    await page.goto(
      `${server.url}/forms/ecological-cooperation?return_to=${encodeURIComponent(`${website_url}/done`)}`,
    );
    await fillIn(page, visitor);
    await page.locator('[name=policy_version]').check();
    await wait(typing_ms);
    await send(page);
    await page.waitForURL(`${website_url}/done`);
  });
});

describe.each([
  ['zh-CN', 'light'],
  ['en', 'dark'],
] as const)('in %s and %s', (lang, colorScheme) => {
  const states: [string, (page: Page) => Promise<unknown>][] = [
    ['form', page => page.goto(`${server.url}${path}?lang=${lang}`)],
    ['mistakes', send],
    [
      'refused',
      async page => {
        await fillIn(page, visitor);
        await page.locator('[name=policy_version]').check();
        await page.locator('[name=website]').evaluate(input => input.setAttribute('value', 'x'));
        await send(page);
      },
    ],
    ['thanks', page => page.goto(`${server.url}${path}/thanks?lang=${lang}&sent=1`)],
    ['thanks for nothing', page => page.goto(`${server.url}${path}/thanks?lang=${lang}`)],
    ['compliance', page => page.goto(`${server.url}/compliance?lang=${lang}`)],
    ['withdrawal', page => page.goto(`${server.url}/withdrawals?lang=${lang}`)],
    [
      'wrong code',
      async page => {
        await fillIn(page, { receipt_code: 'ABCDE' });
        await send(page);
      },
    ],
  ];

  it('axe finds nothing, and nothing is wider than 320 px', async () => {
    const { page } = await visit({ bypassCSP: true, colorScheme, viewport: { width: 320, height: 568 } });
    for (const [state, go] of states) {
      await go(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([state, overflow]).toEqual([state, 0]);
      expect([state, ...(await findViolations(page))]).toEqual([state]);
    }
  });
});

describe.each([
  ['zh-CN', 'light'],
  ['en', 'dark'],
] as const)('the pages of requests in %s and %s', (lang, colorScheme) => {
  it('[R1] [R2] ask, tell the state and hand over the copy without JavaScript, at 320 pixels, and axe finds nothing', async () => {
    const { page, errors } = await visit({ viewport: { width: 320, height: 800 }, colorScheme });
    const staff = async (path: string, sent: object) => {
      const headers = { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' };
      const response = await fetch(`${server.url}/subject-requests${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(sent),
      });
      return (await response.json()) as { id: string; copy_url: string };
    };
    const check = async (state: string) => {
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter(one => one.getBoundingClientRect().right > 320)
          .map(one => one.outerHTML.slice(0, 80)),
      );
      expect([state, ...wide]).toEqual([state]);
      expect(await findViolations(page), state).toEqual([]);
    };
    await page.goto(`${server.url}/requests?lang=${lang}&type=copy`);
    await check('form');
    await send(page);
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
    await check('mistakes');
    await fillIn(page, { email: visitor.email, details: '请寄给我 please' });
    expect(await page.locator('[name=type]').inputValue()).toBe('copy');
    await wait(typing_ms);
    await send(page);
    expect(await page.locator('[data-state]').getAttribute('data-state')).toBe('received');
    await check('state');
    const asked = { type: 'copy', channel: 'visit', phone: '13911112222', name: visitor.name };
    await fetch(`${server.url}/forms/mini-ai-experience`);
    const { id } = await staff('', asked);
    await staff(`/${id}/verification`, { by: 'in_person' });
    const { copy_url } = await staff(`/${id}/fulfilment`, {});
    await page.goto(`${copy_url}?lang=${lang}`);
    await check('door');
    await send(page);
    await check('copy');
    expect(await page.locator('main').textContent()).toContain(visitor.name);
    expect(errors.filter(error => !/status of 4\d\d/.test(error))).toEqual([]);
  });
});
