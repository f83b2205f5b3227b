import { html } from 'hono/html';
import { problem_texts } from '../http/problem-texts.ts';
import type { Slug } from '../http/slugs.ts';
import type { Page } from './layout.ts';
import type { Reader } from './reader.ts';

/** Draws what is said of a problem, with the way back. */
export function problemPage({ locale, text }: Reader, slug: Slug): Page {
  const { title, detail } = problem_texts[locale][slug];
  return {
    title,
    content: html`<section class="card narrow"><h1>${title}</h1><p>${detail}</p><p><a class="button" href="/console">${text.problem.home}</a></p></section>`,
  };
}
