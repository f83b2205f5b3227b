import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { lead, unguarded } from '../support/harness.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { findSmallTargets } from '../support/targets.ts';

const { folder, remove } = makeFolder();
const screen = { width: 375, height: 667 };
let server: RunningServer;
let browser: Browser;
let id: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder, unguarded), openBrowser()]);
  id = await submitLead(lead);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

async function submitLead(fields: typeof lead): Promise<string> {
  const response = await fetch(`${server.url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify(fields),
  });
  return ((await response.json()) as { id: string }).id;
}

/** Opens the console on a phone; `errors` collects what fails in a page or is refused by its policy. */
async function openPhone(locale: string, javaScriptEnabled = true) {
  const options = { locale, viewport: screen, isMobile: true, hasTouch: true, javaScriptEnabled };
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(error.message));
  await page.goto(`${server.url}/console`);
  await page.locator('#token').fill(server.token);
  await page.locator('.sign-in button').tap();
  await page.waitForSelector('.account');
  return { context, page, errors };
}

/** Lists what a finger must hit and is smaller than 44 px. */
const findSmall = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll(all =>
    all
      .map(one => ({ text: one.textContent, ...one.getBoundingClientRect().toJSON() }))
      .filter(({ width, height }) => width > 0 && (height < 44 || width < 44))
      .map(({ text, width, height }) => `${text} ${width}x${height}`),
  );

/** The elements that a finger taps. A box counts by its label, because a tap on the label ticks it. */
const targets =
  '.leads .dial, .bar :is(a, button, summary, input:not([type="checkbox"]), .check), .lead :is(button, select), .call a, .crumb a, .account summary';

async function readStatus(): Promise<string> {
  const response = await fetch(`${server.url}/leads/${id}`, { headers: { Authorization: `Bearer ${server.token}` } });
  return ((await response.json()) as { status: string }).status;
}

describe.each(['zh-CN', 'en'])('on a phone, in %s', locale => {
  it('the first lead stands in the first screen, a call is in reach, and its status is asked for in place', async () => {
    const { context, page, errors } = await openPhone(locale);
    const box = (await page.locator('.leads li').first().boundingBox())!;
    expect(box.y + box.height).toBeLessThan(screen.height * 0.6);
    expect(await findSmall(page, targets)).toEqual([]);
    await page.locator('.filters summary').tap();
    expect(await page.locator('.filters a[href^="/console/export"]').isVisible()).toBe(true);
    await page.locator('.filters summary').tap();

    await page.locator('.leads .name').first().tap();
    const reveal = page.locator('.reveal button').first();
    expect((await reveal.boundingBox())!.y).toBeLessThan(screen.height);
    await reveal.tap();
    const call = page.locator('.call a');
    await call.waitFor();
    expect(await call.getAttribute('href')).toBe('tel:+8613800138078');
    expect((await call.boundingBox())!.y).toBeGreaterThan(screen.height / 2);
    expect(await findSmall(page, targets)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(screen.width);

    await page.evaluate('scrollTo(0, 60)');
    await call.tap();
    const question = page.locator('[data-ask]');
    expect(await question.evaluate(it => it === document.activeElement)).toBe(true);
    // The browser may let go of the page during a call.
    await page.reload();
    await question.waitFor();
    const bottom = page.locator('form.asked');
    const sheet = (await bottom.boundingBox())!;
    expect(Math.round(sheet.y + sheet.height)).toBe(screen.height);
    expect(await findSmall(page, targets)).toEqual([]);
    const wanted = locale === 'en' ? 'contacted' : 'qualified';
    const address = page.url();
    await bottom.locator(`button[value=${wanted}]`).tap();
    await page.locator('.toast', { hasText: locale === 'en' ? 'Status saved.' : '状态已保存。' }).waitFor();
    expect([await readStatus(), page.url(), await question.isVisible()]).toEqual([wanted, address, false]);
    await page.reload();
    expect(await question.isVisible()).toBe(false);
    await call.tap();
    await question.locator('button').tap();
    expect(await call.evaluate(it => it === document.activeElement)).toBe(true);
    await page.reload();
    expect(await question.isVisible()).toBe(false);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('"Call" in the list shows the lead, dials at once, and asks for the status of the call', async () => {
    const { context, page, errors } = await openPhone(locale);
    await page.addInitScript(() => {
      addEventListener('click', ({ target }) => {
        if (target instanceof HTMLAnchorElement) sessionStorage.setItem('dialled', target.href);
      });
    });
    await page.locator('.leads .dial').first().tap();
    await page.locator('.call a').waitFor();
    await page.locator('[data-ask]').waitFor();
    expect(await page.evaluate('sessionStorage.getItem("dialled")')).toBe('tel:+8613800138078');
    await page.evaluate('sessionStorage.removeItem("dialled")');
    await page.reload();
    await page.locator('[data-ask]').waitFor();
    expect(await page.evaluate('sessionStorage.getItem("dialled")')).toBe(null);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('the bar for several leads takes one line, and unfolds what can be done', async () => {
    const { context, page } = await openPhone(locale);
    await page.locator('[name=lead]').first().check();
    const bar = await page.locator('.several').boundingBox();
    expect(bar!.height).toBeLessThan(64);
    expect(await page.locator('.several button[value=spam]').isVisible()).toBe(false);
    expect(await findSmall(page, '.several :is(summary, .check)')).toEqual([]);
    await page.locator('.several summary').tap();
    expect(await findSmall(page, '.several :is(summary, .check, button, select)')).toEqual([]);
    await page.locator('.several button[value=spam]').tap({ trial: true });
    await context.close();
  });

  it.each([true, false])('the navigation shows the present section, with a script or without: %s', async hasScript => {
    const { context, page } = await openPhone(locale, hasScript);
    await page.goto(`${server.url}/console/record`);
    const { x, width } = (await page.locator('.top nav [aria-current]').boundingBox())!;
    expect([x >= 0, x + width <= screen.width]).toEqual([true, true]);
    expect(await page.evaluate('scrollY')).toBe(0);
    await context.close();
  });

  it('the console can be kept among the apps, without a worker that keeps anything', async () => {
    const { context, page, errors } = await openPhone(locale);
    const client = await context.newCDPSession(page);
    const { data, errors: wrong } = await client.send('Page.getAppManifest');
    expect(wrong).toEqual([]);
    const name = locale === 'en' ? 'Leads console' : '线索工作台';
    const manifest = JSON.parse(data!) as { icons: { src: string }[] };
    expect(manifest).toMatchObject({ name, lang: locale, start_url: '/console', display: 'standalone' });
    expect((await client.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
    for (const { src } of manifest.icons) {
      const icon = await fetch(server.url + src);
      expect([icon.status, icon.headers.get('Content-Type')]).toEqual([200, 'image/png']);
    }
    expect(await page.evaluate('navigator.serviceWorker.getRegistrations().then(all => all.length)')).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  });
});

it('on a phone without JavaScript the number is called and the status set by plain links and buttons', async () => {
  const { context, page } = await openPhone('en', false);
  await page.locator('.leads .name').first().tap();
  await page.locator('.reveal button').first().tap();
  expect(await page.locator('.call a').getAttribute('href')).toBe('tel:+8613800138078');
  await page.locator('.work button[value=new]').tap();
  await page.getByText('Status saved.').waitFor();
  expect([await readStatus(), await page.locator('.call a').count()]).toEqual(['new', 1]);
  await context.close();
});

it.each(['zh-CN', 'en'])('a finger hits all that a visitor taps on the pages of the service, in %s', async locale => {
  const context = await browser.newContext({ locale, viewport: screen, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  const paths = [
    '/forms/mini-ai-experience',
    '/policies',
    '/policies/current',
    '/requests',
    '/withdrawals',
    '/announcements',
    '/nothing',
  ];
  for (const path of paths) {
    await page.goto(server.url + path);
    expect([path, ...(await findSmallTargets(page))]).toEqual([path]);
  }
  await page.goto(`${server.url}/withdrawals`);
  await page.locator('form').evaluate(form => form.setAttribute('novalidate', ''));
  await page.locator('form button').tap();
  await page.locator('.notice.alarm a').first().waitFor();
  expect(await findSmallTargets(page)).toEqual([]);
  await context.close();
});

it('filters that are taller than the screen scroll to their last button, above a list that is longer too', async () => {
  for (let n = 0; n < 12; n++) await submitLead({ ...lead, phone: `138001390${n + 10}` });
  const { context, page } = await openPhone('en');
  await page.setViewportSize({ width: screen.width, height: 480 });
  for (const top of [0, 400]) {
    await page.evaluate(y => scrollTo(0, y), top);
    await page.locator('.filters summary').tap();
    await page.locator('.filters form button').tap({ trial: true, timeout: 5_000 });
    await page.locator('.filters summary').tap();
  }
  await context.close();
});

it('a list of fifty, a lead and the overview weigh at most 30 KB on the wire, with styles and script', async () => {
  await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      submitLead({
        ...lead,
        name: String.fromCodePoint(0x5f20 + 7 * n),
        phone: `139001390${n + 10}`,
        email: `v${n}@b${n}.com`,
      }),
    ),
  );
  const { context } = await openPhone('zh-CN');
  const cookies = await context.cookies();
  const headers = {
    Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    Accept: 'text/html',
    'Accept-Encoding': 'br',
    'Sec-Fetch-Site': 'same-origin',
  };
  const weigh = async (path: string) => {
    const response = await fetch(server.url + path, { headers });
    expect([path, response.status]).toEqual([path, 200]);
    return Number(response.headers.get('Content-Length'));
  };
  const files = await Promise.all(['/console.css', '/console.js'].map(weigh));
  const shared = files.reduce((sum, bytes) => sum + bytes, 0);
  for (const path of ['/console', `/console/leads/${id}`, '/console/overview']) {
    const bytes = await weigh(path);
    expect(bytes).toBeGreaterThan(1_000);
    expect(shared + bytes).toBeLessThan(30_000);
  }
  await context.close();
});
