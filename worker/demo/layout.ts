import { html } from 'hono/html';
import { renderFilings } from '../http/footer.ts';
import { type Locale, language_names, locales } from '../shared/locales.ts';
import { mark } from './art.ts';
import { texts } from './texts.ts';

export type Content = ReturnType<typeof html>;

/** What every page of the demo is drawn with. */
export interface Page {
  locale: Locale;
  /** This server's own address, for links that search engines follow. */
  host: string;
  path: string;
  policy_url: string;
  filings: Parameters<typeof renderFilings>[0];
}

/**
 * Draws the whole document: a page between the site's header and footer. Its head holds the one line that
 * embeds the product.
 */
export function renderLayout(
  { locale, host, path, policy_url, filings }: Page,
  title: string,
  content: Content,
): Content {
  const text = texts[locale];
  const { company, home, products, footer } = text;
  const others = locales.filter(other => other !== locale);
  const pages = [
    { to: '/', name: home.name },
    { to: '/mini-ai', name: products['mini-ai'].name },
    { to: '/cooperation', name: products.cooperation.name },
  ];
  const links = pages.map(
    ({ to, name }) =>
      html`<li><a href="${to}?lang=${locale}"${to === path ? html` aria-current="page"` : ''}>${name}</a></li>`,
  );
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${title === company ? `${company} · ${home.title}` : `${title} · ${company}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="description" content="${home.lead}">
${locales.map(
  other => html`<link rel="alternate" hreflang="${other}" href="${host}${path}?lang=${other}">
`,
)}<link rel="alternate" hreflang="x-default" href="${host}${path}">
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/styles.css">
<link rel="stylesheet" href="/demo.css">
<script src="/widget.js" crossorigin defer></script>
</head>
<body class="site">
<header class="top">
<a class="skip" href="#content">${text.skip}</a>
<div class="frame">
<a class="brand" href="/?lang=${locale}">${mark}<span>${company}</span></a>
<nav class="menu" aria-label="${text.navigation}"><ul>${links}</ul></nav>
${others.map(other => html`<a class="language" href="${path}?lang=${other}" hreflang="${other}" lang="${other}">${language_names[other]}</a>`)}
</div>
</header>
<main id="content" tabindex="-1">
${content}
</main>
<footer class="bottom">
<div class="frame">
<div class="about"><p class="brand">${mark}<span>${company}</span></p><p>${footer.tagline}</p></div>
<nav aria-label="${footer.site}"><h2>${footer.site}</h2><ul>${links}</ul></nav>
<nav aria-label="${footer.privacy}"><h2>${footer.privacy}</h2><ul>
<li><a href="${policy_url}">${footer.policy}</a></li>
<li><button class="plain" type="button" data-consent-open>${footer.cookies}</button></li>
<li><a href="/withdrawals?lang=${locale}">${footer.withdraw}</a></li>
</ul></nav>
<div class="small"><p>© 2026 ${text.legalName}</p><p>${footer.note}</p>${renderFilings(filings)}<p class="visits" data-demo-visits="${footer.visits}" hidden></p></div>
</div>
</footer>
<script type="text/plain" data-consent="analytics" data-consent-src="/demo/visits.js"></script>
</body>
</html>
`;
}
