import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';

const page = readFileSync('docs/audit.md', 'utf8');
const code = (language: string, word: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].find(([, text]) =>
    text!.includes(word),
  )![1]!;

const { folder, remove } = makeFolder();
const ops = (...args: string[]) =>
  operate([...args], { DATABASE_URL: `file:${join(folder, 'leads.db')}`, ...test_keys });

/** The ways in which the guide checks a signature. Not every machine has openssl with Ed25519. */
const ways = [
  { way: 'openssl', command: 'sh', file: 'check.sh', text: code('sh', 'openssl') },
  { way: 'node', command: process.execPath, file: 'check.mjs', text: code('js', 'verify') },
].filter(({ way }) => way === 'node' || /^OpenSSL [3-9]/.test(String(spawnSync('openssl', ['version']).stdout)));

beforeAll(async () => {
  await ops('token', 'create', '--holder', 'x', '--role', 'auditor');
  for (const [command, file] of [
    ['public-key', 'audit-key.pem'],
    ['checkpoint', 'checkpoint.txt'],
  ] as const) {
    const made = await ops('audit', command);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(join(folder, file), made.stdout);
  }
  for (const { file, text } of ways) writeFileSync(join(folder, file), text);
});
afterAll(() => remove());

it.each(ways)(
  '[A1] an auditor checks a checkpoint with $way and the public key alone, as the guide says',
  ({ command, file }) => {
    const check = () => spawnSync(command, [file], { cwd: folder, encoding: 'utf8' }).stdout;
    expect(check()).toContain('Verified Successfully');
    const path = join(folder, 'checkpoint.txt');
    const line = readFileSync(path, 'utf8');
    writeFileSync(path, line.replace(/ \d+ /, ' 9 '));
    expect(check()).not.toContain('Verified Successfully');
    writeFileSync(path, line);
  },
);
