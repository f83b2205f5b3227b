import { html, raw } from 'hono/html';
import type { Page } from './chapters.ts';
import type { Rendered } from './render.ts';

/** Everything a page may load comes from the site itself. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

interface Frame {
  path: string;
  title: string;
  pages: Page[];
  /** Whether the page is the search's own. */
  isSearch?: boolean;
}

/** Draws a page of the documentation. */
export function renderPage(page: Page, { html: content, headings }: Rendered, pages: Page[]): string {
  const at = pages.indexOf(page);
  const [before, after] = [pages[at - 1], pages[at + 1]];
  const parts = headings.filter(({ depth }) => depth === 2);
  const here =
    parts.length > 2
      ? html`<nav class="parts" aria-labelledby="parts"><h2 id="parts">On this page</h2><ul>${parts.map(
          ({ anchor, title }) => html`<li><a href="#${anchor}">${title}</a></li>`,
        )}</ul></nav>`
      : '';
  const turn = html`<nav class="turn" aria-label="Pages before and after">${
    before ? html`<a rel="prev" href="${toHref(page.path, before.path)}">← ${before.title}</a>` : ''
  }${after ? html`<a rel="next" href="${toHref(page.path, after.path)}">${after.title} →</a>` : ''}</nav>`;
  return renderFrame({ path: page.path, title: page.title, pages }, html`${raw(content)}${turn}`, here);
}

/** Draws the search page. Where no script runs, it lists every heading, for the browser's own search. */
export function renderSearch(path: string, pages: Page[], rendered: Map<Page, Rendered>): string {
  const headings = pages.map(page => {
    const parts = rendered.get(page)!.headings.filter(({ depth }) => depth > 1 && depth < 4);
    const href = toHref(path, page.path);
    return html`<li><a href="${href}">${page.title}</a>${
      parts.length > 0
        ? html`<ul>${parts.map(({ anchor, title }) => html`<li><a href="${href}#${anchor}">${title}</a></li>`)}</ul>`
        : ''
    }</li>`;
  });
  return renderFrame(
    { path, title: 'Search', pages, isSearch: true },
    html`<h1 id="search">Search</h1>
<p id="told" role="status"></p>
<ol id="found" class="found"></ol>
<section id="all" aria-labelledby="all-title"><h2 id="all-title">Every heading</h2>
<noscript><p>Without scripts, look here with your browser's own search.</p></noscript>
<ul class="all">${headings}</ul></section>`,
  );
}

/** Draws what stands around each page. The navigation follows the text on narrow screens, and needs no script. */
function renderFrame({ path, title, pages, isSearch }: Frame, content: unknown, here: unknown = ''): string {
  const to = (target: string) => toHref(path, target);
  const chapters = Map.groupBy(pages, ({ chapter }) => chapter);
  const full = path === 'index.html' ? 'lead-consent' : `${title} · lead-consent`;
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${full}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<link rel="icon" href="${to('favicon.svg')}">
<link rel="stylesheet" href="${to('site.css')}">
${isSearch ? html`<script src="${to('search-index.js')}" defer></script>\n<script src="${to('search.js')}" defer></script>` : ''}
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header class="bar">
<p><a href="${to('index.html')}">lead-consent</a></p>
<a class="narrow-only" href="#contents">Contents</a>
<form action="${to('search.html')}" role="search"><label class="hidden" for="q">Search the documentation</label>
<input id="q" name="q" type="search" placeholder="Search" autocomplete="off" autocorrect="off" autocapitalize="off" spellcheck="false"><button>Search</button></form>
</header>
<div class="columns">
<nav class="contents" id="contents" aria-label="Contents">
${[...chapters].map(
  ([chapter, members]) => html`<h2>${chapter}</h2>
<ul>${members.map(page => html`<li><a href="${to(page.path)}"${page.path === path ? raw(' aria-current="page"') : ''}>${page.title}</a></li>`)}</ul>`,
)}
</nav>
<main id="content">
${content}
</main>
${here}
</div>
</body>
</html>
`);
}

/** Returns the address of a page or file as another page links it, so that the site works in every folder. */
export function toHref(from: string, target: string): string {
  const depth = from.split('/').length - 1;
  const folder = from.split('/').slice(0, -1).join('/');
  if (folder && target.startsWith(`${folder}/`)) return target.slice(folder.length + 1);
  return '../'.repeat(depth) + target;
}
