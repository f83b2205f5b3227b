import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { RunningServer } from '../support/server.ts';

const visitor = { name: 'Lin Wei', phone: '025-58801024', company: 'Example Ltd' };

/** Makes a visitor's choices on an example's website, and sends its form. @throws Where it behaves otherwise. */
export async function visitExample(browser: Browser, url: string, server: RunningServer): Promise<void> {
  const context = await browser.newContext({ locale: 'en' });
  const page = await context.newPage();
  const faults: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', error => faults.push(String(error)));
  page.on('console', message => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
  page.on('request', request => asked.push(request.url()));
  try {
    await page.goto(url);
    await makeChoices(page, asked);
    await sendForm(page, server);
    const elsewhere = asked.filter(
      address => /^http/.test(address) && ![url, `${server.url}/`].some(it => address.startsWith(it)),
    );
    assert.deepEqual(elsewhere, [], 'no other host is asked');
    assert.deepEqual(faults, [], 'the page logs no error');
  } catch (error) {
    throw new Error(`${await page.locator('body').innerText()}\n${faults.join('\n')}`, { cause: error });
  } finally {
    await context.close();
  }
}

/** Opens the preferences, allows all, takes analytics back, and looks what the page loads and says. */
async function makeChoices(page: Page, asked: string[]) {
  const gated = () => asked.filter(address => /analytics\.js|video/.test(address));
  const banner = page.locator('[data-consent-banner]');
  await banner.waitFor();
  await page.locator('#counted', { hasText: 'is not counted' }).waitFor();
  assert.deepEqual(gated(), [], 'nothing that waits for consent is loaded before it');
  await page.locator('[data-consent-action=accept-all]').click();
  await page.locator('#counted', { hasText: 'is counted' }).waitFor();
  await page.locator('html[data-visit=counted]').waitFor();
  await page.frameLocator('iframe[title="Product tour"]').getByText('Stands for a video').waitFor();
  await page.locator('[data-consent-open]').click();
  await page.locator('[data-consent-preferences] [data-consent-action=reject-all]').click();
  await page.locator('#counted', { hasText: 'is not counted' }).waitFor();
}

async function sendForm(page: Page, server: RunningServer) {
  const form = page.locator('[data-lead-form]');
  const email = `lin.${Date.now()}@example.com`;
  for (const [name, value] of Object.entries({ ...visitor, email })) await form.locator(`[name=${name}]`).fill(value);
  await form.locator('[name=policy_version]').check();
  await form.locator('[type=submit]').click();
  await page.locator('[data-lead-form-done]').waitFor();
  const headers = { Authorization: `Bearer ${server.token}` };
  const { leads } = (await (await fetch(`${server.url}/leads?view=clear`, { headers })).json()) as {
    leads: { email: string }[];
  };
  assert.ok(
    leads.some(lead => lead.email === email),
    'the lead has arrived',
  );
}
