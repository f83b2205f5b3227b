import { Marked, type Tokens } from 'marked';
import { type Operator, renderFooter } from '../http/footer.ts';
import { date_tags, type Locale, language_names } from '../shared/locales.ts';

interface PolicyPage {
  locale: Locale;
  languages: Locale[];
  version: string;
  effective_at: string;
  effective_day: string;
  markdown: string;
  /** The foot of the page names the publisher for ever. */
  operator: Operator;
}

interface PolicyTexts extends Record<'title' | 'version' | 'effective' | 'languages', string> {
  describe(title: string, version: string, day: string): string;
}

const texts: Record<Locale, PolicyTexts> = {
  'zh-CN': {
    title: '隐私政策',
    version: '版本',
    effective: '生效日期',
    languages: '其他语言',
    describe: (title, version, day) => `${title}，版本 ${version}，${day}起生效。`,
  },
  en: {
    title: 'Privacy policy',
    version: 'Version',
    effective: 'Effective',
    languages: 'Languages',
    describe: (title, version, day) => `${title}, version ${version}, effective from ${day}.`,
  },
};

/** Renders a policy in one language as the whole page that is stored at publication and served from then on. */
export function renderPolicyPage({
  locale,
  languages,
  version,
  effective_at,
  effective_day,
  markdown,
  operator,
}: PolicyPage): string {
  const text = texts[locale];
  const { title = text.title, html } = renderMarkdown(markdown);
  const day = new Intl.DateTimeFormat(date_tags[locale], { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(effective_day),
  );
  const links = languages
    .filter(other => other !== locale)
    .map(other => `<a href="?lang=${other}" hreflang="${other}" lang="${other}">${language_names[other]}</a>`);
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${escapeHtml(text.describe(title, version, day))}">
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/styles.css">
</head>
<body>
<header class="facts">
<p>${text.version} ${version} <span aria-hidden="true">·</span> ${text.effective} <time datetime="${effective_at}">${day}</time></p>
${links.length > 0 ? `<nav aria-label="${text.languages}">${links.join(' ')}</nav>\n` : ''}</header>
<main>
${html}</main>
${renderFooter(locale, operator)}
</body>
</html>
`;
}

/**
 * Renders Markdown without anything that could run or be fetched: raw HTML becomes text, an image its description, and
 * a link stays only if it leads to http, https, mailto or tel. A table has its roles written out and each cell the name
 * of its column, because the styles make a list of each row on a phone.
 */
export function renderMarkdown(markdown: string): { title: string | undefined; html: string } {
  let title: string | undefined;
  const ids = new Map<string, number>();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const words = this.parser.parseInline(tokens, this.parser.textRenderer);
        const plain = readEntities(words).replace(/\s+/g, ' ').trim();
        title ||= plain;
        return `<h${depth} id="${takeId(plain, ids)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      html({ text, block }: Tokens.HTML | Tokens.Tag) {
        return block ? `<p>${escapeHtml(text.trim())}</p>\n` : escapeHtml(text);
      },
      link({ href, title: hint, tokens }) {
        const words = this.parser.parseInline(tokens);
        const target = readEntities(href);
        if (!isHarmless(target)) return words;
        return `<a href="${escapeHtml(target)}"${hint ? ` title="${escapeHtml(readEntities(hint))}"` : ''}>${words}</a>`;
      },
      image: ({ text }) => escapeHtml(readEntities(text)),
      table({ header, rows }) {
        const names = header.map(({ tokens }) =>
          readEntities(this.parser.parseInline(tokens, this.parser.textRenderer)),
        );
        const heads = header.map(({ tokens }) => `<th role="columnheader">${this.parser.parseInline(tokens)}</th>`);
        const lines = rows.map(row => {
          const cells = row.map(
            ({ tokens }, at) =>
              `<td role="cell" data-label="${escapeHtml(names[at]!)}">${this.parser.parseInline(tokens)}</td>`,
          );
          return `<tr role="row">${cells.join('')}</tr>\n`;
        });
        return `<div class="table stacked" tabindex="0">
<table role="table">
<thead role="rowgroup"><tr role="row">${heads.join('')}</tr></thead>
<tbody role="rowgroup">
${lines.join('')}</tbody>
</table>
</div>
`;
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  return { title, html };
}

function isHarmless(href: string): boolean {
  const base = 'https://relative.invalid/';
  return URL.canParse(href, base) && ['http:', 'https:', 'mailto:', 'tel:'].includes(new URL(href, base).protocol);
}

/**
 * Returns an id for a heading that no other has: its words, then a number.
 *
 * @param taken The last number given to each slug.
 */
function takeId(heading: string, taken: Map<string, number>): string {
  const slug =
    heading
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu)
      ?.join('-') ?? 'section';
  let count = taken.get(slug) ?? 0;
  let id: string;
  do {
    count += 1;
    id = count === 1 ? slug : `${slug}-${count}`;
  } while (count > 1 && taken.has(id));
  taken.set(slug, count);
  if (id !== slug) taken.set(id, 1);
  return id;
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

function readEntities(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, entity => entities[entity]!);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, sign => Object.keys(entities).find(entity => entities[entity] === sign)!);
}
