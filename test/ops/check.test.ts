import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVerified } from '../../worker/node/database-address.ts';
import { openStore } from '../../worker/node/store.ts';
import { judgeServer } from '../../worker/ops/check/server.ts';
import { startMailServer } from '../notices/mail-server.ts';
import { startReceiver } from '../notices/receiver.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { production, test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

interface Line {
  check: string;
  state: string;
  found: string;
  to_do: string;
}

const whole = {
  ...test_keys,
  ...production,
};
const subjects = ['settings', 'keys', 'database', 'clock', 'disk', 'mail', 'channels', 'sign-in', 'policy'];
const other_key = Buffer.alloc(32, 9).toString('base64');

/** Runs the check, and returns the lines with what is wrong, and those with a warning. */
async function check(environment: Record<string, string>) {
  const { code, stdout, stderr } = await operate(['check'], environment);
  const lines = JSON.parse(stdout) as Line[];
  expect(stdout.split('\n'), 'a journal shows a line for each').toHaveLength(lines.length + 1);
  const of = (state: string) => lines.filter(line => line.state === state);
  for (const { found, to_do } of [...of('wrong'), ...of('warning')]) expect(found && to_do).not.toBe('');
  expect(code, stderr).toBe(of('wrong').length > 0 ? 1 : 0);
  return { code, stderr, stdout, lines, wrong: of('wrong'), warnings: of('warning') };
}

const names = (lines: Line[]) => [...new Set(lines.map(line => line.check))];

/** Digest of every file of a folder, by its name. */
const look = (path: string) =>
  readdirSync(path).map(name => [
    name,
    createHash('sha256')
      .update(readFileSync(join(path, name)))
      .digest('hex'),
  ]);

describe.each(['SQLite', 'PostgreSQL'])('ops check on %s', engine => {
  const home = join(folder, engine);
  let environment = { ...whole, DATABASE_URL: '' };
  beforeAll(async () => {
    const address = engine === 'SQLite' ? `file:${join(home, 'leads.db')}` : await createPostgresDatabase();
    environment = { ...whole, DATABASE_URL: address };
  });
  const withDatabase = async (work: (db: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>) => {
    const db = await openStore(environment.DATABASE_URL, { upgrade: async () => {} });
    await work(db);
    await db.destroy();
  };

  it('says that an empty database is one, finds nothing wrong, and makes nothing', async () => {
    const { code, stderr, lines } = await check(environment);
    expect([code, stderr]).toEqual([0, '']);
    expect(names(lines)).toEqual(subjects);
    expect(lines.find(line => line.check === 'database')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/is empty.*migrations/),
    });
    if (engine === 'SQLite') return expect(existsSync(home)).toBe(false);
    return withDatabase(async db =>
      expect(await db.snapshot(async one => [await one.listTables(), await one.listMigrations()])).toEqual([[], []]),
    );
  });

  it('finds a database with leads sound, and leaves it as it is', async () => {
    for (const args of [
      ['policy', 'publish', 'worker/demo/policy.zh-CN.md', 'worker/demo/policy.en.md'],
      ['seed', '--leads', '20'],
    ])
      expect(await operate(args, environment)).toMatchObject({ code: 0 });
    const before = engine === 'SQLite' ? look(home) : [];
    const { code, lines } = await check(environment);
    expect(code).toBe(0);
    for (const subject of ['settings', 'keys', 'database', 'clock', 'policy'])
      expect(lines.filter(line => line.check === subject && line.state !== 'none')).toMatchObject([{ state: 'ok' }]);
    if (engine === 'SQLite') expect(look(home)).toEqual(before);
    else
      await withDatabase(async db =>
        expect(await db.selectFrom('key_checks').select('setting').execute()).toHaveLength(4),
      );
  });

  it('says which keys are not those of the database, and notes none', async () => {
    const turned = { ENCRYPTION_KEYS: `next:${other_key}` };
    const { wrong, stdout } = await check({ ...environment, ...turned });
    expect(wrong).toMatchObject([{ check: 'keys' }]);
    expect(wrong[0]!.found).toMatch(/^ENCRYPTION_KEYS: not the key that this database was used with/);
    expect(stdout).not.toContain(other_key);
    await withDatabase(async db => {
      // A database that was filled elsewhere knows no key. The newest lead alone would not show one that is missing.
      const marks = await db.selectFrom('key_checks').selectAll().execute();
      await db.atomic([db.deleteFrom('key_checks').compile()]);
      await db.atomic([
        sql`update keys set kek_id = 'lost' where subject_id = (select min(subject_id) from keys)`.compile(db),
      ]);
      expect((await check(environment)).wrong).toMatchObject([
        { check: 'keys', found: expect.stringContaining('key lost is missing') },
      ]);
      await db.atomic([
        sql`update keys set kek_id = ${marks.find(one => one.setting === 'ENCRYPTION_KEYS')!.key_id} where kek_id = 'lost'`.compile(
          db,
        ),
      ]);
      await db.atomic([db.insertInto('key_checks').values(marks).compile()]);
    });
  });

  it('says which channel may not be called or has no address, and calls none', async () => {
    const receiver = await startReceiver();
    const listed = { ...environment, OUTBOUND_HOSTS: '127.0.0.1,nowhere.invalid' };
    for (const address of [receiver.address, 'https://nowhere.invalid/secret-path']) {
      const args = ['channel', 'add', '--name', 'Wang Fang', '--address', address, '--events', 'lead.created'];
      expect(await operate(args, listed)).toMatchObject({ code: 0 });
    }
    const told = await check(listed);
    const channels = (lines: Line[]) =>
      lines.filter(line => line.check === 'channels').map(({ found }) => found.replace(/ [0-9a-f-]{36}/, ''));
    expect(channels(told.lines)).toEqual([
      'webhook: may be called; nothing was delivered yet',
      expect.stringMatching(/^webhook: E/),
    ]);
    expect(channels(told.wrong)).toHaveLength(1);
    expect(told.stdout).not.toMatch(/Wang|secret-path|whsec/);
    expect(channels((await check(environment)).wrong)).toEqual([
      'webhook: host-not-listed',
      'webhook: host-not-listed',
    ]);
    await withDatabase(db =>
      db.atomic([
        db.updateTable('channels').set({ off_at: '2026-11-23T04:00:00.000Z' }).where('kind', '=', 'webhook').compile(),
      ]),
    );
    expect((await check(listed)).warnings.filter(line => line.check === 'channels')).toMatchObject([
      {
        found: expect.stringMatching(/switched off by its receiver/),
        to_do: expect.stringMatching(/^Switch it on again/),
      },
    ]);
    expect(receiver.received).toEqual([]);
    receiver.close();
    for (const { id } of JSON.parse((await operate(['channel', 'list'], environment)).stdout))
      expect(await operate(['channel', 'remove', id], environment)).toMatchObject({ code: 0 });
  });

  it('refuses a database that is newer, and tells what a start adds to one that is older', async () => {
    await withDatabase(async db => {
      const rename = (to: string) => sql`update migrations set name = ${to} where name like '%guards.sql'`.compile(db);
      await db.atomic([rename('9999_guards.sql')]);
      const newer = await check(environment);
      expect(newer.wrong).toMatchObject([
        { check: 'database', found: expect.stringContaining('9999_guards.sql, newer than') },
      ]);
      await db.atomic([sql`delete from migrations where name like '%guards.sql'`.compile(db)]);
      const older = await check(environment);
      expect(older.warnings.find(line => line.check === 'database')!.found).toMatch(/a start applies 0002_guards.sql$/);
      await db.atomic([
        sql`insert into migrations values ('0002_guards.sql', ''), ('9999_add_more.sql', '')`.compile(db),
      ]);
      const added = await check(environment);
      expect(added.wrong).toEqual([]);
      expect(added.warnings.find(line => line.check === 'database')!.found).toMatch(/added.*9999_add_more.sql.*works/);
      await db.atomic([sql`delete from migrations where name = '9999_add_more.sql'`.compile(db)]);
    });
  });

  it('says that a clock is behind what was recorded', async () => {
    await withDatabase(async db => {
      const event = {
        actor: 'operator',
        role: 'operator',
        action: 'policy.published',
        recorded_at: '2999-01-01T00:00:00.000Z',
      };
      const seq = sql<number>`(select seq + 1 from changes)`;
      await db.atomic([
        db
          .insertInto('audit_events')
          .values({ seq, ...event } as never)
          .compile(),
      ]);
      const { wrong } = await check(environment);
      expect(wrong).toMatchObject([{ check: 'clock', found: expect.stringContaining('behind the newest event') }]);
    });
  });
});

describe('ops check says what is wrong with', () => {
  const address = `file:${join(folder, 'small', 'leads.db')}`;
  const small = { ...whole, DATABASE_URL: address };

  it.each([
    [
      'settings, every mistake at once',
      { PORT: 'x', CONTROLLER_NAME: '', SMTP_URL: 'smtp' },
      ['PORT: ', 'CONTROLLER_NAME: ', 'SMTP_URL: '],
    ],
    [
      'settings, those that come together',
      { OIDC_CLIENT_ID: 'x' },
      ['OIDC_ISSUER: ', 'OIDC_CLIENT_SECRET: ', 'OIDC_ROLE_CLAIM: ', 'OIDC_ROLES: '],
    ],
    ['an address of a database', { DATABASE_URL: 'mysql://x' }, ['DATABASE_URL: ']],
  ])('%s', async (_, environment, begun) => {
    const { wrong, lines } = await check({ ...small, ...environment });
    expect(names(wrong)).toEqual(['settings']);
    for (const begin of begun)
      expect(
        wrong.filter(({ found }) => found.startsWith(begin)),
        begin,
      ).toHaveLength(1);
    expect(wrong).toHaveLength(begun.length);
    expect(names(lines)).toEqual(subjects);
  });

  it('a file that is no database, is broken or takes no write', async () => {
    const path = join(folder, 'broken.db');
    const environment = { ...whole, DATABASE_URL: `file:${path}` };
    writeFileSync(path, 'This is a letter, and no database at all.'.repeat(50));
    expect((await check(environment)).wrong).toMatchObject([
      { check: 'database', found: expect.stringContaining('not a database') },
    ]);
    const sound = join(folder, 'sound.db');
    const other = { ...whole, DATABASE_URL: `file:${sound}` };
    await operate(['migrate'], other);
    const bytes = readFileSync(sound);
    const page = Math.floor(bytes.length / 4_096 / 2) * 4_096;
    bytes.fill(7, page, page + 4_096);
    writeFileSync(sound, bytes);
    expect((await check(other)).wrong).toMatchObject([
      { check: 'database', found: expect.stringMatching(/^it is broken: .+/) },
    ]);
  });

  it('a database that another program holds', async () => {
    const held = { ...whole, DATABASE_URL: `file:${join(folder, 'held.db')}` };
    await operate(['migrate'], held);
    const holder = new Sqlite(join(folder, 'held.db'));
    holder.exec('begin immediate');
    expect((await check(held)).wrong).toMatchObject([
      { check: 'database', found: expect.stringContaining('takes no write: database is locked') },
    ]);
    holder.close();
  });

  it('a server of a database that is away, and one that must not be trusted on its way', async () => {
    const away = await check({ ...whole, DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:1/leads' });
    expect(away.wrong).toMatchObject([{ check: 'database', found: expect.stringContaining('ECONNREFUSED') }]);
    expect(away.stdout).not.toContain('hidden');
    const facts = {
      version: 180_004,
      is_read_only: false,
      may_create: true,
      refused_tables: [],
      synchronous_commit: 'on',
    };
    expect(judgeServer(facts)).toEqual([]);
    const bad = { version: 140_009, is_read_only: true, refused_tables: ['leads'], synchronous_commit: 'off' };
    expect(judgeServer({ ...facts, ...bad }).map(({ found }) => found)).toEqual([
      'the server is older than PostgreSQL 15',
      expect.stringContaining('takes no writes'),
      'this account may not write leads',
      expect.stringContaining('synchronous_commit is off'),
    ]);
    expect(judgeServer({ ...facts, may_create: false })).toHaveLength(1);
  });

  it.each([
    ['postgres://u:p@db.example.com/leads', false],
    ['postgres://u:p@db.example.com/leads?sslmode=require', false],
    ['postgres://u:p@localhost:5432,db.example.com:5432/leads', false],
    ['postgresql://u:p@10.0.0.7/leads?sslmode=verify-ca&sslrootcert=ca.pem', false],
    ['postgres:///leads?host=db.example.com', false],
    ['postgres://u:p@db.example.com/leads?sslmode=verify-full', true],
    ['postgres://u:p@a:5432,b:5432/leads?target_session_attrs=read-write&sslmode=verify-full', true],
    ['postgres://u:p@127.0.0.1:5432,[::1]:5433/leads', true],
    ['postgres:///leads?host=/var/run/postgresql', true],
    ['file:data/leads.db', true],
  ])('%s: nobody stands in for it: %s', (address, verified) => {
    expect(isVerified(address)).toBe(verified);
  });

  it('a server that acknowledges what is not safe, or that anybody could stand in for, as it is', async () => {
    const url = (await createPostgresDatabase()).replace(/127\.0\.0\.1|localhost/, '0.0.0.0');
    const db = await openStore(url);
    const name = sql.id(new URL(url).pathname.slice(1));
    await sql`alter database ${name} set synchronous_commit = off`.execute(db);
    await db.destroy();
    const told = await check({ ...whole, DATABASE_URL: url });
    expect(told.warnings.filter(line => line.check === 'database')).toMatchObject([
      { to_do: expect.stringContaining('sslmode=verify-full') },
    ]);
    expect(told.wrong).toMatchObject([
      { check: 'database', found: expect.stringContaining('synchronous_commit is off') },
    ]);
  });

  it('a standby that is set, while none follows the server, as a warning', async () => {
    const DATABASE_URL = await createPostgresDatabase();
    const { warnings } = await check({ ...whole, DATABASE_URL, DATABASE_READ_URL: DATABASE_URL });
    expect(warnings.filter(line => line.check === 'database')).toMatchObject([
      { found: expect.stringContaining('none follows') },
    ]);
    const alone = await check({ ...whole, DATABASE_URL });
    expect(alone.warnings.filter(line => line.check === 'database')).toEqual([]);
  });

  it('a folder that cannot be written, and one beside the database', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { wrong } = await check({ ...small, BACKUP_DIR: file, LOG_DIR: join(file, 'logs') });
    expect(wrong.filter(line => line.check === 'disk').map(({ found }) => found)).toEqual([
      `BACKUP_DIR, ${file}: it cannot be written (ENOTDIR)`,
      `LOG_DIR, ${join(file, 'logs')}: it cannot be written (ENOTDIR)`,
    ]);
    const link = join(folder, 'a-link-to-nothing');
    symlinkSync(join(folder, 'nowhere'), link);
    const away = await check({ ...small, BACKUP_DIR: link });
    expect(away.wrong.map(({ found }) => found)).toContain(`BACKUP_DIR, ${link}: it cannot be written (ENOENT)`);
    const beside = await check({ ...small, BACKUP_DIR: join(folder, 'backups'), LOG_DIR: join(folder, 'logs') });
    expect(beside.warnings.filter(line => line.check === 'disk').map(({ found }) => found)).toContain(
      'BACKUP_DIR is on the same disk as the database',
    );
    expect(existsSync(join(folder, 'logs'))).toBe(false);
    expect((await check(small)).warnings.filter(line => line.check === 'disk')).toHaveLength(2);
  });

  it('a file of keys beside the backups that does not open', async () => {
    const kept = { ...whole, DATABASE_URL: `file:${join(folder, 'kept.db')}` };
    const BACKUP_DIR = join(folder, 'kept');
    await operate(['token', 'create', '--holder', 'x', '--role', 'sales'], kept);
    expect(await operate(['backup', BACKUP_DIR], kept)).toMatchObject({ code: 0 });
    expect((await check({ ...kept, BACKUP_DIR })).wrong).toEqual([]);
    const file = join(BACKUP_DIR, readdirSync(BACKUP_DIR).find(name => !name.endsWith('Z'))!);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    expect((await check({ ...kept, BACKUP_DIR })).wrong).toMatchObject([
      { check: 'keys', found: expect.stringContaining('file of keys in BACKUP_DIR') },
    ]);
  });

  it('an INDEX_KEY without which the backups are not restored, until the next backup', async () => {
    const BACKUP_DIR = join(folder, 'turned');
    const old = { ...whole, DATABASE_URL: `file:${join(folder, 'turned.db')}` };
    await operate(['seed', '--leads', '2'], old);
    expect(await operate(['backup', BACKUP_DIR], old)).toMatchObject({ code: 0 });
    const both = { ...old, INDEX_KEY: `${old.INDEX_KEY},${other_key}`, BACKUP_DIR };
    for (const step of ['rotate', 'status']) expect(await operate(['keys', step], both)).toMatchObject({ code: 0 });
    const turned = { ...both, INDEX_KEY: other_key };
    const ofKeys = async (lines: Promise<{ lines: Line[] }>) =>
      (await lines).lines.filter(line => line.check === 'keys').map(({ state, to_do }) => [state, to_do]);
    expect(await ofKeys(check(both))).toEqual([['ok', '']]);
    const to_do = expect.stringContaining(`ops backup ${BACKUP_DIR}`);
    expect(await ofKeys(check(turned))).toEqual([
      ['ok', ''],
      ['warning', to_do],
    ]);
    expect(await operate(['backup', BACKUP_DIR], turned)).toMatchObject({ code: 0 });
    expect(await ofKeys(check(turned))).toEqual([['ok', '']]);
  });

  it('a mail server: it is away, says nothing, or lets nobody in; no mail is sent', async () => {
    const { environment, mails } = await startMailServer();
    const good = await check({ ...small, ...environment });
    expect(good.lines.find(line => line.check === 'mail')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('lets the account in'),
    });
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const address = new URL(environment.SMTP_URL);
    const by = (SMTP_URL: string) => check({ ...small, ...environment, SMTP_URL });
    const results = [
      await by(Object.assign(new URL(address), { password: 'wrong-one' }).href),
      await by(`smtp://127.0.0.1:${port}`),
    ];
    expect(results.map(({ wrong }) => wrong.map(line => [line.check, line.found.replace(/^\S+ /, '')]))).toEqual([
      [['mail', 'EAUTH, 535']],
      [['mail', 'ETIMEDOUT']],
    ]);
    expect(results[0]!.stdout).not.toContain('wrong-one');
    expect(mails).toEqual([]);
    silent.close();
  });

  it('a provider of accounts that is away, or another than it is taken for', async () => {
    let named = '';
    const provider = await startReceiver(() => ({ status: 200, content: JSON.stringify({ issuer: named }) }), {
      'Content-Type': 'application/json',
    });
    const issuer = `http://127.0.0.1:${provider.port}`;
    const sign_in = {
      OIDC_CLIENT_ID: 'console',
      OIDC_CLIENT_SECRET: 'kept-secret',
      OIDC_ROLE_CLAIM: 'groups',
      OIDC_ROLES: 'a:sales',
    };
    const by = (OIDC_ISSUER: string) => check({ ...small, ...sign_in, OIDC_ISSUER });
    named = issuer;
    expect((await by(issuer)).lines.find(line => line.check === 'sign-in')).toMatchObject({ state: 'ok' });
    named = 'https://elsewhere.example.com';
    const other = await by(issuer);
    expect(names(other.wrong)).toEqual(['sign-in']);
    expect(names((await by('http://127.0.0.1:1')).wrong)).toEqual(['sign-in']);
    expect(other.stdout).not.toContain('kept-secret');
    provider.close();
  });

  it('a policy that is missing, as a warning', async () => {
    expect((await check(small)).warnings).toContainEqual(
      expect.objectContaining({ check: 'policy', found: expect.stringContaining('none is published') }),
    );
  });
});

it('ops check in development takes what the first start makes, and makes none of it', async () => {
  const home = join(folder, 'development');
  mkdirSync(home);
  const { code, lines } = await check({ DATABASE_URL: `file:${join(home, 'leads.db')}` });
  expect([code, readdirSync(home)]).toEqual([0, []]);
  expect(lines.find(line => line.check === 'keys')!.found).toContain('the first start makes them');
});
