import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { currentPolicy } from '../../../db/policies/force.ts';
import { listKnownPolicies } from '../../../db/policies/read.ts';
import type { App } from '../../context.ts';
import { form_texts } from '../../forms/texts.ts';
import { withdrawal_texts } from '../../leads/withdraw-texts.ts';
import { request_texts } from '../../requests/texts.ts';
import { findForm, forms } from '../../shared/fields.ts';
import { renderWayBack } from '../footer.ts';
import { localeOf } from '../language.ts';
import { type Content, showPage } from '../page.ts';
import { problem_page_texts } from './page-texts.ts';
import { type Slug, statuses } from './slugs.ts';
import { problem_details, problem_texts } from './texts.ts';

/**
 * Answers a person with a page in place of a problem document: what is the matter, and where to go on. It needs no
 * database, because that may be the matter.
 */
export async function answerProblemPage(c: Context<App>, slug: Slug): Promise<Response> {
  const locale = localeOf(c);
  const seconds = Number(c.res.headers.get('Retry-After'));
  const { because } = c.var;
  const { title, detail } = because
    ? { title: problem_texts[locale][slug].title, detail: problem_details[locale][because] }
    : (problem_page_texts[locale].problems[slug] ?? problem_texts[locale][slug]);
  const { 'content-type': _, ...headers } = Object.fromEntries(c.res.headers);
  return showPage(
    c,
    { title, description: detail, status: c.res.status as ContentfulStatusCode, headers },
    html`<section class="card"><h1>${title}</h1>
<p>${detail}</p>
${seconds > 0 ? html`<p>${problem_page_texts[locale].wait(seconds)}</p>` : ''}
<p>${renderWayOn(c, slug)}</p></section>
${renderPlaces(c)}`,
  );
}

/** Shows what a problem document means, in the words of the document. */
export function showProblem(c: Context<App>, slug: Slug): Promise<Response> {
  const { title, detail } = problem_texts[localeOf(c)][slug];
  return showPage(
    c,
    { title, description: detail, isPublic: true },
    html`<section class="card"><h1>${title}</h1>
<p>${detail}</p>
<p class="note"><code>${slug}</code> · HTTP ${statuses[slug]}</p>
<p class="ways"><a href="/docs">${problem_page_texts[localeOf(c)].docs}</a></p></section>`,
  );
}

/** `GET /` in production: what there is for people on this server. */
export function showStart(c: Context<App>): Promise<Response> {
  const { title, intro } = problem_page_texts[localeOf(c)].start;
  return showPage(
    c,
    { title, description: intro, isPublic: true },
    html`<h1>${title}</h1><p>${intro}</p>${renderPlaces(c)}`,
  );
}

/**
 * Renders the next step as a button: the same page again where that may help, a new request where one is not found, else
 * the website.
 */
function renderWayOn(c: Context<App>, slug: Slug): Content {
  const locale = localeOf(c);
  const { again, console } = problem_page_texts[locale];
  const form = /^\/forms\/([^/]+)/.exec(c.req.path)?.[1];
  const page = /^\/(?:withdrawals|requests)(?=\/|$)/.exec(c.req.path)?.[0];
  if (page === '/requests' && slug === 'not-found')
    return html`<a class="button" href="${page}?lang=${locale}">${request_texts[locale].title}</a>`;
  const own = c.req.path.replace(/\/verification$/, '');
  const known = page ? own : findForm(form) && `/forms/${form}`;
  if (slug === 'unauthorized' || slug === 'forbidden') return html`<a class="button" href="/console">${console}</a>`;
  if (known) return html`<a class="button" href="${known}?lang=${locale}">${again}</a>`;
  return renderWayBack(locale, c.var.services.settings, 'button');
}

/** Renders links to all pages for people. */
function renderPlaces(c: Context<App>): Content {
  const { db, now } = c.var.services;
  const locale = localeOf(c);
  const { places, policy } = problem_page_texts[locale];
  const version = currentPolicy(listKnownPolicies(db), now())?.version;
  const links = [
    ...forms.map(form => [`/forms/${form}`, form_texts[locale].titles[form]]),
    ...(version ? [[`/policies/${version}`, policy]] : []),
    ['/withdrawals', withdrawal_texts[locale].title],
    ['/requests', request_texts[locale].title],
  ];
  return html`<nav class="note ways" aria-label="${places}"><ul>${links.map(([path, name]) => html`<li><a href="${path}?lang=${locale}">${name}</a></li>`)}</ul></nav>`;
}
