import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeError } from '../../worker/shared/field-errors.ts';
import { checkField, type LeadField } from '../../worker/shared/fields.ts';
import { common_form_texts } from '../../worker/shared/form-texts.ts';
import { locales } from '../../worker/shared/locales.ts';
import { mistakes } from '../support/mistakes.ts';
import { measureCode } from '../support/receipt-code.ts';
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
    'Please enter your company’s name.',
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

/** Sums, in the page, how much of its layout has shifted by itself. */
function watchShifts() {
  const page = Object.assign(window as unknown as { shifted: number }, { shifted: 0 });
  const add = (entries: PerformanceEntry[]) => {
    for (const entry of entries) page.shifted += (entry as unknown as { value: number }).value;
  };
  new PerformanceObserver(list => add(list.getEntries())).observe({ type: 'layout-shift', buffered: true });
}

it.each(locales)('in %s it says what the plain page says, and keeps the hint until there is an error', async lang => {
  const { required, labels, hints, submit: button, thanks } = common_form_texts[lang];
  site.html = pageWith(formElement, { lang });
  const page = await site.visit();
  await form(page).waitFor();
  expect(await form(page).locator('label').allTextContents()).toEqual([...Object.values(labels), expect.any(String)]);
  expect(await form(page).textContent()).toContain(required);
  expect(await submit(page).textContent()).toBe(button);
  const described = await field(page, 'phone').getAttribute('aria-describedby');
  const description = page.locator(`[id="${described}"]`);
  expect(await description.textContent()).toBe(hints.phone);
  await submit(page).click();
  await error(page, 'phone').waitFor();
  expect(await description.textContent()).toBe(describeError(lang, 'phone', 'required'));
  await fill(page);
  await submit(page).click();
  await done(page).waitFor();
  const { title, body, code, keep, withdraw } = thanks;
  for (const text of [title, body, code, keep, withdraw]) expect(await done(page).textContent()).toContain(text);
});

it('the receipt code breaks between its groups alone, with the text twice as large too', async () => {
  site.onLead = () => ({ status: 201, body: { receipt_code: '7Q4M9-1TR2H-KD3VW-28B5C' } });
  site.html = pageWith(formElement, { head: '<style>html { font-size: 200% }</style>' });
  const page = await site.visit({ viewport: { width: 320, height: 720 } });
  await page.locator('[data-consent-action=reject-all]').click();
  await fill(page);
  await submit(page).click();
  await done(page).waitFor();
  for (const width of [320, 375, 1280]) {
    await page.setViewportSize({ width, height: 720 });
    expect(await page.evaluate(measureCode, '[data-lead-form-done] code')).toEqual([
      '7Q4M9-',
      '1TR2H-',
      'KD3VW-',
      '28B5C',
    ]);
  }
});
