import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Pages that describe the present. The changelog and the decisions describe the past too. */
const pages = globSync('{*.md,docs/**/*.md,examples/**/*.md,.github/**/*.md}', {
  cwd: root,
  exclude: path => path.includes('node_modules'),
}).filter(page => !['CHANGELOG.md', 'docs/decisions.md'].includes(page));

it.each(pages)('%s names only files and folders that are there', page => {
  const text = readFileSync(join(root, page), 'utf8');
  const named = [...text.matchAll(/`((?:db|worker|widget|test|docs|examples|\.github)\/[\w./-]*)`/g)].map(
    ([, path]) => path!,
  );
  const linked = [...text.matchAll(/\]\((?![a-z]+:|#|\/)([^)#]+)/g)].map(([, path]) => join(dirname(page), path!));
  const built = /\bdist\//;
  const gone = [...named, ...linked].filter(path => !built.test(path) && !existsSync(join(root, path)));
  expect(gone).toEqual([]);
});
