import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeError } from '../../worker/shared/field-errors.ts';
import { checkField, type LeadField } from '../../worker/shared/fields.ts';
import { locales } from '../../worker/shared/locales.ts';
import { mistakes } from '../support/mistakes.ts';
import { done, error, field, fill, form, lead, submit } from './lead-form.ts';
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

it('the element becomes the form, with what browsers need to fill it in', async () => {
  const page = await site.visit();
  await form(page).waitFor();
  const inputs = await form(page)
    .locator('input')
    .evaluateAll(all =>
      (all as HTMLInputElement[]).map(it => [
        it.name,
        it.type,
        it.autocomplete,
        it.inputMode,
        it.required,
        it.labels?.length,
      ]),
    );
  expect(inputs).toEqual([
    ['name', 'text', 'name', 'text', true, 1],
    ['phone', 'tel', 'tel', 'tel', true, 1],
    ['email', 'email', 'email', 'email', true, 1],
    ['company', 'text', 'organization', 'text', true, 1],
    ['policy_version', 'checkbox', '', '', true, 1],
  ]);
  expect(await page.locator('[data-lead-form] a').count()).toBe(1);
});

it('[C4] the box starts unticked, and links to the policy in the form’s language', async () => {
  const page = await site.visit();
  expect(await field(page, 'policy_version').isChecked()).toBe(false);
  expect(await field(page, 'policy_version').inputValue()).toBe('2026-01');
  const link = form(page).locator('a');
  expect(await link.getAttribute('href')).toBe(`${site.host}/policies/2026-01?lang=en`);
  expect([await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual(['_blank', 'noopener']);
});

it('[C1] a filled form is sent as typed, once, and thanked with the receipt code', async () => {
  const page = await site.visit();
  await fill(page);
  await submit(page).click();
  await done(page).waitFor();
  const posts = site.posts('/forms/mini-ai-experience');
  const challenge = expect.stringMatching(/^32\.10\./);
  expect(posts.map(({ body }) => body)).toEqual([{ ...lead, policy_version: '2026-01', locale: 'en', challenge }]);
  expect(posts[0]?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
  expect(await done(page).textContent()).toContain('LC-7Q4M-9XTR-2HKD');
  expect(await done(page).evaluate(it => it === document.activeElement)).toBe(true);
  expect(await done(page).locator('a').getAttribute('href')).toContain(`${site.host}/withdrawals`);
  expect(site.posts('/consents')).toEqual([]);
});

it('two clicks and an Enter send one lead, and the button tells that it is busy', async () => {
  let answer = (_: Reply) => {};
  site.onLead = () =>
    new Promise(resolve => {
      answer = resolve;
    });
  const page = await site.visit();
  await fill(page);
  await submit(page).dblclick();
  await field(page, 'name').press('Enter');
  await eventually(() => site.posts('/forms/').length).toBe(1);
  expect(await submit(page).getAttribute('aria-disabled')).toBe('true');
  expect(await submit(page).textContent()).toBe('Sending…');
  answer({ status: 201, body: { receipt_code: 'X' } });
  await done(page).waitFor();
  expect(site.posts('/forms/').length).toBe(1);
});

it('an empty form is not sent: errors stand beside the fields, and the focus is on the first', async () => {
  const page = await site.visit();
  await submit(page).click();
  expect(await page.locator('[data-field-error]').allTextContents()).toEqual([
    'Please enter your name.',
    'Please enter your phone number.',
    'Please enter your email address.',
    "Please enter your company's name.",
    'Please read and accept the privacy policy first.',
  ]);
  expect(await page.getByRole('alert').textContent()).toBe('Please check the marked entries.');
  const name = field(page, 'name');
  expect(await name.evaluate(it => it === document.activeElement)).toBe(true);
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  expect(await name.getAttribute('aria-describedby')).toBe(await error(page, 'name').getAttribute('id'));
  expect(site.posts('/forms/')).toEqual([]);
});

it.each(locales)('in %s each mistake is told in the words of the server', async locale => {
  site.html = pageWith(formElement, { lang: locale });
  const page = await site.visit();
  for (const [name, values] of Object.entries(mistakes))
    for (const value of values) {
      await fill(page, { [name]: value });
      await submit(page).click();
      const code = checkField(name as LeadField, value)!;
      expect(await error(page, name).textContent()).toBe(describeError(locale, name, code));
    }
});

it('a mistake is told on leaving the field, not while typing, and taken back once it is mended', async () => {
  const page = await site.visit();
  const phone = field(page, 'phone');
  await phone.pressSequentially('138');
  expect(await error(page, 'phone').count()).toBe(0);
  await phone.blur();
  expect(await error(page, 'phone').textContent()).toContain('valid phone number');
  await phone.press('End');
  await phone.pressSequentially('00138000');
  expect(await error(page, 'phone').count()).toBe(0);
  expect(await phone.getAttribute('aria-invalid')).toBeNull();
  await field(page, 'email').focus();
  await field(page, 'email').blur();
  expect(await error(page, 'email').count()).toBe(0);
});

it('the server’s own errors stand beside their fields, in its words', async () => {
  const errors = [{ field: 'email', code: 'invalid', message: 'This address cannot receive mail' }];
  site.onLead = () => ({ status: 422, body: { type: 'x/invalid-fields', status: 422, errors } });
  const page = await site.visit();
  await fill(page);
  await submit(page).click();
  await error(page, 'email').waitFor();
  expect(await error(page, 'email').textContent()).toBe('This address cannot receive mail');
  expect(await field(page, 'email').evaluate(it => it === document.activeElement)).toBe(true);
  expect(await field(page, 'email').inputValue()).toBe(lead.email);
  expect(await submit(page).textContent()).toBe('Send');
});

it('[C4] under a policy that has become outdated the box is unticked, and asks about the new one', async () => {
  const errors = [{ field: 'policy_version', code: 'outdated', message: 'The policy has changed' }];
  site.onLead = ({ body }) =>
    body.policy_version === '2026-02' ? { status: 201, body: {} } : { status: 422, body: { errors } };
  const page = await site.visit();
  await fill(page);
  site.policies = changePolicies({ version: '2026-02', url: '/policies/2026-02?lang=en' });
  await submit(page).click();
  await error(page, 'policy_version').waitFor();
  expect(await error(page, 'policy_version').textContent()).toBe('The policy has changed');
  expect(await field(page, 'policy_version').isChecked()).toBe(false);
  expect(await form(page).locator('a').getAttribute('href')).toContain('/policies/2026-02');
  await field(page, 'policy_version').check();
  await submit(page).click();
  await done(page).waitFor();
});

it('without a policy the link stays, for its page says what is the matter', async () => {
  site.policies = undefined;
  const page = await site.visit();
  await page.waitForLoadState('networkidle');
  expect(await page.locator('[data-lead-form]').innerHTML()).toBe(
    `<a href="${site.host}/forms/mini-ai-experience">Form</a>`,
  );
});

it('where the form can’t be loaded the link stays', async () => {
  const page = await site.visit({ before: tab => tab.route('**/widget/lead-form-*.js', route => route.abort()) });
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

it.each([
  [375, 'en'],
  [1280, 'zh-CN'],
] as const)(
  'at %s px in %s the room is free before the form comes, so that nothing moves then',
  async (width, lang) => {
    site.html = pageWith(`${formElement}<p>What comes after</p>`, { lang });
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    const page = await site.visit({
      viewport: { width, height: 900 },
      before: async tab => {
        await tab.addInitScript(watchShifts);
        await tab.route('**/widget/lead-form-*.js', async route => {
          await held;
          await route.continue();
        });
      },
    });
    const paint = () =>
      page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    await paint();
    await page.evaluate(() => Object.assign(window, { shifted: 0 }));
    release();
    await form(page).waitFor();
    await paint();
    expect(await page.evaluate(() => (window as unknown as { shifted: number }).shifted)).toBeLessThan(0.002);
    expect(await page.locator('[data-lead-form]').getAttribute('style')).toBeNull();
  },
);

/** Adds up, in the page, how much of it has moved by itself. */
function watchShifts() {
  const page = Object.assign(window as unknown as { shifted: number }, { shifted: 0 });
  const add = (entries: PerformanceEntry[]) => {
    for (const entry of entries) page.shifted += (entry as unknown as { value: number }).value;
  };
  new PerformanceObserver(list => add(list.getEntries())).observe({ type: 'layout-shift', buffered: true });
}
