import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import { describeError } from '../shared/field-errors.ts';
import { type Locale, language_names, locales } from '../shared/locales.ts';
import { version } from '../version.ts';
import { renderFooter } from './footer.ts';
import { localeOf } from './language.ts';
import { page_texts } from './page-texts.ts';
import type { FieldError } from './problems/slugs.ts';
import { pagePolicy } from './security-headers.ts';

export type Content = ReturnType<typeof html>;

interface Page {
  title: string;
  /** One sentence for lists of pages, such as a search engine's; the title when it is absent. */
  description?: string;
  /** Whether search engines may list it: it is the same for everybody, and holds no code in its address. */
  isPublic?: boolean;
  /** Parameters that the page's address keeps when the language changes. */
  kept?: Record<string, string> | undefined;
  status?: ContentfulStatusCode;
  headers?: Record<string, string> | undefined;
}

/**
 * Answers with a page that needs no script and allows none. No cache keeps it, because it holds one person's data.
 *
 * Its forms may also lead to the websites, because browsers apply `form-action` to redirects after a POST too.
 */
export async function showPage(
  c: Context<App>,
  { title, description = title, isPublic = false, kept = {}, status = 200, headers }: Page,
  content: Content,
): Promise<Response> {
  const { services } = c.var;
  const locale = localeOf(c);
  const isListed = isPublic && status === 200;
  const others = locales.filter(other => other !== locale);
  const links = others.map(other => {
    const query = new URLSearchParams({ lang: other, ...kept }).toString();
    return html`<a href="?${query}" hreflang="${other}" lang="${other}">${language_names[other]}</a>`;
  });
  const page = await html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${description}">
${
  isListed
    ? ''
    : html`<meta name="robots" content="noindex">
`
}<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/styles.css?v=${version}">
</head>
<body>
<header class="facts narrow"><nav aria-label="${page_texts[locale].languages}">${links}</nav></header>
<main class="narrow">
${content}
</main>
${renderFooter(locale, services.settings)}
</body>
</html>
`;
  return c.html(String(page), status, {
    'Content-Language': locale,
    'Content-Security-Policy': pagePolicy({
      forms: ["'self'", ...services.settings.site_origins],
      // What rates a page for search reads robots.txt from within it.
      loads: isListed ? ['connect'] : [],
    }),
    'Cache-Control': 'no-store',
    Vary: 'Accept, Accept-Language, Origin',
    ...headers,
  });
}

/** Renders the errors at the top of a page, with links to the fields. The focus begins here. */
export function renderSummary(locale: Locale, errors: FieldError[], fields: readonly string[]): Content {
  const items = errors.map(({ field, code }) => {
    const message = describeError(locale, field, code);
    return fields.includes(field)
      ? html`<li><a href="#${field}">${message}</a></li>`
      : html`<li>${message}${/^[\w-]+$/.test(field) ? html` (${field})` : ''}</li>`;
  });
  return renderNotice(html`<h2>${page_texts[locale].mistakes(errors.length)}</h2>
<ul>${items}</ul>`);
}

/** Renders a message at the top, which a screen reader reads out and where the focus begins. */
export function renderNotice(content: Content | string): Content {
  return html`<div class="notice alarm" role="alert" tabindex="-1" autofocus>${content}</div>`;
}

/**
 * Attributes of an input whose text no browser may check or change. Because some browsers send what is typed to their
 * maker to check its spelling, none is asked to.
 */
export const unaided = raw('spellcheck="false" autocorrect="off" autocapitalize="off"');

/** Renders the line under a field that says what is wrong with it, and the attributes of its input. */
export function renderError(locale: Locale, field: string, errors: FieldError[], hint = '') {
  const error = errors.find(one => one.field === field);
  const ids = [hint, error ? `${field}-error` : ''].filter(Boolean).join(' ');
  return {
    line: error
      ? html`<p class="error" id="${field}-error" data-field-error="${field}">${describeError(locale, field, error.code)}</p>`
      : '',
    attributes: html`${error ? html` aria-invalid="true"` : ''}${ids ? html` aria-describedby="${ids}"` : ''}`,
  };
}

/** Renders the hidden fields by which a page without a script passes the bot check, with a trap that stays empty. */
export function renderBotCheck(locale: Locale, token: string): Content {
  const { trap } = page_texts[locale];
  return html`<div class="trap" aria-hidden="true"><label for="website">${trap}</label><input id="website" name="website" type="text" tabindex="-1" autocomplete="off" ${unaided}></div>
<input type="hidden" name="form_token" value="${token}">`;
}
