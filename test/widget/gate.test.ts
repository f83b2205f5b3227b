import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, openSite, pageWith, type Reply, type Seen, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => site.reset());
afterAll(() => site.close());

const order = (page: Page) => page.evaluate(() => (window as { order?: string[] }).order ?? []);
const click = (page: Page, name: string) => page.locator(`[data-consent-action="${name}"]`).last().click();
const log = (word: string) => `(window.order ??= []).push('${word}')`;

const gated = `
<script type="text/plain" data-consent="analytics">${log('inline 1')}</script>
<script type="text/plain" data-consent="analytics" data-src="/slow.js"></script>
<script type="text/plain" data-consent="marketing">${log('marketing')}</script>
<script type="text/plain" data-consent="analytics" src="/second.js"></script>
<script data-consent="analytics" data-src="/third.js"></script>
<script type="text/plain" data-consent="analytics">${log('inline 2')}</script>
<img data-consent="analytics" data-src="/pixel.gif" alt="">
<iframe data-consent="marketing" data-src="/frame" title="Video"></iframe>`;

const files = { '/slow.js': log('slow'), '/second.js': log('second'), '/third.js': log('third') };

async function grant(page: Page, ...purposes: string[]) {
  await page.evaluate(() => window.leadConsent?.open());
  const dialog = page.locator('[data-consent-preferences]');
  await dialog.waitFor();
  for (const box of await dialog.locator('input:enabled').all())
    await box.setChecked(purposes.includes((await box.getAttribute('name'))!));
  await dialog.locator('[data-consent-action="save"]').click();
}

it('[K2] nothing gated runs or loads before a choice, nor after a refusal', async () => {
  site.html = pageWith(gated);
  site.files = files;
  const page = await site.visit();
  await click(page, 'reject-all');
  await page.waitForLoadState('networkidle');
  expect(await order(page)).toEqual([]);
  expect(site.seen.map(({ path }) => path).filter(path => /slow|second|third|pixel|frame/.test(path))).toEqual([]);
});

it('what is granted runs in document order, and the rest stays shut', async () => {
  site.html = pageWith(gated);
  site.files = files;
  const page = await site.visit({
    before: tab =>
      tab.route('**/slow.js', async route => {
        await new Promise(resolve => setTimeout(resolve, 300));
        await route.continue();
      }),
  });
  await grant(page, 'analytics');
  await eventually(() => order(page)).toEqual(['inline 1', 'slow', 'second', 'third', 'inline 2']);
  await eventually(() => site.seen.some(({ path }) => path === '/pixel.gif')).toBe(true);
  expect(site.seen.some(({ path }) => path === '/frame')).toBe(false);
  await grant(page, 'analytics', 'marketing');
  await eventually(() => order(page)).toEqual(['inline 1', 'slow', 'second', 'third', 'inline 2', 'marketing']);
  await eventually(() => site.seen.some(({ path }) => path === '/frame')).toBe(true);
});

it('a script that is missing does not hold up the next one', async () => {
  site.html = pageWith(gated);
  site.files = { ...files };
  delete (site.files as Record<string, string>)['/slow.js'];
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => order(page)).toEqual(['inline 1', 'marketing', 'second', 'third', 'inline 2']);
});

it('on the next page what was granted runs by itself, and so does what is added later', async () => {
  site.html = pageWith(gated);
  site.files = files;
  const page = await site.visit();
  await click(page, 'accept-all');
  await page.reload();
  await eventually(() => order(page)).toContain('inline 2');
  await page.evaluate(code => {
    const script = Object.assign(document.createElement('script'), { type: 'text/plain', textContent: code });
    script.setAttribute('data-consent', 'analytics');
    document.body.append(script);
  }, log('late'));
  await eventually(() => order(page)).toContain('late');
});

it('[K2] an earlier grant opens nothing while the policy is missing', async () => {
  site.html = pageWith(gated);
  site.files = files;
  const page = await site.visit();
  await grant(page, 'marketing');
  site.policies = undefined;
  await page.reload();
  await page.evaluate(() => window.leadConsent?.ready);
  await page.waitForLoadState('networkidle');
  expect(await order(page)).toEqual([]);
});

it('[K2] a withdrawal is recorded as one, and deletes the cookies of its purpose on host and parent domain', async () => {
  site.html = pageWith(gated);
  const page = await site.visit({ path: '/shop/item' });
  await click(page, 'accept-all');
  const put = (name: string, path = '/', domain = 'www.shop.localhost') => ({ name, value: '1', path, domain });
  await page
    .context()
    .addCookies([
      put('_stat', '/', '.shop.localhost'),
      put('_stat_a', '/shop'),
      put('_stat_b', '/shop/'),
      put('_static'),
      put('ad_id'),
    ]);
  await grant(page, 'functional', 'marketing');
  const names = (await page.context().cookies(page.url())).map(({ name }) => name);
  expect(names.sort()).toEqual(['_static', 'ad_id', 'consent']);
  await eventually(() => site.posts('/consents').at(-1)?.body.source).toBe('withdrawal');
  expect(site.posts('/consents').at(-1)?.body.granted).toEqual(['necessary', 'functional', 'marketing']);
});

it('GPC leaves analytics and marketing off without writing anything, until the visitor says otherwise', async () => {
  site.html = pageWith(gated);
  site.files = files;
  const page = await site.visit({
    before: tab => tab.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })),
  });
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(false);
  expect(await page.locator('[data-consent-banner]').textContent()).toContain('Global Privacy Control');
  await page.evaluate(() => window.leadConsent?.open());
  const dialog = page.locator('[data-consent-preferences]');
  await dialog.waitFor();
  expect(await dialog.locator('input[name=analytics]').isChecked()).toBe(false);
  expect(await dialog.getByText('Global Privacy Control').count()).toBe(2);
  expect(await page.context().cookies()).toEqual([]);
  expect(site.posts('/consents')).toEqual([]);
  await click(page, 'accept-all');
  await eventually(() => order(page)).toContain('marketing');
});

it('[K3] a choice made while the server is away is sent later, once, with the same key and its own time', async () => {
  const recorded = new Set<unknown>();
  let tried = 0;
  const answer =
    (status: number) =>
    ({ headers }: Seen): Reply => {
      tried++;
      if (status === 201) recorded.add(headers['idempotency-key']);
      return { status, body: {} };
    };
  site.onConsent = () => 'gone';
  const page = await site.visit();
  await click(page, 'reject-all');
  await eventually(() => site.posts('/consents').length).toBeGreaterThan(0);
  await page.waitForTimeout(100);
  site.onConsent = answer(503);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await eventually(() => tried).toBe(1);
  site.onConsent = answer(201);
  await page.reload();
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  await page.reload();
  await page.waitForLoadState('networkidle');
  expect(recorded.size).toBe(1);
  const { length } = site.posts('/consents');
  await page.reload();
  await page.waitForLoadState('networkidle');
  expect(site.posts('/consents').length).toBe(length);
  expect(new Set(site.posts('/consents').map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(new Set(site.posts('/consents').map(({ body }) => body.chosen_at)).size).toBe(1);
});

it.each<[string, Reply]>([
  ['refused for good', { status: 422, body: {} }],
  ['refused by origin', { status: 403, body: {} }],
])('a choice that the server has %s is not sent again', async (_, reply) => {
  site.onConsent = () => reply;
  const page = await site.visit();
  await click(page, 'reject-all');
  await eventually(() => site.posts('/consents').length).toBe(1);
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  await page.reload();
  await page.waitForLoadState('networkidle');
  expect(site.posts('/consents').length).toBe(1);
});

it('[K3] two choices made offline are both sent, and their times tell their order', async () => {
  const stored = new Map<unknown, { chosen_at: string; source: string; granted: string[] }>();
  site.onConsent = () => ({ status: 500, body: {} });
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => site.posts('/consents').length).toBe(1);
  await grant(page);
  // A choice is sent again when the page ended before its answer came, so it counts once by its key.
  site.onConsent = ({ headers, body }) => {
    stored.set(headers['idempotency-key'], body);
    return { status: 201, body: {} };
  };
  await page.reload();
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  // A page that is left sends all at once, so one may overtake another.
  const sent = [...stored.values()].sort((a, b) => a.chosen_at.localeCompare(b.chosen_at));
  expect(sent.map(({ source, granted }) => [source, granted.length])).toEqual([
    ['banner', 4],
    ['withdrawal', 1],
  ]);
});

it('case W1 a script that never answers holds up neither frames nor images, and the next script for some seconds only', async () => {
  site.html = pageWith(`<script type="text/plain" data-consent="analytics" src="/never.js"></script>
<script type="text/plain" data-consent="analytics" src="/second.js"></script>
<img data-consent="analytics" data-consent-src="/pixel.gif" alt="">
<iframe data-consent="marketing" data-consent-src="/frame" title="Video" width="300" height="200"></iframe>`);
  site.files = files;
  const page = await site.visit({ before: tab => tab.route('**/never.js', () => {}) });
  await page.getByRole('button', { name: 'Allow and show' }).click();
  await eventually(() => site.seen.some(({ path }) => path === '/frame')).toBe(true);
  await grant(page, 'analytics', 'marketing');
  await eventually(() => site.seen.some(({ path }) => path === '/pixel.gif')).toBe(true);
  expect(await order(page)).toEqual([]);
  await expect.poll(() => order(page), { timeout: 8_000 }).toEqual(['second']);
});

it('case W2 a script that was put in as markup runs once, after the grant, and keeps its nonce', async () => {
  site.html = pageWith('<div id="place"></div>');
  site.files = files;
  site.pageHeaders = { 'Content-Security-Policy': "script-src HOST 'self' 'nonce-abc'" };
  const page = await site.visit({
    before: tab =>
      tab.addInitScript(
        ([one, two]) =>
          document.addEventListener('DOMContentLoaded', () => {
            document.querySelector('#place')!.innerHTML =
              `<script type="text/plain" data-consent="analytics" nonce="abc">${one}</script>
<script type="text/plain" data-consent="analytics" src="/second.js"></script>`;
            document
              .querySelector('main')!
              .insertAdjacentHTML(
                'beforeend',
                `<script type="text/plain" data-consent="analytics" nonce="abc">${two}</script>`,
              );
          }),
        [log('markup'), log('adjacent')],
      ),
  });
  expect(await order(page)).toEqual([]);
  await click(page, 'accept-all');
  await eventually(() => order(page)).toEqual(['markup', 'second', 'adjacent']);
  await page.evaluate(() => window.leadConsent?.open());
  await page.keyboard.press('Escape');
  expect(await order(page)).toEqual(['markup', 'second', 'adjacent']);
});

it('case W2 under Trusted Types such a script is skipped with one line, and the rest goes on', async () => {
  const lines: string[] = [];
  site.html = pageWith(
    `<div id="place"></div><script type="text/plain" data-consent="analytics" src="/second.js"></script>`,
  );
  site.files = { ...files, '/page.js': '' };
  site.pageHeaders = {
    'Content-Security-Policy': "script-src HOST 'self'; require-trusted-types-for 'script'; trusted-types page",
  };
  const page = await site.visit({
    before: tab => {
      tab.on('console', message => message.text().includes('lead-consent:') && lines.push(message.text()));
      return tab.addInitScript(() =>
        document.addEventListener('DOMContentLoaded', () => {
          const { trustedTypes } = window as unknown as {
            trustedTypes: { createPolicy(name: string, rules: object): { createHTML(text: string): string } };
          };
          const policy = trustedTypes.createPolicy('page', { createHTML: (text: string) => text });
          document.querySelector('#place')!.innerHTML = policy.createHTML(
            '<script type="text/plain" data-consent="analytics" src="/third.js"></script>',
          );
        }),
      );
    },
  });
  await click(page, 'accept-all');
  await eventually(() => order(page)).toEqual(['second']);
  expect(lines.length).toBe(1);
});

it('case W24 under Trusted Types `data-consent-src` works where the page allows the policy `lead-consent`', async () => {
  site.html = pageWith('<script type="text/plain" data-consent="analytics" data-consent-src="/second.js"></script>');
  site.files = files;
  site.pageHeaders = {
    'Content-Security-Policy': "script-src HOST 'self'; require-trusted-types-for 'script'; trusted-types lead-consent",
  };
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => order(page)).toEqual(['second']);
});

it('case W3 elements that never report back, or that the release does not change, hold up nothing', async () => {
  site.html = pageWith(`<svg><script type="text/plain" data-consent="analytics">${log('svg')}</script></svg>
<script type="text/plain" data-consent="analytics" nomodule src="/never.js"></script>
<script type="text/plain" data-consent="analytics" data-type="text/template">no script</script>
<script type="text/plain" data-consent="analytics" data-type="text/plain">${log('never')}</script>
<div data-consent="analytics" data-src="/div">A lazy loader's</div>
<script type="text/plain" data-consent="analytics">${log('last')}</script>`);
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => order(page)).toEqual(['svg', 'last']);
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(true);
});

it('case W4 what a gated inline script writes lands after it, and the page stays', async () => {
  site.html = pageWith(`<script type="text/plain" data-consent="analytics" id="writer">
document.write('<span id=a></span>'); document.writeln('<span id=b></span>')</script><p id="after">After</p>`);
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => page.locator('#writer ~ span').evaluateAll(all => all.map(({ id }) => id))).toEqual([
    'a',
    'b',
  ]);
  expect(await page.locator('h1, #after').count()).toBe(2);
  await page.reload();
  await eventually(() => page.locator('#writer + #a').count()).toBe(1);
  expect(await page.locator('h1, #after').count()).toBe(2);
  expect(await page.evaluate(() => Object.keys(document))).not.toContain('write');
});

it('case W5 a gated module runs as one', async () => {
  site.html = pageWith(`<script type="text/plain" data-consent="analytics" data-type="module">
import '/second.js'; ${log('module')}</script>`);
  site.files = files;
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => order(page)).toEqual(['second', 'module']);
});

it('case W8 a withdrawal in one window is obeyed in the others at once', async () => {
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  const other = await page.context().newPage();
  await other.goto(site.page);
  await other.evaluate(() => window.leadConsent?.ready);
  const has = () => other.evaluate(() => window.leadConsent?.has('analytics'));
  expect(await has()).toBe(true);
  await grant(page);
  await eventually(has).toBe(false);
  await other.evaluate(code => {
    const script = Object.assign(document.createElement('script'), { type: 'text/plain', textContent: code });
    script.setAttribute('data-consent', 'analytics');
    document.body.append(script);
  }, log('late'));
  await other.waitForTimeout(100);
  expect(await order(other)).toEqual([]);
});

it('case W8 where the other window shares the cookie alone, nothing is released without reading it', async () => {
  const page = await site.visit();
  await click(page, 'accept-all');
  await eventually(() => page.evaluate(() => localStorage.length)).toBe(0);
  const consent = async () => (await page.context().cookies()).find(({ name }) => name === 'consent')!;
  const { value, ...cookie } = await consent();
  const [, id, version, at] = value.split('.');
  await page.context().addCookies([{ ...cookie, value: `v1.${id}.${version}.${Number(at) + 5}.necessary` }]);
  await page.evaluate(code => {
    const script = Object.assign(document.createElement('script'), { type: 'text/plain', textContent: code });
    script.setAttribute('data-consent', 'analytics');
    document.body.append(script);
  }, log('late'));
  await page.waitForTimeout(100);
  expect(await order(page)).toEqual([]);
  expect(await page.evaluate(() => window.leadConsent?.has('analytics'))).toBe(false);
});

/** What lazy loaders do: they take `data-src` for their own, of whatever bears their class. */
const lazyLoader = `for (const it of document.querySelectorAll('.lazyload[data-src]')) it.src = it.dataset.src`;

it('case W14 a lazy loader leaves what has `data-consent-src` to the choice', async () => {
  const frame = (attribute: string, at: number) =>
    `<iframe class="lazyload" data-consent="marketing" ${attribute}="/video-${at}" title="Tour" width="560" height="315"></iframe>`;
  site.html = pageWith(
    `<img class="lazyload" data-src="/own.png" alt="">${frame('data-consent-src', 1)}<script src="/lazy.js"></script>`,
  );
  site.files = { '/lazy.js': lazyLoader, '/video-1': '' };
  const page = await site.visit();
  const loaded = () => site.seen.map(({ path }) => path).filter(path => /own|video/.test(path));
  await eventually(loaded).toEqual(['/own.png']);
  await page.getByRole('group', { name: 'Tour' }).getByRole('button').click();
  await eventually(loaded).toEqual(['/own.png', '/video-1']);
});

it.each(['README.md', 'docs/embedding.md', 'docs/recipes.md', 'worker/demo/layout.ts', 'worker/demo/pages.ts'])(
  'case W24 in %s every gated address stands in `data-consent-src`',
  file => {
    const text = readFileSync(file, 'utf8');
    const tags = text.match(/<\w+ [^>]*data-consent="[^>]*>/g) ?? [];
    expect(tags.filter(tag => /\s(data-)?src=/.test(tag))).toEqual([]);
  },
);
