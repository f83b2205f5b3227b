import { readFileSync } from 'node:fs';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/**
 * Lists what axe finds wrong on a page, one line each, and inputs whose text a browser would check or iOS zoom in on.
 * Because loading axe costs most, each document loads it once.
 */
export async function findViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source);
  return page.evaluate(async () => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await run({ resultTypes: ['violations'], preload: false });
    const typed = 'input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea';
    const inputs = [...document.querySelectorAll<HTMLInputElement>(typed)].filter(input => {
      const isText = /^(text|tel|email|search|password|textarea)/.test(input.type);
      const isChecked = input.spellcheck || input.getAttribute('autocorrect') !== 'off';
      return Number.parseFloat(getComputedStyle(input).fontSize) < 16 || (isText && isChecked);
    });
    return [
      ...violations.map(({ id, nodes }) => `${id} ${nodes.map(it => it.html)}`),
      ...inputs.map(input => `input ${input.outerHTML}`),
    ];
  });
}
