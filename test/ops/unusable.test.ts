import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { explainFault } from '../../worker/node/database-fault.ts';
import { canMount, mountDisk } from '../support/disk.ts';
import { production, test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { createDatabase, startSmallPostgres } from '../support/postgres.ts';
import { makeFolder, run } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

const whole = {
  ...test_keys,
  ...production,
  BACKUP_DIR: join(folder, 'backups'),
};
const letter = join(folder, 'letter.db');
const malformed = join(folder, 'malformed.db');
const lost = join(folder, 'lost.db');
const move_away = /move the file away together with its -wal and -shm, and restore/;

beforeAll(async () => {
  const sound = { ...whole, DATABASE_URL: `file:${join(folder, 'sound.db')}`, BACKUP_DIR: '' };
  expect(await operate(['migrate'], sound)).toMatchObject({ code: 0 });
  expect(await operate(['token', 'create', '--holder', 'x', '--role', 'sales'], sound)).toMatchObject({ code: 0 });
  expect(await operate(['backup', whole.BACKUP_DIR], sound)).toMatchObject({ code: 0 });
  writeFileSync(letter, 'This is a letter, and no database at all.'.repeat(50));
  const bytes = readFileSync(join(folder, 'sound.db'));
  // The page with the list of tables begins behind the header of a hundred bytes.
  writeFileSync(malformed, bytes.fill(7, 100, 4_096));
  mkdirSync(join(folder, 'a-folder'));
  symlinkSync(join(folder, 'away', 'leads.db'), lost);
});

describe('ops check says nothing of what is in a database that it cannot read:', () => {
  it.each([
    ['a server that is away', 'postgres://someone@127.0.0.1:1/leads', /ECONNREFUSED/, /whether the server runs/],
    ['a file that is no database', `file:${letter}`, /letter\.db cannot be used: file is not a database/, move_away],
    ['a broken file', `file:${malformed}`, /malformed\.db cannot be used: database disk image is malformed/, move_away],
    ['a link to a disk that is away', `file:${lost}`, /lost\.db cannot be used: ENOENT/, /Name a file/],
    ['a folder', `file:${join(folder, 'a-folder')}`, /a-folder cannot be used: it is a folder/, /Name a file/],
  ])('%s', async (_, DATABASE_URL, found, to_do) => {
    const { code, stdout } = await operate(['check'], { ...whole, DATABASE_URL });
    const lines = JSON.parse(stdout) as { check: string; state: string; found: string; to_do: string }[];
    const of = (check: string) => lines.filter(line => line.check === check);
    expect([code, of('database')]).toEqual([
      1,
      [
        {
          check: 'database',
          state: 'wrong',
          found: expect.stringMatching(found),
          to_do: expect.stringMatching(to_do),
        },
      ],
    ]);
    for (const check of ['keys', 'clock', 'channels', 'policy'])
      expect(of(check)).toEqual([
        { check, state: 'none', found: expect.stringMatching(/^not .* because .* cannot be read$/), to_do: '' },
      ]);
  });
});

describe('a SQLite file that cannot be used is named, with what to do,', () => {
  const away =
    /move the file away together with its -wal and -shm, and restore the newest backup: ops restore DIR\.\n$/;

  it.each([
    [letter, 'file is not a database'],
    [malformed, 'database disk image is malformed'],
  ])('by a start and by commands: %s', async (path, said) => {
    const environment = { ...whole, DATABASE_URL: `file:${path}` };
    const before = readFileSync(path);
    const start = await run(['worker/node.ts'], environment);
    const commands = [['token', 'list'], ['migrate'], ['backup', join(folder, 'other')], ['restore', whole.BACKUP_DIR]];
    const told = await Promise.all(commands.map(args => operate(args, environment)));
    for (const { code, stderr } of [start, ...told]) {
      expect([code, stderr]).toEqual([1, expect.stringContaining(`${path}: ${said}. `)]);
      expect(stderr).toMatch(away);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([
    ['a folder', 'a-folder', /: EISDIR.*a-folder'. Name a file in DATABASE_URL/],
    ['a link to a disk that is away', 'lost.db', /: ENOENT.*lost\.db'. Name a file in DATABASE_URL/],
  ])('%s in its place too', async (_, name, said) => {
    const environment = { ...whole, DATABASE_URL: `file:${join(folder, name)}` };
    for (const { code, stderr } of [
      await run(['worker/node.ts'], environment),
      await operate(['migrate'], environment),
    ])
      expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
  });
});

it('a server that is away is told with what to do, by a start, by commands and by the check', async () => {
  const environment = { ...whole, DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:1/leads' };
  const to_do = 'Look at DATABASE_URL, and whether the server runs and lets this account in.';
  const said = `connect ECONNREFUSED 127.0.0.1:1. ${to_do}\n`;
  const start = await run(['worker/node.ts'], environment);
  expect(start).toMatchObject({ code: 1, stderr: `lead-consent cannot start:\n  DATABASE_URL: ${said}` });
  const commands = [['token', 'list'], ['migrate'], ['backup', join(folder, 'other')], ['restore', whole.BACKUP_DIR]];
  for (const args of commands)
    expect(await operate(args, environment), args[0]).toMatchObject({
      code: 1,
      stderr: `the database cannot be used: ${said}`,
    });
  const lines = JSON.parse((await operate(['check'], environment)).stdout) as { check: string; to_do: string }[];
  expect(lines.find(({ check }) => check === 'database')).toMatchObject({ to_do });
  // Where several addresses of a name refuse, Node's error has a code and no message.
  const all = new Unavailable(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }));
  expect(explainFault(environment.DATABASE_URL, all)).toMatchObject({ message: `ECONNREFUSED. ${to_do}` });
});

it.runIf(canMount())('a SQLite file that may only be read is named, with what to do, by the check too', async () => {
  const disk = mountDisk(4_000_000);
  const path = join(disk.folder, 'leads.db');
  const environment = { ...whole, DATABASE_URL: `file:${path}`, BACKUP_DIR: '' };
  const advice = 'Let the account of the service write the file, its -wal and -shm, and their folder.';
  try {
    expect(await operate(['migrate'], environment)).toMatchObject({ code: 0 });
    execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
    const { stderr } = await operate(['token', 'list'], environment);
    expect(stderr).toBe(`the database cannot be used: EROFS: read-only file system, open '${path}'. ${advice}\n`);
    const { stdout } = await operate(['check'], environment);
    const lines = JSON.parse(stdout) as { check: string; to_do: string }[];
    expect(lines.filter(line => line.check === 'database').map(line => line.to_do)).toContain(advice);
  } finally {
    disk.unmount();
  }
});

describe.runIf(canMount())('ops check says of a full disk that nothing can be written', () => {
  const lookAt = async (DATABASE_URL: string) => {
    const { code, stdout } = await operate(['check'], { ...whole, DATABASE_URL, BACKUP_DIR: '' });
    const lines = JSON.parse(stdout) as { check: string; state: string; found: string }[];
    return [code, ...lines.filter(line => line.state === 'wrong').map(({ check, found }) => `${check}: ${found}`)];
  };

  it('to a SQLite file or a new one, and changes nothing', async () => {
    const disk = mountDisk(4_000_000);
    const path = join(disk.folder, 'leads.db');
    const address = `file:${path}`;
    try {
      expect(await operate(['migrate'], { ...whole, DATABASE_URL: address, BACKUP_DIR: '' })).toMatchObject({
        code: 0,
      });
      const holder = new Sqlite(path);
      holder.pragma('schema_version');
      disk.fill();
      const before = readFileSync(path);
      expect(await lookAt(address)).toEqual([
        1,
        'database: it takes no write: database or disk is full',
        `disk: DATABASE_URL, ${disk.folder}: it is full`,
      ]);
      expect(await lookAt(`file:${join(disk.folder, 'new.db')}`)).toEqual([
        1,
        expect.stringMatching(/^disk: .* full$/),
      ]);
      disk.empty();
      expect(await lookAt(address)).toEqual([0]);
      expect(readFileSync(path).equals(before)).toBe(true);
      holder.close();
      expect(readdirSync(disk.folder)).toEqual(['leads.db']);
    } finally {
      disk.unmount();
    }
  });

  it('to the tables of PostgreSQL', async () => {
    const postgres = await startSmallPostgres();
    try {
      const address = await createDatabase(postgres.address);
      expect(await lookAt(address)).toEqual([0]);
      expect(await operate(['migrate'], { ...whole, DATABASE_URL: address, BACKUP_DIR: '' })).toMatchObject({
        code: 0,
      });
      expect(await lookAt(address)).toEqual([0]);
      postgres.disks[0]!.fill();
      expect(await lookAt(address)).toEqual([
        1,
        expect.stringMatching(/^database: it takes no write: .*No space left/),
      ]);
      // It runs and has let the account in, so that nobody is sent to look for that.
      const args = ['token', 'create', '--holder', 'x', '--role', 'sales'];
      expect(await operate(args, { ...whole, DATABASE_URL: address, BACKUP_DIR: '' })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^the database cannot be used: .*No space left on device\n$/),
      });
      postgres.disks[0]!.empty();
      expect(await lookAt(address)).toEqual([0]);
    } finally {
      await postgres.stop();
    }
  });
});
