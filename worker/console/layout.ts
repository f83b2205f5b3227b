import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import { hasScope, type Scope } from '../guards/access.ts';
import { chooseLocale } from '../http/language.ts';
import type { Content } from '../http/page.ts';
import { type Locale, locales } from '../shared/locales.ts';
import { console_texts } from './texts/texts.ts';

const locale_cookie = 'console_lang';
const year_seconds = 31_536_000;

const content_policy = [
  ...["default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'", "img-src 'self'"],
  ...[
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ],
].join('; ');

type Section = 'leads' | 'overview' | 'audit' | 'tokens';

const sections: { section: Section; path: string; scopes: Scope[] }[] = [
  { section: 'leads', path: '/console', scopes: ['leads:read'] },
  { section: 'overview', path: '/console/overview', scopes: ['leads:read', 'consents:read'] },
  { section: 'audit', path: '/console/audit', scopes: ['audit:read'] },
  { section: 'tokens', path: '/console/tokens', scopes: ['tokens:manage'] },
];

interface ConsolePage {
  /** Never a person's data: titles end up in histories. */
  title: string;
  section?: Section;
  /** Where the page can be asked for again, when it answers a post. */
  address?: string;
  status?: ContentfulStatusCode;
  headers?: Record<string, string>;
}

/** The language of the console for this browser: the one asked for, which is remembered, else the remembered one. */
export function consoleLocale(c: Context<App>): Locale {
  return chooseLocale(c, c.req.query('lang') ?? getCookie(c, locale_cookie));
}

/** The first page that a role has; undefined for a role without any. */
export function homeOf(c: Context<App>): string | undefined {
  return sections.find(({ scopes }) => scopes.some(scope => hasScope(c, scope)))?.path;
}

/** Answers a page of the console. No cache keeps it, no other site learns its address, no script but ours runs in it. */
export function showConsolePage(c: Context<App>, page: ConsolePage, content: Content) {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  if (c.req.query('lang'))
    setCookie(c, locale_cookie, locale, { path: '/console', maxAge: year_seconds, sameSite: 'Strict', httpOnly: true });
  return c.html(
    html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${page.title} · ${text.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${text.name}">
<meta name="robots" content="noindex">
<link rel="icon" href="/console.svg">
<link rel="stylesheet" href="/styles.css">
<link rel="stylesheet" href="/console.css">
<script src="/console.js" defer></script>
</head>
<body class="console">
<header class="top"><a class="skip" href="#content">${text.skip}</a>
<p class="brand">${text.name}</p>
${c.var.holder ? renderNavigation(c, locale, page) : ''}
${c.var.holder ? renderAccount(c, locale, page) : renderLanguages(c, locale, page)}
</header>
<main id="content" tabindex="-1">
${content}
</main>
<footer>${renderRegion(c, locale)}</footer>
<div class="toast" role="status" aria-live="polite"></div>
</body>
</html>
`,
    page.status ?? 200,
    {
      'Content-Language': locale,
      'Content-Security-Policy': content_policy,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cache-Control': 'no-store',
      Vary: 'Accept-Language, Cookie',
      ...page.headers,
    },
  );
}

function renderNavigation(c: Context<App>, locale: Locale, { section }: ConsolePage): Content {
  const text = console_texts[locale];
  const links = sections
    .filter(({ scopes }) => scopes.some(scope => hasScope(c, scope)))
    .map(
      one =>
        html`<li><a href="${one.path}"${one.section === section ? html` aria-current="page"` : ''}>${text.nav[one.section]}</a></li>`,
    );
  return html`<nav aria-label="${text.pages}"><ul>${links}</ul></nav>`;
}

function renderAccount(c: Context<App>, locale: Locale, page: ConsolePage): Content {
  const text = console_texts[locale];
  const { holder, role } = c.var.holder;
  return html`<details class="account">
<summary><span class="hidden">${text.account.title}: </span><span class="who">${holder}</span><span class="role">${text.roles[role] ?? role}</span></summary>
<div class="menu">
${renderLanguages(c, locale, page)}
<button class="quiet" type="button" data-help hidden>${text.account.keys}</button>
<form method="post" action="/console/session/end">
<button class="quiet">${text.account.out}</button>
<button class="quiet" name="everywhere" value="1">${text.account.everywhere}</button>
</form>
</div>
</details>
<dialog class="keys" aria-labelledby="keys"><h2 id="keys">${text.keys.title}</h2>
<dl>${text.keys.list.map(([keys, what]) => html`<div><dt>${keys!.split(' ').map(key => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`)}</dl>
<label class="check"><input type="checkbox" data-keys checked><span>${text.keys.on}</span></label>
<form method="dialog"><button>${text.keys.close}</button></form></dialog>`;
}

/** Of a page that answered a post, the language changes where it can be asked for again. */
function renderLanguages(c: Context<App>, locale: Locale, { address }: ConsolePage): Content {
  const text = console_texts[locale];
  const query = c.req.method === 'POST' ? {} : c.req.query();
  const links = locales
    .filter(other => other !== locale)
    .map(other => {
      const parameters = new URLSearchParams({ ...query, lang: other });
      return html`<a href="${address ?? c.req.path}?${parameters.toString()}" hreflang="${other}" lang="${other}">${console_texts[other].own}</a>`;
    });
  return html`<p class="languages" role="group" aria-label="${text.language}">${links}</p>`;
}

function renderRegion(c: Context<App>, locale: Locale): string {
  const text = console_texts[locale];
  const { data_region, time_zone } = c.var.services.settings;
  if (!data_region) return text.region(text.undeclared, time_zone);
  const name = new Intl.DisplayNames(locale, { type: 'region' }).of(data_region.slice(0, 2));
  return text.region(`${name} (${data_region})`, time_zone);
}

/** A part of a page where there is nothing: says why, and what to do. */
export function renderEmpty(title: string, hint: string, more: Content | string = ''): Content {
  return html`<div class="empty"><h2>${title}</h2><p>${hint}</p>${more}</div>`;
}

/** A table with a name; on a phone each row is a card, and says to a screen reader that it is still a row. */
export function renderTable(label: string, heads: (Content | string)[], rows: Content[][]): Content {
  return html`<div class="table stack" tabindex="0" role="region" aria-label="${label}"><table role="table"><thead role="rowgroup"><tr role="row">${heads.map(head => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead><tbody role="rowgroup">${rows.map(cells => html`<tr role="row">${cells.map(cell => html`<td role="cell">${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
