import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../worker/policies/page.ts';

describe('renderMarkdown', () => {
  const render = (markdown: string) => renderMarkdown(markdown).html;

  it.each([
    '<script>alert(1)</script>',
    'a <img src=x onerror=alert(1)> b',
    '<!-- hidden -->',
    '<style>*{display:none}</style>',
    '![a<b](https://elsewhere.example/pixel.png)',
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a](javascript&colon;alert(1))',
    '[a](&#106;avascript:alert(1))',
    '[a](<java\tscript:alert(1)>)',
    '[a](data:text/html,<script>)',
    '[a](vbscript:x)',
    '<javascript:alert(1)>',
    '# <b onclick=x>a</b>',
    '`<b>`\n\n    <i>',
    '|<b>a</b>|\n|-|\n|<i>|',
    '[a](https://x.example/"onclick="x "b\\"><script>")',
  ])('makes nothing that runs or is fetched of %j', markdown => {
    const html = render(markdown);
    const tags = [...html.matchAll(/<\/?([a-z0-9]+)((?:\s+[a-z-]+="[^"<>]*")*)\s*>/g)];
    expect(html.replace(/<\/?[a-z0-9]+(?:\s+[a-z-]+="[^"<>]*")*\s*>/g, '')).not.toMatch(/[<>]/);
    for (const [, tag, attributes] of tags) {
      expect(['p', 'a', 'h1', 'code', 'pre', 'div', 'table', 'thead', 'tbody', 'tr', 'th', 'td']).toContain(tag);
      expect(attributes!.replace(/ (href|title|id|class|tabindex|role|data-label)="[^"]*"/g, '')).toBe('');
    }
    expect(html.replace(/&(?!amp;)/g, '')).not.toMatch(/href="\s*(?!https?:|mailto:|tel:)[a-z]+(?::|colon)/i);
  });

  it('keeps harmless links', () => {
    for (const href of [
      'https://a.example/?b=1&c=2',
      'mailto:a@example.com',
      'tel:+862558801024',
      '/withdrawals',
      '#a',
      '?lang=en',
    ])
      expect(render(`[a](${href})`)).toBe(`<p><a href="${href.replace('&', '&amp;')}">a</a></p>\n`);
  });

  it('reads the entities of a link once', () => {
    expect(render('[a](/?b=1&amp;c=2)')).toBe('<p><a href="/?b=1&amp;c=2">a</a></p>\n');
  });

  it('gives each heading its own id', () => {
    const html = render('# 我们 收集什么？\n\n## Your *rights*\n\n## Your rights\n\n## Your rights 2\n\n## !!!\n');
    expect([...html.matchAll(/id="([^"]*)"/g)].map(([, id]) => id)).toEqual([
      ...['我们-收集什么', 'your-rights', 'your-rights-2', 'your-rights-2-2', 'section'],
    ]);
  });

  it('renders tables in a frame that can be scrolled by keyboard', () => {
    const html = render('|a|b|\n|-|-|\n|1|2|\n');
    expect(html).toMatch(/^<div class="table stacked" tabindex="0">\n<table role="table">/);
    expect(html).toContain('<td role="cell" data-label="b">2</td>');
  });

  it('takes its title from the first heading, else none', () => {
    expect(renderMarkdown('a\n\n## B `c` & d\n\n# E').title).toBe('B c & d');
    expect(renderMarkdown('a').title).toBeUndefined();
  });
});
