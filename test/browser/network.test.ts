import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { lead } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { times } from '../support/random.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { layWire, type Wire } from '../support/wire.ts';

const { folder, remove } = makeFolder();
const root = join(import.meta.dirname, '../..');
let wire: Wire;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  wire = await layWire();
  [server, browser] = await Promise.all([start(), openBrowser()]);
  wire.lead(server.url);
});
afterEach(() => closePages(browser));
afterAll(async () => {
  await server?.stop();
  wire?.close();
  remove();
});

function start(limit = '10') {
  return startServer(folder, { SITE_ORIGINS: wire.url, FORM_LIMIT_PER_MINUTE: limit, REFUSED_LIMIT_PER_MINUTE: '0' });
}

/** Time after which the form sends itself again. The tests advance the page's clock by it. */
const pause_ms = 10_000;

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });
const submit = (page: Page) => page.locator('form [type=submit]');
const done = (page: Page) => page.locator('[data-lead-form-done]');
const notice = (page: Page) => page.locator('form [role=alert]');

/** Opens the demo page through the wire. */
async function visit(path = '/cooperation'): Promise<Page> {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 375, height: 812 } });
  const page = await context.newPage();
  await page.goto(`${wire.url}${path}?lang=en`);
  await page.locator('[data-consent-action=reject-all]').click();
  return page;
}

async function fill(page: Page, email: string) {
  const visitor = { name: 'Grace Hopper', phone: '025-58801024', email, company: 'Compilers Inc' };
  for (const [name, value] of Object.entries(visitor)) await page.locator(`form [name=${name}]`).fill(value);
  await page.locator('form [name=policy_version]').check();
}

async function pull(email: string): Promise<object[]> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const response = await fetch(`${server.url}/leads?view=clear&email=${email}`, { headers });
  return ((await response.json()) as { leads: object[] }).leads;
}

/** Posts another lead without a proof, and returns the status of the answer. */
async function post(url: string): Promise<number> {
  const body = JSON.stringify({ ...lead, email: 'other@example.com' });
  return (await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status;
}

it('the wire is cut while a form is on its way: it says so, keeps all, and sends by itself once the wire is mended', async () => {
  const page = await visit();
  await fill(page, 'cut@example.com');
  await page.clock.install();
  wire.cut();
  await submit(page).click();
  await eventually(() => notice(page).textContent()).toContain('Your entries are kept');
  expect(await page.locator('form [name=email]').inputValue()).toBe('cut@example.com');
  expect(await pull('cut@example.com')).toEqual([]);
  wire.mend();
  await page.clock.fastForward(pause_ms);
  await done(page).waitFor();
  expect(await pull('cut@example.com')).toHaveLength(1);
});

it('an answer is lost on the wire, the page is reloaded and sent twice more by impatient hands: one lead', async () => {
  const page = await visit();
  await fill(page, 'lost@example.com');
  await page.waitForLoadState('networkidle');
  wire.loseAnswers();
  await submit(page).click();
  await eventually(() => notice(page).textContent()).toContain('couldn’t send');
  expect(await pull('lost@example.com')).toHaveLength(1);
  wire.mend();
  await page.reload();
  expect(await page.locator('form [name=name]').inputValue()).toBe('Grace Hopper');
  await page.locator('form [name=policy_version]').check();
  await submit(page).dblclick();
  await done(page).waitFor();
  expect(await done(page).locator('code').textContent()).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
  expect(await pull('lost@example.com')).toHaveLength(1);
  expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
});

it('the server is restarted under a form that has been sent: the form waits for it and sends itself, once', async () => {
  const page = await visit();
  await fill(page, 'restart@example.com');
  await page.waitForLoadState('networkidle');
  await page.clock.install();
  await server.stop();
  await submit(page).click();
  await eventually(() => notice(page).textContent()).toContain('we’ll keep trying');
  server = await start();
  wire.lead(server.url);
  await page.clock.fastForward(pause_ms);
  await done(page).waitFor();
  expect(await pull('restart@example.com')).toHaveLength(1);
});

it('on slow 3G and a slow phone a double press is one lead, and the page never stalls', async () => {
  const page = await visit();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await page.reload();
  await fill(page, 'slow@example.com');
  await submit(page).dblclick();
  expect(await submit(page).getAttribute('aria-disabled')).toBe('true');
  await done(page).waitFor();
  expect(await pull('slow@example.com')).toHaveLength(1);
});

it('[C4] a policy published while a form is open is shown and asked about, and nothing that was typed is lost', async () => {
  const page = await visit('/mini-ai');
  await fill(page, 'policy@example.com');
  const files = ['zh-CN', 'en'].map(locale => {
    const text = readFileSync(join(root, `worker/demo/policy.${locale}.md`), 'utf8');
    const path = join(folder, `policy.${locale}.md`);
    writeFileSync(path, text.replace('version: 2026-01', 'version: 2026-02'));
    return path;
  });
  const database = { DATABASE_URL: `file:${join(folder, 'leads.db')}` };
  expect((await operate(['policy', 'publish', ...files], database)).code).toBe(0);
  await submit(page).click();
  const error = page.locator('[data-field-error=policy_version]');
  await error.waitFor();
  expect(await error.textContent()).toContain('has changed');
  const box = page.locator('form [name=policy_version]');
  expect([await box.isChecked(), await box.inputValue()]).toEqual([false, '2026-02']);
  expect(await box.evaluate(it => it === document.activeElement)).toBe(true);
  const [policy] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('form').getByRole('link', { name: 'privacy policy' }).click(),
  ]);
  expect(policy.url()).toContain('/policies/2026-02?lang=en');
  expect(await page.locator('form [name=company]').inputValue()).toBe('Compilers Inc');
  await box.check();
  await submit(page).click();
  await done(page).waitFor();
  expect(await pull('policy@example.com')).toMatchObject([{ policy_version: '2026-02' }]);
});

it('at an exhibition more people than the limit send from one address at once, and all get through by themselves', async () => {
  await server.stop();
  server = await start('240');
  wire.lead(server.url);
  const people = Array.from({ length: Math.min(times(4), 12) }, (_, n) => `guest${n}@example.com`);
  const pages: Page[] = [];
  const answers: number[] = [];
  for (const email of people) {
    const page = await visit('/mini-ai');
    page.on('response', it => it.request().method() === 'POST' && answers.push(it.status()));
    await fill(page, email);
    pages.push(page);
  }
  const other = () => post(`${server.url}/forms/mini-ai-experience`);
  expect(new Set(await Promise.all(Array.from({ length: 240 }, other)))).toEqual(new Set([422]));
  // Because the limit recovers four times a second, others use it too, until one of these people has been told to wait.
  const crowd = (async () => {
    while (!answers.includes(429)) await other();
  })();
  await Promise.all([...pages.map(page => submit(page).click()), crowd]);
  await Promise.all(pages.map(page => done(page).waitFor({ timeout: 90_000 })));
  const leads = await Promise.all(people.map(pull));
  expect(leads.map(found => found.length)).toEqual(people.map(() => 1));
}, 120_000);
