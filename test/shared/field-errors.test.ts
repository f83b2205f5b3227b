import { html } from 'hono/html';
import { expect, it } from 'vitest';
import { describeError } from '../../worker/shared/field-errors.ts';
import { checkField, type LeadField } from '../../worker/shared/fields.ts';
import { locales } from '../../worker/shared/locales.ts';
import { lead, startPublished } from '../support/harness.ts';
import { mistakes } from '../support/mistakes.ts';

const form = '/forms/mini-ai-experience';

// test/widget/lead-form.test.ts expects the same words of the widget.
it.each(locales)('in %s a problem answer and the page say the same of each mistake', async locale => {
  const { post, submit } = await startPublished();
  const said = new Set<string>();
  for (const [name, values] of Object.entries(mistakes))
    for (const value of values) {
      const message = describeError(locale, name, checkField(name as LeadField, value)!);
      const sent = { ...lead, locale, [name]: value };
      const problem = (await (await post(form, sent)).json()) as { errors: unknown[] };
      expect(problem.errors).toEqual([expect.objectContaining({ field: name, message })]);
      const page = await (await submit(form, sent)).text();
      expect(page).toContain(`<a href="#${name}">${html`${message}`}</a>`);
      expect(page).toContain(`data-field-error="${name}">${html`${message}`}</p>`);
      said.add(message);
    }
  const box = await (await submit(form, { ...lead, locale, policy_version: '' })).text();
  expect(box).toContain(`data-field-error="policy_version">${describeError(locale, 'policy_version', 'required')}</p>`);
  expect(said.size).toBe(Object.values(mistakes).flat().length);
});

it('what has no sentence of its own gets that of its code', () => {
  expect(describeError('en', 'source', 'required')).toBe('Please fill this in.');
  expect(describeError('en', 'phone', 'wrong_type')).toBe('This has the wrong type.');
  expect(describeError('en', 'constructor', 'invalid')).toBe('This is not valid. Please check it.');
});
