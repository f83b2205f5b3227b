/**
 * Makes of the tree a release, as a step of `npm version`, which has written the number into package.json and commits and
 * tags what this leaves: writes the number and the day wherever they stand, freezes the migrations, and keeps databases and
 * program for the tests of later versions.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const read = (path: string) => readFileSync(path, 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const unreleased = '## Unreleased\n';

const [before, ...after] = read('CHANGELOG.md').split(unreleased);
const [entries = ''] = after.join(unreleased).split('\n## ');
if (!/^- /m.test(entries)) throw new Error('CHANGELOG.md has nothing under "## Unreleased"');
const today = new Date().toISOString().slice(0, 10);
writeFileSync('CHANGELOG.md', `${before}## ${version} — ${today}\n${after.join(unreleased)}`);

replace('worker/version.ts', /(?<=version = ').*(?=')/);
replace('widget/package.json', /(?<="version": ").*(?=")/);

const released = JSON.parse(read('test/upgrade/released.json')) as Record<string, Record<string, string>>;
const known = Object.values(released).flatMap(Object.keys);
const names = globSync('**/*.sql', { cwd: 'db/migrations' }).map(name => name.replaceAll('\\', '/'));
const migrations = names
  .filter(name => !known.includes(name))
  .sort()
  .map(name => [
    name,
    createHash('sha256')
      .update(read(`db/migrations/${name}`))
      .digest('hex'),
  ]);
released[version] = Object.fromEntries(migrations);
writeFileSync('test/upgrade/released.json', `${JSON.stringify(released, null, 2)}\n`);

execFileSync(process.execPath, ['test/upgrade/make-fixtures.ts'], { stdio: 'inherit' });
execFileSync('git', ['add', 'CHANGELOG.md', 'worker/version.ts', 'widget/package.json', 'test/upgrade']);

function replace(path: string, number: RegExp) {
  writeFileSync(path, read(path).replace(number, version));
}
