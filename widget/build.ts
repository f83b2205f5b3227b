/**
 * Builds the widget into `dist`: a classic script with the chunks that it loads on first use, and an ES module for bundlers.
 *
 * `--check` prints the size of each file, and fails where a budget is overrun.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import { fillFolder } from '../worker/node/fill-folder.ts';

const room = import.meta.dirname;
const dist = join(room, 'dist');

/** ES modules that the script imports on first use. */
const chunks = { preferences: 'ui/preferences', 'lead-form': 'form/form' };

/** Brotli bytes allowed for the script alone, with the preferences, for the form, and for everything, each in both languages. */
const budgets = { eager: 7_500, preferences: 10_250, form: 5_300, everything: 15_500 };

/**
 * Builds all files into `dist`.
 *
 * @returns The brotli size in bytes of each file that websites load, by its path in `dist`.
 */
export async function buildWidget(): Promise<Map<string, number>> {
  const files = await bundle({
    entryPoints: Object.fromEntries(
      Object.entries(chunks).map(([name, source]) => [name, join(room, `${source}.tsx`)]),
    ),
    format: 'esm',
    entryNames: 'widget/[name]-[hash]',
  });
  const define = { CHUNK_FILES: JSON.stringify(nameChunks(files)) };
  const [script] = await bundle({ entryPoints: [join(room, 'embed.ts')], format: 'iife', define });
  files.set('widget.js', script![1]);
  files.set('widget.css', (await Promise.all(['ui/styles', ...Object.values(chunks)].map(minifyCss))).join(''));
  fillFolder(dist, new Map([...files, ...(await bundleModule())]));
  return new Map([...files].map(([path, text]) => [path, brotliCompressSync(text).length]));
}

/** Bundles the package that widget/package.json describes. Its lazily loaded parts stay apart, for the page's own bundler. */
async function bundleModule(): Promise<Map<string, string>> {
  const files = await bundle({
    entryPoints: { widget: join(room, 'index.ts'), preact: join(room, 'preact.ts') },
    external: ['preact'],
    format: 'esm',
    splitting: true,
    minify: false,
    minifySyntax: true,
    entryNames: 'module/[name]',
    chunkNames: 'module/[name]-[hash]',
    legalComments: 'eof',
  });
  const types = readFileSync(join(room, 'api.ts'), 'utf8');
  files.set('module/widget.d.ts', `${types}\n${declare('index.ts')}`);
  const imports =
    "import type { ComponentChildren, VNode } from 'preact';\nimport type { Options } from './widget.js';\n\n";
  return files.set('module/preact.d.ts', imports + declare('preact.ts'));
}

/** Writes the declarations of the functions that a file exports. Each function has its types in its first line. */
function declare(file: string): string {
  const functions = readFileSync(join(room, file), 'utf8').matchAll(/^(\/\*\* .*? \*\/\n)export (function .*) \{$/gm);
  return [...functions].map(([, comment, signature]) => `${comment}export declare ${signature};\n`).join('\n');
}

/** Bundles, and returns each file's text by its path in `dist`. */
async function bundle(options: BuildOptions): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    write: false,
    outdir: dist,
    target: 'es2021',
    charset: 'utf8',
    jsxFactory: 'h',
    legalComments: 'none',
    plugins: [minifiedCss],
    ...options,
  });
  return new Map(outputFiles!.map(({ path, text }) => [relative(dist, path), text]));
}

/** Returns each chunk's file by the name that chunks.ts asks for. */
function nameChunks(files: Map<string, string>): Record<string, string> {
  return Object.fromEntries([...files.keys()].map(path => [/([a-z-]+)-/.exec(path)![1]!, path]));
}

const minifiedCss: Plugin = {
  name: 'minified-css',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await minifyCss(path), loader: 'text' })),
};

async function minifyCss(part: string): Promise<string> {
  const source = readFileSync(part.endsWith('.css') ? part : join(room, `${part}.css`), 'utf8');
  const target = ['chrome87', 'safari14.1'];
  return (await transform(source, { loader: 'css', minify: true, charset: 'utf8', target })).code.trim();
}

/** Prints each size, and fails where a budget is overrun. */
function check(sizes: Map<string, number>) {
  const sum = (wanted: RegExp) => [...sizes].reduce((total, [path, size]) => total + (wanted.test(path) ? size : 0), 0);
  const totals = {
    eager: sum(/^widget\.js$/),
    preferences: sum(/^widget\.js$|preferences/),
    form: sum(/lead-form/),
    everything: sum(/^widget.*\.js$/),
  };
  for (const [path, size] of sizes) console.log(`${String(size).padStart(7)}  ${path}`);
  for (const [name, budget] of Object.entries(budgets)) {
    const total = totals[name as keyof typeof totals];
    console.log(`${String(total).padStart(7)}  ${name}, of ${budget}${total > budget ? ': OVER BUDGET' : ''}`);
    if (total > budget) process.exitCode = 1;
  }
}

if (import.meta.main) {
  const sizes = await buildWidget();
  if (process.argv.includes('--check')) check(sizes);
}
