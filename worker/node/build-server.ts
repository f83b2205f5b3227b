import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Programs that Node starts, the threads that they start in turn, and the answer to who imports the package. */
const programs = [
  ...['worker/lead-consent.ts', 'worker/node/bare-import.ts', 'worker/node/backup/drill-thread.ts'],
  ...['db/dialects/sqlite-thread.ts', 'db/dialects/sqlite-file-check.ts'],
];

/** Paths of what the programs load once they run. Their names say what they hold. */
export const server_chunk = /-[A-Z0-9]{8}\.js$/;

/** Folders of files that the programs read while they run. */
const read_folders = ['db/migrations', 'worker/demo'];

/** Where the files stand in the package, seen from a program, by where they stand here. */
const places: Record<string, string> = {
  'dist/assets': '../assets',
  ...Object.fromEntries(programs.map(path => [path, `./${basename(path, '.ts')}.js`])),
  ...Object.fromEntries(read_folders.map(path => [path, `./${basename(path)}`])),
};

/**
 * Bundles the Node host as JavaScript, because Node strips no types from packages that are installed. Its dependencies
 * stay packages. Names stay as they are, so that the stack of an error can be read.
 *
 * @returns The content of each file by its path in `dist/server`.
 */
export async function buildServer(): Promise<Map<string, string | Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: programs.map(path => join(root, path)),
    bundle: true,
    splitting: true,
    write: false,
    platform: 'node',
    packages: 'external',
    format: 'esm',
    target: 'node22.18',
    charset: 'utf8',
    legalComments: 'none',
    absWorkingDir: root,
    entryNames: '[name]',
    outdir: 'out',
    plugins: [moved],
  });
  return new Map([
    ...outputFiles.map(({ path, contents }) => [relative(join(root, 'out'), path), contents] as const),
    ...read_folders.flatMap(readFolder),
  ]);
}

function readFolder(folder: string): [path: string, content: Uint8Array][] {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return paths
    .filter(path => /\.(sql|md)$/.test(path))
    .map(path => [join(basename(folder), path), readFileSync(join(root, folder, path))]);
}

/** Names files that a program finds beside its source by where they stand in the package. */
const moved: Plugin = {
  name: 'moved',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(
        /\bnew URL\((['`])(\.[^'`$]*?)(\/?)((?:\$\{\w+\})?\1), import\.meta\.url\)/g,
        (_, quote, name, slash, end) => `new URL(${quote}${findPlace(path, name)}${slash}${end}, import.meta.url)`,
      );
      return { contents, loader: 'ts' };
    }),
};

function findPlace(path: string, name: string): string {
  const file = relative(root, join(dirname(path), name)).replaceAll('\\', '/');
  const place = places[file];
  if (!place) throw new Error(`${relative(root, path)} reads ${file}, which has no place in the package`);
  return place;
}
