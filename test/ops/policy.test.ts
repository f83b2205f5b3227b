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
    [['calendar', 'load', aFolder], `${aFolder}: it is a folder, name the files in it (EISDIR); nothing was loaded\n`],
    [
      ['audit', 'verify', '--checkpoint', aFolder],
      `${aFolder}: it is a folder, name the files in it (EISDIR); nothing was verified\n`,
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
