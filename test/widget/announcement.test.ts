import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { findViolations } from '../support/axe.ts';
import { changePolicies } from './policies.ts';
import { eventually, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const day_ms = 86_400_000;
const soon = () => new Date(Date.now() + day_ms).toISOString();
const bar = (page: Page) => page.locator('[data-consent-announcement]');
const banner = (page: Page) => page.locator('[data-consent-banner]');
const close = (page: Page) => bar(page).getByRole('button');
const chosen_at = Math.floor((Date.now() - 10 * day_ms) / 1000);
const chosen = `v1.0b8f0c52-4f5c-4d3e-9a57-1f7f3d3a9c11.2026-01.${chosen_at}.necessary`;

function announce(id = 'policy-2026-12', until = soon(), text = 'We keep inquiries for twelve months.') {
  const en = { title: 'Our privacy policy has changed', text, more: 'Read more', close: 'Got it' };
  const zh = { title: '隐私政策有重大更新', text: '咨询信息只保存十二个月。', more: '了解详情', close: '知道了' };
  return { id, until, texts: { en, 'zh-CN': zh } };
}

const addChoice = (tab: Page) => tab.context().addCookies([{ name: 'consent', value: chosen, url: site.page }]);

it('[V2] an announcement is shown until it is dismissed, once for the visitor, and another one then is shown again', async () => {
  site.announcement = announce();
  const page = await site.visit({ before: addChoice });
  await eventually(() => bar(page).textContent()).toContain('We keep inquiries for twelve months.');
  expect(await bar(page).getByRole('link').getAttribute('href')).toBe(
    `${site.host}/announcements?lang=en#policy-2026-12`,
  );
  expect(await page.evaluate(() => [document.activeElement === document.body, localStorage.length])).toEqual([true, 0]);
  expect(site.seen.filter(({ host }) => host.startsWith('leads.')).map(({ path }) => path)).toEqual(['/widget.js']);
  await page.reload();
  await close(page).click();
  expect(await bar(page).count()).toBe(0);
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect(await bar(page).count()).toBe(0);
  site.announcement = announce('incident-1');
  await page.reload();
  await close(page).click();
  site.announcement = announce();
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect(await bar(page).count()).toBe(0);
});

it('an announcement whose time is over is not shown, although an old copy of the script holds it', async () => {
  site.announcement = announce('policy-2026-12', new Date(Date.now() - 1_000).toISOString());
  const page = await site.visit();
  expect(await banner(page).isVisible()).toBe(true);
  expect(await bar(page).count()).toBe(0);
});

it('where storage is refused, the announcement is shown and goes when it is dismissed', async () => {
  site.announcement = announce();
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(() =>
        Object.defineProperty(window, 'localStorage', {
          get() {
            throw new DOMException('refused', 'SecurityError');
          },
        }),
      ),
  });
  await close(page).click();
  expect(await bar(page).count()).toBe(0);
  expect(await banner(page).isVisible()).toBe(true);
});

it('a widget into which nothing is written shows the announcement that the server tells', async () => {
  site.isWritten = false;
  const { texts, ...facts } = announce();
  const announcement = { ...facts, ...texts.en, url: `${site.host}/announcements?lang=en#${facts.id}` };
  site.policies = changePolicies({ announcement } as never);
  const page = await site.visit();
  await eventually(() => bar(page).textContent()).toContain('We keep inquiries');
});

it('[V2] who chose before a significant change is asked again and told what changed; then no announcement says it once more', async () => {
  const summary = 'We keep inquiries for twelve months.';
  site.announcement = announce();
  site.policies = changePolicies({ choices_hold_since: new Date(Date.now() - 5 * day_ms).toISOString(), summary });
  const page = await site.visit({ before: addChoice });
  await page.evaluate(() => window.leadConsent?.ready);
  expect(await banner(page).textContent()).toContain(`Our privacy policy has changed: ${summary}`);
  expect(await bar(page).count()).toBe(0);
  await banner(page).locator('[data-consent-action="reject-all"]').click();
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  expect([await banner(page).count(), await bar(page).count()]).toEqual([0, 0]);
  const other = await site.visit();
  await eventually(() => bar(other).textContent()).toContain(summary);
  expect(await banner(other).textContent()).not.toContain(summary);
});

it.each([
  ['a phone', { width: 375, height: 667 }, 'en'],
  ['a small phone', { width: 320, height: 568 }, 'zh-CN'],
  ['a wide screen', { width: 1280, height: 800 }, 'en'],
])('on %s it does not cover the banner, and both pass axe', async (_, viewport, lang) => {
  site.announcement = announce('policy-2026-12', soon(), 'We keep less. '.repeat(35));
  site.html = pageWith('', { lang });
  const page = await site.visit({ viewport });
  await eventually(() => bar(page).textContent()).toMatch(/twelve|We keep less|十二/);
  const [news, ask] = await Promise.all(
    [bar(page), banner(page)].map(it =>
      it
        .locator('.lc-card')
        .boundingBox()
        .then(box => box!),
    ),
  );
  expect(news!.y + news!.height).toBeLessThanOrEqual(ask!.y);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
  expect(await findViolations(page)).toEqual([]);
});

it('by keyboard it is dismissed, the focus returns to where it was, and nothing that has the focus is under it', async () => {
  site.announcement = announce();
  site.html = pageWith(
    `${'<p>Text</p>'.repeat(30)}<p><a href="#one" id="one">One</a></p>${'<p>Text</p>'.repeat(40)}<a href="#two" id="two">Two</a>`,
  );
  const page = await site.visit({ before: addChoice, viewport: { width: 375, height: 667 } });
  await eventually(() => bar(page).textContent()).toContain('twelve');
  await page.evaluate(() => {
    document.querySelector('#two')!.scrollIntoView();
    scrollTo(0, document.querySelector('#one')!.getBoundingClientRect().top + scrollY - 10);
    document.querySelector<HTMLElement>('#one')!.focus({ preventScroll: true });
  });
  const isFree = () =>
    page.evaluate(() => {
      const { top, bottom } = document.activeElement!.getBoundingClientRect();
      const card = document.querySelector('[data-consent-announcement] .lc-card')!.getBoundingClientRect();
      return top >= card.bottom || bottom <= card.top;
    });
  expect(await isFree()).toBe(true);
  await page.evaluate(() => {
    scrollTo(0, 0);
    const top = Object.assign(document.createElement('button'), { textContent: 'Top' });
    document.body.prepend(top);
    top.focus();
  });
  expect(await isFree()).toBe(true);
  await close(page).focus();
  await page.keyboard.press('Enter');
  expect(await bar(page).count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Top');
});

it('the announcement stays where the page takes it away, and goes with the widget', async () => {
  site.announcement = announce();
  const page = await site.visit();
  await eventually(() => bar(page).count()).toBe(1);
  await page.evaluate(() => document.querySelector('[data-consent-announcement]')!.remove());
  await eventually(() => bar(page).count()).toBe(1);
  await page.evaluate(() => window.leadConsent?.remove());
  await page.waitForTimeout(150);
  expect(await bar(page).count()).toBe(0);
});
