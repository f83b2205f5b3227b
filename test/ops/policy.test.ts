import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

const address = (name: string) => ({ DATABASE_URL: `file:${join(folder, name)}` });

/** Writes a file of the sample policy with lines of its front matter replaced, and returns its path. */
function writePolicy(name: string, locale: string, lines: Record<string, string>): string {
  const path = join(folder, `${name}.${locale}.md`);
  const text = Object.entries(lines).reduce(
    (text, [key, line]) => text.replace(new RegExp(`^${key}:.*$`, 'm'), () => line),
    readFileSync(`worker/demo/policy.${locale}.md`, 'utf8'),
  );
  writeFileSync(path, text);
  return path;
}

describe('what is wrong with a file that a command reads is told in one line, which names it:', () => {
  const aFolder = join(folder, 'a-folder');
  mkdirSync(aFolder);

  it.each([
    [
      ['policy', 'publish', aFolder],
      `${aFolder}: it is a folder, name the files in it (EISDIR); nothing was published\n`,
    ],
    [
      ['policy', 'publish', 'policy.zh-CN.md'],
      'policy.zh-CN.md: there is no such file (ENOENT); nothing was published\n',
    ],
    [['calendar', 'load', aFolder], `${aFolder}: it is a folder, name one file (EISDIR); nothing was loaded\n`],
    [
      ['audit', 'verify', '--checkpoint', aFolder],
      `${aFolder}: it is a folder, name one file (EISDIR); nothing was verified\n`,
    ],
    [
      ['audit', 'verify', '--checkpoint', 'package.json', '--public-key', aFolder],
      `${aFolder}: it is a folder, name one file (EISDIR); nothing was verified\n`,
    ],
  ])('%j', async (args, stderr) => {
    expect(await operate(args, address('files.db'))).toEqual({ code: 1, stdout: '', stderr });
  });

  it.each([
    ['no colon behind a key', { purposes: 'purposes' }, 7],
    ['a colon in a value', { summary: 'summary: It says: {more' }, 6],
    ['a tab', { change_class: '\tchange_class: minor' }, 5],
  ])('a policy of which one line is no YAML: %s', async (_, lines, at) => {
    const path = writePolicy('wrong', 'en', lines);
    const { code, stderr } = await operate(['policy', 'publish', path], address('files.db'));
    expect([code, stderr.split('\n')]).toEqual([
      1,
      [
        'nothing was published:',
        expect.stringMatching(
          `^  wrong\\.en\\.md: the front matter is not YAML: look at line ${at} and those before it `,
        ),
        '',
      ],
    ]);
  });
});

describe('ops policy publish warns of what the console doubts before a publication, and publishes it:', () => {
  const at_once = 'Warning: It takes effect at once, because its time is past.\n';
  const collects =
    'Warning: It is minor, so nobody is asked again; but it adds purposes or cookies, or keeps leads for longer. Should it be significant?\n';
  const stale =
    /^Warning: effective_at is less than 24 hours ahead .*\.\nWarning: It takes effect at once, because its time is past\.\n$/;
  const inDays = (days: number) =>
    `effective_at: ${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}`;
  const minor = 'change_class: minor';
  const longer = `retention_months: { mini-ai-experience: 36 }\n${minor}`;
  const both = ['zh-CN', 'en'];

  it.each([
    ['nothing, of the first version', undefined, both, ''],
    ['a first version in one language', undefined, ['en'], /^Warning: There is a file in one language only: .*\n$/],
    ['nothing, of a minor version that is to come', { effective_at: inDays(2), change_class: minor }, both, ''],
    ['one that takes effect at once', { effective_at: inDays(-1), change_class: minor }, both, at_once],
    ['one that asks everybody again at once', { effective_at: inDays(-1) }, both, stale],
    [
      'one in fewer languages',
      { effective_at: inDays(2), change_class: minor },
      ['en'],
      'Warning: A language of the version before has no file.\n',
    ],
    [
      'one that is more than a year off',
      { effective_at: inDays(400), change_class: minor },
      both,
      'Warning: It takes effect in more than a year. Is the date right?\n',
    ],
    ['one that asks nobody, but keeps for longer', { effective_at: inDays(2), change_class: longer }, both, collects],
  ])('%s', async (name, lines, locales, told) => {
    const environment = address(`${name}.db`);
    const publish = (version: string, locales: string[], lines: Record<string, string>) => {
      const files = locales.map(locale => writePolicy(version, locale, { version: `version: ${version}`, ...lines }));
      return operate(['policy', 'publish', ...files], environment);
    };
    if (lines) expect(await publish('before', both, {})).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await publish('after', locales, lines ?? {});
    expect([code, JSON.parse(stdout).length]).toEqual([0, locales.length]);
    if (typeof told === 'string') expect(stderr).toBe(told);
    else expect(stderr).toMatch(told);
  });
});
