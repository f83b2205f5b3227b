/**
 * Builds the widget into `dist`: a classic script with the chunks that it loads on first use, and an ES module for bundlers.
 *
 * `--check` prints the size of each file, and fails where a budget is overrun.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import { minify } from 'terser';
import { keepEarlierChunks } from '../worker/node/earlier-builds.ts';
import { fillFolder } from '../worker/node/fill-folder.ts';
import { shortNames, slimPreact } from './slim-preact.ts';
import { outrank } from './styling/outrank.ts';

const room = import.meta.dirname;
const dist = join(room, 'dist');

/** ES modules that the script imports on first use. */
const chunks = { preferences: 'ui/preferences', 'lead-form': 'form/form' };

/**
 * Builds all files into `dist`.
 *
 * @returns The text of each file that websites load, by its path in `dist`.
 */
export async function buildWidget(): Promise<Map<string, string>> {
  const parts = await bundleSmall(
    {
      entryPoints: Object.fromEntries(Object.entries(chunks).map(([name, source]) => [name, `chunk:${source}`])),
      plugins: [minifiedCss, handed],
    },
    true,
  );
  const names = Object.fromEntries(parts.map(([name, text]) => [name, `widget/${name}-${hash(text)}.js`]));
  const [script] = await bundleSmall({
    entryPoints: [join(room, 'embed.ts')],
    define: { CHUNK_FILES: JSON.stringify(names) },
    plugins: [minifiedCss, slimPreact],
    ...shortNames,
  });
  const files = new Map(parts.map(([name, text]) => [names[name]!, text]));
  // Because of the first line Chromium compiles all functions off the main thread, while the script arrives. The server writes the
  // policies in the place of the 0.
  files.set('widget.js', `//# allFunctionsCalledOnLoad\n(WRITTEN_POLICIES=>{"use strict";${script![1]}})(0);\n`);
  files.set(
    'widget.css',
    outrank((await Promise.all(['ui/styles', 'ui/announcement', ...Object.values(chunks)].map(minifyCss))).join('')),
  );
  fillFolder(dist, keepEarlierChunks(dist, new Map([...files, ...(await bundleModule())]), /^widget\//));
  return files;
}

/** Bundles the package that widget/package.json describes. Its lazily loaded parts stay apart, for the page's own bundler. */
async function bundleModule(): Promise<Map<string, string>> {
  const files = await bundle({
    entryPoints: { widget: join(room, 'index.ts'), preact: join(room, 'preact.ts'), react: join(room, 'react.ts') },
    external: ['preact', 'react'],
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
  for (const [name, imported] of Object.entries({
    preact: 'ComponentChildren, VNode',
    react: 'ReactElement, ReactNode',
  })) {
    const imports = `import type { ${imported} } from '${name}';\nimport type { Options } from './widget.js';\n\n`;
    files.set(`module/${name}.d.ts`, imports + declare(`${name}.ts`));
  }
  return files;
}

/** Writes the declarations of the functions that a file exports. Each function has its types in its first line. */
function declare(file: string): string {
  const functions = readFileSync(join(room, file), 'utf8').matchAll(/^(\/\*\* .*? \*\/\n)export (function .*) \{$/gm);
  return [...functions].map(([, comment, signature]) => `${comment}export declare ${signature};\n`).join('\n');
}

/**
 * Bundles for browsers, and returns each entry's name and text. A second minifier takes a twentieth off what the first one leaves; what it
 * calls unsafe is that text is joined with `+`, which asks objects for another value than a template does, and that functions become
 * arrows, which `new` does not take: no object is joined here, and no function of ours is called by `new`.
 *
 * @param unsafe_arrows Not for the script, in which `})({` must stand where the policies begin and nowhere else.
 */
async function bundleSmall(options: BuildOptions, unsafe_arrows = false): Promise<[name: string, text: string][]> {
  const compress = { passes: 3, hoist_funs: true, unsafe: true, unsafe_methods: true, unsafe_arrows };
  const bundled = await bundle({ format: 'esm', ...options });
  return Promise.all(
    [...bundled].map(async ([path, text]) => {
      const { code } = await minify(text, { module: true, ecma: 2020, compress });
      return [path.replace('.js', ''), code!];
    }),
  );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
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

const minifiedCss: Plugin = {
  name: 'minified-css',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await minifyCss(path), loader: 'text' })),
};

/** Makes each chunk an entry that exports its part and takes what the script hands it. */
const handed: Plugin = {
  name: 'handed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^preact$|\/(link-away|quietly|root|server)\.tsx?$|^\.\.\/texts\.ts$/ }, () => ({
      path: join(room, 'handed.ts'),
    }));
    onResolve({ filter: /^chunk:/ }, ({ path }) => ({ path: path.slice('chunk:'.length), namespace: 'chunk' }));
    onLoad({ filter: /./, namespace: 'chunk' }, ({ path }) => ({
      contents: `export * from './${path}.tsx'; export { hand } from './handed.ts';`,
      resolveDir: room,
    }));
  },
};

async function minifyCss(part: string): Promise<string> {
  const source = readFileSync(part.endsWith('.css') ? part : join(room, `${part}.css`), 'utf8');
  const target = ['chrome87', 'safari14.1'];
  const { code } = await transform(source, { loader: 'css', minify: true, charset: 'utf8', target });
  // Private names become their first and last letter.
  return code.trim().replace(/--_(\w)[\w-]*(\w)/g, '--_$1$2');
}

if (import.meta.main) {
  const files = await buildWidget();
  if (process.argv.includes('--check')) (await import('./check.ts')).checkSizes(files);
}
