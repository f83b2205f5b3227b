import { html } from 'hono/html';
import type { TokenHolder } from '../../db/staff/tokens.ts';
import type { Scope } from '../guards/access.ts';
import { renderFilings } from '../http/footer.ts';
import type { Content } from '../http/page.ts';
import { writeZone } from '../http/times.ts';
import { language_names, locales } from '../shared/locales.ts';
import { version } from '../version.ts';
import type { Reader } from './reader.ts';
import type { Refusal } from './refusal.ts';
import { renderRefusal } from './refusal-notice.ts';

/** The parts that a page draws inside the layout. */
export interface Page {
  /** Never a person's data, because browsers keep titles in their histories. */
  title: string;
  section?: Section;
  content: Content;
  /** What the page itself says of a refused post, in place of the general words. */
  refused?: string | undefined;
}

type Section =
  | 'leads'
  | 'overview'
  | 'privacy'
  | 'requests'
  | 'incidents'
  | 'holds'
  | 'audit'
  | 'record'
  | 'tokens'
  | 'assignment'
  | 'notices'
  | 'policies'
  | 'settings';

/** Sections that the bar has room for beside name and account on most screens. */
const roomy_sections = 6;

/** Sections of the navigation. A reader with one of its scopes sees a section. */
const sections: { section: Section; path: string; scopes: Scope[] }[] = [
  { section: 'leads', path: '/console', scopes: ['leads:read'] },
  { section: 'overview', path: '/console/overview', scopes: ['leads:read', 'consents:read', 'channels:manage'] },
  { section: 'privacy', path: '/console/privacy', scopes: ['requests:handle', 'requests:approve'] },
  { section: 'requests', path: '/console/requests', scopes: ['requests:handle', 'requests:approve'] },
  { section: 'incidents', path: '/console/incidents', scopes: ['incidents:manage'] },
  { section: 'holds', path: '/console/holds', scopes: ['holds:manage'] },
  { section: 'audit', path: '/console/audit', scopes: ['audit:read'] },
  { section: 'record', path: '/console/record', scopes: ['consents:read'] },
  { section: 'tokens', path: '/console/tokens', scopes: ['tokens:manage'] },
  { section: 'assignment', path: '/console/assignment', scopes: ['tokens:manage'] },
  { section: 'notices', path: '/console/notices', scopes: ['channels:manage'] },
  { section: 'policies', path: '/console/policies', scopes: ['policies:publish'] },
  { section: 'settings', path: '/console/settings', scopes: ['tokens:manage', 'channels:manage'] },
];

/** Address at which a page can be asked for again. */
interface Address {
  path: string;
  query: Record<string, string>;
}

/** Draws the whole document: the page between the console's header and footer, with a post that was refused at its top. */
export function renderLayout(reader: Reader, page: Page, address: Address, refusal?: Refusal): Content {
  const { locale, text, holder } = reader;
  const languages = renderLanguages(reader, address);
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${page.title} · ${text.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${text.name}">
<meta name="robots" content="noindex">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#172025">
<link rel="icon" href="/favicon.svg">
<link rel="apple-touch-icon" href="/console-192.png">
<link rel="manifest" href="/console/manifest/${locale}">
<link rel="stylesheet" href="/console.css?v=${version}">
<script src="/console.js?v=${version}" defer></script>
</head>
<body class="console">
<header class="top${holder && sectionsOf(reader).length > roomy_sections ? ' full' : ''}"><a class="skip" href="#content">${text.skip}</a>
<p class="brand">${text.name}</p>
${holder ? renderNavigation(reader, page) : ''}
${holder ? renderAccount(reader, holder, languages, address) : languages}
</header>
<main id="content" tabindex="-1">
${refusal ? renderRefusal(reader, refusal, page.refused) : ''}
${page.content}
</main>
<footer>${renderRegion(reader)}${renderFilings(reader.filings)}</footer>
<div class="toast" role="status" aria-live="polite" data-copied="${text.lead.copied}" data-selected="${text.lead.selected}"></div>
</body>
</html>
`;
}

/** Returns the path of the first section that a reader sees, or undefined for a role without any. */
export function homeOf(reader: Reader): string | undefined {
  return sectionsOf(reader)[0]?.path;
}

function sectionsOf({ scopes }: Reader) {
  return sections.filter(section => section.scopes.some(scope => scopes.includes(scope)));
}

function renderNavigation(reader: Reader, page: Page): Content {
  const { text } = reader;
  const links = sectionsOf(reader).map(
    ({ section, path }) =>
      html`<li><a href="${path}"${section === page.section ? html` aria-current="page"` : ''}>${text.nav[section]}</a></li>`,
  );
  return html`<nav aria-label="${text.pages}"><ul>${links}</ul></nav>`;
}

function renderAccount(
  { text }: Reader,
  { holder, role }: TokenHolder,
  languages: Content,
  { path }: Address,
): Content {
  return html`<details class="account">
<summary><span class="hidden">${text.account.title}${text.colon}</span><span class="who">${holder}</span><span class="role">${text.roles[role] ?? role}</span></summary>
<div class="menu">
${languages}
<a class="button quiet" href="/console/sessions"${path === '/console/sessions' ? html` aria-current="page"` : ''}>${text.sessions.title}</a>
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

function renderLanguages({ locale, text }: Reader, { path, query }: Address): Content {
  const links = locales
    .filter(other => other !== locale)
    .map(other => {
      const parameters = new URLSearchParams({ ...query, lang: other });
      return html`<a href="${path}?${parameters.toString()}" hreflang="${other}" lang="${other}">${language_names[other]}</a>`;
    });
  return html`<p class="languages" role="group" aria-label="${text.language}">${links}</p>`;
}

function renderRegion({ locale, text, time_zone, data_region, now }: Reader): string {
  const zone = writeZone(locale, time_zone, now);
  if (!data_region) return text.region(text.undeclared, zone);
  const name = new Intl.DisplayNames(locale, { type: 'region' }).of(data_region.slice(0, 2));
  return text.region(`${name} (${data_region})`, zone);
}
