import { existsSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { build } from 'esbuild';
import { listPages, type Page } from './chapters.ts';
import { type Entry, writeIndex } from './find.ts';
import { renderPage, renderSearch, toHref } from './layout.ts';
import { type Rendered, renderMarkdown } from './render.ts';

const here = import.meta.dirname;
const styles = `${here}/../../worker/styles`;

/** Files of the site by their path, with what is wrong in the pages, a line each. */
export interface Site {
  files: Map<string, string | Uint8Array>;
  faults: string[];
}

/** Makes the pages, the search and all that they load from the Markdown files of a repository. */
export async function makeSite(root: string): Promise<Site> {
  const pages = listPages(root);
  const files: Site['files'] = new Map();
  const faults: string[] = [];
  const anchors: { page: Page; target: Page; anchor: string; address: string }[] = [];

  /** Returns the address on the site for one that stands on a page, and keeps the file that it names. */
  function resolve(page: Page, address: string): string {
    if (/^[a-z]+:/.test(address)) return address;
    const [, path = '', anchor = ''] = /^([^#]*)#?(.*)$/.exec(address)!;
    const source = path ? posix.join(posix.dirname(page.source), path) : page.source;
    const target = pages.find(one => one.source === source || one.source === posix.join(source, 'README.md'));
    if (target) {
      if (anchor) anchors.push({ page, target, anchor, address });
      const href = target === page ? '' : toHref(page.path, target.path);
      return anchor ? `${href}#${anchor}` : href || toHref(page.path, page.path);
    }
    const file = `${root}/${source}`;
    if (address.startsWith('/') || source.startsWith('..') || !existsSync(file) || statSync(file).isDirectory()) {
      faults.push(`${page.source} links ${address}, and there is no such page or file`);
      return address;
    }
    const copy = pictures.test(source) ? source.replace(/^docs\//, '') : `source/${source}.txt`;
    files.set(copy, readFileSync(file));
    return toHref(page.path, copy);
  }

  const rendered = new Map(
    pages.map(page => [page, renderMarkdown(page.text, address => resolve(page, address))] as const),
  );
  for (const { page, target, anchor, address } of anchors) {
    if (!rendered.get(target)!.headings.some(heading => heading.anchor === anchor))
      faults.push(`${page.source} links ${address}, and ${target.source} has no such heading`);
  }
  for (const page of pages) files.set(page.path, renderPage(page, rendered.get(page)!, pages));
  files.set('search.html', renderSearch('search.html', pages, rendered));
  files.set('search-index.js', `docsIndex = ${JSON.stringify(writeIndex(listSections(rendered)))};\n`);
  for (const [path, content] of await readFrame()) files.set(path, content);
  return { files, faults };
}

const pictures = /\.(png|webp|svg|jpg|gif)$/;

function listSections(rendered: Map<Page, Rendered>): Omit<Entry, 'id'>[] {
  return [...rendered].flatMap(([page, { sections }]) =>
    sections.map(({ anchor, heading, text }) => ({
      address: anchor ? `${page.path}#${anchor}` : page.path,
      page: page.title,
      heading: heading || page.title,
      text,
    })),
  );
}

/** Builds what all pages load: the styles of the product's own pages with those of the site, the icon, the search. */
async function readFrame(): Promise<[string, string][]> {
  const css = ['text', 'blocks', 'controls'].map(part => readFileSync(`${styles}/${part}.css`, 'utf8'));
  const { outputFiles } = await build({
    entryPoints: [`${here}/search.js`],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2021'],
    charset: 'utf8',
  });
  return [
    ['site.css', [...css, readFileSync(`${here}/site.css`, 'utf8')].join('')],
    ['favicon.svg', readFileSync(`${here}/../../worker/icon.svg`, 'utf8')],
    ['search.js', outputFiles[0]!.text],
  ];
}
