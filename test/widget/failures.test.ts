import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changePolicies } from './policies.ts';
import { eventually, openSite, pageWith, type Reply, type Seen, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(async () => {
  await site.reset();
  site.policies = changePolicies({ cookie: { name: 'consent', domain: 'shop.localhost', max_age_days: 182 } });
});
afterAll(() => site.close());

const visitor_id = '0b8f0c52-4f5c-4d3e-9a57-1f7f3d3a9c11';
const click = (page: Page, name: string) => page.locator(`[data-consent-action="${name}"]`).last().click();
const has = (page: Page) => page.evaluate(() => window.leadConsent?.has('analytics'));
const unsent = (page: Page) => page.evaluate(() => localStorage.length);

/** Tells the page that its tab becomes visible and then hidden, as a browser does. */
const comeAndGo = (page: Page) =>
  page.evaluate(() => {
    for (const value of ['visible', 'hidden']) {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }
  });

async function withdraw(page: Page) {
  await page.evaluate(() => window.leadConsent?.open());
  await page.locator('[data-consent-preferences]').waitFor();
  await click(page, 'reject-all');
}

/** Answers as the product does: it sets the cookie to the choice that was made last of all that are stored. */
function keepRecords() {
  const records = new Map<unknown, Seen['body']>();
  const reply = ({ body, headers }: Seen): Reply => {
    records.set(headers['idempotency-key'], body);
    const [latest] = [...records.values()].sort((a, b) => (a.chosen_at > b.chosen_at ? -1 : 1));
    const at = Math.floor(Date.parse(latest.chosen_at) / 1000);
    const cookie = `consent=v1.${latest.visitor_id}.2026-01.${at}.${latest.granted.join('_')}; Path=/; Max-Age=900; Domain=shop.localhost`;
    return { status: 201, body: { ...body, received_at: body.chosen_at }, headers: { 'Set-Cookie': cookie } };
  };
  return { records, reply };
}

/** Replaces the page's clock by one that can be moved while the page is open. */
const moveClock = () => {
  const { now } = Date;
  Object.assign(window, { skipped_ms: Number(sessionStorage.getItem('skipped') ?? 0) });
  const read = () => now() + (window as unknown as { skipped_ms: number }).skipped_ms;
  Date.now = read;
};

describe('[K2] a refusal is never turned into a grant', () => {
  it('by the late answer to an earlier acceptance, though the page is closed before the refusal is sent', async () => {
    site.html = pageWith('<script type="text/plain" data-consent="analytics">window.ran = true</script>');
    const { records, reply } = keepRecords();
    let answer = () => {};
    site.onConsent = async seen => {
      await new Promise<void>(resolve => {
        answer = resolve;
      });
      return reply(seen);
    };
    const page = await site.visit();
    await click(page, 'accept-all');
    await eventually(() => site.posts('/consents').length).toBe(1);
    await withdraw(page);
    site.onConsent = () => 'gone';
    await page.goto('about:blank');
    const isGranted = async () => (await page.context().cookies()).some(({ value }) => value.includes('analytics'));
    expect(await isGranted()).toBe(false);
    answer();
    await eventually(isGranted).toBe(true);
    await page.goto(site.page);
    await page.evaluate(() => window.leadConsent?.ready);
    expect(await has(page)).toBe(false);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    site.onConsent = reply;
    await page.reload();
    await eventually(() => unsent(page)).toBe(0);
    expect(new Set([...records.values()].map(({ granted }) => granted.length))).toEqual(new Set([4, 1]));
    await page.reload();
    await page.evaluate(() => window.leadConsent?.ready);
    expect(await has(page)).toBe(false);
  });

  it('by a clock that is set back between acceptance and refusal', async () => {
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    const page = await site.visit({ before: tab => tab.addInitScript(moveClock) });
    await click(page, 'accept-all');
    await eventually(() => unsent(page)).toBe(0);
    await page.evaluate(() => Object.assign(window, { skipped_ms: -3_600_000 }));
    await withdraw(page);
    await eventually(() => records.size).toBe(2);
    await eventually(() => unsent(page)).toBe(0);
    const [accepted, refused] = [...records.values()];
    expect(refused.chosen_at > accepted.chosen_at).toBe(true);
    await page.reload();
    await page.evaluate(() => window.leadConsent?.ready);
    expect(await has(page)).toBe(false);
  });

  it('by a server that does not take it, after the late answer to an acceptance', async () => {
    const { reply } = keepRecords();
    let answer = () => {};
    const held = new Promise<void>(resolve => {
      answer = resolve;
    });
    site.onConsent = async seen => {
      await held;
      return seen.body.granted.length > 1 ? reply(seen) : { status: 422, body: {} };
    };
    const page = await site.visit();
    await click(page, 'accept-all');
    await withdraw(page);
    answer();
    await eventually(() => site.posts('/consents').length).toBe(2);
    await eventually(() => unsent(page)).toBe(0);
    await page.reload();
    await page.evaluate(() => window.leadConsent?.ready);
    expect(await has(page)).toBe(false);
  });

  it('by another tab that still holds the acceptance', async () => {
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    const page = await site.visit();
    const other = await page.context().newPage();
    await click(page, 'accept-all');
    await eventually(() => unsent(page)).toBe(0);
    await other.goto(site.page);
    await other.evaluate(() => window.leadConsent?.ready);
    expect(await has(other)).toBe(true);
    await withdraw(page);
    await other.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    expect(await has(other)).toBe(false);
    await eventually(() => records.size).toBe(2);
    expect(new Set([...records.values()].map(it => it.visitor_id)).size).toBe(1);
  });
});

describe('[K3] a choice is never lost and never doubled', () => {
  it('when the page is left at the click', async () => {
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    const page = await site.visit();
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('[data-consent-action=reject-all]')!.click();
      location.href = 'about:blank';
    });
    await page.waitForURL('about:blank');
    await eventually(() => records.size).toBe(1);
  });

  it('when it is made offline: it holds at once, and is sent when the network is back, with its own time', async () => {
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    const page = await site.visit();
    await page.context().setOffline(true);
    const before = Date.now();
    await click(page, 'accept-all');
    const after = Date.now();
    expect(await has(page)).toBe(true);
    await page.waitForTimeout(300);
    await page.context().setOffline(false);
    await eventually(() => records.size).toBe(1);
    const at = Date.parse([...records.values()][0].chosen_at);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(after);
    await eventually(() => unsent(page)).toBe(0);
  });

  it('when the quota is full: it waits as long as it is told on the same page, then sends with the same key', async () => {
    const { records, reply } = keepRecords();
    let tried = 0;
    site.onConsent = seen => (tried++ ? reply(seen) : { status: 429, headers: { 'Retry-After': '1' }, body: {} });
    const page = await site.visit();
    await click(page, 'reject-all');
    await eventually(() => records.size).toBe(1);
    expect(new Set(site.posts('/consents').map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('when tabs come and go while one is sending; another takes over once that has failed', async () => {
    let answer = (_: Reply) => {};
    site.onConsent = () =>
      new Promise<Reply>(resolve => {
        answer = resolve;
      });
    const page = await site.visit();
    const other = await page.context().newPage();
    await other.goto(site.page);
    await click(other, 'accept-all');
    await eventually(() => site.posts('/consents').length).toBe(1);
    await comeAndGo(page);
    await comeAndGo(other);
    await page.waitForTimeout(200);
    expect(site.posts('/consents').length).toBe(1);
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    answer({ status: 503 });
    await eventually(() => unsent(page)).toBe(0);
    expect([records.size, site.posts('/consents').length]).toEqual([1, 2]);
  });

  it('when two tabs choose while the server is away: both are sent, each once, and the later one holds', async () => {
    site.onConsent = () => 'gone';
    const page = await site.visit();
    const other = await page.context().newPage();
    await other.goto(site.page);
    await other.evaluate(() => window.leadConsent?.ready);
    await click(page, 'accept-all');
    await withdraw(other);
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    await Promise.all([page.reload(), other.reload()]);
    await eventually(() => records.size).toBe(2);
    await eventually(() => unsent(page)).toBe(0);
    await other.reload();
    await other.evaluate(() => window.leadConsent?.ready);
    expect(await has(other)).toBe(false);
  });

  it('when what was kept is spoilt by another script: the rest is sent', async () => {
    site.onConsent = () => 'gone';
    const page = await site.visit();
    await click(page, 'reject-all');
    await page.evaluate(() => {
      localStorage.setItem('lead-consent.unsent.x', '{');
      localStorage.setItem('lead-consent.unsent.y', 'null');
    });
    const { records, reply } = keepRecords();
    site.onConsent = reply;
    await page.reload();
    await eventually(() => records.size).toBe(1);
    expect(await page.locator('[data-consent-banner]').count()).toBe(0);
  });
});

it('[K3] with storage throwing on writing alone a choice is still recorded, also when the page is left before it could be', async () => {
  const { records, reply } = keepRecords();
  site.onConsent = () => 'gone';
  const errors: unknown[] = [];
  const page = await site.visit({
    before: tab => {
      tab.on('pageerror', error => errors.push(error));
      return tab.addInitScript(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
      });
    },
  });
  await click(page, 'reject-all');
  await eventually(() => site.posts('/consents').length).toBeGreaterThan(0);
  await page.waitForTimeout(100);
  site.onConsent = reply;
  await page.goto('about:blank');
  await eventually(() => records.size).toBe(1);
  expect(errors).toEqual([]);
});

it('[K1] with cookies switched off in the browser the choice holds for the page, is recorded, and nothing breaks', async () => {
  const { records, reply } = keepRecords();
  site.onConsent = reply;
  site.html = pageWith('<script type="text/plain" data-consent="analytics">window.ran = true</script>');
  const errors: unknown[] = [];
  const page = await site.visit({
    before: async tab => {
      tab.on('pageerror', error => errors.push(error));
      const session = await tab.context().newCDPSession(tab);
      await session.send('Emulation.setDocumentCookieDisabled', { disabled: true });
    },
  });
  await click(page, 'accept-all');
  await eventually(() => page.evaluate(() => 'ran' in window)).toBe(true);
  expect([await page.evaluate(() => document.cookie), await has(page)]).toEqual(['', true]);
  await withdraw(page);
  await eventually(() => records.size).toBe(2);
  expect(await has(page)).toBe(false);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  expect(await has(page)).toBe(false);
  expect(errors).toEqual([]);
});

it('[C6] [V2] the visitor who skipped minor versions is not asked again; the one who skipped a significant one is, once', async () => {
  const at = Math.floor(Date.now() / 1000 - 100 * 86_400);
  const cookie = { name: 'consent', value: `v1.${visitor_id}.2025-03.${at}.necessary_analytics`, url: site.page };
  const before = (tab: Page) => tab.context().addCookies([cookie]);
  site.policies = changePolicies({ version: '2026-07', change_class: 'minor' });
  const page = await site.visit({ before });
  expect([await page.locator('[data-consent-banner]').count(), await has(page)]).toEqual([0, true]);
  const choices_hold_since = new Date((at + 86_400) * 1000).toISOString();
  site.policies = changePolicies({ version: '2026-08', change_class: 'minor', choices_hold_since });
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect([await page.locator('[data-consent-banner]').count(), await has(page)]).toEqual([1, false]);
  await click(page, 'reject-all');
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect(await page.locator('[data-consent-banner]').count()).toBe(0);
});

it('a page that comes back from the browser’s cache obeys the choice that was made meanwhile', async () => {
  site.html = pageWith(
    '<script type="text/plain" data-consent="analytics">window.ran = (window.ran ?? 0) + 1</script>',
  );
  const page = await site.visit();
  /** Chooses as another page does while this one is in the cache, where it hears nothing, and brings this one back. */
  const comeBack = async (seconds: number, granted: string) => {
    const value = `v1.${visitor_id}.2026-01.${Math.floor(Date.now() / 1000) + seconds}.${granted}`;
    await page.context().addCookies([{ name: 'consent', value, url: site.page }]);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    return [await has(page), await page.locator('[data-consent-banner]').count(), await page.evaluate('window.ran')];
  };
  expect([await has(page), await page.locator('[data-consent-banner]').count()]).toEqual([false, 1]);
  expect(await comeBack(-2, 'necessary_analytics')).toEqual([true, 0, 1]);
  expect(await comeBack(-1, 'necessary')).toEqual([false, 0, 1]);
});

it('[C6] a clock moved on by half a year makes the banner ask again', async () => {
  const page = await site.visit({ before: tab => tab.addInitScript(moveClock) });
  await click(page, 'accept-all');
  for (const [days, banners] of [
    [181, 0],
    [183, 1],
  ] as const) {
    await page.evaluate(ms => sessionStorage.setItem('skipped', String(ms)), days * 86_400_000);
    await page.reload();
    await page.evaluate(() => window.leadConsent?.ready);
    expect([days, await page.locator('[data-consent-banner]').count()]).toEqual([days, banners]);
  }
  expect(await has(page)).toBe(false);
});
