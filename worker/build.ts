import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildReference } from './openapi/reference.ts';

const worker = import.meta.dirname;

/** What the server's own pages link, by its path on the server, and where its source stands: beside the markup. */
const sources: Record<string, string[]> = {
  'styles.css': ['text', 'blocks', 'controls'].map(part => `styles/${part}.css`),
  'docs.css': ['page', 'operations'].map(part => `openapi/styles/${part}.css`),
  'console.css': ['base', 'frame', 'bar', 'list', 'lead', 'overview', 'narrow'].map(
    part => `console/styles/${part}.css`,
  ),
  'console.js': ['console/script.js'],
  'console.svg': ['console/icon.svg'],
};

/** The files of the server's own pages: styles, the console's script and icon, and the description of the service. */
export async function buildPageFiles(): Promise<Map<string, string>> {
  const { transform } = await import('esbuild');
  const files = Object.entries(sources).map(async ([path, parts]) => {
    const text = parts.map(part => readFileSync(join(worker, part), 'utf8')).join('');
    const loader = path.endsWith('.css') ? 'css' : 'js';
    const code = path.endsWith('.svg') ? text : (await transform(text, { loader, minify: true, charset: 'utf8' })).code;
    return [path, code] as const;
  });
  return new Map([...(await Promise.all(files)), ...buildReference()]);
}
