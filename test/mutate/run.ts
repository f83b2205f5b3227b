/**
 * Mutates what must not be wrong, and writes what its tests let live into docs/mutation.md: `npm run mutate`, or of some
 * subjects alone `npm run mutate -- phone csv`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { least_score, type Outcome, scoreOf, sumUp, writePage, writeSection } from './page.ts';
import { subjects } from './subjects.ts';

const page = 'docs/mutation.md';
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(subjects);
const strange = names.filter(name => !(name in subjects));
if (strange.length > 0) {
  console.error(`no such subject: ${strange.join(', ')}; there are ${Object.keys(subjects).join(', ')}`);
  process.exit(2);
}

async function mutate(name: string): Promise<Outcome[]> {
  // vitest.config.ts reads it in the processes that Stryker starts.
  process.env.MUTATE = name;
  const stryker = new Stryker({
    mutate: subjects[name]!.files,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutate/vitest.config.ts', related: false },
    // Because Stryker reads a tsconfig by an interface that TypeScript 7 no longer has, it gets none; vitest needs none.
    tsconfigFile: 'none',
    concurrency: 2,
    // Because a busy machine is slow, only what takes much longer than a whole test does not end.
    timeoutMS: 60_000,
    tempDirName: join(tmpdir(), `lead-consent-mutate-${process.pid}`),
    cleanTempDir: 'always',
    ignorePatterns: ['dist', 'widget/dist', 'data', '.wrangler', 'examples', 'docs'],
    reporters: ['dots'],
  });
  return sumUp(await stryker.runMutationTest());
}

let isGood = true;
for (const name of names) {
  const outcomes = await mutate(name);
  const section = writeSection(name, new Date().toISOString().slice(0, 10), outcomes);
  writeFileSync(page, writePage(readFileSync(page, 'utf8'), name, section));
  console.info(section);
  const isExplained = outcomes.every(({ survivors }) => survivors.every(({ reason }) => reason !== undefined));
  isGood &&= isExplained && scoreOf(outcomes) >= least_score;
}
process.exitCode = isGood ? 0 : 1;
