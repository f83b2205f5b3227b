import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const line_limit = 200;

interface Import {
  from: string;
  /** A path inside the project, or a package or `node:` module. */
  to: string;
  typeOnly: boolean;
}

const files = ['db', 'worker', 'widget', 'test'].flatMap(room =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .map(path => join(room, path))
    .filter(path => /\.(ts|tsx|js|css|sql)$/.test(path) && !path.startsWith('widget/dist/')),
);
const sources = new Map(files.map(path => [path, readFileSync(join(root, path), 'utf8')]));
const imports = [...sources].flatMap(([from, text]) =>
  [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gm)].map(
    ([, type, fixed, dynamic]): Import => {
      const name = (fixed ?? dynamic)!;
      const to = name.startsWith('.') ? relative(root, join(root, dirname(from), name)) : name;
      return { from, to, typeOnly: Boolean(type) };
    },
  ),
);

const within = (room: string) => imports.filter(({ from }) => from.startsWith(`${room}/`));
const isLocal = ({ to }: Import) => /^(db|worker|widget|test)\//.test(to);
const packageOf = ({ to }: Import) => (to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : to.split('/')[0]!);
const show = ({ from, to }: Import) => `${from} → ${to}`;

it('reads the imports at all', () => {
  expect(imports.length).toBeGreaterThan(100);
});

it('1. db imports kysely, node:crypto and itself; drivers only in dialects', () => {
  const wrong = within('db').filter(one => {
    if (isLocal(one)) return !one.to.startsWith('db/');
    if (one.from.startsWith('db/dialects/') && /^(better-sqlite3|pg|@cloudflare\/workers-types|node:\w+)$/.test(one.to))
      return false;
    if (one.from === 'db/migrate.ts') return !/^node:(fs|url)$/.test(one.to);
    return !(one.to === 'kysely' || one.to === 'node:crypto');
  });
  expect(wrong.map(show)).toEqual([]);
});

it('2. worker never imports widget; only its entries touch Node, a driver or a dialect', () => {
  const isEntry = ({ from }: Import) => /^worker\/(node|ops)(\.ts|\/)/.test(from);
  const portable = ['hono', 'zod', '@hono/zod-validator', 'marked', 'yaml', 'kysely', '@cloudflare/workers-types'];
  const wrong = within('worker').filter(one => {
    if (/^(widget|test)\//.test(one.to)) return true;
    if (one.to.startsWith('db/dialects/')) return !isEntry(one) && one.from !== 'worker/index.ts';
    if (isLocal(one) || isEntry(one)) return false;
    return one.to !== 'node:crypto' && !portable.includes(packageOf(one));
  });
  expect(wrong.map(show)).toEqual([]);
});

it('3. widget imports js-cookie and itself, preact for its components; of worker, types, fields, phone and proof', () => {
  const shared = ['worker/fields.ts', 'worker/phone.ts', 'worker/proof.ts'];
  const wrong = within('widget').filter(one => {
    if (/^widget\/(build|page-files)\.ts$/.test(one.from)) return false;
    if (one.to.startsWith('worker/')) return !one.typeOnly && !shared.includes(one.to);
    if (isLocal(one)) return !one.to.startsWith('widget/');
    return packageOf(one) !== (one.from === 'widget/preact.ts' ? 'preact' : 'js-cookie');
  });
  expect(wrong.map(show)).toEqual([]);
  expect(within('worker').filter(({ from }) => /^worker\/(phone|proof)\.ts$/.test(from))).toEqual([]);
});

it('4. route files never import each other, and nobody imports a test', () => {
  const routes = ['forms', 'leads', 'consents', 'policies', 'health', 'challenge', 'withdrawals'].map(
    noun => `worker/${noun}.ts`,
  );
  routes.push(...['lead-changes', 'audit-events', 'consent-list', 'tokens', 'docs'].map(noun => `worker/${noun}.ts`));
  expect(imports.filter(({ from, to }) => routes.includes(from) && routes.includes(to)).map(show)).toEqual([]);
  expect(imports.filter(({ from, to }) => to.startsWith('test/') && !from.startsWith('test/')).map(show)).toEqual([]);
  const nouns = within('db').filter(
    ({ from, to }) => from === 'db/audit.ts' && !/database|prepared|schema|kysely/.test(to),
  );
  expect(nouns.map(show)).toEqual([]);
});

it('the console is reached by its map alone, and its pages and script make no markup that a strict policy would refuse', () => {
  const isConsole = (path: string) => path.startsWith('worker/console/');
  const entries = imports.filter(({ from, to }) => !isConsole(from) && !from.startsWith('test/') && isConsole(to));
  expect(entries.map(show)).toEqual(['worker/app.ts → worker/console/map.ts']);
  expect(imports.filter(({ from, to }) => /dialects/.test(to) && isConsole(from))).toEqual([]);
  const refused =
    /\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|\bstyle="|\bon[a-z]+="|javascript:|<script>/;
  const wrong = [...sources].filter(([path, text]) => isConsole(path) && refused.test(text));
  expect(wrong.map(([path]) => path)).toEqual([]);
});

it('6. no source file is over 200 lines, but tables of texts and tests', () => {
  const long = [...sources].filter(
    ([path, text]) => !/^test\/|texts|strings/.test(path) && text.split('\n').length > line_limit + 1,
  );
  expect(long.map(([path]) => path)).toEqual([]);
});

it('7. SQL, the clock, the environment and the page each stay in their room', () => {
  const find = (pattern: RegExp, allowed: RegExp) =>
    [...sources]
      .filter(
        ([path, text]) => /\.tsx?$/.test(path) && !/^test\//.test(path) && !allowed.test(path) && pattern.test(text),
      )
      .map(([path]) => path);
  expect(find(/\b(selectFrom|insertInto|updateTable|deleteFrom)\(/, /^db\//)).toEqual([]);
  expect(find(/new Date\(\)|Date\.now\(\)/, /^worker\/(node\.ts|index\.ts|ops|console\/script\.ts)|^widget\//)).toEqual(
    [],
  );
  expect(find(/process\.env/, /^worker\/(node\.ts|ops)|^widget\/build\.ts$/)).toEqual([]);
  expect(
    find(
      /(?<![\w.])(document\.(body|head|cookie|[a-z]+Element|query\w+|add\w+)|window\.)/,
      /^widget\/|^worker\/(console|demo)\//,
    ),
  ).toEqual([]);
  expect(find(/\b(hono|Response|Request)\b.*from|\bstatus: [45]\d\d/, /^worker\/|^widget\//)).toEqual([]);
});

it('nouns of db form a tree', () => {
  const edges = imports.filter(one => one.from.startsWith('db/') && one.to.startsWith('db/') && !one.typeOnly);
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [[...path, file].join(' → ')];
    return edges.filter(({ from }) => from === file).flatMap(({ to }) => visit(to, [...path, file]));
  };
  expect([...new Set(edges.map(({ from }) => from))].flatMap(file => visit(file, []))).toEqual([]);
});
