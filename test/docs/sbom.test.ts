import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Licences under which a package may be shipped with a product that is MIT. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];

interface Component {
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: string; content: string }[];
  licenses?: { license?: { id?: string } }[];
}

let bill: {
  bomFormat: string;
  metadata: { component: { name: string; version: string } };
  components: Component[];
};
beforeAll(() => {
  bill = JSON.parse(execFileSync(process.execPath, ['docs/sbom.ts'], { cwd: root, encoding: 'utf8' }));
});

/** Lists the packages that a room of the source imports, types left out. */
function listImports(pattern: string, exclude: string[] = []): string[] {
  const paths = globSync(pattern, { cwd: root, exclude: path => exclude.some(one => path.includes(one)) });
  const found = paths.flatMap(path => {
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^.'][^']*)'|\bimport\('([^.'][^']*)'\)/gm)];
  });
  const names = found.map(([, one, other]) => /^(@[^/]+\/)?[^/]+/.exec((one ?? other)!)![0]);
  return [...new Set(names)].filter(name => !name.startsWith('node:') && !builtinModules.includes(name));
}

it('npm run sbom names each package that the product ships, with version, digest and licence', () => {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name, version } } });
  const tools = ['esbuild', 'terser', 'wrangler', 'react', 'cloudflare:workers'];
  const imported = [
    ...listImports('{db,worker}/**/*.ts'),
    ...listImports('widget/**/*.{ts,tsx}', ['dist', 'widget/build.ts', 'widget/check.ts']),
  ].filter(one => !tools.includes(one));
  expect(imported).toEqual(expect.arrayContaining(['hono', 'pg', 'zod', 'preact', 'js-cookie']));
  const components = new Map(bill.components.map(one => [one.name, one]));
  expect(imported.filter(one => !components.has(one))).toEqual([]);
  for (const one of bill.components) {
    expect(one.purl, one.name).toMatch(/^pkg:npm\/.+@\d/);
    expect(one.hashes?.[0]?.content, one.name).toMatch(/^[\da-f]{128}$/);
    expect(one.licenses?.length, one.name).toBeGreaterThan(0);
  }
  expect(components.has('vitest')).toBe(false);
});

it('each package that the product ships has a licence that lets it', () => {
  const others = bill.components.filter(
    ({ licenses = [] }) =>
      licenses.length === 0 || !licenses.every(({ license }) => allowed.includes(license?.id ?? '')),
  );
  expect(others.map(({ name, licenses }) => `${name}: ${JSON.stringify(licenses)}`)).toEqual([]);
});
