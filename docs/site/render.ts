import { Marked, type Tokens } from 'marked';

/** A part of a page, as the search finds it: what stands under one heading, or a row of a table of names. */
interface Section {
  /** Anchor of the heading or row; that of the page's title is empty. */
  anchor: string;
  heading: string;
  text: string;
}

export interface Rendered {
  html: string;
  headings: { depth: number; anchor: string; title: string }[];
  sections: Section[];
}

/**
 * Renders a page's Markdown.
 *
 * @param resolve Returns the address on the site for one that stands in the Markdown.
 */
export function renderMarkdown(text: string, resolve: (address: string) => string): Rendered {
  const headings: Rendered['headings'] = [];
  const sections: Section[] = [];
  const toAnchor = makeAnchors();
  let table = 0;
  /** Gives a row that begins with a name in code an anchor, so that the search finds a setting or a command by it. */
  const nameRow = ([name, ...rest]: Tokens.TableCell[]) => {
    const [, code] = /^`([^`]+)`/.exec(name?.text ?? '') ?? [];
    if (!code) return '';
    const anchor = toAnchor(`row ${code}`);
    sections.push({ anchor, heading: code, text: rest.map(({ text }) => text.replaceAll('`', '')).join(' · ') });
    return ` id="${anchor}"`;
  };
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const title = plain(this.parser.parseInline(tokens));
        const anchor = toAnchor(title);
        headings.push({ depth, anchor, title });
        const content = this.parser.parseInline(tokens);
        if (depth === 1) return `<h1 id="${anchor}">${content}</h1>\n`;
        // A heading that holds a link itself cannot be one.
        const inside = content.includes('<a ') ? content : `<a href="#${anchor}">${content}</a>`;
        return `<h${depth} id="${anchor}">${inside}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escapeText(resolve(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text: alt }) {
        return `<img src="${escapeText(resolve(href))}" alt="${escapeText(alt)}">`;
      },
      html({ text: markup }) {
        return markup.replace(
          /\b(src|srcset|href)="([^"]+)"/g,
          (_, name, address) => `${name}="${escapeText(resolve(address))}"`,
        );
      },
      code({ text: code, lang }) {
        const language = lang ? ` class="language-${escapeText(lang)}"` : '';
        return `<pre tabindex="0"><code${language}>${escapeText(code)}</code></pre>\n`;
      },
      table(token: Tokens.Table) {
        table += 1;
        const cells = (row: Tokens.TableCell[], tag: string) =>
          row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('');
        const isHeaded = token.header.some(({ text: words }) => words);
        const head = isHeaded ? `<thead><tr>${cells(token.header, 'th')}</tr></thead>\n` : '';
        const rows = token.rows.map(row => `<tr${nameRow(row)}>${cells(row, 'td')}</tr>\n`).join('');
        const name = `Table ${table}${headings.length > 0 ? `: ${escapeText(headings.at(-1)!.title)}` : ''}`;
        return `<div class="table" role="region" aria-label="${name}" tabindex="0"><table>\n${head}<tbody>${rows}</tbody></table></div>\n`;
      },
    },
  });
  const html = marked.parse(text, { async: false });
  for (const [index, part] of html.split(/(?=<h[1-4] id=)/).entries()) {
    const [, anchor = '', title = ''] = /^<h[1-4] id="([^"]*)">(.*?)<\/h\d>/s.exec(part) ?? [];
    const isTop = index === 0 || anchor === headings[0]?.anchor;
    const words = plain(part.replace(/^<h\d.*?<\/h\d>/s, ''));
    if (title || words) sections.push({ anchor: isTop ? '' : anchor, heading: plain(title), text: words });
  }
  return { html, headings, sections };
}

/** Returns a function that makes anchors as GitHub does, so that a link to one holds in both places. */
function makeAnchors() {
  const seen = new Map<string, number>();
  return (title: string) => {
    const name = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  };
}

/** Returns the words of some markup. */
function plain(html: string): string {
  const text = html.replace(/<[^>]+>/g, match => (/^<\/?(code|a|em|strong|wbr)\b/.test(match) ? '' : ' '));
  return text
    .replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name]!)
    .replace(/\s+/g, ' ')
    .trim();
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, character => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[character]};`);
}
