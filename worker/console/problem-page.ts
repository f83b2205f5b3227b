import { html } from 'hono/html';
import type { Slug } from '../http/problems/slugs.ts';
import { problem_texts } from '../http/problems/texts.ts';
import type { Page } from './layout.ts';
import type { Reader } from './reader.ts';

/**
 * Draws what is said of a problem, with the way back.
 *
 * @param because What the problem says of this case, where that is more than its general words.
 */
export function problemPage({ locale, text }: Reader, slug: Slug, because?: string): Page {
  const { title, detail: general } = problem_texts[locale][slug];
  const detail = because ?? general;
  return {
    title,
    content: html`<section class="card narrow"><h1>${title}</h1><p>${detail}</p><p><a class="button" href="/console">${text.problem.home}</a></p></section>`,
  };
}
