import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Packages that stand among the development ones and are built into the widget's script. */
const built_in = ['js-cookie', 'preact'];

type Versions = Record<string, string>;

interface Manifest {
  name: string;
  dependencies: Versions;
  devDependencies: Versions;
  optionalDependencies?: Versions;
  workspaces?: string[];
}

interface Lock {
  packages: Record<string, Partial<Manifest> & { dev?: boolean; devOptional?: boolean }>;
}

/**
 * Runs npm where it sees only what the product ships: its dependencies, theirs, and what is built into the widget.
 *
 * Because `--omit dev` leaves out what is built in, and in `npm sbom` whatever a development package needs too (pg and
 * zod, with npm 11.19), npm is shown a manifest and a lock without the development packages.
 *
 * @returns What it writes to stdout.
 * @see https://github.com/npm/cli/issues/7909
 */
export function askNpm(options: string[]): string {
  const read = <T>(name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as T;
  const manifest = shipped(read<Manifest>('package.json'));
  const lock = read<Lock>('package-lock.json');
  const { name, optionalDependencies = {} } = read<Manifest>('.ci/package.json');
  const ofCheckout = ['.ci', ...[name, ...Object.keys(optionalDependencies)].map(own => `node_modules/${own}`)];
  const kept = Object.entries(lock.packages)
    .filter(([path]) => !ofCheckout.includes(path))
    .filter(([path, one]) => (!one.dev && !one.devOptional) || built_in.some(name => path === `node_modules/${name}`))
    .map(([path, one]) => [path, path === '' ? { ...one, ...manifest } : { ...one, dev: false }]);
  const folder = mkdtempSync(join(tmpdir(), `${manifest.name}-`));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages: Object.fromEntries(kept) }));
    return execFileSync('npm', [...options, '--package-lock-only'], { cwd: folder, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the manifest with what is built in among the dependencies, and without the other development packages. */
function shipped(manifest: Manifest): Manifest {
  const added = Object.fromEntries(built_in.map(name => [name, manifest.devDependencies[name]!]));
  return { ...manifest, workspaces: [], dependencies: { ...manifest.dependencies, ...added }, devDependencies: {} };
}
