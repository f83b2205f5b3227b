import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, formElement, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const frame =
  '<iframe data-consent="marketing" data-consent-src="/video" title="Tour" width="560" height="315"></iframe>';
const opener = '<button type="button" data-consent-open>Cookie settings</button>';
const banner = (page: Page) => page.locator('[data-consent-banner]');
const dialog = (page: Page) => page.locator('[data-consent-preferences]');
const action = (page: Page, name: string) => page.locator(`[data-consent-action="${name}"]`);

/** Expects one banner, each of whose buttons a click would meet, and "Cookie settings" to open the preferences, again and again. */
async function expectAlive(page: Page) {
  await eventually(() => banner(page).count()).toBe(1);
  const isFront = (button: Element) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === button;
  };
  for (const button of await banner(page).locator('button').all()) expect(await button.evaluate(isFront)).toBe(true);
  for (let times = 0; times < 2; times++) {
    await page.getByRole('button', { name: 'Cookie settings' }).click();
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => dialog(page).count()).toBe(0);
  }
}

/** What Turbo does on a visit: it keeps a copy of the page that is left, and puts the new body, or on Back the copy's, in the place of the old one. */
const turbo = () => {
  const copies: Record<string, HTMLElement> = {};
  Object.assign(window, {
    visit: async (path: string) => {
      copies[location.pathname] = document.documentElement.cloneNode(true) as HTMLElement;
      history.pushState({}, '', path);
      const made = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
      const next = copies[path] ?? made.documentElement;
      document.body.replaceWith(document.adoptNode(next.querySelector('body')!));
    },
  });
};

const visit = (page: Page, path: string) =>
  page.evaluate(to => (window as unknown as { visit(path: string): Promise<void> }).visit(to), path);

it('case W6 after a visit of Turbo and Back to its copy of the page, all that is asked is asked, and answers count', async () => {
  site.html = pageWith(`${opener}${frame}${formElement}`);
  const page = await site.visit();
  await page.evaluate(turbo);
  await page.locator('form').waitFor();
  await visit(page, '/other');
  await expectAlive(page);
  await visit(page, '/');
  await expectAlive(page);
  await eventually(() => page.locator('.lc-held').count()).toBe(1);
  await eventually(() => page.locator('form').count()).toBe(1);
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.locator('form [type=submit]').click();
  await eventually(() => page.locator('form [aria-invalid]').count()).toBe(4);
  await page.locator('.lc-held button').click();
  await eventually(() => page.locator('iframe').getAttribute('src')).toBe('/video');
  expect(await page.locator('.lc-held').count()).toBe(0);
  await eventually(() => site.posts('/consents').map(({ body }) => body.granted)).toEqual([['necessary', 'marketing']]);
  await page.evaluate(() => window.leadConsent?.remove());
  expect(await page.locator('[class*=lc-]').count()).toBe(0);
});

it('case W6 preferences that are open while Turbo visits another page still take an answer', async () => {
  site.html = pageWith(opener);
  const page = await site.visit();
  await page.evaluate(turbo);
  await page.getByRole('button', { name: 'Cookie settings' }).click();
  await dialog(page).waitFor();
  await visit(page, '/other');
  await dialog(page).locator('[data-consent-action=reject-all]').click();
  await eventually(() => dialog(page).count()).toBe(0);
  await eventually(() => site.posts('/consents').length).toBe(1);
});

it('case W6 a copy of the whole document brings no second, dead banner or preferences along', async () => {
  site.html = pageWith(opener);
  const page = await site.visit();
  await page.getByRole('button', { name: 'Cookie settings' }).click();
  await dialog(page).waitFor();
  await page.evaluate(() => {
    const copy = document.documentElement.innerHTML;
    document.documentElement.innerHTML = '<head></head><body>Another page</body>';
    document.documentElement.innerHTML = copy;
  });
  await eventually(() => dialog(page).count()).toBe(0);
  await expectAlive(page);
  await action(page, 'accept-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
  expect(await banner(page).count()).toBe(0);
});

it('case W6 a page that morphs itself into its next state, as with Turbo, leaves each held frame its placeholder', async () => {
  site.html = pageWith(frame);
  const page = await site.visit();
  const held = page.locator('.lc-held');
  await held.waitFor();
  await page.locator('iframe').evaluate(it => {
    it.previousElementSibling!.remove();
    it.removeAttribute('data-consent-held');
  });
  await eventually(() => held.count()).toBe(1);
  expect(await page.locator('iframe').isVisible()).toBe(false);
  // An element that the next state has before the frame is made of the placeholder.
  await page.locator('iframe').evaluate(it => {
    const element = it.previousElementSibling!;
    for (const name of element.getAttributeNames()) element.removeAttribute(name);
    element.textContent = 'The page’s own';
    it.removeAttribute('data-consent-held');
  });
  await eventually(() => held.count()).toBe(1);
  await held.getByRole('button').click();
  await eventually(() => page.locator('iframe').getAttribute('src')).toBe('/video');
  expect([await held.count(), await page.getByText('The page’s own').count()]).toEqual([0, 1]);
});

/** What Astro's view transitions do: attributes of the root, elements of the head, and the body are those of the next page. */
const astro = async () => {
  const next = new DOMParser().parseFromString(await (await fetch('/other')).text(), 'text/html');
  const root = document.documentElement;
  for (const { name } of [...root.attributes]) root.removeAttribute(name);
  for (const { name, value } of next.documentElement.attributes) root.setAttribute(name, value);
  for (const element of [...document.head.children]) {
    const same = [...next.head.children].find(it => it.isEqualNode(element));
    if (same) same.remove();
    else element.remove();
  }
  document.head.append(...next.head.children);
  document.body.replaceWith(next.body);
};

it.each(['adopted', 'linked'])(
  'case W6 after a view transition of Astro what is asked is asked, with %s styles',
  async kind => {
    site.html = pageWith(opener);
    const page = await site.visit({
      before: tab => kind === 'linked' && tab.addInitScript(() => Reflect.deleteProperty(window, 'CSSStyleSheet')),
    });
    await page.evaluate(astro);
    await expectAlive(page);
    await eventually(() => banner(page).evaluate(it => getComputedStyle(it).zIndex)).toBe('2147483000');
  },
);

/** The whole document as a React app, with a counter that shows that React lives. */
const app = `
import { createElement as h, useState } from 'react';
export function App({ host }) {
  const [count, setCount] = useState(0);
  return h('html', { lang: 'en' },
    h('head', null, h('title', null, 'Shop'), h('script', { src: host + '/widget.js', crossOrigin: '', defer: true })),
    h('body', null, h('main', null,
      h('button', { type: 'button', onClick: () => setCount(count + 1) }, 'Count ' + count),
      h('button', { type: 'button', 'data-consent-open': '' }, 'Cookie settings'),
      count < 2 && h('iframe', { 'data-consent': 'marketing', 'data-consent-src': '/video', title: 'Tour', width: 560, height: 315 }),
      h('div', { 'data-lead-form': 'mini-ai-experience' }, h('a', { href: '/form' }, 'Form')))));
}`;

it('case W6 React may hydrate the whole document after the widget has asked', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `${app}
import { hydrateRoot } from 'react-dom/client';
window.hydrate = host => hydrateRoot(document, h(App, { host }));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const { App } = (await import(
    `data:text/javascript,${encodeURIComponent(app.replace("'react'", `'${import.meta.resolve('react')}'`))}`
  )) as { App: Parameters<typeof h>[0] };
  site.html = `<!doctype html>${renderToString(h(App as never, { host: site.host }))}`;
  site.files = { '/app.js': outputFiles[0]!.text };
  const page = await site.visit();
  await page.locator('form').waitFor();
  await page.addScriptTag({ url: '/app.js' });
  await page.evaluate(host => (window as unknown as { hydrate(host: string): void }).hydrate(host), site.host);
  await page.getByRole('button', { name: 'Count 0' }).click();
  await page.getByRole('button', { name: 'Count 1' }).waitFor();
  await expectAlive(page);
  await eventually(() => page.locator('.lc-held').count()).toBe(1);
  await eventually(() => page.locator('form').count()).toBe(1);
  await page.getByRole('button', { name: 'Count 1' }).click();
  await eventually(() => page.locator('.lc-held, iframe').count()).toBe(0);
  await action(page, 'reject-all').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
});
