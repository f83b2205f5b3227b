import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/security.md');

/** How many requirements of level 1 or 2 each section of OWASP ASVS 5.0.0 begins with; those of level 3 come after them. */
const requirements: Record<string, number[]> = {
  1: [2, 9, 11, 3, 2],
  2: [3, 3, 4, 1],
  3: [0, 2, 4, 6, 5, 0, 2],
  4: [3, 1, 2, 4],
  5: [1, 3, 2, 3],
  6: [3, 12, 4, 4, 5, 3, 0, 4],
  7: [3, 4, 2, 5, 2, 2],
  8: [2, 3, 1, 1],
  9: [3, 4],
  10: [2, 2, 4, 11, 5, 2, 3],
  11: [2, 3, 3, 4, 1, 1, 0],
  12: [3, 2, 4],
  13: [1, 5, 2, 5],
  14: [2, 4, 3],
  15: [3, 3, 7, 0],
  16: [1, 5, 4, 3, 3],
  17: [1, 4, 2],
};

interface Row {
  numbers: string[];
  /** What stands in the third column, a line each. */
  proofs: string[];
}

/** Reads the rows of the page's tables of requirements. A row without a number goes on with the one before. */
function readRows(): Row[] {
  const rows: Row[] = [];
  for (const [, first, , proof] of page.matchAll(/^\| ([\d., to]*)\| ([^|]*?)\| ((?:[^|\\\n]|\\.)+) \|$/gm)) {
    const numbers = readNumbers(first!.trim());
    if (numbers.length > 0) rows.push({ numbers, proofs: [] });
    rows.at(-1)!.proofs.push(proof!);
  }
  return rows;
}

/** Reads `1.2.3`, `1.2.3, 1.2.4` and `1.2.3 to 1.2.5`. */
function readNumbers(text: string): string[] {
  const [from, to] = text.split(' to ');
  if (!to) return text.split(', ').filter(Boolean);
  const [section, first] = /^(\d+\.\d+)\.(\d+)$/.exec(from!)!.slice(1);
  const last = Number(to.slice(section!.length + 1));
  return Array.from({ length: last - Number(first) + 1 }, (_, n) => `${section}.${Number(first) + n}`);
}

const rows = readRows();

/** Lists the tests that a page names: `[file](path): title`, up to the end of the cell or line. */
function listTests(text: string) {
  const named = text.matchAll(
    /\[[\w/.-]+\]\((?:\.\.\/)?(test\/[\w/.-]+\.test\.ts)\): ((?:[^|\\\n]|\\.)+?) *(?=\||\n|$)/g,
  );
  return [...named].map(([, path, title]) => ({ path: path!, title: title!.replace(/\\([_*|<`\\])/g, '$1') }));
}

/** Returns whether a file has a test, or a group of them, of a name. Ids of promises may stand before it. */
function hasTest(path: string, title: string): boolean {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return existsSync(join(root, path)) && new RegExp(`[([]\\s*(['"\`])(?:\\[\\w+\\] )*${escaped}\\1`).test(read(path));
}

describe('docs/security.md', () => {
  it('has a row for each requirement of level 1 and 2 of ASVS 5.0.0, and each once', () => {
    const expected = Object.entries(requirements).flatMap(([chapter, sections]) =>
      sections.flatMap((count, at) => Array.from({ length: count }, (_, n) => `${chapter}.${at + 1}.${n + 1}`)),
    );
    expect(expected).toHaveLength(253);
    expect(rows.flatMap(({ numbers }) => numbers)).toEqual(expected);
  });

  it('names a test, a page or a reason in each row, and says how many there are of each', () => {
    const isTold = (proof: string) =>
      /^(\[|Does not apply: |Described: |In part: |Not met: |Nothing proves it: )/.test(proof);
    expect(rows.filter(({ proofs }) => !proofs.every(isTold))).toEqual([]);
    const count = (begin: RegExp) =>
      rows
        .filter(({ proofs }) => proofs.some(one => begin.test(one)))
        .reduce((sum, row) => sum + row.numbers.length, 0);
    const away = count(/^Does not apply/);
    expect(page).toContain(
      `Of 253, ${253 - away} apply: ${count(/^\[/)} have a test, and ${count(/^In part/)} are met or tested only in part`,
    );
    expect(page).toContain(`${away} do not apply`);
  });

  it.each(['docs/security.md', 'SECURITY.md'])('%s names tests that are there', path => {
    const named = listTests(read(path));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(one => !hasTest(one.path, one.title))).toEqual([]);
  });
});

const sources = globSync('{db,worker,widget}/**/*.{ts,tsx,js}', {
  cwd: root,
  exclude: path => /(^|\/)(dist|node_modules)$/.test(path),
})
  .filter(path => !/^widget\/(build|check|slim-preact)\.ts$/.test(path))
  .map(path => ({ path: path.replaceAll('\\', '/'), text: read(path) }));

it('every cipher, digest and random number in the code is in the table of docs/security.md', () => {
  const used = sources.flatMap(({ text }) => [
    ...[...text.matchAll(/import \{([^}]+)\} from 'node:crypto'/g)].flatMap(([, names]) =>
      names!.split(',').map(name => name.trim()),
    ),
    ...[...text.matchAll(/\b(?:create(?:Hash|Hmac|Cipheriv|Decipheriv)|hash|hkdfSync)\('([\w-]+)'/g)].map(
      found => found[1]!,
    ),
    ...[...text.matchAll(/\b(Math\.random|crypto\.(?!randomUUID)\w+)\(/g)].map(found => found[1]!),
  ]);
  const section = /^## What is encrypted.*?(?=^## )/ms.exec(page)![0];
  const listed = [...section.matchAll(/^\| [^|]+ \| ([^|]+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([\w.-]+)`/g)].map(found => found[1]!),
  );
  const kinds = (names: string[]) => [...new Set(names.filter(name => name && !name.startsWith('type ')))].sort();
  expect(kinds(listed)).toEqual(kinds(used));
});

it('nothing that must not be guessed is made by Math.random: it spreads the waits of the widget alone', () => {
  const guessable = sources.filter(({ text }) => /\bMath\.random\b/.test(text)).map(({ path }) => path);
  expect(guessable).toEqual(['widget/form/form.tsx']);
});

/** What each implementation of AES, ChaCha20, SHA-1, SHA-2, MD5 or Blowfish holds: the begin of its table or its first word. */
const first_words =
  /0x63, *0x7c, *0x77|99, *124, *119, *123|0x61707865|1634760805|expand 32-byte|0x67452301|1732584193|0x6a09e667|1779033703|0x243f6a88|608135816/i;

it('no package that the product ships holds the tables of a cipher or a digest', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean }> };
  const shipped = Object.keys(packages).filter(
    path => path.startsWith('node_modules/') && (!packages[path]!.dev || /\/(preact|js-cookie)$/.test(path)),
  );
  const files = (path: string) =>
    globSync('**/*.{js,cjs,mjs}', { cwd: join(root, path), exclude: name => name === 'node_modules' });
  const holding = shipped.filter(path => files(path).some(file => first_words.test(read(join(path, file)))));
  expect(shipped).toEqual(expect.arrayContaining(['node_modules/jose', 'node_modules/pg', 'node_modules/preact']));
  expect([...holding, ...sources.filter(({ text }) => first_words.test(text))]).toEqual([]);
});

it('the product makes no code at run time', () => {
  const making =
    /\beval\(|\bnew Function\(|'node:vm'|\.(inner|outer)HTML = |dangerouslySetInnerHTML=|\bset(Timeout|Interval)\(['"`]/;
  expect(sources.filter(({ text }) => making.test(text)).map(({ path }) => path)).toEqual([]);
});

/** What the table says does not apply, because nothing of the kind is there. */
it.each([
  [
    'XML, LDAP, XPath, LaTeX, JNDI or memcached',
    /DOMParser|\bxml2js|fast-xml|libxml|\bldap|xpath|latex|\bjndi|memcache/i,
    /^$/,
  ],
  ['GraphQL, WebSocket or WebRTC', /graphql|\bWebSocket\b|websocket-|RTCPeer/i, /^$/],
  [
    'windows that listen to messages of others',
    /['"]message['"]|\bonmessage\b|BroadcastChannel/,
    /^(db|worker)\/(?!console\/)/,
  ],
  ['placeholders in a text', /\butil\.format|\bformat\(['"`]%|console\.(log|error|warn)\([^)]*%[sdoO]/, /^$/],
  ['values that carry types with them', /node:v8|\bdeserialize\(|\bunserialize/, /^$/],
])('the code has no %s', (_, speaking, allowed) => {
  expect(
    sources.filter(({ path, text }) => !allowed.test(path) && speaking.test(text)).map(({ path }) => path),
  ).toEqual([]);
});

/** Kysely binds every other value. `sql.raw` gets two words of a type, `CompiledQuery.raw` the names that the database gives its own tables. */
it('no text becomes SQL but what stands in the code', () => {
  const raw = sources.filter(({ text }) => /\bsql\.raw\(|CompiledQuery\.raw\(/.test(text)).map(({ path }) => path);
  expect(raw.sort()).toEqual(['db/assignment.ts', 'db/dialects/snapshot.ts']);
});

/** `worker/dev.ts` is the start of development. `sqlite-look.ts` is asked by the operator's check alone. */
it('only the operator’s commands start a program, and by a list of arguments', () => {
  const starting = sources.filter(({ text }) => text.includes("'node:child_process'"));
  const others = starting.filter(
    ({ path }) => !/^(worker\/ops\/|worker\/dev\.ts$|db\/dialects\/sqlite-look\.ts$)/.test(path),
  );
  expect(starting.length).toBeGreaterThan(1);
  expect(others.map(({ path }) => path)).toEqual([]);
  for (const { text } of starting) expect(text).not.toMatch(/(?<![.\w])exec(Sync)?\(|shell: /);
  const looking = sources.filter(({ text }) => /from '[^']*\/sqlite-look\.ts'/.test(text));
  expect(looking.map(({ path }) => path).filter(path => !/^worker\/(ops|node)\//.test(path))).toEqual([]);
});
