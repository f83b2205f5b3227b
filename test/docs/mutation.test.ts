import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { least_score, scoreOf, writePage, writeSection } from '../mutate/page.ts';
import { subjects } from '../mutate/subjects.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/mutation.md'), 'utf8');

it.each(Object.entries(subjects))(
  'docs/mutation.md has the score of each file of %s, and a reason for each survivor',
  (name, { files, tests }) => {
    for (const path of [...files, ...tests.map(test => `test/${test}.test.ts`)])
      expect(existsSync(join(root, path)), path).toBe(true);
    const section = page.split(/^## /m).find(text => text.startsWith(`${name}\n`))!;
    const rows = [...section.matchAll(/^\| \[(\S+)\]\(\S+\) \| (\d+) \| (\d+) \| [\d.]+ % \|$/gm)];
    expect(rows.map(([, file]) => file).sort()).toEqual(files.toSorted());
    const [mutants, survivors] = [2, 3].map(at => rows.reduce((sum, row) => sum + Number(row[at]), 0));
    expect(100 * (1 - survivors! / mutants!)).toBeGreaterThanOrEqual(least_score);
    const reasons = [...section.matchAll(/^\| \S+:\d+ \| .+ \| ([^|*]+) \|$/gm)];
    expect(reasons).toHaveLength(survivors!);
  },
);

it('a run takes the place of an earlier one, counts per file, and marks survivors that have no reason', () => {
  const survivor = { line: 7, mutant: '`a` || b → b', reason: undefined };
  const outcomes = [
    { file: 'a/b.ts', killed: 9, survivors: [survivor] },
    { file: 'a/c.ts', killed: 20, survivors: [] },
  ];
  expect([scoreOf(outcomes), scoreOf(outcomes.slice(0, 1))]).toEqual([96.6, 90]);
  const section = writeSection('two', '2026-11-29', outcomes);
  const written = writePage('# Head\n\n## one\n\nkept\n\n## two\n\nearlier\n\n## three\n\nkept too\n', 'two', section);
  expect(written).toMatch(/^# Head\n\n## one\n\nkept\n\n## two\n\n`npm run mutate -- two`, 2026-11-29\n/);
  expect(written).toContain('| [a/b.ts](../a/b.ts) | 10 | 1 | 90 % |\n| [a/c.ts](../a/c.ts) | 20 | 0 | 100 % |\n');
  expect(written).toContain('| a/b.ts:7 | `` `a` \\|\\| b → b `` | **no reason yet** |\n\n## three\n\nkept too\n');
  expect(written).not.toContain('earlier');
});
