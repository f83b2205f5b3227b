import { readFileSync } from 'node:fs';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** The rules whose outcome a colour scheme can change. */
export const colour_rules = ['color-contrast', 'link-in-text-block'];

/** What axe finds wrong on a page, a line each; with `rules`, what breaks those alone. Put into each document once, which costs most. */
export async function findViolations(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source);
  return page.evaluate(async only => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await run({ ...(only && { runOnly: only }), resultTypes: ['violations'], preload: false });
    return violations.map(({ id, nodes }) => `${id} ${nodes.map(it => it.html)}`);
  }, rules);
}
