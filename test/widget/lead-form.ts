import type { Page } from 'playwright-core';

/** The values that a visitor types. */
export const lead = { name: '欧阳小明', phone: '138 0013 8000', email: 'Ming@example.com', company: '小视科技' };

export const form = (page: Page) => page.locator('form');
export const field = (page: Page, name: string) => page.locator(`form [name="${name}"]`);
export const error = (page: Page, name: string) => page.locator(`[data-field-error="${name}"]`);
export const submit = (page: Page) => form(page).locator('button[type=submit]');
export const done = (page: Page) => page.locator('[data-lead-form-done]');
export const notice = (page: Page) => form(page).getByRole('alert');

/** Fills the form in and agrees to the policy. */
export async function fill(page: Page, values: Partial<typeof lead> = {}) {
  for (const [name, value] of Object.entries({ ...lead, ...values })) await field(page, name).fill(value);
  await field(page, 'policy_version').check();
}
