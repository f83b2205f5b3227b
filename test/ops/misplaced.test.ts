import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { production, test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

const file = join(folder, 'letter.txt');
const backups = join(folder, 'backups');
const address = `file:${join(folder, 'leads.db')}`;
const below = `file:${join(file, 'leads.db')}`;

beforeAll(async () => {
  writeFileSync(file, 'a letter');
  const role = ['--role', 'sales'];
  expect(await operate(['token', 'create', '--holder', 'x', ...role], { DATABASE_URL: address })).toMatchObject({
    code: 0,
  });
  expect(await operate(['backup', backups], { DATABASE_URL: address, ...test_keys })).toMatchObject({ code: 0 });
});

describe('a file in the place of a folder is named in one line, with what to name instead:', () => {
  const name_backups = `${file} is no folder: name the folder of the backups. Nothing was changed.\n`;
  const name_database = `${file} is no folder: name a file in DATABASE_URL, in a folder that is there or can be made. Nothing was changed.\n`;
  const usual = `the database cannot be used: EEXIST: file already exists, mkdir '${file}'. Name a file in DATABASE_URL, in a folder that is there or can be made.\n`;

  it.each([
    ['backup verify', ['backup', 'verify', file], address, name_backups],
    ['backup verify, above it', ['backup', 'verify', join(file, 'deep', 'b2')], address, name_backups],
    ['backup', ['backup', file], address, name_backups],
    ['backup, above it', ['backup', join(file, 'b2')], address, name_backups],
    ['restore', ['restore', file], `file:${join(folder, 'new.db')}`, name_backups],
    ['restore of DATABASE_URL', ['restore', backups], below, name_database],
    ['backup verify of DATABASE_URL', ['backup', 'verify', backups], below, name_database],
    ['backup of DATABASE_URL', ['backup', backups], below, usual],
    ['keys status of DATABASE_URL', ['keys', 'status'], below, usual],
  ])('%s, in development and in production', async (_, args, DATABASE_URL, stderr) => {
    const before = readdirSync(folder);
    for (const settings of [test_keys, { ...test_keys, ...production }])
      expect(await operate(args, { DATABASE_URL, ...settings })).toEqual({ code: 1, stdout: '', stderr });
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(file, 'utf8')).toBe('a letter');
  });
});

describe('a backup is opened in development with the keys that it was made with alone:', () => {
  const made = join(folder, 'made');
  const own = join(folder, 'own');
  const own_keys = join(own, 'development-keys.json');

  beforeAll(async () => {
    const environment = { DATABASE_URL: `file:${join(own, 'leads.db')}` };
    for (const args of [
      ['token', 'create', '--holder', 'x', '--role', 'sales'],
      ['backup', made],
    ])
      expect(await operate(args, environment)).toMatchObject({ code: 0 });
  });

  it.each(['restore', 'backup verify'])('%s makes none, and says where they belong', async name => {
    const there = join(folder, 'mistyped');
    const environment = { DATABASE_URL: `file:${join(there, 'leads.db')}` };
    const stderr = `the keys of the backup are needed: copy its development-keys.json into ${there}, or set ENCRYPTION_KEYS, INDEX_KEY, SIGNING_KEY. Nothing was changed.\n`;
    const args = [...name.split(' '), made];
    expect(await operate(args, environment)).toEqual({ code: 1, stdout: '', stderr });
    expect(await operate(args, { ...environment, SIGNING_KEY: test_keys.SIGNING_KEY })).toMatchObject({
      stderr,
    });
    expect(existsSync(there)).toBe(false);
  });

  it('a restore takes those that lie beside the new database, or are set', async () => {
    const there = join(folder, 'copied');
    mkdirSync(there);
    copyFileSync(own_keys, join(there, 'development-keys.json'));
    expect(await operate(['restore', made], { DATABASE_URL: `file:${join(there, 'leads.db')}` })).toMatchObject({
      code: 0,
    });
    const set = JSON.parse(readFileSync(own_keys, 'utf8')) as typeof test_keys;
    const other = { DATABASE_URL: `file:${join(folder, 'set', 'leads.db')}`, ...set };
    expect(await operate(['restore', made], other)).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'set')).filter(name => name.includes('keys'))).toEqual([]);
  });
});
