import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { done, field, fill, form, lead, notice, submit } from './lead-form.ts';
import { changePolicies } from './policies.ts';
import { eventually, formElement, openSite, pageWith, type Reply, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(async () => {
  await site.reset();
  site.html = pageWith(formElement);
});
afterAll(() => site.close());

const posts = () => site.posts('/forms/');
const keys = () => new Set(posts().map(({ headers }) => headers['idempotency-key']));
const challenges = () => site.seen.filter(({ path }) => path.startsWith('/challenge'));
const drafts = (page: Page) => page.evaluate(() => ({ ...sessionStorage }) as Record<string, string>);
const stored: Reply = { status: 201, body: { receipt_code: 'LC-7Q4M-9XTR-2HKD' } };

async function send(page: Page) {
  await fill(page);
  await submit(page).click();
}

it.each<[string, Reply, string]>([
  ['the server fails', { status: 500, body: {} }, 'couldn’t send'],
  ['the server cannot be reached', 'gone', 'couldn’t send'],
  ['there were too many', { status: 429, body: {} }, 'Too many'],
])('when %s what was typed is kept, and the retry has the same key', async (_, reply, text) => {
  site.onLead = () => reply;
  const page = await site.visit();
  await fill(page);
  await submit(page).click();
  await page.getByText(text).waitFor();
  expect(await field(page, 'name').inputValue()).toBe(lead.name);
  expect(await submit(page).textContent()).toBe('Try again');
  expect(await submit(page).getAttribute('aria-disabled')).toBeNull();
  site.onLead = () => ({ status: 201, body: {} });
  await submit(page).click();
  await done(page).waitFor();
  const keys = site.posts('/forms/').map(({ headers }) => headers['idempotency-key']);
  expect(keys.length).toBeGreaterThanOrEqual(2);
  expect(new Set(keys).size).toBe(1);
});

it('changed values get a new key', async () => {
  site.onLead = () => ({ status: 500, body: {} });
  const page = await site.visit();
  await fill(page);
  await submit(page).click();
  await page.getByText('couldn’t send').waitFor();
  await field(page, 'company').fill('Another');
  await submit(page).click();
  await eventually(() => site.posts('/forms/').length).toBe(2);
  const [first, second] = site.posts('/forms/').map(({ headers }) => headers['idempotency-key']);
  expect(first).not.toBe(second);
});

it('offline it says so, keeps everything, and sends by itself once the network is back', async () => {
  const page = await site.visit();
  await fill(page);
  await page.context().setOffline(true);
  await submit(page).click();
  await page.getByText('You are offline').waitFor();
  expect(await field(page, 'email').inputValue()).toBe(lead.email);
  expect(posts()).toEqual([]);
  await page.context().setOffline(false);
  await done(page).waitFor();
  expect(posts().length).toBe(1);
});

it('back online it does not send what has been changed meanwhile, nor without a tick', async () => {
  site.onLead = () => 'gone';
  const page = await site.visit();
  await send(page);
  await page.getByText('couldn’t send').waitFor();
  const before = posts().length;
  await field(page, 'policy_version').uncheck();
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await field(page, 'policy_version').check();
  await field(page, 'company').fill('Another');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 100)));
  expect(posts().length).toBe(before);
});

it('after a 429 it waits as long as it was told, says so, and sends by itself until it gets through', async () => {
  const limited: Reply = { status: 429, body: {}, headers: { 'Retry-After': '1' } };
  const times: number[] = [];
  site.onLead = () => (times.push(Date.now()) > 2 ? stored : limited);
  const page = await site.visit({ before: tab => tab.addInitScript('Math.random = () => 0') });
  await send(page);
  await page.getByText('Too many attempts. Your entries are kept, and we’ll keep trying to send them.').waitFor();
  expect(await submit(page).getAttribute('aria-disabled')).toBe('true');
  await field(page, 'name').press('Enter');
  await page.waitForTimeout(300);
  expect(times.length).toBe(1);
  await done(page).waitFor();
  expect(times.length).toBe(3);
  expect(Math.min(times[1]! - times[0]!, times[2]! - times[1]!)).toBeGreaterThanOrEqual(1_000);
  expect(keys().size).toBe(1);
});

it('of many who wait, each waits longer and for a time of its own', async () => {
  site.onLead = () => ({ status: 429, body: {}, headers: { 'Retry-After': '1' } });
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(() => {
        const { setTimeout } = window;
        Object.assign(window, { pauses: [] });
        Math.random = () => 0.5;
        window.setTimeout = ((run: () => void, pause_ms = 0) => {
          if (pause_ms >= 1_000 && pause_ms < 30_000) (window as unknown as { pauses: number[] }).pauses.push(pause_ms);
          return setTimeout(run, pause_ms < 30_000 ? Math.min(pause_ms, 20) : pause_ms);
        }) as typeof window.setTimeout;
      }),
  });
  // Not the one after which the form itself would be asked for once more.
  await page.evaluate(() => Object.assign(window, { pauses: [] }));
  await send(page);
  const pauses = () => page.evaluate(() => (window as unknown as { pauses: number[] }).pauses.slice(0, 7));
  await eventually(pauses).toEqual([1_000, 6_000, 11_000, 16_000, 21_000, 21_000, 21_000]);
});

it('what was changed while the form waits is not sent by itself, and the promise to send it is taken back', async () => {
  site.onLead = () => ({ status: 429, body: {}, headers: { 'Retry-After': '1' } });
  const page = await site.visit();
  await send(page);
  await page.getByText('Too many attempts').waitFor();
  await field(page, 'company').fill('Another');
  await eventually(() => submit(page).textContent()).toBe('Send');
  expect(await notice(page).textContent()).toBe('');
  expect(posts().length).toBe(1);
});

it('what was typed survives a reload, not the tick; once sent it is gone', async () => {
  const page = await site.visit();
  await fill(page);
  expect(Object.keys(await drafts(page))).toEqual(['lead-consent.draft.mini-ai-experience']);
  await page.reload();
  await form(page).waitFor();
  for (const [name, value] of Object.entries(lead)) expect(await field(page, name).inputValue()).toBe(value);
  expect(await field(page, 'policy_version').isChecked()).toBe(false);
  await field(page, 'policy_version').check();
  await submit(page).click();
  await done(page).waitFor();
  expect(await drafts(page)).toEqual({});
  await page.reload();
  expect(await field(page, 'name').inputValue()).toBe('');
});

it('an answer that is lost, and a reload after it, still end in one key for the same values', async () => {
  site.onLead = () => 'gone';
  const page = await site.visit();
  await send(page);
  await page.getByText('couldn’t send').waitFor();
  site.onLead = () => stored;
  await page.reload();
  await field(page, 'policy_version').check();
  await submit(page).click();
  await done(page).waitFor();
  expect(posts().length).toBeGreaterThanOrEqual(2);
  expect(keys().size).toBe(1);
});

it('[K1] with storage blocked the form still sends', async () => {
  const errors: unknown[] = [];
  const page = await site.visit({
    before: async tab => {
      tab.on('pageerror', error => errors.push(error));
      await tab.addInitScript(() =>
        Object.defineProperty(window, 'sessionStorage', {
          get: () => {
            throw new DOMException('blocked', 'SecurityError');
          },
        }),
      );
    },
  });
  await send(page);
  await done(page).waitFor();
  expect(errors).toEqual([]);
});

it('a draft that another script has spoilt is no draft', async () => {
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(() => sessionStorage.setItem('lead-consent.draft.mini-ai-experience', '{"values":null}')),
  });
  await send(page);
  await done(page).waitFor();
});

it('asks for a challenge at the first focus, once, and sends its solution', async () => {
  const page = await site.visit();
  await form(page).waitFor();
  await page.waitForLoadState('networkidle');
  expect(challenges()).toEqual([]);
  await field(page, 'name').focus();
  await eventually(() => challenges().length).toBe(1);
  await send(page);
  await done(page).waitFor();
  expect(challenges().map(({ path }) => path)).toEqual(['/challenge?form=mini-ai-experience']);
  expect(site.proofs).toEqual([expect.stringMatching(/^[\da-f]{32}$/)]);
});

it('a proof that is refused is replaced once, by itself, under the same key', async () => {
  const page = await site.visit();
  await fill(page);
  await eventually(() => challenges().length).toBe(1);
  let refused = 0;
  site.onLead = () => (refused++ ? stored : { status: 403, body: { type: 'x/bot-check-failed' } });
  await submit(page).click();
  await done(page).waitFor();
  expect([challenges().length, posts().length, keys().size, new Set(site.proofs).size]).toEqual([2, 2, 1, 2]);
});

it('a proof that is refused again is told, and the button tries with a new one', async () => {
  site.onLead = () => ({ status: 403, body: { type: 'x/bot-check-failed' } });
  const page = await site.visit();
  await send(page);
  await page.getByText('couldn’t send').waitFor();
  expect(posts().length).toBe(2);
  site.onLead = () => stored;
  await submit(page).click();
  await done(page).waitFor();
  expect(new Set(site.proofs).size).toBe(3);
});

it('a page whose origin is refused is not taken for a bot', async () => {
  site.onLead = () => ({ status: 403, body: { type: 'x/origin-not-allowed' } });
  const page = await site.visit();
  await send(page);
  await page.getByText('couldn’t send').waitFor();
  expect(posts().length).toBe(1);
});

it('a proof that has grown old is made anew before it is sent', async () => {
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(() => {
        const { now } = Date;
        Object.assign(window, { skipped_ms: 0 });
        Date.now = () => now() + (window as unknown as { skipped_ms: number }).skipped_ms;
      }),
  });
  await fill(page);
  await eventually(() => challenges().length).toBe(1);
  await page.evaluate(() => Object.assign(window, { skipped_ms: 9.5 * 60_000 }));
  await submit(page).click();
  await done(page).waitFor();
  expect([challenges().length, posts().length]).toEqual([2, 1]);
});

it('where no challenge is to be had nothing is posted, and the reason is told', async () => {
  const page = await site.visit({ before: tab => tab.route('**/challenge?*', route => route.abort()) });
  await send(page);
  await page.getByText('couldn’t send').waitFor();
  expect(posts()).toEqual([]);
  await page.unrouteAll();
  await submit(page).click();
  await done(page).waitFor();
});

it('where an answer from between holds no challenge nothing is posted, and the form says so', async () => {
  const page = await site.visit({
    before: tab =>
      tab.route('**/challenge?*', route =>
        route.fulfill({ json: { challenge: 'portal' }, headers: { 'Access-Control-Allow-Origin': '*' } }),
      ),
  });
  await send(page);
  await page.getByText('couldn’t send').waitFor();
  expect(posts()).toEqual([]);
  await page.unrouteAll();
  await submit(page).click();
  await done(page).waitFor();
});

it('after an outdated policy the same proof is sent again, under a new key', async () => {
  const errors = [{ field: 'policy_version', code: 'outdated', message: 'The policy has changed' }];
  site.onLead = ({ body }) => (body.policy_version === '2026-02' ? stored : { status: 422, body: { errors } });
  const page = await site.visit();
  await fill(page);
  site.policies = changePolicies({ version: '2026-02', url: '/policies/2026-02?lang=en' });
  await submit(page).click();
  await page.getByText('The policy has changed').waitFor();
  expect(await field(page, 'policy_version').isChecked()).toBe(false);
  await field(page, 'policy_version').check();
  await submit(page).click();
  await done(page).waitFor();
  expect([challenges().length, keys().size, new Set(site.proofs).size]).toEqual([1, 2, 1]);
});

it('the receipt code is copied with one click, on plain http too', async () => {
  const page = await site.visit();
  await send(page);
  await done(page).getByRole('button', { name: 'Copy', exact: true }).click();
  await done(page).getByRole('button', { name: 'Copy ✓' }).waitFor();
  await page.evaluate(() => document.body.append(document.createElement('textarea')));
  await page.locator('textarea').focus();
  await page.keyboard.press('ControlOrMeta+v');
  expect(await page.locator('textarea').inputValue()).toBe('LC-7Q4M-9XTR-2HKD');
});

it('the notice is empty while nothing is wrong', async () => {
  const page = await site.visit();
  await form(page).waitFor();
  expect(await notice(page).textContent()).toBe('');
});
