import type { Context } from 'hono';
import type { App } from '../../context.ts';
import { localeOf } from '../language.ts';
import { prefersHtml } from '../negotiate.ts';
import { problem } from './problem.ts';
import { type Slug, statuses } from './slugs.ts';
import { problem_texts } from './texts.ts';

/** `GET /problems/{slug}` describes a problem, to people on a page. The `type` of a problem document is this address. */
export async function describeProblem(c: Context<App>) {
  const slug = c.req.param('slug') as Slug;
  if (!Object.hasOwn(statuses, slug)) return problem(c, 'not-found');
  if (prefersHtml(c)) return (await import('./page.ts')).showProblem(c, slug);
  const locale = localeOf(c);
  const type = `${c.var.services.settings.public_url}/problems/${slug}`;
  return c.json({ type, status: statuses[slug], ...problem_texts[locale][slug] }, 200, {
    'Content-Language': locale,
    Vary: 'Accept, Accept-Language',
  });
}
