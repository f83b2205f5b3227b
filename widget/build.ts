/** Builds the widget, a classic script with the chunks that it loads on first use and an ES module for bundlers, and what the server's pages link. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { BuildOptions, Plugin } from 'esbuild';
import { buildPageFiles } from '../worker/build.ts';

const room = import.meta.dirname;
const dist = join(room, 'dist');

/** ES modules that the script imports on first use. */
const chunks = { preferences: 'ui/preferences', 'lead-form': 'form/form' };

/** Brotli bytes allowed for the script alone, with the preferences, for the form, and for everything, each in both languages. */
const budgets = { eager: 7_500, preferences: 10_000, form: 5_000, everything: 15_000 };

const headers = `\
/*
  X-Content-Type-Options: nosniff
/widget/*
  Cache-Control: public, max-age=31536000, immutable
/widget.js
  Cache-Control: public, max-age=300, stale-while-revalidate=86400
/widget.css
  Cache-Control: public, max-age=300, stale-while-revalidate=86400
/docs*
  Cache-Control: public, max-age=300
/styles.css
  Cache-Control: public, max-age=300
/console.*
  Cache-Control: public, max-age=300
/openapi.json
  Cache-Control: public, max-age=300
`;

/**
 * Builds everything into `dist`, each file with its `.br` and `.gz` beside it.
 *
 * @returns The brotli size in bytes of each file, by its path in `dist`.
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
  for (const [path, text] of await buildPageFiles()) files.set(path, text);
  put('../../worker/built/policy-file.mjs', await bundleReader());
  return write(files, await bundleModule());
}

/** The package that widget/package.json describes; its lazily loaded parts stay apart, for the page's own bundler. */
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

/** Declarations of the functions that a file exports; each says its types in its first line. */
function declare(file: string): string {
  const functions = readFileSync(join(room, file), 'utf8').matchAll(/^(\/\*\* .*? \*\/\n)export (function .*) \{$/gm);
  return [...functions].map(([, comment, signature]) => `${comment}export declare ${signature};\n`).join('\n');
}

/** The reader of policy files as one module, for the Worker to load when a policy is published: half as large as all the rest. */
async function bundleReader(): Promise<string> {
  const [reader] = await bundle({
    entryPoints: [join(room, '../worker/policies/file.ts')],
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
  });
  return reader![1];
}

/** Bundles, and gives each file's text by its path in `dist`. */
async function bundle(options: BuildOptions): Promise<Map<string, string>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    write: false,
    outdir: dist,
    target: 'es2020',
    charset: 'utf8',
    jsxFactory: 'h',
    legalComments: 'none',
    plugins: [minifiedCss],
    ...options,
  });
  return new Map(outputFiles!.map(({ path, text }) => [relative(dist, path), text]));
}

/** Each chunk's file, by the name that chunks.ts asks for. */
function nameChunks(files: Map<string, string>): Record<string, string> {
  return Object.fromEntries([...files.keys()].map(path => [/([a-z-]+)-/.exec(path)![1]!, path]));
}

const minifiedCss: Plugin = {
  name: 'minified-css',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await minifyCss(path), loader: 'text' })),
};

async function minifyCss(part: string): Promise<string> {
  const { transform } = await import('esbuild');
  const source = readFileSync(part.endsWith('.css') ? part : join(room, `${part}.css`), 'utf8');
  const target = ['chrome87', 'safari14.1'];
  return (await transform(source, { loader: 'css', minify: true, charset: 'utf8', target })).code.trim();
}

function write(files: Map<string, string>, module: Map<string, string>): Map<string, number> {
  const sizes = new Map<string, number>();
  const kept = new Set(['_headers', '.assetsignore']);
  for (const [path, text] of files) {
    const compressed = brotliCompressSync(text);
    put(path, text);
    put(`${path}.br`, compressed);
    put(`${path}.gz`, gzipSync(text, { level: 9 }));
    sizes.set(path, compressed.length);
    for (const ending of ['', '.br', '.gz']) kept.add(path + ending);
  }
  for (const [path, text] of module) {
    put(path, text);
    kept.add(path);
  }
  put('_headers', headers);
  put('.assetsignore', 'module\n');
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (/\./.test(path) && !kept.has(path)) rmSync(join(dist, path), { force: true });
  return sizes;
}

/** Leaves a file alone that is right already: a server or another test may be reading it. */
function put(path: string, content: string | Buffer) {
  const file = join(dist, path);
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file) || !readFileSync(file).equals(Buffer.from(content))) writeFileSync(file, content);
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

async function main() {
  const { error } = await import('esbuild').then(
    () => ({ error: undefined }),
    error => ({ error }),
  );
  if (error && !existsSync(join(dist, 'widget.js'))) throw error;
  if (error) return console.log('esbuild is not installed: the widget stays as it was built before.');
  const sizes = await buildWidget();
  if (process.argv.includes('--check')) check(sizes);
}

if (import.meta.main) await main();
