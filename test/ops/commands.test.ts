import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyFileOf } from '../../worker/node/backup/key-file.ts';
import { openStore } from '../../worker/node/store.ts';
import { commands } from '../../worker/ops/commands.ts';
import { database_options } from '../../worker/ops/run/target.ts';
import { startReceiver } from '../notices/receiver.ts';
import { writeTable } from '../support/docs.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, run } from '../support/server.ts';

const migrations = readdirSync('db/migrations').filter(name => name.endsWith('.sql'));

const { folder, remove } = makeFolder();
afterAll(() => remove());

describe.each(['SQLite', 'PostgreSQL'])('the operator on %s', engine => {
  let address = '';
  beforeAll(async () => {
    address = engine === 'SQLite' ? `file:${join(folder, 'ops', 'leads.db')}` : await createPostgresDatabase();
  });
  const ops = (...args: string[]) => operate([...args], { DATABASE_URL: address });

  it('migrates, twice at once and again', async () => {
    const migrate = () => run(['worker/ops.ts', 'migrate'], { DATABASE_URL: address });
    const both = await Promise.all([migrate(), migrate()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.flatMap(({ stdout }) => JSON.parse(stdout).applied).sort()).toEqual(migrations);
    expect(JSON.parse((await ops('migrate')).stdout)).toEqual({ applied: [] });
  });

  it('makes a token and prints it alone, lists it without its secret, revokes it', async () => {
    const made = await ops('token', 'create', '--holder', 'Wang Fang', '--role', 'sales', '--days', '7');
    expect(made.stdout).toMatch(/^lc_[A-Za-z0-9]+_[A-Za-z0-9]+\n$/);
    const [, id, secret] = made.stdout.trim().split('_');
    const listed = await ops('token', 'list');
    expect(listed.stdout).not.toContain(secret);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id, holder: 'Wang Fang', role: 'sales', revoked_at: null }]);
    expect(await ops('token', 'revoke', id!)).toEqual({ code: 0, stdout: `{"revoked":"${id}"}\n`, stderr: '' });
    const { revoked_at } = JSON.parse((await ops('token', 'list')).stdout)[0];
    expect(revoked_at).toMatch(/Z$/);
    expect(await ops('token', 'revoke', id!)).toEqual({
      code: 0,
      stdout: `{"revoked":"${id}"}\n`,
      stderr: `This token was revoked before, at ${revoked_at}.\n`,
    });
    expect(JSON.parse((await ops('token', 'list')).stdout)[0]).toMatchObject({ id, revoked_at });
  });

  it('rotates a token: prints the new one alone, and ends the old one after the overlap', async () => {
    const old = (await ops('token', 'create', '--holder', 'CRM', '--role', 'sales')).stdout.trim();
    const made = await ops('token', 'rotate', old.split('_')[1]!, '--days', '9', '--overlap-days', '0');
    expect(made.stdout).toMatch(/^lc_[A-Za-z0-9]+_[A-Za-z0-9]+\n$/);
    const listed = JSON.parse((await ops('token', 'list')).stdout) as {
      id: string;
      holder: string;
      expires_at: string;
    }[];
    const expiry = (token: string) => Date.parse(listed.find(({ id }) => id === token.split('_')[1])!.expires_at);
    expect(expiry(old)).toBeLessThanOrEqual(Date.now());
    expect(expiry(made.stdout) - Date.now()).toBeGreaterThan(8 * 86_400_000);
    expect((await ops('token', 'rotate', old.split('_')[1]!)).code).toBe(1);
  });

  it('makes, lists, tests and removes a channel whose host is listed', async () => {
    const receiver = await startReceiver((_, count) => (count === 1 ? 204 : 500));
    const { address: url } = receiver;
    const channel = (...args: string[]) =>
      operate(['channel', ...args], { ...test_keys, DATABASE_URL: address, OUTBOUND_HOSTS: '127.0.0.1' });
    const wanted = ['--name', 'CRM', '--events', 'lead.created'];
    const refused = await channel('add', ...wanted, '--address', 'https://elsewhere.example.com/');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('OUTBOUND_HOSTS') });
    const twice = await channel('add', '--name', 'CRM', '--events', 'lead.created,lead.created', '--address', url);
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining(', each once, ') });
    const made = JSON.parse((await channel('add', ...wanted, '--address', url)).stdout);
    expect(made).toMatchObject({ name: 'CRM', events: ['lead.created'], secret: expect.stringMatching(/^whsec_/) });
    const listed = await channel('list');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: made.id, address: url }]);
    expect(listed.stdout).not.toContain(made.secret);
    expect(JSON.parse((await channel('test', made.id)).stdout)).toMatchObject({ state: 'sent', last_status: 204 });
    expect(await channel('test', made.id)).toMatchObject({ code: 1, stderr: expect.stringContaining('500') });
    expect((await channel('remove', made.id)).code).toBe(0);
    expect((await channel('remove', made.id)).code).toBe(1);
    expect((await channel('list')).stdout).toBe('[]\n');
    receiver.close();
  });

  it('publishes a policy once, from a file per language', async () => {
    const files = ['zh-CN', 'en'].map(locale => `worker/demo/policy.${locale}.md`);
    const first = await ops('policy', 'publish', ...files);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject([
      { locale: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      {},
    ]);
    const second = await ops('policy', 'publish', ...files);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain('published already');
  });

  it('loads a year of the calendar, adds and replaces it, and refuses a file that cannot be one', async () => {
    const file = join(folder, 'calendar.json');
    const shipped = JSON.parse(readFileSync('db/calendar/2026.json', 'utf8'));
    const load = (year: unknown) => {
      writeFileSync(file, JSON.stringify(year));
      return ops('calendar', 'load', file);
    };
    const loaded = await load(shipped);
    expect(loaded).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(loaded.stdout)).toEqual({ year: 2026, off: 33, work: 6, source: shipped.source });
    expect(await load({ ...shipped, work: [] })).toMatchObject({ code: 0 });
    expect(await load({ ...shipped, work: ['2026-02-14', '2026-10-01'] })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'calendar.json: nothing was loaded:\n  2026-10-01 is both off and worked\n  2026-10-01 is worked anyway: it is no weekend day\n',
    });
    const mistyped = {
      ...shipped,
      off: [...shipped.off, '2026-13-01'],
      work: ['2026-02-14', '2026-02-31', '2025-12-28'],
    };
    expect(await load(mistyped)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'calendar.json: nothing was loaded:\n  off: 2026-13-01 is no day (YYYY-MM-DD)\n  work: 2026-02-31 is no day (YYYY-MM-DD)\n  2025-12-28 is not a day of 2026\n',
    });
    const db = await openStore(address);
    expect(await db.selectFrom('calendar_years').select(['year', 'work']).execute()).toEqual([
      { year: 2026, work: '[]' },
    ]);
    const events = await db
      .selectFrom('audit_events')
      .select(['actor', 'fields'])
      .where('action', '=', 'calendar.loaded')
      .execute();
    expect(events).toEqual([
      { actor: 'operator', fields: '2026' },
      { actor: 'operator', fields: '2026' },
    ]);
    await db.destroy();
  });

  it('warns of a significant version that comes into force before the oldest copies of the widget are renewed, and publishes it', async () => {
    const publish = (version: string, hours: number, environment = {}) => {
      const effective_at = new Date(Date.now() + hours * 3_600_000).toISOString();
      const files = ['zh-CN', 'en'].map(locale => {
        const path = join(folder, `${version}.${locale}.md`);
        const text = readFileSync(`worker/demo/policy.${locale}.md`, 'utf8')
          .replace(/^version:.*$/m, `version: ${version}`)
          .replace(/^effective_at:.*$/m, `effective_at: ${effective_at}`);
        writeFileSync(path, text);
        return path;
      });
      return operate(['policy', 'publish', ...files], { DATABASE_URL: address, ...environment });
    };
    const near = await publish('near', 23);
    expect([near.code, JSON.parse(near.stdout).length]).toEqual([0, 2]);
    expect(near.stderr).toMatch(/^Warning: effective_at is less than 24 hours ahead \(WIDGET_STALE_HOURS\).*\n$/);
    expect(await publish('far', 25)).toMatchObject({ code: 0, stderr: '' });
    expect(await publish('set', 7, { WIDGET_STALE_HOURS: '6' })).toMatchObject({ code: 0, stderr: '' });
  });

  it('[A1] verifies the audit trail, signs where it ends, and tells what was changed since', async () => {
    const audit = (...args: string[]) => operate(['audit', ...args], { DATABASE_URL: address, ...test_keys, ...keys });
    let keys: { SIGNING_KEY?: string } = {};
    const seeded = await operate(['seed', '--leads', '1'], { DATABASE_URL: address, ...test_keys });
    expect(seeded).toMatchObject({ code: 0 });
    const signed = await audit('checkpoint');
    const checkpoint = join(folder, `${engine}.checkpoint`);
    writeFileSync(checkpoint, `{"line":"${signed.stdout.trim()}"}\n`);
    const sound = await audit('verify', '--checkpoint', checkpoint);
    expect(sound).toMatchObject({ code: 0, stderr: '' });
    const { sealed_to } = JSON.parse(sound.stdout);
    expect(JSON.parse(sound.stdout)).toEqual({ from_seq: 1, to_seq: sealed_to, sealed_to, seals: 1, checkpoints: 1 });
    expect(sealed_to).toBeGreaterThan(4);

    const pem = join(folder, `${engine}.pem`);
    writeFileSync(pem, (await audit('public-key')).stdout);
    keys = { SIGNING_KEY: Buffer.alloc(32, 9).toString('base64') };
    expect(await audit('checkpoint')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^SIGNING_KEY: not the key/),
    });
    const turned = await audit('verify', '--checkpoint', checkpoint);
    expect(turned).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/line 1: .*--public-key\n$/) });
    expect(await audit('verify', '--checkpoint', checkpoint, '--public-key', pem)).toMatchObject({ code: 0 });
    keys = { SIGNING_KEY: `${test_keys.SIGNING_KEY},${keys.SIGNING_KEY}` };
    expect(await audit('verify', '--checkpoint', checkpoint)).toMatchObject({ code: 0 });
    expect((await audit('public-key')).stdout.match(/BEGIN PUBLIC KEY/g)).toHaveLength(2);

    const db = await openStore(address);
    const off =
      engine === 'SQLite' ? 'drop trigger audit_events_no_update' : 'alter table audit_events disable trigger user';
    for (const text of [off, "update audit_events set actor = 'nobody' where seq = 2"]) await sql.raw(text).execute(db);
    await db.destroy();
    const wrong = await audit('verify');
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toEqual({ found: 'edited', what: 'event', from_seq: 2, to_seq: 2 });
    expect(wrong.stderr).toBe(
      'edited, number 2: an event, or the leads that it names, was edited after it was sealed.\n',
    );
  });

  it('makes up leads, holds one and releases it, erases those whose period is over, but makes none under keys that do not open those that are there', async () => {
    const seed = (keys: Record<string, string>) =>
      operate(['seed', '--leads', '50'], { DATABASE_URL: address, ...test_keys, ...keys });
    expect(JSON.parse((await seed({})).stdout)).toMatchObject({ leads: 50 });
    const db = await openStore(address);
    // Nobody waits in a demo for two months.
    const before = new Date(Date.now() - 61 * 86_400_000).toISOString();
    const early = await db.selectFrom('leads').select('status').where('received_at', '<', before).execute();
    expect(early.length).toBeGreaterThan(30);
    expect(new Set(early.map(({ status }) => status))).toEqual(new Set(['closed']));
    const readLead = () =>
      db.selectFrom('leads').select(['id', 'restricted_at']).orderBy('id').limit(1).executeTakeFirstOrThrow();
    const { id } = await readLead();
    const withKeys = (...args: string[]) => operate(args, { DATABASE_URL: address, ...test_keys });
    const hold = ['hold', id, '--ground', 'court', '--reference', '7', '--review-on', '2027-05-23'];
    expect(await ops(...hold)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^ENCRYPTION_KEYS: /) });
    const placed = await withKeys(...hold);
    const { id: hold_id } = JSON.parse(placed.stdout);
    expect(await readLead()).toEqual({ id, restricted_at: expect.any(String) });
    const released = await withKeys('release', hold_id, '--reason', 'over');
    const stored = { released: hold_id, released_at: expect.stringMatching(/Z$/), reason: 'over' };
    expect([released.stderr, JSON.parse(released.stdout)]).toEqual(['', stored]);
    expect(await readLead()).toEqual({ id, restricted_at: null });
    expect(await withKeys('release', hold_id, '--reason', 'another')).toEqual({
      ...released,
      stderr: 'This hold was released before: the new reason was not kept.\n',
    });
    const last = JSON.parse((await withKeys(...hold)).stdout).id;
    const withdrawn_at = new Date().toISOString();
    await db.atomic([db.updateTable('leads').set({ withdrawn_at }).where('id', '=', id).compile()]);
    // The reason ends with the lead, because it is sealed under its key.
    const ended = { released: last, released_at: expect.stringMatching(/Z$/), reason: null };
    for (const reason of ['over', 'another'])
      expect(JSON.parse((await withKeys('release', last, '--reason', reason)).stdout)).toEqual(ended);
    await db.destroy();
    const expire = (...args: string[]) =>
      operate(['expire', ...args], { DATABASE_URL: address, LEAD_RETENTION_MONTHS: '6' });
    const due = JSON.parse((await expire('--dry-run')).stdout);
    expect(due.leads).toBeGreaterThan(0);
    expect(due.leads).toBeLessThan(50);
    expect(JSON.parse((await expire()).stdout)).toEqual(due);
    expect(JSON.parse((await expire('--dry-run')).stdout)).toMatchObject({ leads: 0 });
    const others = await seed({ ENCRYPTION_KEYS: `new:${Buffer.alloc(32, 9).toString('base64')}` });
    expect(others).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^ENCRYPTION_KEYS: .*\n$/) });
  });
});

it('checks every promise now, and fails when one is broken', async () => {
  const documented = {
    ...{
      ...test_keys,
      DATABASE_URL: `file:${join(folder, 'promises.db')}`,
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://leads.example.com',
    },
    ...{ SITE_ORIGINS: 'https://www.example.com', DATA_REGION: 'CN', BACKUP_DIR: join(folder, 'backups') },
    ...{ CONTROLLER_NAME: 'Example', CONTROLLER_CONTACT: 'privacy@example.com' },
  };
  const sound = await operate(['compliance'], documented);
  expect(sound).toMatchObject({ code: 0, stderr: '' });
  const found = JSON.parse(sound.stdout) as { id: string; state: string; evidence: string }[];
  expect(found.filter(({ state }) => state === 'broken')).toEqual([]);
  expect(found.find(({ id }) => id === 'C1')!.state).toBe('kept');
  const bare = await operate(['compliance'], { ...documented, BACKUP_DIR: '' });
  expect(bare).toMatchObject({ code: 1, stderr: 'broken: P5\n' });
  expect(JSON.parse(bare.stdout)).toHaveLength(found.length);
});

describe('the operator is told', () => {
  const ops = (...args: string[]) => operate([...args], { DATABASE_URL: `file:${join(folder, 'told.db')}` });

  it.each([
    [['token', 'create', '--role', 'sales'], '--holder'],
    [['token', 'create', '--holder', 'x', '--role', 'king'], '--role'],
    [['token', 'create', '--holder', 'x', '--role', 'sales', '--days', '0'], '--days'],
    [['token', 'create', '--holder', 'x'.repeat(101), '--role', 'sales'], '--holder'],
    [['token', 'rotate'], 'id'],
    [['token', 'rotate', 'nobody'], 'no token'],
    [['token', 'rotate', 'nobody', '--overlap-days', '91'], '--overlap-days'],
    [['token', 'revoke'], 'id'],
    [['hold'], 'id'],
    [['hold', 'x', '--ground', 'whim'], '--ground'],
    [['hold', 'x', '--ground', 'law', '--reference', '7', '--review-on', 'soon'], '--review-on'],
    [['hold', 'x', '--ground', 'law', '--reference', '7', '--review-on', '2027-05-23'], 'no lead'],
    [['release', 'x'], '--reason'],
    [['release', 'x', '--reason', 'over'], 'no hold'],
    [['token', 'revoke', 'nobody'], 'no token'],
    [['policy', 'publish'], 'files'],
    [['policy', 'publish', '/nowhere/policy.md'], 'ENOENT'],
    [['calendar', 'load', '/nowhere/2027.json'], 'ENOENT'],
    [['calendar', 'load'], 'calendar load needs a file'],
    [['token', 'revoke', 'one', 'two'], 'too many arguments'],
    [['token', 'list', 'extra'], 'too many arguments'],
    [['audit', 'checkpoint'], 'the audit trail is empty'],
    [['audit', 'verify', '--checkpoint', '/nowhere/line.txt'], 'ENOENT'],
    [['audit', 'verify', '--checkpoint', 'package.json'], 'no checkpoint'],
    [['audit', 'verify', '--public-key', 'package.json'], '--checkpoint'],
    [['audit', 'verify', '--checkpoint', 'package.json', '--public-key', 'package.json'], 'PEM'],
    [['backup'], 'folder'],
    [['backup', 'verify'], 'folder'],
    [['restore', '/nowhere'], 'no backup here'],
    [['restore', '/nowhere', '--target', 'd1'], '--target'],
    [['dance'], 'unknown command'],
    [['token', 'create', '--colour', 'red'], '--colour'],
    [['token', 'list', '--holder', 'x'], '--holder'],
    [['token', 'list', '--target', 'moon'], '--target'],
    [['token', 'list', '--remote'], '--target d1 --remote'],
    [['prepare-dev', '--target', 'd1'], '--target'],
  ])('%j exits 1, says why on stderr and nothing on stdout', async (args, reason) => {
    const { code, stdout, stderr } = await ops(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('of an option that is none, with the usage of the command alone', async () => {
    const [usage] = (await ops('expire', '--help')).stderr.split('\n\nThey work on');
    for (const option of ['--dryrun', '-n']) {
      const { code, stderr } = await ops('expire', option);
      expect([code, stderr.split('\n\nThey work on')[0]]).toEqual([1, `Unknown option '${option}'\n\n${usage}`]);
      expect(stderr).not.toContain('positional');
    }
  });

  it('a policy file that is not UTF-8 is refused: what is published stays for ever', async () => {
    const path = join(folder, 'gbk.md');
    writeFileSync(path, Buffer.from([0x2d, 0x2d, 0x2d, 0x0a, 0xd2, 0xfe, 0xcb, 0xbd]));
    const { code, stderr } = await ops('policy', 'publish', path);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'gbk.md: not UTF-8; nothing was published\n' });
  });

  it('names everything that is missing in policy files, and publishes nothing', async () => {
    const path = join(folder, 'broken.md');
    writeFileSync(path, '---\nversion: current\n---\n');
    const { code, stderr } = await ops('policy', 'publish', path);
    expect(code).toBe(1);
    for (const word of ['version', 'locale', 'effective_at', 'change_class', 'purposes'])
      expect(stderr).toContain(word);
  });
});

describe('the table of commands', () => {
  it('declares the options that its usage shows, and no others', () => {
    for (const { name, usage, sentence, options } of commands) {
      const shown = [...usage.matchAll(/--([a-z-]+)/g)].map(([, option]) => option);
      expect(
        Object.keys(options)
          .filter(option => !(option in database_options))
          .sort(),
        name,
      ).toEqual(shown.sort());
      expect(sentence, name).toMatch(/\.$/);
    }
  });

  it('is printed without arguments, exit 1, and by --help, exit 0, of one command or of all', async () => {
    const [bare, aimless, help, one] = await Promise.all([
      operate([]),
      operate(['--target', 'd1']),
      operate(['--help']),
      operate(['token', 'list', '--help']),
    ]);
    expect([bare!.code, aimless!.code, help!.code, one!.code]).toEqual([1, 1, 0, 0]);
    expect([bare!.stdout, aimless!.stdout, help!.stdout, one!.stdout]).toEqual(['', '', '', '']);
    expect(bare!.stderr).toBe(help!.stderr);
    for (const { name, sentence } of commands) {
      expect(help!.stderr).toContain(`  ${name}`);
      expect(one!.stderr.includes(sentence)).toBe(name === 'token list');
    }
  });

  it('is printed of all commands of a noun that stands alone, or with a word that is none of them', async () => {
    const asked = await Promise.all(
      ['token', 'token --help', 'help token', 'token lst'].map(it => operate(it.split(' '))),
    );
    expect(asked.map(({ code }) => code)).toEqual([1, 0, 0, 1]);
    for (const { stderr } of asked) {
      const told = commands.filter(({ name }) => stderr.includes(`\n  ${name}`));
      expect(told).toEqual(commands.filter(({ name }) => name.startsWith('token ')));
      expect(told.length).toBeGreaterThan(1);
    }
    expect(asked[3]!.stderr).toMatch(/^unknown command: token lst\n/);
  });

  it('is told in docs/commands.md (after a change: npx vitest run test/ops/commands.test.ts -u)', async () => {
    const rows = commands.map(({ name, usage, sentence, options }) => [
      `\`${`${name} ${usage}`.trim()}\``,
      sentence,
      'target' in options ? '✓' : '',
    ]);
    await writeTable('docs/commands.md', ['command', 'what it does', '`--target d1`'], rows);
  });
});

it.each(['through-a-file', 'a-link-to-nothing', 'keys-that-do-not-read'])(
  'a command for the database goes on where BACKUP_DIR cannot be read: %s',
  async name => {
    writeFileSync(join(folder, 'file'), '', { flag: 'a' });
    const paths: Record<string, string> = {
      'through-a-file': join(folder, 'file', 'backups'),
      'a-link-to-nothing': join(folder, name),
      'keys-that-do-not-read': join(folder, name),
    };
    if (name === 'a-link-to-nothing') symlinkSync(join(folder, 'nowhere'), paths[name]!);
    else if (name === 'keys-that-do-not-read') mkdirSync(keyFileOf(paths[name]!), { recursive: true });
    const DATABASE_URL = `file:${join(folder, `of-${name}`, 'leads.db')}`;
    const listed = await operate(['token', 'list'], { DATABASE_URL, BACKUP_DIR: paths[name]! });
    expect(listed).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
    // The answer is no empty list, because a key would be dropped that backups need.
    const [one, two, three] = [1, 2, 3].map(n => Buffer.alloc(32, n).toString('base64'));
    const keys = { ENCRYPTION_KEYS: `one:${one}`, INDEX_KEY: two!, SIGNING_KEY: three! };
    const status = await operate(['keys', 'status'], { DATABASE_URL, BACKUP_DIR: paths[name]!, ...keys });
    const why = /: the backups there cannot be read \((ENOTDIR|ENOENT|EISDIR)\)\n$/;
    expect(status).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(why) });
  },
);
