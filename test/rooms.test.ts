import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  from: string;
  /** Path inside the project, or name of a package or `node:` module. */
  to: string;
  typeOnly: boolean;
  /** Whether it is loaded on first use, by `import('…')`. */
  lazy: boolean;
}

const files = ['db', 'worker', 'widget', 'test'].flatMap(room =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .map(path => join(room, path))
    .filter(path => /\.(ts|tsx|js|css|sql)$/.test(path) && !/^widget\/dist\/|\/node_modules\//.test(path)),
);
const sources = new Map(files.map(path => [path, readFileSync(join(root, path), 'utf8')]));
const imports = [...sources].flatMap(([from, text]) =>
  [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gm)].map(
    ([, type, fixed, dynamic]): Import => {
      const name = (fixed ?? dynamic)!;
      const to = name.startsWith('.') ? relative(root, join(root, dirname(from), name)) : name;
      return { from, to, typeOnly: Boolean(type), lazy: Boolean(dynamic) };
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
  const isEntry = ({ from }: Import) => /^worker\/(node|ops|build|dev|lead-consent)(\.ts|\/)/.test(from);
  const portable = [
    'hono',
    'zod',
    '@hono/zod-validator',
    'marked',
    'yaml',
    'hucre',
    'kysely',
    'openid-client',
    '@cloudflare/workers-types',
  ];
  const wrong = within('worker').filter(one => {
    if (/^(widget|test)\//.test(one.to)) return true;
    if (one.to.startsWith('db/dialects/')) return !isEntry(one) && one.from !== 'worker/index.ts';
    if (isLocal(one) || isEntry(one)) return false;
    return one.to !== 'node:crypto' && !portable.includes(packageOf(one));
  });
  expect(wrong.map(show)).toEqual([]);
});

it('3. widget imports js-cookie, preact and itself; of worker, types and what stands in worker/shared', () => {
  const wrong = within('widget').filter(one => {
    if (/^widget\/(build|check|slim-preact)\.ts$/.test(one.from))
      return (
        isLocal(one) && !/^(widget|worker\/(shared|policies\/file|node\/(fill-folder|earlier-builds)))\b/.test(one.to)
      );
    if (one.to.startsWith('worker/')) return !one.typeOnly && !one.to.startsWith('worker/shared/');
    if (isLocal(one)) return !one.to.startsWith('widget/');
    return (
      !['js-cookie', 'preact'].includes(packageOf(one)) &&
      !(one.from === 'widget/react.ts' && packageOf(one) === 'react')
    );
  });
  expect(wrong.map(show)).toEqual([]);
  expect(within('widget/consent').filter(({ to }) => to.includes('preact') || to.startsWith('widget/ui/'))).toEqual([]);
});

it('4. worker/shared imports nothing outside itself', () => {
  expect(
    within('worker/shared')
      .filter(({ to }) => !to.startsWith('worker/shared/'))
      .map(show),
  ).toEqual([]);
});

/** Returns whether a file answers requests. Only the map brings such files together. */
const isRoute = (path: string) =>
  path.startsWith('worker/') &&
  imports.some(({ from, to }) => from === 'worker/app.ts' && to === path) &&
  !/^worker\/(console\/routes|context|guards|http|demo)/.test(path);

it('5. route files never import each other, and nobody imports a test', () => {
  expect(imports.filter(({ from, to }) => isRoute(from) && isRoute(to)).map(show)).toEqual([]);
  expect(imports.filter(({ from, to }) => to.startsWith('test/') && !from.startsWith('test/')).map(show)).toEqual([]);
});

it('5. nouns of db form a tree, with the audit trail at its bottom', () => {
  const below = within('db').filter(({ from }) => from === 'db/audit/record.ts');
  expect(below.filter(({ to }) => !/database|statements|schema|kysely/.test(to)).map(show)).toEqual([]);
  const nounOf = (path: string) => /^db\/(\w+)\//.exec(path)?.[1] ?? path;
  const ground = /^db\/(dialects|migrations)\//;
  const edges = within('db')
    .filter(one => isLocal(one) && !ground.test(one.from))
    .map(one => ({ from: nounOf(one.from), to: nounOf(one.to) }));
  expect(findCircles(edges.filter(({ from, to }) => from !== to))).toEqual([]);
});

it('5. no imports run in a circle, types included', () => {
  expect(findCircles(imports.filter(isLocal))).toEqual([]);
});

it('what is loaded on first use is in nothing that a host loads before it answers', () => {
  const lazy = within('worker').filter(
    one => one.lazy && isLocal(one) && !/^worker\/(ops|lead-consent)/.test(one.from),
  );
  expect(lazy.length).toBeGreaterThan(2);
  const next = Map.groupBy(
    within('worker').filter(one => isLocal(one) && !one.lazy && !one.typeOnly),
    ({ from }) => from,
  );
  const reach = (file: string, seen = new Set<string>()) => {
    seen.add(file);
    for (const { to } of next.get(file) ?? []) if (!seen.has(to)) reach(to, seen);
    return seen;
  };
  const eager = [...reach('worker/index.ts'), ...reach('worker/node.ts')];
  expect(lazy.filter(({ to }) => eager.includes(to)).map(show)).toEqual([]);
});

it('the console is reached by its map alone, and its pages and script make no markup that a strict policy would refuse', () => {
  const isConsole = (path: string) => path.startsWith('worker/console/');
  const entries = imports.filter(({ from, to }) => !isConsole(from) && !from.startsWith('test/') && isConsole(to));
  expect(entries.map(show)).toEqual(['worker/app.ts → worker/console/routes.ts']);
  expect(imports.filter(({ from, to }) => /dialects/.test(to) && isConsole(from))).toEqual([]);
  const refused =
    /\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|\bstyle="|\bon[a-z]+="|javascript:|<script>/;
  const wrong = [...sources].filter(([path, text]) => isConsole(path) && refused.test(text));
  expect(wrong.map(([path]) => path)).toEqual([]);
});

it('the console: what draws gets plain data; its handlers alone see a request and the database', () => {
  const isConsole = (path: string) => path.startsWith('worker/console/');
  const draws = (path: string) =>
    isConsole(path) && imports.some(({ from, to }) => from === path && to === 'hono/html');
  const drawing = [...sources.keys()].filter(draws);
  expect(drawing.length).toBeGreaterThan(10);
  const loads = ({ to, typeOnly }: Import) =>
    /^(hono|worker\/context\.ts|db\/database\.ts)$/.test(to) || (to.startsWith('db/') && !typeOnly);
  expect(imports.filter(one => draws(one.from) && loads(one)).map(show)).toEqual([]);
  // `lead.ts` handles, `lead-page.ts` draws; other files that draw are parts of pages.
  const pages = [...sources.keys()].filter(path => isConsole(path) && path.endsWith('-page.ts'));
  expect(pages.filter(path => !draws(path))).toEqual([]);
  const handles = (path: string) => imports.some(({ from, to }) => from === path && to === 'worker/console/answer.ts');
  const handlerOf = (page: string) => imports.filter(({ from, to }) => to === page && handles(from));
  expect(pages.filter(page => handlerOf(page).length !== 1)).toEqual([]);
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
  expect(find(/process\.env/, /^worker\/((node|dev|lead-consent)\.ts|ops)/)).toEqual([]);
  expect(
    find(
      /(?<![\w.])(document\.(body|head|cookie|[a-z]+Element|query\w+|add\w+)|window\.)/,
      /^widget\/|^worker\/(console|demo)\//,
    ),
  ).toEqual([]);
  expect(find(/\b(hono|Response|Request)\b.*from|\bstatus: [45]\d\d/, /^worker\/|^widget\//)).toEqual([]);
});

/** Lists each circle once, from that of its files that comes first. */
function findCircles(edges: { from: string; to: string }[]): string[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const circles = new Set<string>();
  const visit = (file: string, path: string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) return circles.add([...path.slice(at), file].join(' → '));
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of [...next.keys()].sort()) visit(file, []);
  return [...circles];
}

it('no thread is ended from outside, because Node aborts when that meets a call of the driver', () => {
  const ending = [...sources].filter(([path, text]) => /^(worker|db)\//.test(path) && /\.terminate\(/.test(text));
  expect(ending.map(([path]) => path)).toEqual([]);
});

it('a header of a request is read in one place only, which bounds it', () => {
  const readers = [...sources].filter(([path, text]) => path.startsWith('worker/') && /\breq\.header\(/.test(text));
  expect(readers.map(([path]) => path)).toEqual(['worker/http/header.ts']);
});
