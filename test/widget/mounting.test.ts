import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { done, field, fill, form, lead, submit } from './lead-form.ts';
import { eventually, formElement, openSite, pageWith, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
beforeEach(async () => {
  await site.reset();
  site.html = pageWith(formElement);
});
afterAll(() => site.close());

it('without a policy the link stays, for its page says what is the matter', async () => {
  site.policies = undefined;
  const page = await site.visit();
  await page.waitForLoadState('networkidle');
  expect(await page.locator('[data-lead-form]').innerHTML()).toBe(
    `<a href="${site.host}/forms/mini-ai-experience">Form</a>`,
  );
});

it('where the form can’t be loaded the link stays', async () => {
  const page = await site.visit({ before: tab => tab.route('**/widget/lead-form-*', route => route.abort()) });
  await page.waitForLoadState('networkidle');
  expect(await page.locator('[data-lead-form]').innerHTML()).toBe(
    `<a href="${site.host}/forms/mini-ai-experience">Form</a>`,
  );
});

it('a form added later is mounted too, and mountForm gives back a way out', async () => {
  site.html = pageWith('<div id="later"></div><div id="own">own</div>', { lang: 'zh-CN' });
  const page = await site.visit();
  await page.evaluate(() => document.querySelector('#later')?.setAttribute('data-lead-form', 'ecological-cooperation'));
  await page.evaluate(() => document.querySelector('#later')?.append(document.createElement('a')));
  await page.getByRole('form', { name: '生态合作咨询' }).waitFor();
  await page.evaluate(() => {
    const unmount = window.leadConsent?.mountForm(document.querySelector('#own')!, 'ecological-cooperation');
    Object.assign(window, { unmount });
  });
  await page.locator('#own form').waitFor();
  await page.evaluate('unmount()');
  expect(await page.locator('#own').innerHTML()).toBe('own');
});

it('mountForm on nothing, or after remove(), throws nothing and mounts nothing', async () => {
  site.html = pageWith('<div id="own">own</div>');
  const page = await site.visit();
  await page.evaluate(async () => {
    const { leadConsent } = window;
    for (const nothing of [null, undefined, '#own', document])
      leadConsent!.mountForm(nothing as unknown as Element, 'mini-ai-experience')();
    const own = document.querySelector('#own')!;
    // Loads the form's module, so that a form would be there at once.
    leadConsent!.mountForm(own, 'mini-ai-experience');
    while (!own.querySelector('form')) await new Promise(requestAnimationFrame);
    leadConsent!.remove();
    leadConsent!.mountForm(own, 'mini-ai-experience')();
    leadConsent!.mountForm(own, 'mini-ai-experience');
  });
  await page.waitForTimeout(200);
  expect(await page.locator('#own').innerHTML()).toBe('own');
});

it('two forms on a page keep apart, each with its own labels, proof and draft', async () => {
  site.html = pageWith(`${formElement}${formElement.replaceAll('mini-ai-experience', 'ecological-cooperation')}`);
  const page = await site.visit();
  await form(page).nth(1).waitFor();
  const ids = await page.locator('form [id]').evaluateAll(all => all.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  const second = page.getByRole('form', { name: 'Cooperation inquiry' });
  for (const [name, value] of Object.entries(lead)) await second.locator(`[name=${name}]`).fill(value);
  await second.locator('[name=policy_version]').check();
  await second.locator('[name=name]').press('Enter');
  await done(page).waitFor();
  expect(site.posts('/forms/').map(({ path }) => path)).toEqual(['/forms/ecological-cooperation']);
  expect(await form(page).count()).toBe(1);
  expect(await field(page, 'name').inputValue()).toBe('');
});

it('a form that the page takes away is ended, and mounted again with its draft when it comes back', async () => {
  const page = await site.visit({ before: tab => tab.addInitScript(countOnlineListeners) });
  const count = () => page.evaluate(() => (window as unknown as { count(): number }).count());
  await field(page, 'name').fill('Ada');
  const alone = (await count()) - 1;
  await page.evaluate(() => {
    const element = document.querySelector('[data-lead-form]')!;
    Object.assign(window, { element });
    element.remove();
  });
  await eventually(count).toBe(alone);
  await page.evaluate('document.querySelector("main").append(element)');
  await form(page).waitFor();
  expect(await field(page, 'name').inputValue()).toBe('Ada');
  expect(await count()).toBe(alone + 1);
});

it('a form that the page moves keeps what is typed; one that it renders over comes back with its draft', async () => {
  site.html = pageWith(`${formElement}<section></section>`);
  const page = await site.visit({ before: tab => tab.addInitScript(countOnlineListeners) });
  await field(page, 'name').fill('Ada');
  await page.evaluate(() => document.querySelector('section')!.append(document.querySelector('[data-lead-form]')!));
  await page.locator('section form').waitFor();
  expect(await field(page, 'name').inputValue()).toBe('Ada');
  await page.waitForTimeout(1_100);
  await page.evaluate(() => {
    document.querySelector('[data-lead-form]')!.innerHTML = '<a href="/new">New link</a>';
  });
  await form(page).waitFor();
  expect(await field(page, 'name').inputValue()).toBe('Ada');
  const listeners = await page.evaluate(() => (window as unknown as { count(): number }).count());
  expect(listeners).toBe(2);
  await page.evaluate(() => window.leadConsent?.remove());
  expect(await page.locator('[data-lead-form]').innerHTML()).toBe('<a href="/new">New link</a>');
});

it('a page that always renders over the form is not fought without end', async () => {
  const page = await site.visit();
  await form(page).waitFor();
  await page.evaluate(() => {
    const element = document.querySelector('[data-lead-form]')!;
    const wins = { count: 0 };
    Object.assign(window, { wins });
    new MutationObserver(() => {
      if (!element.querySelector('form')) return;
      wins.count++;
      element.innerHTML = 'Mine';
    }).observe(element, { childList: true });
    element.innerHTML = 'Mine';
  });
  await page.waitForTimeout(2_500);
  expect(await page.evaluate(() => (window as unknown as { wins: { count: number } }).wins.count)).toBeLessThan(4);
});

it('an element that turns to the other form shows it, with the agreement of its own', async () => {
  const page = await site.visit();
  await form(page).waitFor();
  const turn = (to: string) =>
    page.evaluate(name => document.querySelector('[data-lead-form]')!.setAttribute('data-lead-form', name), to);
  await turn('ecological-cooperation');
  await page.getByRole('form', { name: 'Cooperation inquiry' }).waitFor();
  expect(await form(page).count()).toBe(1);
  await fill(page);
  await submit(page).click();
  await done(page).waitFor();
  expect(site.posts('/forms/').map(({ path }) => path)).toEqual(['/forms/ecological-cooperation']);
});

it('mounted, ended and mounted again at once, as frameworks do when they check an effect, it stands there once', async () => {
  site.html = pageWith('<div id="own">own</div>');
  const page = await site.visit();
  await page.evaluate(() => {
    const element = document.querySelector('#own')!;
    window.leadConsent!.mountForm(element, 'mini-ai-experience')();
    Object.assign(window, { end: window.leadConsent!.mountForm(element, 'mini-ai-experience') });
  });
  await form(page).waitFor();
  expect(await form(page).count()).toBe(1);
  await page.evaluate('end(); end()');
  expect(await page.locator('#own').innerHTML()).toBe('own');
});

function countOnlineListeners() {
  const listening = new Set<unknown>();
  Object.assign(window, { count: () => listening.size });
  const { addEventListener: add, removeEventListener: remove } = window;
  window.addEventListener = (type: string, fn: EventListenerOrEventListenerObject) => {
    if (type === 'online') listening.add(fn);
    add.call(window, type, fn);
  };
  window.removeEventListener = (type: string, fn: EventListenerOrEventListenerObject) => {
    if (type === 'online') listening.delete(fn);
    remove.call(window, type, fn);
  };
}
