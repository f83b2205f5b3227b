import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
 * Writes what the product ships as CycloneDX: its dependencies, theirs, and what is built into the widget.
 *
 * Because `npm sbom --omit dev` leaves out whatever a development package needs too (pg and zod, with npm 11.19), npm is
 * shown a manifest and a lock without the development packages. It asks no registry.
 *
 * @see https://github.com/npm/cli/issues/7909
 */
function writeBill(root: string): string {
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
    const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
    const written = execFileSync('npm', ['sbom', ...options], { cwd: folder, encoding: 'utf8' });
    const bill = JSON.parse(written) as { metadata: { component: { name: string } } };
    // npm takes the folder's name.
    bill.metadata.component.name = manifest.name;
    return `${JSON.stringify(bill, null, 2)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the manifest with what is built in among the dependencies, and without the other development packages. */
function shipped(manifest: Manifest): Manifest {
  const added = Object.fromEntries(built_in.map(name => [name, manifest.devDependencies[name]!]));
  return { ...manifest, workspaces: [], dependencies: { ...manifest.dependencies, ...added }, devDependencies: {} };
}

process.stdout.write(writeBill(join(import.meta.dirname, '..')));
