import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { changePolicies, policies } from './policies.ts';
import { eventually, formElement, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const banner = (page: Page) => page.locator('[data-consent-banner]');
const dialog = (page: Page) => page.locator('[data-consent-preferences]');
const action = (page: Page, name: string) => page.locator(`[data-consent-action="${name}"]`).last();
const width = 560;
const frame = `<iframe data-consent="marketing" data-consent-src="/video" title="Tour" width="${width}" height="315"></iframe>`;
const held = (page: Page) => page.getByRole('group', { name: 'Tour' });
const ready = (page: Page) => page.evaluate(() => window.leadConsent?.ready);

/** Whether each of the banner's buttons is what a click in its middle would meet. */
const findReachable = (page: Page) =>
  banner(page)
    .locator('button')
    .evaluateAll(all =>
      all.map(it => {
        const { left, top, width, height } = it.getBoundingClientRect();
        return [0.1, 0.5, 0.9].every(part => document.elementFromPoint(left + width * part, top + height / 2) === it);
      }),
    );

it('case W6 the banner outlives whatever the page does to its body, and its buttons work', async () => {
  site.html = pageWith(frame);
  const page = await site.visit();
  await page.evaluate(() => {
    const copy = document.body.cloneNode(true) as HTMLBodyElement;
    copy.querySelector('.lc-held')!.setAttribute('data-dead', '');
    document.body.innerHTML = '<main>Another page</main>';
    Object.assign(window, { copy });
  });
  expect(await banner(page).count()).toBe(1);
  // Back: the page puts in the copy that it made of its body.
  await page.evaluate(() => document.body.replaceWith((window as unknown as { copy: HTMLElement }).copy));
  await eventually(() => page.locator('.lc-held:not([data-dead])').count()).toBe(1);
  expect(await held(page).count()).toBe(1);
  expect(await findReachable(page)).toEqual([true, true, true]);
  await held(page).getByRole('button').click();
  await eventually(() => page.locator('iframe').getAttribute('src')).toBe('/video');
  expect(await held(page).count()).toBe(0);
  expect(await banner(page).count()).toBe(0);
});

it('case W6 a banner that the page takes away comes back, and a dialog that it takes away can be opened again', async () => {
  const page = await site.visit();
  await page.evaluate(() => document.querySelector('[data-consent-banner]')!.remove());
  await eventually(() => banner(page).count()).toBe(1);
  expect(await findReachable(page)).toEqual([true, true, true]);
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
  await page.evaluate(() => document.querySelector('[data-consent-preferences]')!.remove());
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
});

it('case W6 the document that a page writes anew is asked on too', async () => {
  const page = await site.visit();
  await page.evaluate(() =>
    document.documentElement.replaceWith(
      document.createRange().createContextualFragment('<html><head></head><body>New</body></html>').firstElementChild ??
        document.createElement('html'),
    ),
  );
  await eventually(() => banner(page).count()).toBe(1);
});

it.each([
  ['filter: grayscale(1)', 'body'],
  ['transform: translateX(240px)', 'body'],
  ['filter: grayscale(1)', 'html'],
  ['overflow: hidden; position: fixed; width: 100%', 'body'],
])('case W7 in a page with %s on its %s the banner is in sight and can be reached', async (style, element) => {
  site.html = pageWith(`<div style="height: 4000px"></div>`, { head: `<style>${element} { ${style} }</style>` });
  const page = await site.visit({ viewport: { width: 1280, height: 720 } });
  const box = (await banner(page).locator('.lc-card').boundingBox())!;
  expect(box.y).toBeGreaterThan(400);
  expect(box.y + box.height).toBeLessThanOrEqual(720);
  expect(await findReachable(page)).toEqual([true, true, true]);
});

it('case W9 an interface that fails to load once is loaded, and one that stays away leads to the policy, until the next click', async () => {
  const errors: unknown[] = [];
  site.failing = { '/widget/preferences': 1 };
  const page = await site.visit({ before: tab => void tab.on('pageerror', error => errors.push(error)) });
  await action(page, 'customize').click();
  await dialog(page).waitFor();
  await page.keyboard.press('Escape');
  site.failing = { '/widget/preferences': 2 };
  const other = await site.visit({ before: tab => void tab.on('pageerror', error => errors.push(error)) });
  const opened = other.context().waitForEvent('page');
  await action(other, 'customize').click();
  expect((await opened).url()).toBe(`${site.host}/policies/2026-01?lang=en`);
  await other.bringToFront();
  await action(other, 'customize').click();
  await dialog(other).waitFor();
  expect(errors).toEqual([]);
});

const hostile = `button { position: relative } button::after { content: ""; position: absolute; inset: 0; left: -300px }
html { white-space: pre; letter-spacing: 9px; text-transform: uppercase; visibility: visible; -webkit-text-fill-color: red; text-indent: 40px; cursor: wait }
#shop button { background: red; font-size: 40px; display: none } #shop p { color: red }
html > div:first-of-type { display: none } body > div:first-child { display: none } body > * + * { margin: 90px }
p::first-letter { font-size: 300% } * { line-height: 3 }`;
const important = `div, p, dialog, button, section { display: none !important } body > :not(main) { display: none !important }
#shop body ~ *, div * { position: static !important; width: 9px !important; opacity: 0 !important; visibility: hidden !important }
* { color: red !important; font-size: 40px !important; line-height: 3 !important; pointer-events: none !important; animation: none !important }
#shop main > div, #shop [data-lead-form] { all: unset !important; display: block !important; width: 700px !important }
html, main { font-size: 16px !important }`;

it.each([
  ['of any rank', hostile],
  ['that are important', important],
  ['that are important in its layers', `@layer base, more; @layer more { ${important} } @layer base { ${important} }`],
  [
    'that revert all in a layer',
    '@layer reset { *:not(iframe, main > div) { all: revert !important } body > *, html > * { opacity: 0.1 !important } }',
  ],
])('case W10 no styles of the page %s change how the widget looks or what a click meets', async (_, styles) => {
  const look = (page: Page) =>
    page.locator('.lc-root, .lc-root *').evaluateAll(all =>
      all.map(it => {
        const { color, fontSize, whiteSpace, letterSpacing, textTransform, visibility, lineHeight, backgroundColor } =
          getComputedStyle(it);
        const { width, height } = it.getBoundingClientRect();
        const fill = getComputedStyle(it).getPropertyValue('-webkit-text-fill-color');
        const after = getComputedStyle(it, '::after').content;
        return [
          it.className,
          getComputedStyle(it).opacity,
          color,
          fontSize,
          whiteSpace,
          letterSpacing,
          textTransform,
          visibility,
          lineHeight,
          backgroundColor,
          fill,
          after,
          Math.round(width),
          Math.round(height),
        ];
      }),
    );
  const visit = async (head: string) => {
    site.html = pageWith(`<div style="width: 700px">${formElement}</div>${frame}`, { head }).replace(
      '<html',
      '<html id="shop"',
    );
    const page = await site.visit();
    await page.locator('form').waitFor({ state: 'attached' });
    return page;
  };
  const plain = await visit('');
  expect(await banner(plain).locator('xpath=descendant-or-self::*[@style]').count()).toBe(0);
  const page = await visit(`<style>${styles}</style>`);
  await eventually(() => look(page)).toEqual(await look(plain));
  expect(await findReachable(page)).toEqual([true, true, true]);
  for (const tab of [plain, page]) {
    await action(tab, 'customize').click();
    await dialog(tab).waitFor();
  }
  await eventually(() => look(page)).toEqual(await look(plain));
  await page.keyboard.press('Escape');
  await eventually(() => dialog(page).count()).toBe(0);
  await action(page, 'accept-all').click();
  await eventually(() => site.posts('/consents').map(({ body }) => body.granted.length)).toEqual([4]);
});

it('case W10 the widget changes nothing of the page’s layout', async () => {
  const body = '<p>One</p><p>Two</p><div><p>Three</p></div>';
  const head =
    '<style>body > * + * { margin-top: 90px } html > body { display: grid } main:first-child { padding: 7px }</style>';
  const boxes = (page: Page) =>
    page.locator('body, main, main *').evaluateAll(all => all.map(it => JSON.stringify(it.getBoundingClientRect())));
  site.html = pageWith(body, { head });
  const page = await site.visit();
  await banner(page).waitFor();
  site.html = site.html.replace(/<script src.*?<\/script>/, '');
  const without = await site.visit();
  expect(await boxes(page)).toEqual(await boxes(without));
});

it('case W11 a page that replaces the list of adopted style sheets leaves the widget styled', async () => {
  const page = await site.visit();
  const position = () => banner(page).evaluate(it => getComputedStyle(it).zIndex);
  const before = await position();
  await page.evaluate(() => {
    document.adoptedStyleSheets = [new CSSStyleSheet()];
  });
  await eventually(position).toBe(before);
  expect(await page.evaluate(() => document.adoptedStyleSheets.length)).toBe(2);
});

it('case W12 a frame in a hidden place gets its placeholder when it is shown, and one that changes its size is followed', async () => {
  site.html = pageWith(`<div id="tab" style="display: none">${frame}</div>
<iframe data-consent="marketing" data-consent-src="/video" title="Wide" style="width: 100%; aspect-ratio: 16 / 9; border: 0; display: block"></iframe><p id="below">Below</p>`);
  const page = await site.visit({ viewport: { width: 900, height: 700 } });
  expect(await held(page).count()).toBe(0);
  await page.evaluate(() => document.querySelector<HTMLElement>('#tab')!.style.removeProperty('display'));
  await eventually(() => held(page).boundingBox()).toMatchObject({ width: 564, height: 319 });
  await page.evaluate(() => document.querySelector('#tab')!.remove());
  await page.setViewportSize({ width: 500, height: 700 });
  const wide = page.getByRole('group', { name: 'Wide' });
  const { width: room } = (await page.locator('main').boundingBox())!;
  await eventually(() => wide.boundingBox()).toMatchObject({ width: room, height: (room * 9) / 16 });
  const top = () => page.locator('#below').evaluate(it => Math.round(it.getBoundingClientRect().top));
  const before = await top();
  await wide.getByRole('button').click();
  await eventually(() => wide.count()).toBe(0);
  expect(await top()).toBe(before);
});

it('case W15 a withdrawal deletes partitioned cookies and what a policy names of the browser’s storage', async () => {
  const stored = (['local_storage', 'session_storage'] as const).map(type => ({
    name: `${type}_*`,
    type,
    provider: 'x',
    lifetime: 'x',
    purpose: 'x',
  }));
  const purposes = policies.en.purposes.map(it =>
    it.id === 'analytics' ? { ...it, cookies: [...it.cookies, ...stored] } : it,
  );
  site.policies = changePolicies({ purposes: purposes as never });
  const page = await site.visit();
  await action(page, 'accept-all').click();
  await page.evaluate(() => {
    for (const cookie of ['_stat=1', '_stat_x=1; Secure; SameSite=None; Partitioned'])
      Object.assign(document, { cookie });
    for (const name of ['local_storage_a', 'session_storage_a', 'other']) {
      localStorage.setItem(name, '1');
      sessionStorage.setItem(name, '1');
    }
  });
  expect(await page.evaluate(() => document.cookie)).toContain('_stat_x');
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
  await action(page, 'reject-all').click();
  expect(await page.evaluate(() => document.cookie)).not.toContain('_stat');
  await eventually(() => page.evaluate(() => Object.keys(localStorage).sort())).toEqual(['other', 'session_storage_a']);
  expect(await page.evaluate(() => Object.keys(sessionStorage).sort())).toEqual(['local_storage_a', 'other']);
});

it('case W16 what opens the preferences does so wherever it stands, and a link is swallowed only when something opens', async () => {
  site.html = pageWith(
    '<div id="host"></div><div id="stops"><button data-consent-open>Stops</button></div><a id="link" href="/elsewhere" data-consent-open>Link</a>',
  );
  const page = await site.visit();
  await page.evaluate(() => {
    document
      .querySelector('#host')!
      .attachShadow({ mode: 'open' })
      .append(Object.assign(document.createElement('button'), { textContent: 'Shadow' }));
    document.querySelector('#host')!.shadowRoot!.querySelector('button')!.setAttribute('data-consent-open', '');
    document.querySelector('#stops')!.addEventListener('click', event => event.stopPropagation(), true);
  });
  for (const name of ['Shadow', 'Stops']) {
    await page.getByRole('button', { name, exact: true }).click();
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => dialog(page).count()).toBe(0);
  }
  const click = (ctrlKey: boolean) =>
    page.locator('#link').evaluate((link, held) => {
      const event = new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: held });
      return link.dispatchEvent(event);
    }, ctrlKey);
  expect([await click(true), await dialog(page).count()]).toEqual([true, 0]);
  expect(await click(false)).toBe(false);
  await dialog(page).waitFor();
  site.policies = undefined;
  const unpublished = await site.visit();
  await unpublished.locator('#link').click();
  await unpublished.waitForURL('**/elsewhere');
});

it('case W17 on a page that runs right to left the widget keeps its own direction', async () => {
  site.html = pageWith(frame + formElement, { lang: 'ar' }).replace('<html', '<html dir="rtl"');
  const page = await site.visit({ locale: 'en-US' });
  await page.locator('form').waitFor();
  const directions = await page
    .locator('.lc-root, .lc-root p')
    .evaluateAll(all => all.map(it => getComputedStyle(it).direction));
  expect(new Set(directions)).toEqual(new Set(['ltr']));
});

it.each([
  ['', '', 'dark', 'light'],
  [':root { color-scheme: light dark }', '', 'dark', 'dark'],
  [':root { color-scheme: light dark }', '', 'light', 'light'],
  [':root { color-scheme: dark }', '', 'light', 'dark'],
  ['', 'data-theme="dark"', 'light', 'dark'],
  ['', 'data-theme="auto"', 'dark', 'dark'],
  [':root { color-scheme: dark }', 'data-theme="light"', 'dark', 'light'],
] as const)(
  'case W18 a page with "%s" and %s in a %s system is asked in %s',
  async (css, attribute, colorScheme, expected) => {
    site.html = pageWith('', { head: `<style>${css}</style>` }).replace('defer', `defer ${attribute}`);
    const page = await site.visit({ colorScheme });
    const surface = await banner(page)
      .locator('.lc-card')
      .evaluate(it => getComputedStyle(it).backgroundColor);
    expect(surface).toBe(expected === 'light' ? 'rgb(255, 255, 255)' : 'rgb(28, 31, 38)');
  },
);

it('case W18 a page that names its colour scheme in a meta element is asked in it', async () => {
  site.html = pageWith('', { head: '<meta name="color-scheme" content="dark light">' });
  const page = await site.visit({ colorScheme: 'dark' });
  expect(
    await banner(page)
      .locator('.lc-card')
      .evaluate(it => getComputedStyle(it).backgroundColor),
  ).toBe('rgb(28, 31, 38)');
});

it.each([
  [
    'an id that is no UUID',
    (at: number) => `v1.0b8f0c52-4f5c-0d3e-0a57-1f7f3d3a9c11.2026-01.${at}.necessary_analytics`,
  ],
  [
    'a time in the year 33658',
    () => 'v1.0b8f0c52-4f5c-4d3e-9a57-1f7f3d3a9c11.2026-01.999999999999.necessary_analytics',
  ],
  [
    'a time two days ahead',
    (at: number) => `v1.0b8f0c52-4f5c-4d3e-9a57-1f7f3d3a9c11.2026-01.${at + 172_800}.necessary_analytics`,
  ],
])('case W19 a cookie with %s is no choice, and the next choice is recorded', async (_, write) => {
  const value = write(Math.floor(Date.now() / 1000));
  const page = await site.visit({
    before: tab => tab.context().addCookies([{ name: 'consent', value, url: site.page }]),
  });
  expect(await banner(page).count()).toBe(1);
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(false);
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
  const { visitor_id, chosen_at } = site.posts('/consents')[0]!.body;
  expect(visitor_id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(Math.abs(Date.parse(chosen_at) - Date.now())).toBeLessThan(60_000);
});

it('case W20 a page whose origin is not allowed is told once, with the setting and its origin', async () => {
  site.isAllowed = false;
  const lines: string[] = [];
  const page = await site.visit({
    before: tab =>
      void tab.on('console', message => message.text().includes('lead-consent') && lines.push(message.text())),
  });
  expect(await banner(page).count()).toBe(1);
  await action(page, 'reject-all').click();
  expect(await banner(page).count()).toBe(0);
  await eventually(() => lines.filter(line => line.includes('SITE_ORIGINS'))).toEqual([
    expect.stringContaining(site.page),
  ]);
});

it.each([
  ['200%', 30],
  ['62.5%', 15],
  ['37.5px', 15],
  ['calc(100vw / 7.5)', 15],
])('case W21 with html { font-size: %s } the banner’s text is %d px', async (size, expected) => {
  site.html = pageWith('', { head: `<style>html { font-size: ${size} }</style>` });
  const page = await site.visit({ viewport: { width: 375, height: 720 } });
  expect(await banner(page).evaluate(it => Number.parseFloat(getComputedStyle(it).fontSize))).toBe(expected);
  const box = (await banner(page).boundingBox())!;
  expect(box.y).toBeGreaterThanOrEqual(0);
});

it('case W22 a chat bubble of the highest z-index covers no button on a phone', async () => {
  site.html = pageWith(
    '<div id="chat" style="position: fixed; z-index: 2147483647; right: 12px; bottom: 12px; width: 200px; height: 90px; background: green">Chat</div>',
  );
  const page = await site.visit({ viewport: { width: 375, height: 720 } });
  expect(await findReachable(page)).toEqual([true, true, true]);
});

it('case W23 a form on a page where the visitor chose on an earlier visit is styled', async () => {
  site.html = pageWith(formElement);
  const page = await site.visit();
  await action(page, 'reject-all').click();
  await page.reload();
  await page.locator('form').waitFor();
  expect(await banner(page).count()).toBe(0);
  const look = (selector: string) => page.locator(selector).evaluate(it => getComputedStyle(it).borderRadius);
  expect([await look('form'), await look('form button')]).toEqual(['16px', '10px']);
});

it('case W26 a withdrawal tries only domains that a cookie can have', async () => {
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(() => {
        const written: string[] = [];
        const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')!;
        Object.defineProperty(document, 'cookie', {
          get: () => get!.call(document),
          set: (text: string) => {
            written.push(text);
            set!.call(document, text);
          },
        });
        Object.assign(window, { written });
      }),
  });
  await action(page, 'accept-all').click();
  await page.evaluate(() => Object.assign(document, { cookie: '_stat=1' }));
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
  await action(page, 'reject-all').click();
  const written = await page.evaluate(() => (window as unknown as { written: string[] }).written);
  const domains = written.map(text => /Domain=([^;]*)/.exec(text)?.[1]).filter(Boolean);
  expect(new Set(domains)).toEqual(new Set(['www.shop.localhost', 'shop.localhost']));
});

it('[C6] a version that comes into force asks again in an open page, on time, also from an old copy of the script', async () => {
  const effective_at = new Date(Date.now() + 3_000).toISOString();
  site.next = changePolicies({ version: '2026-12', effective_at, choices_hold_since: effective_at });
  site.html = pageWith(formElement);
  const page = await site.visit();
  await action(page, 'accept-all').click();
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(true);
  await page.locator('form [name=policy_version]').check();
  await banner(page).waitFor();
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(effective_at));
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(false);
  const box = page.locator('form [name=policy_version]');
  expect([await box.inputValue(), await box.isChecked()]).toEqual(['2026-12', false]);
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').at(-1)?.body.policy_version).toBe('2026-12');
  await page.reload();
  await ready(page);
  expect(await banner(page).count()).toBe(0);
});
