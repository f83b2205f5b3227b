/**
 * Builds `dist`: in `worker` the modules that run on Workers, in `server` the Node host of the package, in `assets` the files that
 * both hosts hand out.
 *
 * `--check` prints the size of each module, and fails where a budget is overrun.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Metafile, transform } from 'esbuild';
import { headers } from './build-headers.ts';
import { buildServer, server_chunk } from './node/build-server.ts';
import { keepEarlierChunks, listEarlier } from './node/earlier-builds.ts';
import { fillFolder } from './node/fill-folder.ts';
import { buildReference } from './openapi/reference.ts';

const room = import.meta.dirname;
const dist = join(room, '../dist');
const widget = join(room, '../widget/dist');

/** KiB gzip allowed for the modules that every request needs, and for all that are loaded on first use. */
const budgets = { eager: 120, lazy: 600 };

/** Styles that all of the server's own pages share. */
const shared_styles = ['text', 'blocks', 'controls'].map(part => `styles/${part}.css`);

/** Sources of the files that the server's own pages link, by path on the server. */
const sources: Record<string, string[]> = {
  'styles.css': shared_styles,
  'docs.css': ['page', 'operations'].map(part => `openapi/styles/${part}.css`),
  // Holds the shared styles too, since a second sheet costs a phone a round trip before the first paint.
  'console.css': [
    ...shared_styles,
    ...[
      'base',
      'frame',
      'bar',
      'list',
      'bulk',
      'lead',
      'overview',
      'notices',
      'requests',
      'policies',
      'settings',
      'narrow/frame',
      'narrow/leads',
      'narrow/tables',
      'narrow/lead',
      'narrow/forms',
      'modes',
      'print',
    ].map(part => `console/styles/${part}.css`),
  ],
  'console.js': ['console/script.js'],
  'favicon.svg': ['icon.svg'],
  'robots.txt': ['robots.txt'],
};

/** Pictures of the console among a phone's apps, by path on the server. */
const icons = { 'console-192.png': 'icons/192.png', 'console-512.png': 'icons/512.png' };

/** The oldest browsers that the pages serve. */
const target = ['es2021', 'chrome87', 'safari14.1'];

/** Files that Cloudflare does not need, because it compresses by itself. */
const ignored_assets = '*.br\n*.gz\n';

/** The Worker's modules by file name. */
type Modules = Map<string, { text: string; eager: boolean }>;

async function main() {
  const modules = await buildModules();
  const pages = await buildPageFiles();
  const server = await buildServer();
  const whole = keepEarlierChunks(join(dist, 'server'), server, server_chunk);
  fillFolder(join(dist, 'server'), new Map([...whole, ['.npmignore', listEarlier(server, whole)]]));
  fillFolder(join(dist, 'worker'), new Map([...modules].map(([path, { text }]) => [path, text])));
  fillFolder(
    join(dist, 'assets'),
    new Map([
      ...[...readWidget(), ...pages].flatMap(compress),
      ...Object.entries(icons).map(([path, file]) => [path, readFileSync(join(room, file))] as const),
      ['_headers', headers],
      ['.assetsignore', ignored_assets],
    ]),
  );
  if (process.argv.includes('--check')) check(modules);
}

/**
 * Bundles the Worker. Each `import()` in its source begins a module of its own; code that several modules share is
 * a module too.
 */
async function buildModules(): Promise<Modules> {
  const { outputFiles, metafile } = await build({
    entryPoints: { index: join(room, 'index.ts') },
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    charset: 'utf8',
    legalComments: 'none',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    absWorkingDir: room,
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
  });
  const eager = listEager('out/index.mjs', metafile.outputs);
  return new Map(
    outputFiles.map(({ path, text }) => [basename(path), { text, eager: eager.has(`out/${basename(path)}`) }]),
  );
}

/** Lists a module and all that loads with it. */
function listEager(path: string, outputs: Metafile['outputs'], found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const one of outputs[path]!.imports)
    if (one.kind === 'import-statement' && !one.external) listEager(one.path, outputs, found);
  return found;
}

/**
 * Builds the files of the server's own pages: styles, the console's script, the icon, what robots are told, and the
 * description of the service.
 */
async function buildPageFiles(): Promise<Map<string, string>> {
  const files = Object.entries(sources).map(async ([path, parts]) => {
    const text = parts.map(part => readFileSync(join(room, part), 'utf8')).join('');
    const loader = path.endsWith('.css') ? 'css' : 'js';
    const isCode = /\.(css|js)$/.test(path);
    const code = isCode ? (await transform(text, { loader, target, minify: true, charset: 'utf8' })).code : text;
    return [path, code] as const;
  });
  return new Map([...(await Promise.all(files)), ...buildReference()]);
}

/** Reads the files that websites load, which widget/build.ts has built. */
function readWidget(): [path: string, text: string][] {
  if (!existsSync(join(widget, 'widget.js'))) throw new Error('widget/dist is empty: run node widget/build.ts first');
  const paths = readdirSync(widget, { recursive: true, encoding: 'utf8' }).filter(path => /^widget[./]/.test(path));
  return paths.map(path => [path, readFileSync(join(widget, path), 'utf8')]);
}

/** Returns a file with its compressed forms, which Node hands out. */
function compress([path, text]: [path: string, text: string]): [path: string, content: string | Uint8Array][] {
  return [
    [path, text],
    [`${path}.br`, brotliCompressSync(text)],
    [`${path}.gz`, gzipSync(text, { level: 9 })],
  ];
}

/**
 * Prints each size, and fails where a budget is overrun. A sum is the size of the modules as one file, as
 * wrangler reports it.
 */
function check(modules: Modules) {
  const print = (text: string, what: string) => {
    const kib = gzipSync(text, { level: 9 }).length / 1024;
    console.log(`${kib.toFixed(1).padStart(7)}  KiB gzip, ${what}`);
    return kib;
  };
  for (const [path, { text }] of modules) print(text, path);
  for (const [name, budget] of Object.entries(budgets)) {
    const chosen = [...modules.values()].filter(({ eager }) => eager === (name === 'eager'));
    const kib = print(chosen.map(({ text }) => text).join(''), `the Worker, ${name}, of ${budget}`);
    if (kib <= budget) continue;
    console.log(`${name}: OVER BUDGET`);
    process.exitCode = 1;
  }
}

await main();
