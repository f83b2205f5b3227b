import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fill, form } from './lead-form.ts';
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
const held = (page: Page) => page.locator('.lc-held');
const frame = (attributes = '') =>
  `<iframe data-consent="marketing" data-consent-src="/video" title="Tour" width="300" height="150" ${attributes}></iframe>`;

const openPreferences = async (page: Page) => {
  await page.evaluate(() => window.leadConsent?.open());
  await dialog(page).waitFor();
};

/** Whether a click in the middle of an element, or of its first line, meets it. */
const isMet = (page: Page, selector: string) =>
  page.locator(selector).evaluate(it => {
    const { left, top, width, height } = it.getClientRects()[0]!;
    return it.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });

const read = (page: Page, name: string) =>
  page.evaluate(name => (window as unknown as Record<string, unknown>)[name], name);

/** Looks of the widget that are measured. */
const looks = 8;

it.each(['[data-consent-banner]', '.lc-held'])(
  'a page that takes %s away whenever it comes does not stand still',
  async what => {
    // The page gives up after a while, so that this test can fail.
    const head = `<script>var taken_at = []; new MutationObserver(() => {
  const it = document.querySelector('${what}'); if (it && taken_at.length < 2000) { taken_at.push(performance.now()); it.remove() }
}).observe(document, { childList: true, subtree: true })</script>`;
    site.html = pageWith(frame(), { head });
    const page = await site.visit();
    await eventually(() => page.evaluate('taken_at.length')).toBeGreaterThan(looks);
    // The widget pauses a tenth of a second after a look. Without a pause, all of these are over within some milliseconds.
    const took_ms = await page.evaluate(`taken_at[${looks}] - taken_at[0]`);
    expect(took_ms).toBeGreaterThan(500);
  },
);

it('a page whose text streams in is not searched at each word', async () => {
  site.html = pageWith('<p id="answer"></p>');
  const page = await site.visit();
  const searched = await page.evaluate(async () => {
    const search = document.querySelectorAll;
    let count = 0;
    // The pause that follows a search does not end meanwhile, however long the words take.
    const later = window.setTimeout;
    Object.assign(window, { setTimeout: () => 1 });
    document.querySelectorAll = (selector: string) => {
      count++;
      return search.call(document, selector);
    };
    for (let word = 0; word < 300; word++) {
      document.querySelector('#answer')!.append('word ');
      await new Promise<void>(resolve => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        port2.postMessage(0);
      });
    }
    window.setTimeout = later;
    return count;
  });
  expect(searched).toBeLessThan(100);
});

it('the script starts once on a page, whatever else is called by its name there', async () => {
  site.html = pageWith(frame(), { head: '<script src="HOST/widget.js?again" crossorigin defer></script>' }).replace(
    '<script ',
    '<script id="leadConsent" ',
  );
  const page = await site.visit();
  await page.locator('iframe').evaluate(it => it.after(it.cloneNode()));
  await eventually(() => held(page).count()).toBe(2);
  expect(await banner(page).count()).toBe(1);
  await action(page, 'customize').click();
  await dialog(page).waitFor();
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
  expect([await page.locator('iframe').count(), await held(page).count()]).toEqual([2, 2]);
});

it('while a dialog of the page is open the banner stays below it, afterwards it is on top', async () => {
  site.html =
    pageWith(`<dialog style="inset: auto 0 0; width: 100%; height: 200px; margin: 0"><button>Yes</button></dialog>
<div id="chat" style="position: fixed; inset: auto 0 0; z-index: 2147483647; height: 90px; background: green"></div>
<script>const dialog = document.querySelector('dialog'); dialog.showModal();
dialog.querySelector('button').addEventListener('click', () => dialog.close())</script>`);
  const page = await site.visit({ viewport: { width: 375, height: 700 } });
  expect(await isMet(page, 'dialog button')).toBe(true);
  expect(await banner(page).evaluate(it => it.matches(':popover-open'))).toBe(false);
  await page.locator('dialog button').click();
  await eventually(() => isMet(page, '[data-consent-action="accept-all"]')).toBe(true);
  await action(page, 'accept-all').click();
  await eventually(() => banner(page).count()).toBe(0);
});

it('a form and a placeholder in a hidden part of the page are hidden, and shown with it', async () => {
  site.html = pageWith(
    `<div id="drawer" style="position: fixed; inset: 0; visibility: hidden; pointer-events: none">${formElement}${frame()}</div>`,
  );
  const page = await site.visit();
  await form(page).waitFor({ state: 'attached' });
  await eventually(() => held(page).count()).toBe(1);
  await action(page, 'reject-all').click();
  const states = async () => [
    await isMet(page, 'form'),
    await isMet(page, '.lc-held'),
    await form(page).isVisible(),
    await held(page).isVisible(),
  ];
  expect(await states()).toEqual([false, false, false, false]);
  await page.locator('#drawer').evaluate(it => {
    it.style.visibility = 'visible';
    it.style.pointerEvents = 'auto';
  });
  expect(await states()).toEqual([true, true, true, true]);
});

it('styles for all directions, backdrops, markers and selections of a page do not reach the widget', async () => {
  const head = `<style>::backdrop { background: red; backdrop-filter: blur(4px) } * { direction: rtl; unicode-bidi: bidi-override }
html { user-select: none } summary::marker { content: none } div::first-letter { font-size: 300% }</style>`;
  const look = (page: Page) =>
    page.locator('.lc-root, .lc-root p, .lc-root button, .lc-root summary').evaluateAll(all =>
      all.map(it => {
        const { direction, unicodeBidi, userSelect, width, height } = getComputedStyle(it);
        const backdrop = it.matches(':popover-open, :modal') && getComputedStyle(it, '::backdrop');
        return [
          it.className,
          direction,
          unicodeBidi,
          userSelect,
          backdrop && backdrop.background + backdrop.backdropFilter,
          getComputedStyle(it, '::marker').content,
          width,
          height,
        ];
      }),
    );
  const visit = async (head: string) => {
    site.html = pageWith(`<div style="width: 600px">${formElement}</div>${frame()}`, { head });
    const page = await site.visit();
    await form(page).waitFor();
    await openPreferences(page);
    return page;
  };
  expect(await look(await visit(head))).toEqual(await look(await visit('')));
});

it('an element of the page that has the name of a part of the widget keeps its own styles', async () => {
  site.html = pageWith(
    `<div class="lc-card lc-bar lc-form lc-held lc-dialog lc-button" data-lead-form-done>Ours</div>${formElement}`,
  );
  const page = await site.visit();
  await form(page).waitFor();
  await openPreferences(page);
  const read = (page: Page) =>
    page
      .locator('.lc-card.lc-bar')
      .evaluate(it =>
        JSON.stringify([
          it.getBoundingClientRect(),
          ...Object.values(getComputedStyle(it)).map(name => getComputedStyle(it).getPropertyValue(name)),
        ]),
      );
  const styled = await read(page);
  await page.evaluate(() => window.leadConsent?.remove());
  expect(styled).toEqual(await read(page));
});

it('an element that is gated later by its attributes alone is held, and released', async () => {
  site.html = pageWith('<iframe title="Tour" width="300" height="150"></iframe>');
  const page = await site.visit();
  const gate = (address: string) =>
    page.locator('iframe').evaluate((it, address) => {
      it.setAttribute('data-consent', 'marketing');
      it.setAttribute('data-consent-src', address);
    }, address);
  await gate('/one');
  await eventually(() => held(page).count()).toBe(1);
  await held(page).getByRole('button').click();
  await eventually(() => page.locator('iframe').getAttribute('src')).toBe('/one');
  await gate('/two');
  await eventually(() => page.locator('iframe').getAttribute('src')).toBe('/two');
});

it('a text in the preferences can be selected past their edge, and a click beside them closes them', async () => {
  const page = await site.visit({ viewport: { width: 1200, height: 700 } });
  await openPreferences(page);
  await page.mouse.move(600, 100);
  await page.mouse.down();
  await page.mouse.move(1100, 100);
  await page.mouse.up();
  expect(await dialog(page).count()).toBe(1);
  await page.mouse.click(1100, 100);
  await eventually(() => dialog(page).count()).toBe(0);
});

it('a page that scrolls by itself and acts on keys leaves both to the preferences', async () => {
  const head = `<script>for (const type of ['wheel', 'touchmove', 'keydown'])
  document.addEventListener(type, event => event.preventDefault(), { passive: false })</script>`;
  site.html = pageWith('', { head });
  const page = await site.visit({ viewport: { width: 375, height: 500 } });
  await openPreferences(page);
  await page.mouse.move(180, 250);
  await page.mouse.wheel(0, 200);
  const scrolled = () =>
    dialog(page)
      .locator('.lc-panel, .lc-scroll')
      .evaluateAll(all => all.map(it => it.scrollTop));
  await eventually(async () => Math.max(...(await scrolled()))).toBeGreaterThan(50);
  await dialog(page).locator('.lc-close').press('Space');
  await eventually(() => dialog(page).count()).toBe(0);
});

it('on a page that forbids to copy, or adds where a text is from, the receipt code is copied as it is', async () => {
  const head = `<style>html { user-select: none }</style><script>document.addEventListener('copy', event => {
  event.preventDefault(); event.clipboardData.setData('text/plain', getSelection() + ' (from the shop)') })</script>`;
  site.html = pageWith(formElement, { head });
  const page = await site.visit();
  await page.context().grantPermissions(['clipboard-read']);
  await fill(page);
  await form(page).locator('[type=submit]').click();
  const thanks = page.locator('[data-lead-form-done]');
  await thanks.getByRole('button').click();
  await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe('LC-7Q4M-9XTR-2HKD');
});

it('a form that the browser translates goes on telling what is wrong and what becomes of it', async () => {
  site.html = pageWith(formElement);
  site.onLead = () => ({ status: 500 });
  const page = await site.visit();
  await form(page).waitFor();
  /** As browsers translate: each text gives way to elements of their own. */
  const translate = () =>
    page.evaluate(() => {
      const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      for (const text of texts) {
        if (!text.data.trim() || text.parentElement!.closest('font, script, style')) continue;
        const font = document.createElement('font');
        font.append(document.createElement('font'));
        font.firstElementChild!.textContent = `[${text.data}]`;
        text.replaceWith(font);
      }
    });
  const button = form(page).locator('[type=submit]');
  const slot = (name: string) => page.locator(`[id$="${name}-error"]`).innerText();
  await translate();
  expect(await button.innerText()).toBe('[Send]');
  await button.click();
  await eventually(() => slot('phone')).toBe('Please enter your phone number.');
  await translate();
  await fill(page);
  await eventually(() => slot('name')).toBe('');
  expect(await slot('phone')).toMatch(/^Landlines/);
  await button.click();
  await eventually(() => button.innerText()).toBe('Try again');
  await eventually(() => page.getByRole('alert').innerText()).toMatch(/^We couldn’t send this/);
});

it.each([
  [
    'in a cell of a grid',
    '<div style="display: grid; grid-template-columns: 1fr 1fr"><p>Text</p>',
    'grid-column: 1; order: -1',
  ],
  ['beside a text', '<div><p>Text</p>', 'float: right'],
  ['in a corner of the screen', '<div>', 'position: fixed; right: 20px; bottom: 20px'],
  [
    'in the middle of a room',
    '<div style="position: relative; height: 400px">',
    'position: absolute; left: 50%; top: 50%; transform: translate(-50%, -50%)',
  ],
  ['a little off', '<div>', 'position: relative; left: 30px; margin: 0 auto; display: block'],
  ['on a page that is shown smaller', '<div style="zoom: 0.5">', 'display: block'],
  ['in a room that is shown larger', '<div style="transform: scale(1.5); transform-origin: 0 0">', 'display: block'],
])('the placeholder of a frame %s stands where the frame will', async (_, room, style) => {
  site.html = pageWith(`${room}${frame(`style="${style}"`)}<p>Text</p></div><p>End</p>`);
  const page = await site.visit({ viewport: { width: 1000, height: 700 } });
  const boxOf = (selector: string) =>
    page
      .locator(selector)
      .last()
      .evaluate(it => JSON.stringify(it.getBoundingClientRect()));
  const before = [await boxOf('.lc-held'), await boxOf('p:last-child')];
  await action(page, 'accept-all').click();
  await eventually(() => held(page).count()).toBe(0);
  expect([await boxOf('iframe'), await boxOf('p:last-child')]).toEqual(before);
});

it.each([
  ['twice the text on the narrowest phone', 'font-size: 200%', { width: 320, height: 568 }],
  ['three times everything', 'zoom: 3', { width: 1000, height: 900 }],
])(
  'with %s the banner keeps to the screen, its buttons are in sight, and its text can be scrolled to',
  async (_, style, viewport) => {
    site.html = pageWith('', { head: `<style>html { ${style} }</style>` });
    const page = await site.visit({ viewport });
    const { y, height } = (await banner(page).locator('.lc-card').boundingBox())!;
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y + height).toBeLessThanOrEqual(viewport.height);
    for (const name of ['accept-all', 'reject-all', 'customize'])
      expect(await isMet(page, `[data-consent-action="${name}"]`)).toBe(true);
    await banner(page).getByRole('link').focus();
    expect(await isMet(page, '[data-consent-banner] a')).toBe(true);
  },
);

it.each([
  ['by the attribute', '<script>document.documentElement.inert = true</script>'],
  ['by a style', '<style>html { interactivity: inert }</style>'],
])('on a page that is inert as a whole %s the preferences can be used, and the banner afterwards', async (_, head) => {
  site.html = pageWith(formElement, { head });
  const page = await site.visit();
  const acceptance = '[data-consent-banner] [data-consent-action="accept-all"]';
  expect(await isMet(page, acceptance)).toBe(false);
  await openPreferences(page);
  // By force, because Playwright takes all for inert here. The mouse still meets what is in front.
  // The answer sets the cookie once more, so it is waited for before that is cleared.
  const answered = page.waitForResponse(/\/consents$/);
  await action(page, 'reject-all').click({ force: true });
  await (await answered).finished();
  expect(await banner(page).count()).toBe(0);
  await page.context().clearCookies();
  await page.reload();
  await page.evaluate(() => {
    document.documentElement.inert = false;
    document.querySelector('style')?.remove();
  });
  await eventually(() => isMet(page, acceptance)).toBe(true);
});

it.each([
  ['by the attribute', '<script>addEventListener("DOMContentLoaded", () => { document.body.inert = true })</script>'],
  ['by a style', '<style>body { interactivity: inert }</style>'],
])('on a page whose body is inert %s the banner can be used', async (_, head) => {
  site.html = pageWith('', { head });
  const page = await site.visit();
  await action(page, 'customize').click();
  await dialog(page).waitFor();
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
});

it('in a sandboxed frame of no origin, without cookies, storage and forms, all can be used, and nothing is thrown', async () => {
  site.pageHeaders = { 'Content-Security-Policy': 'sandbox allow-scripts' };
  site.html = pageWith(
    `${formElement}${frame()}<script type="text/plain" data-consent="analytics">window.ran = true</script>`,
  );
  const noises: string[] = [];
  const page = await site.visit({
    before: tab => {
      tab.on('pageerror', error => noises.push(String(error)));
      tab.on('console', message => noises.push(message.text()));
    },
  });
  await action(page, 'customize').click();
  await dialog(page).locator('[name=analytics]').check();
  await action(page, 'save').click();
  await eventually(() => read(page, 'ran')).toBe(true);
  await eventually(() => site.posts('/consents').length).toBe(1);
  await held(page).getByRole('button').click();
  await eventually(() => page.locator('iframe').getAttribute('src')).toBe('/video');
  const button = form(page).locator('[type=submit]');
  await button.click();
  await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name');
  await fill(page);
  await page.locator('form [name=name]').press('Enter');
  await page.locator('[data-lead-form-done]').waitFor();
  expect(site.posts('/forms/').length).toBe(1);
  expect(await page.evaluate(() => [origin, window.leadConsent?.get()?.granted])).toEqual([
    'null',
    ['necessary', 'analytics', 'marketing'],
  ]);
  expect(noises).toEqual([]);
});
