import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { signInAccount } from '../../db/staff/accounts.ts';
import { openSession } from '../../db/staff/sessions.ts';
import { startReceiver } from '../notices/receiver.ts';
import { findViolations } from '../support/axe.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { lead, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { findSmallTargets } from '../support/targets.ts';

const { folder, remove } = makeFolder();
const database = { DATABASE_URL: `file:${folder}/leads.db` };
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer(folder, {
      ...{ ...unguarded, DATA_REGION: 'CN', OUTBOUND_HOSTS: '127.0.0.1' },
      CONTROLLER_CONTACT: 'privacy@example.com',
    }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

async function submitLead(fields: Partial<typeof lead> = {}): Promise<string> {
  const response = await fetch(`${server.url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify({ ...lead, ...fields }),
  });
  return ((await response.json()) as { id: string }).id;
}

/** Checks the pages of channels: without one, with a form that is wrong, with one made, tested, changed and removed. */
async function checkChannels(page: Page, check: (page: Page, state: string) => Promise<void>) {
  const receiver = await startReceiver(() => 410);
  const go = async (selector: string, state: string) => {
    await page.locator(selector).click();
    await page.waitForLoadState();
    await check(page, state);
  };
  await page.goto(`${server.url}/console/notices`);
  await check(page, 'channels');
  await go('details.folded summary', 'new channel');
  await page.locator('#name').fill('很长的名称'.repeat(10));
  await page.locator('#address').fill('https://unlisted.example.com/');
  await go('form[action="/console/notices"] button', 'channel refused');
  await page.locator('#address').fill(`${receiver.address}/${'long'.repeat(40)}`);
  await go('form[action="/console/notices"] button', 'channel made');
  const { pathname } = new URL(page.url());
  await submitLead();
  await expect.poll(() => receiver.received.length).toBe(1);
  await go('form[action$="/test"] button', 'channel tested');
  await go('details.folded summary', 'channel to change');
  await page.goto(`${server.url}${pathname}?state=sent`);
  await check(page, 'no deliveries');
  await page.goto(`${server.url}/console/notices`);
  await check(page, 'channels, one off');
  await page.goto(`${server.url}${pathname}/removal`);
  await check(page, 'channel to remove');
  await go('button.alarm', 'channel removed');
  receiver.close();
}

/** Checks the pages of policies: the list, files that are wrong, a preview, and one that is not confirmed. */
async function checkPolicies(page: Page, check: (page: Page, state: string) => Promise<void>) {
  const choose = async (text: string, state: string) => {
    await page.goto(`${server.url}/console/policies`);
    const name = `${'long-name'.repeat(10)}.md`;
    await page.locator('#files').setInputFiles({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) });
    await page.locator('form[enctype] button').click();
    await page.waitForURL(/policies\/./);
    await check(page, state);
  };
  await page.goto(`${server.url}/console/policies`);
  await check(page, 'policies');
  await choose('# No front matter', 'policy with mistakes');
  const text = readFileSync('worker/demo/policy.zh-CN.md', 'utf8');
  await choose(text.replace('version: 2026-01', 'version: 2099-01'), 'policy to publish');
  await page.locator('details.folded summary').click();
  await check(page, 'policy to publish, other files');
}

/** Checks the pages of requests: the queue, a form that is wrong, and a request at each step, in clear too. */
async function checkRequests(page: Page, check: (page: Page, state: string) => Promise<void>) {
  const press = async (selector: string, state: string) => {
    await page.locator(selector).first().click();
    await page.waitForLoadState();
    await check(page, state);
  };
  const phone = '13500135000';
  await submitLead({ phone });
  await page.goto(`${server.url}/console/requests`);
  await press('a[href="/console/requests/new"]', 'request to take');
  await page.locator('#details').fill('请更正我的电话。'.repeat(20));
  await press('.asks button', 'request refused');
  await page.locator('#phone').fill(phone);
  await press('.asks button', 'request taken');
  const { pathname } = new URL(page.url());
  await press('.lead .reveal button', 'request in clear');
  await press('.step button', 'request verified');
  await page.goto(`${server.url}/console/requests`);
  await check(page, 'requests');
  await page.goto(server.url + pathname);
  for (const summary of await page.locator('.folded summary').all()) await summary.click();
  await check(page, 'acts on a request');
  await page.locator('#explanation').fill('说明');
  await press('form[action$="/refusal"] button', 'refusal asked for');
  await press('.folded:has(form[action$="/fulfilment"]) summary', 'request to settle');
  await press('form[action$="/fulfilment"] button', 'copy made');
}

async function readLead(id: string) {
  const headers = { Authorization: `Bearer ${server.token}` };
  return (await (await fetch(`${server.url}/leads/${id}`, { headers })).json()) as {
    status: string;
    assigned_to: string;
  };
}

async function countReveals(id: string): Promise<number> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const response = await fetch(`${server.url}/audit-events?lead_id=${id}&action=lead.revealed`, { headers });
  return ((await response.json()) as { audit_events: unknown[] }).audit_events.length;
}

const tokens = new Map<string, Promise<string>>();

/** Returns a token of a role, the same each time. */
function getToken(role: string): Promise<string> {
  if (!tokens.has(role)) tokens.set(role, makeToken(role));
  return tokens.get(role)!;
}

async function makeToken(role: string): Promise<string> {
  const { stdout } = await operate(['token', 'create', '--holder', `the ${role}`, '--role', role], database);
  return stdout.trim();
}

/** Adds an account of the company with an open session, as after a sign-in at a provider. */
async function addAccount() {
  const db = await sqlite.open(`${folder}/leads.db`);
  const person = { issuer: 'https://login.example.com', subject: 'u1', names: ['张'.repeat(60)], role: 'sales' };
  const { id } = await signInAccount(db, person, null, new Date());
  await openSession(db, id, new Date(), 'x');
  await db.destroy();
}

/** Opens a browser at the page to sign in. `errors` collects what fails in the page or is refused by its policy. */
async function visit(options: BrowserContextOptions = {}, host = server.url) {
  const context = await browser.newContext({ locale: 'en', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(error.message));
  await page.goto(`${host}/console`);
  return { context, page, errors };
}

async function signIn(page: Page, token = server.token) {
  await page.getByLabel('Access token').fill(token);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.account');
}

const first = (page: Page) => page.locator('.leads li').first();

describe('the console in a browser', () => {
  it.each(['127.0.0.1', 'localhost'])('accepts its cookie on http://%s, and no script sees it', async host => {
    const { context, page } = await visit({}, server.url.replace('127.0.0.1', host));
    await signIn(page);
    expect(await context.cookies()).toMatchObject([
      { name: 'lead_console', secure: false, httpOnly: true, sameSite: 'Strict', path: '/' },
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
    await context.close();
  });

  it('works by keyboard alone: find a lead, open it, show it for a purpose, move it on, take it, and nothing while typing', async () => {
    const id = await submitLead();
    await submitLead({ phone: '13900139000' });
    const { context, page, errors } = await visit();
    await signIn(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await page.locator(':focus').getAttribute('href')).toBe(`/console/leads/${id}`);
    await page.keyboard.press('2');
    await page.locator('.toast', { hasText: 'Status saved.' }).waitFor();
    expect(await page.locator(`[data-id="${id}"] .chip`).textContent()).toBe('Contacted');
    expect(await readLead(id)).toMatchObject({ status: 'contacted' });

    await page.keyboard.press('/');
    await page.keyboard.type('1mj3?');
    expect(await page.locator('[name=q]').inputValue()).toBe('1mj3?');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(lead.phone);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '1 lead of this person' }).waitFor();
    expect(page.url()).toMatch(/\/console\/search\/[0-9a-f-]{36}$/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/console/leads/${id}?list=*`);

    await page.keyboard.press('s');
    expect(await page.locator(':focus').getAttribute('value')).toBe('first_contact');
    await page.keyboard.press('Enter');
    await page.locator('.values a[href="tel:+8613800138078"]').waitFor();
    await page.keyboard.press('3');
    await page.locator('.toast', { hasText: 'Status saved. Qualified' }).waitFor();
    expect(await page.locator('button[aria-pressed=true]').getAttribute('value')).toBe('qualified');
    await page.keyboard.press('m');
    await page.locator('.toast', { hasText: 'Assignee saved. development' }).waitFor();
    expect(await page.locator('select[name=assigned_to]').inputValue()).toBe('development');
    expect(await page.locator('.values a[href="tel:+8613800138078"]').count()).toBe(1);
    expect(await readLead(id)).toMatchObject({ status: 'qualified', assigned_to: 'development' });
    await page.goto(`${server.url}/console`);
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await page.waitForURL('**/console/leads/*');
    // It is the lead that was open last.
    expect(await page.locator(':focus').getAttribute('href')).toBe('tel:+8613800138078');
    await page.keyboard.press('t');
    await page.getByText('Follow-up saved.').waitFor();
    expect(await page.locator(':focus').textContent()).toBe('Tomorrowt');
    await page.goto(`${server.url}/console`);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    expect(await page.locator(':focus').getAttribute('href')).toBe(`/console/leads/${id}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/console/leads/${id}`);

    await page.keyboard.press('?');
    await page.getByLabel('Use shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.locator('h1').click();
    await page.keyboard.press('4');
    await page.reload();
    await page.keyboard.press('4');
    expect(await readLead(id)).toMatchObject({ status: 'qualified' });
    expect(errors).toEqual([]);
    await context.close();
  });

  it('says of a lead that was erased or taken meanwhile what is so now', async () => {
    const id = await submitLead();
    const { context, page, errors } = await visit();
    await signIn(page);
    await page.goto(`${server.url}/console/leads/${id}`);
    const api = (method: string, body?: object) =>
      fetch(`${server.url}/leads/${id}`, {
        method,
        headers: { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    expect((await api('PATCH', { assigned_to: '李雷' })).status).toBe(200);
    await page.keyboard.press('m');
    await page.locator('.toast', { hasText: 'a colleague was faster. Who has it now: 李雷' }).waitFor();
    await page.keyboard.press('m');
    await page.locator('.toast', { hasText: 'Assignee saved. development' }).waitFor();
    expect((await api('DELETE')).status).toBe(204);
    await page.keyboard.press('2');
    await page.getByText('This lead was erased on').waitFor();
    expect(errors.filter(error => !/404/.test(String(error)))).toEqual([]);
    await context.close();
  });

  it('by keyboard alone a lead is followed up, noted, and closed with a reason', async () => {
    const id = await submitLead();
    const { context, page, errors } = await visit();
    await signIn(page);
    await page.goto(`${server.url}/console/leads/${id}`);
    await page.keyboard.press('s');
    await page.keyboard.press('Enter');
    await page.locator('#note').waitFor();
    await page.keyboard.press('t');
    await page.getByText('Follow-up saved.').waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('Call again, 4 weeks');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Note saved.').waitFor();
    expect(await page.locator('#note').inputValue()).toBe('Call again, 4 weeks');
    const why = page.getByRole('group', { name: 'Why closed' });
    expect(await why.isVisible()).toBe(false);
    await page.keyboard.press('4');
    await page.locator('.toast', { hasText: 'Status saved. Closed' }).waitFor();
    expect(await page.locator(':focus').getAttribute('value')).toBe('won');
    await page.keyboard.press('Enter');
    await page.getByText('Reason saved.').waitFor();
    const tomorrow = new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10);
    expect(await readLead(id)).toMatchObject({ status: 'closed', closed_reason: 'won', follow_up_on: tomorrow });
    await page.keyboard.press('1');
    await page.locator('.toast', { hasText: 'Status saved. New' }).waitFor();
    expect(await why.isVisible()).toBe(false);
    expect(await page.locator('[data-why] [aria-pressed=true]').count()).toBe(0);
    await page.locator('[type=date][name=follow_up_on]').fill('2020-02-28');
    await page.locator('form.assign[action*="/follow-up"] button').click();
    // A closed lead is not overdue any more, and one that is opened again is: in the list and on its page.
    const [row, lead] = [`.leads [data-id="${id}"]`, `.lead[data-id="${id}"]`];
    for (const [path, within] of [
      [`/leads/${id}`, lead],
      ['', row],
    ] as const) {
      await page.locator(`${lead} .late`).waitFor();
      await page.goto(`${server.url}/console${path}`);
      await page.locator(`${within} .late`, { hasText: 'overdue: ' }).waitFor();
      if (within === row) await page.locator(`${row} .name`).focus();
      for (const [key, said, late] of [
        ['4', 'Status saved. Closed', 0],
        ['1', 'Status saved. New', 1],
      ] as const) {
        await page.keyboard.press(key);
        await page.locator('.toast', { hasText: said }).waitFor();
        expect([key, await page.locator(`${within} .late`).count()]).toEqual([key, late]);
        expect((await page.locator(`${within} .follow`).textContent())?.startsWith('overdue')).toBe(late === 1);
      }
    }
    expect(errors).toEqual([]);
    await context.close();
  });

  it('copies what is shown', async () => {
    const id = await submitLead();
    const { context, page } = await visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    await signIn(page);
    await page.goto(`${server.url}/console/leads/${id}`);
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Follow-up' }).click();
    await page.getByRole('button', { name: 'Copy Phone' }).click();
    await page.locator('.toast', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('13800138078');
    // Who selects what is shown with the pointer gets what they dial, too.
    await page.locator('.phone .tel').evaluate(number => getSelection()!.selectAllChildren(number));
    await page.keyboard.press('ControlOrMeta+C');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('13800138078');
    await context.close();
  });

  it('a value that the browser refuses to copy is selected, and the page says what to press', async () => {
    const id = await submitLead();
    const { context, page, errors } = await visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    await context.addInitScript(`
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.execCommand = () => false;`);
    await signIn(page);
    await page.goto(`${server.url}/console/leads/${id}`);
    await page.getByRole('button', { name: 'Follow-up' }).click();
    for (const [field, value] of [
      ['Phone', '13800138078'],
      ['Company', lead.company],
    ] as const) {
      await page.getByRole('button', { name: `Copy ${field}` }).click();
      await page.locator('.toast', { hasText: 'press Ctrl+C' }).waitFor();
      expect(await page.evaluate('getSelection().toString()')).toBe(value);
    }
    expect(errors).toEqual([]);
    await context.close();
  });

  it('shows leads as they come in, masked, without reloading, and says so', async () => {
    const { context, page, errors } = await visit();
    await signIn(page);
    const before = await first(page).getAttribute('data-id');
    const id = await submitLead({ name: '<img src=x onerror=alert(1)>', phone: '13700137000' });
    await page.locator(`.leads li[data-id="${id}"]`).waitFor({ timeout: 20_000 });
    expect(await first(page).getAttribute('data-id')).toBe(id);
    expect(await page.locator('.toast').textContent()).toMatch(/^\d+ new$/);
    expect(await first(page).locator('.phone').textContent()).toBe('137******00');
    expect(await page.locator(`.leads li[data-id="${before}"]`).count()).toBe(before ? 1 : 0);
    await page.reload();
    await first(page).locator('.name').click();
    await page.waitForURL(`**/console/leads/${id}`);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('"back" leads from a lead to the list after several acts on it, and "forward" to the latest; filters stay steps', async () => {
    const id = await submitLead({ phone: '13600136002' });
    const { context, page, errors } = await visit();
    await signIn(page);
    await page.goto(`${server.url}/console?status=new`);
    await page.locator('details.filters summary').click();
    await page.locator('.filters [name=form]').selectOption('mini-ai-experience');
    await page.locator('.filters button').click();
    await page.waitForURL(/console\?.*form=mini/);
    const list = page.url();
    await page.locator(`[data-id="${id}"] .name`).click();
    await page.getByRole('button', { name: 'Follow-up', exact: true }).click();
    await page.waitForSelector('textarea');
    await page.getByRole('button', { name: /^Tomorrow/ }).click();
    await page.waitForURL(/[?&]done=followUp/);
    await page.locator('textarea').fill('Calls back');
    await page.getByRole('button', { name: /^Save note/ }).click();
    await page.waitForURL(/[?&]done=note/);
    const latest = page.url();
    await page.evaluate('history.back()');
    await page.waitForURL(list);
    await page.evaluate('history.forward()');
    await page.waitForURL(latest);
    await page.evaluate('history.back()');
    await page.waitForURL(list);
    await page.evaluate('history.back()');
    await page.waitForURL('**/console?status=new');
    expect(errors).toEqual([]);
    await context.close();
  });

  it.each([true, false])('Back and reload show pages again and send nothing again (JavaScript: %s)', async script => {
    const phone = script ? '13600136000' : '13600136001';
    const id = await submitLead({ phone });
    const { context, page, errors } = await visit({ javaScriptEnabled: script });
    const posts: string[] = [];
    page.on('request', request => request.method() === 'POST' && posts.push(request.url()));
    await signIn(page);
    await page.goto(`${server.url}/console?form=mini-ai-experience`);
    await page.getByRole('searchbox').fill(phone);
    await page.getByRole('button', { name: 'Find' }).click();
    const found = page.getByRole('heading', { name: '1 lead of this person' });
    await found.waitFor();
    await first(page).locator('.name').click();
    await page.waitForURL(`**/console/leads/${id}*`);
    await page.goBack();
    expect(await found.count()).toBe(1);
    await page.goForward();
    await page.getByRole('button', { name: 'First contact' }).click();
    await page.locator(`.values a[href="tel:+86${phone}"]`).waitFor();
    const sent = posts.length;
    for (let n = 0; n < 2; n++) {
      await page.reload();
      expect(await page.locator(`.values a[href="tel:+86${phone}"]`).count()).toBe(1);
    }
    await page.getByRole('link', { name: '← Leads' }).click();
    await found.waitFor();
    const seen: string[] = [];
    // Without a script the lead is two steps, before it was shown and after.
    const lead_page = `**/console/leads/${id}*`;
    for (const step of [lead_page, ...(script ? [] : [lead_page]), '**/console/search/*', /console\?form=/]) {
      await page.goBack({ waitUntil: 'commit' });
      await page.waitForURL(step);
      expect(await page.locator('main h1').count()).toBe(1);
      seen.push(page.url());
    }
    expect(seen.join('\n')).not.toContain(phone);
    await page.goForward();
    await page.reload();
    expect(await found.count()).toBe(1);
    expect(posts).toHaveLength(sent);
    expect(await countReveals(id)).toBe(1);
    expect(errors).toEqual([]);
    await context.close();
  });

  it.each([true, false])(
    'a refused post is told once, and neither Back nor reload sends it again (JavaScript: %s)',
    async script => {
      const id = await submitLead();
      const { context, page } = await visit({ javaScriptEnabled: script });
      const posts: string[] = [];
      page.on('request', request => request.method() === 'POST' && posts.push(request.url()));
      const alert = page.locator('[role=alert]');
      await page.getByLabel('Access token').fill('lc_wrong');
      await page.keyboard.press('Enter');
      await alert.waitFor();
      await page.reload();
      expect([await alert.count(), await page.getByLabel('Access token').count()]).toEqual([0, 1]);
      await signIn(page);
      await page.goto(`${server.url}/console/leads/${id}`);
      await page.getByText('Place a hold…').click();
      const turned = '7\u202e8';
      await page.locator('#reference').fill(turned);
      await page.locator('#review_on').fill('2027-05-23');
      await page.getByRole('button', { name: 'Place the hold' }).click();
      await page.locator('[data-field-error=reference]').waitFor();
      expect(await page.locator('#reference').inputValue()).toBe(turned);
      expect(await alert.textContent()).toContain('File number: ');
      await page.reload();
      expect(await alert.count()).toBe(0);
      await page.goto(`${server.url}/console`);
      await page.goBack();
      expect(page.url()).toBe(`${server.url}/console/leads/${id}`);
      await page.reload();
      expect(await page.locator('h1').count()).toBe(1);
      expect(posts).toHaveLength(3);
      await context.close();
    },
  );

  it('shows nothing after sign-out: not back, not forward, not in another tab', async () => {
    const id = await submitLead();
    const { context, page } = await visit();
    await signIn(page);
    await page.goto(`${server.url}/console/leads/${id}`);
    await page.getByRole('button', { name: 'First contact' }).click();
    await page.locator('.values a[href^="tel:"]').waitFor();
    const tab = await context.newPage();
    await tab.goto(`${server.url}/console/leads/${id}`);
    await page.locator('.account summary').click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByText('You are signed out.').waitFor();
    const seen: string[] = [];
    for (let n = 0; n < 3; n++) {
      await page.goBack({ waitUntil: 'load' }).catch(() => {});
      await expect.poll(() => page.content().catch(() => ''), { timeout: 10_000 }).toContain('<body');
      seen.push(await page.content());
    }
    expect(seen.join('')).toContain('name="token"');
    expect(seen.join('')).not.toMatch(/138\*{6}78|13800138078|欧阳/);
    await tab.reload();
    expect(await tab.getByLabel('Access token').count()).toBe(1);
    await signIn(tab);
    expect(tab.url()).toBe(`${server.url}/console/leads/${id}`);
    await context.close();
  });

  it('works without JavaScript: show, move on, assign, correct, erase', async () => {
    const id = await submitLead();
    const { context, page } = await visit({ javaScriptEnabled: false, viewport: { width: 375, height: 700 } });
    await signIn(page);
    await page.getByRole('link', { name: 'Refresh' }).click();
    await page.locator(`a[href="/console/leads/${id}"]`).click();
    await page.getByRole('button', { name: 'Correction', exact: true }).click();
    await page.getByText('Shown for “Correction”').waitFor();
    await page.getByText('Correct the details').click();
    await page.locator('#company').fill('小视科技');
    await page.getByRole('button', { name: 'Save correction' }).click();
    await page.getByText('Correction saved.').waitFor();
    await page.locator('#note').fill('Ruft wieder an');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByText('Note saved.').waitFor();
    await page.getByLabel('On another day').fill('2020-02-29');
    await page.getByRole('button', { name: 'Set' }).click();
    await page.getByText('Follow-up saved.').waitFor();
    await page.goto(`${server.url}/console?due=today`);
    await page.locator(`a[href^="/console/leads/${id}"]`).click();
    await page.locator('.work').getByRole('button', { name: 'Closed' }).click();
    await page.getByText('Status saved.').waitFor();
    await page.getByRole('button', { name: 'Unreachable' }).click();
    await page.getByText('Reason saved.').waitFor();
    expect(await readLead(id)).toMatchObject({ status: 'closed', company: '小视**', closed_reason: 'unreachable' });
    await page.getByRole('link', { name: 'Erase…' }).click();
    await page.getByLabel(/Yes, this person/).check();
    await page.getByRole('button', { name: 'Erase for ever' }).click();
    await page.getByText('This lead was erased on').waitFor();
    await context.close();
  });

  it('an access request is answered by keyboard alone and without JavaScript: take, verify, hand over', async () => {
    await submitLead();
    const { context, page } = await visit({ javaScriptEnabled: false });
    await signIn(page);
    const press = async (selector: string, said: string) => {
      await page.locator(selector).first().focus();
      await page.keyboard.press('Enter');
      await page.getByText(said).first().waitFor();
    };
    await press('nav a[href="/console/requests"]', 'Take a request…');
    await press('a[href="/console/requests/new"]', 'The clock begins now');
    await page.locator('#email').focus();
    await page.keyboard.type(lead.email);
    await page.keyboard.press('Enter');
    await page.getByText('Taken.').waitFor();
    await press('button[value=callback]', 'Verified.');
    await press('form[action$="/fulfilment"] button', 'shown this once');
    const address = (await page.locator('.receipt').textContent())!;
    await page.reload();
    expect(await page.locator('.receipt').count()).toBe(0);
    const person = await browser.newPage({ locale: 'en' });
    await person.goto(address);
    await person.locator('main button').click();
    await person.getByText(lead.company).first().waitFor();
    await person.close();
    await context.close();
  });

  it('channels work by keyboard alone and without JavaScript: make, test, pause, retry, remove', async () => {
    let status = 410;
    const receiver = await startReceiver(() => status);
    const { context, page } = await visit({ javaScriptEnabled: false });
    await signIn(page, await getToken('admin'));
    await page.locator('nav a[href="/console/notices"]').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Notices' }).waitFor();
    /** Goes on with Tab to what is called so, which must show that it has the focus. */
    const tabTo = async (name: string) => {
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        const called = await focused.evaluate(it => `${it.getAttribute('name')}|${it.textContent}`);
        if (!called.split('|').includes(name)) continue;
        expect(await focused.evaluate(it => getComputedStyle(it).outlineStyle)).not.toBe('none');
        return;
      }
      throw new Error(`no Tab leads to ${name}`);
    };
    const press = async (name: string, said: string) => {
      await tabTo(name);
      await page.keyboard.press('Enter');
      await page.getByText(said).first().waitFor();
    };
    await press('New channel…', 'Make the channel');
    await tabTo('name');
    await page.keyboard.type('CRM');
    await tabTo('address');
    await page.keyboard.type('https://unlisted.example.com/');
    await press('Make the channel', 'OUTBOUND_HOSTS does not list this host');
    await page.locator('[role=alert]:focus').waitFor();
    await tabTo('address');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(receiver.address);
    await press('Make the channel', 'copy it now');
    await page.locator('[role=status]:focus').waitFor();
    expect(await page.locator('.receipt').textContent()).toMatch(/^whsec_/);
    await submitLead();
    const isOff = async () => {
      await page.reload();
      return page.getByRole('button', { name: 'Switch on' }).count();
    };
    await expect.poll(isOff, { timeout: 10_000 }).toBe(1);
    expect(await page.locator('.receipt').count()).toBe(0);
    await press('Switch on', 'On again');
    status = 204;
    await press('Retry the one given up', 'Queued again');
    await expect.poll(() => receiver.received.length).toBe(2);
    await press('Send a test', 'The receiver has accepted the test: HTTP 204.');
    await press('Pause', 'Paused: events wait.');
    await press('Remove…', 'Remove this channel?');
    await press('Remove for ever', 'The channel is removed.');
    await page.locator('[role=status]:focus').waitFor();
    receiver.close();
    await context.close();
  });
});

it('a privacy officer sees every section at 1280 px, and the cards of a row of the desk begin at one height', async () => {
  const { page, context } = await visit({ viewport: { width: 1280, height: 800 } });
  await signIn(page);
  await page.goto(`${server.url}/console/privacy`);
  const unseen = await page.locator('.top nav').evaluate(nav => nav.scrollWidth - nav.clientWidth);
  expect(unseen).toBe(0);
  const tops = await page.locator('.desk > .card').evaluateAll(all => all.map(one => one.getBoundingClientRect().top));
  expect(tops.length).toBeGreaterThan(3);
  expect(tops[1]).toBe(tops[0]);
  expect(tops[3]).toBe(tops[2]);
  await page.goto(`${server.url}/console/overview`);
  const boxes = await page
    .locator('.cards-stack > .card')
    .evaluateAll(all => all.map(one => one.getBoundingClientRect()));
  expect(boxes.slice(1).map(({ top }, at) => top - boxes[at]!.bottom)).toEqual([16, 16]);
  await context.close();
});

describe.each([
  ['zh-CN', 'light'],
  ['en', 'dark'],
] as const)('in %s and %s', (lang, colorScheme) => {
  it('axe finds nothing on any page, nothing is wider than 320 px, and a finger hits all that it taps', async () => {
    const [id, held] = [await submitLead(), await submitLead()];
    const look = {
      bypassCSP: true,
      locale: lang,
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width: 320, height: 640 },
    } as const;
    const check = async (page: Page, state: string) => {
      expect([state, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([state, 320]);
      expect([state, ...(await findViolations(page)), ...(await findSmallTargets(page))]).toEqual([state]);
    };
    const enter = async (token: string) => {
      const { page, context } = await visit(look);
      await page.locator('#token').fill(token);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.account');
      return { page, context };
    };

    const { page: out, context } = await visit(look);
    await check(out, 'sign in');
    await out.locator('#token').fill('lc_wrong');
    await out.keyboard.press('Enter');
    await out.locator('[role=alert]').waitFor();
    await check(out, 'refused');
    await context.close();

    const officer = await enter(server.token);
    const { page } = officer;
    await check(page, 'list');
    await page.locator('.filters summary').click();
    await check(page, 'filters');
    await page.locator('.account summary').focus();
    await page.keyboard.press('Enter');
    await check(page, 'account');
    const paths = [
      '?status=closed&from=2020-01-01',
      '?due=today',
      '?reached=qualified&unassigned=1&closed_reason=won',
      `/leads/${id}`,
      `/leads/${id}/erasure`,
      '/export',
      '/overview',
      '/audit?action=all',
      '/restrictions',
      '/privacy',
      '/choices?visitor_id=13800138000',
      `/leads/${id}/consent`,
      '/record',
      '/record?paper=assessment',
      '/nothing',
    ];
    for (const path of paths) {
      await page.goto(`${server.url}/console${path}`);
      await check(page, path);
    }
    await page.goto(`${server.url}/console/leads/${id}`);
    await page.locator('.reveal button').first().click();
    await page.waitForSelector('.shown');
    await check(page, 'shown');
    await page.locator('.call a').click();
    await check(page, 'called');
    await page.locator('[data-ask] button').click();
    await page.locator('[type=date][name=follow_up_on]').fill('2020-02-28');
    await page.locator('form.assign[action*="/follow-up"] button').click();
    await page.waitForSelector('button[value=""][name=follow_up_on]');
    await page.locator('#note').fill(`${'很长的备注，'.repeat(40)}\n${'x'.repeat(200)}`);
    await page.locator('.note button').click();
    await page.waitForSelector('[role=status]');
    await page.goto(`${server.url}/console/leads/${id}`);
    await page.locator('.work button[value=closed]').click();
    await page.waitForSelector('[data-why]:not([hidden])');
    await page.locator('[data-why] button').first().click();
    await page.waitForSelector('[data-why] [aria-pressed=true]');
    await check(page, 'closed with a reason');
    await page.locator('#note').fill('很'.repeat(501));
    await page.locator('.note button').click();
    await page.waitForSelector('[data-field-error=note]');
    await check(page, 'note refused');
    await page.locator('.work button[value=new]').click();
    await page.waitForSelector('[data-why][hidden]', { state: 'attached' });
    await page.goto(`${server.url}/console?due=today`);
    await check(page, 'follow-ups');
    await page.goto(`${server.url}/console/leads/${id}`);
    await page.locator('.correction summary').click();
    await page.locator('#email').fill('x');
    await page.locator('.correction button').click();
    await page.waitForSelector('[data-field-error]');
    await check(page, 'corrected wrongly');
    await page.goto(`${server.url}/console/leads/${held}`);
    await page.locator('details:has([name=review_on]) > summary').click();
    await check(page, 'holding');
    await page.locator('#reference').fill('(2026)苏01民初123号');
    await page.locator('#review_on').fill('2027-05-23');
    await page.locator('form[action$="/holds"] button').click();
    await page.locator('[name=reason]').waitFor();
    await page.locator('[role=status]:focus').waitFor();
    await check(page, 'held');
    await page.goto(`${server.url}/console/holds`);
    await check(page, 'holds');
    const other = await enter(server.token);
    await page.locator('.account summary').click();
    await page.locator('.account a[href="/console/sessions"]').click();
    await page.waitForSelector('form[action="/console/sessions/end"]');
    await check(page, 'sessions');
    await page.locator('form[action^="/console/sessions/"] button').first().click();
    await page.waitForSelector('.notice');
    await check(page, 'a session ended');
    await other.context.close();
    await checkRequests(page, check);
    for (const q of ['138', '13800138078', '13800138001']) {
      await page.goto(`${server.url}/console`);
      await page.locator('[name=q]').fill(q);
      await page.locator('.finder button').click();
      await page.waitForSelector('h1.found, [role=alert], .empty');
      await check(page, `search ${q}`);
    }
    await officer.context.close();
    for (const role of ['auditor', 'admin', 'viewer'] as const) {
      const { page, context } = await enter(await getToken(role));
      if (role !== 'viewer') await check(page, role);
      if (role === 'viewer') await page.goto(`${server.url}/console/leads/${id}`);
      if (role === 'admin') {
        await page.goto(`${server.url}/console/assignment`);
        await check(page, 'assignment');
        await page.locator('#mini-ai-experience').fill('x\nx');
        await page.locator('form[action$="/mini-ai-experience"] button').click();
        await page.waitForSelector('[role=alert]');
        await check(page, 'assignment refused');
        await page.goto(`${server.url}/console/settings`);
        await check(page, 'settings');
        await addAccount();
        await page.goto(`${server.url}/console/tokens`);
        await page.waitForSelector('form[action$="/sessions/end"]');
        await check(page, 'tokens');
        await page.locator('[name=holder]').fill('x');
        await page.locator('form.row button').click();
        await page.waitForSelector('.receipt');
        await check(page, 'made');
        await page.locator('a[href$="/rotation"]').first().click();
        await page.waitForSelector('[name=days]');
        await check(page, 'rotation');
        await page.goto(`${server.url}/console/tokens`);
        await page.locator('tr:has(b) a[href$="/rotation"]').click();
        await page.waitForSelector('.notice');
        await check(page, 'rotation of the own token');
        await page.goto(`${server.url}/console/tokens`);
        await page.locator('tr:has(b) a[href$="/revocation"]').click();
        await page.waitForSelector('[name=sure]');
        await check(page, 'revocation of the own token');
        await page.goto(`${server.url}/console/tokens`);
        await page.locator('a[href$="/revocation"]').first().click();
        await page.waitForSelector('.alarm');
        await checkChannels(page, check);
        await checkPolicies(page, check);
      }
      await check(page, `${role}, further`);
      await context.close();
    }
  }, 240_000);
});
