import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { database_id, startCloudflare } from '../support/cloudflare.ts';
import { test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, run } from '../support/server.ts';

const migrations = readdirSync('db/migrations').filter(name => name.endsWith('.sql'));
const { folder, remove } = makeFolder();
afterAll(() => remove());

/** Runs a command in a folder of its own, with its own wrangler.toml and local D1, and without a login. */
const ops = (args: string[], environment: Record<string, string> = {}) =>
  operate([...args, '--target', 'd1'], { HOME: folder, ...environment }, folder);

/** Does the same in a process of its own, because wrangler's remote binding and migrations look where a process began. */
const opsAlone = (args: string[], environment: Record<string, string> = {}) =>
  run([resolve('worker/ops.ts'), ...args, '--target', 'd1'], { HOME: folder, ...environment }, folder);

/**
 * Writes a wrangler.toml whose binding is marked as remote, as a developer's may be. Without --remote a command must
 * stay on this machine all the same.
 */
function writeConfiguration(id: string, vars: Record<string, string> = {}) {
  writeFileSync(
    join(folder, 'wrangler.toml'),
    `name = "lead-consent"
compatibility_date = "2026-10-20"
[[d1_databases]]
binding = "DB"
database_name = "lead-consent"
database_id = "${id}"
remote = true
migrations_dir = "${resolve('db/migrations')}"
[vars]
${Object.entries(vars)
  .map(([name, value]) => `${name} = "${value}"\n`)
  .join('')}`,
  );
}

const vars = {
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: 'https://www.example.com',
  DATA_REGION: 'SG',
  CONTROLLER_NAME: 'Example Ltd',
  CONTROLLER_CONTACT: 'privacy@example.com',
};

beforeEach(() => writeConfiguration(database_id));

describe('the operator on the D1 of this machine', { timeout: 180_000 }, () => {
  it('is told what to do while it has no tables', async () => {
    const { code, stdout, stderr } = await ops(['token', 'list']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('the tables of this D1 are not up to date: npm run -s ops -- migrate --target d1\n');
  });

  it('migrates, and again', async () => {
    expect(JSON.parse((await opsAlone(['migrate'])).stdout)).toEqual({ applied: migrations });
    expect(JSON.parse((await opsAlone(['migrate'])).stdout)).toEqual({ applied: [] });
  });

  it('makes a token and lists it, publishes a policy', async () => {
    const made = await ops(['token', 'create', '--holder', 'Wang Fang', '--role', 'sales']);
    expect(made.stdout).toMatch(/^lc_[A-Za-z0-9]+_[A-Za-z0-9]+\n$/);
    const id = made.stdout.split('_')[1]!;
    expect(JSON.parse((await ops(['token', 'list'])).stdout)).toMatchObject([{ id, holder: 'Wang Fang' }]);
    const files = ['zh-CN', 'en'].map(locale => resolve(`worker/demo/policy.${locale}.md`));
    expect(JSON.parse((await ops(['policy', 'publish', ...files])).stdout)).toHaveLength(2);
  });

  it('makes up leads with the keys of .dev.vars alone', async () => {
    expect((await ops(['seed', '--leads', '50'])).stderr).toBe('.dev.vars: not there yet; `npm run dev` makes it\n');
    const keys = ['ENCRYPTION_KEYS="dev:', 'INDEX_KEY="', 'SIGNING_KEY="'].map(
      (name, n) => `${name}${Buffer.alloc(32, n).toString('base64')}"\n`,
    );
    writeFileSync(join(folder, '.dev.vars'), keys.join(''));
    expect(JSON.parse((await ops(['seed', '--leads', '50'])).stdout)).toMatchObject({ leads: 50 });
  });

  it('checks the deployment before a start, with the vars of wrangler.toml', async () => {
    const check = async () => {
      const { stdout } = await ops(['check']);
      const lines = JSON.parse(stdout) as { check: string; state: string; found: string }[];
      return lines.filter(({ state }) => state !== 'none').map(({ check, state, found }) => [check, state, found]);
    };
    const names = ['PUBLIC_URL', 'SITE_ORIGINS', 'DATA_REGION', 'CONTROLLER_NAME', 'CONTROLLER_CONTACT'];
    expect(await check()).toEqual([
      ...names.map(name => ['settings', 'wrong', expect.stringMatching(`^${name}: missing`)]),
      ['keys', 'ok', expect.any(String)],
      ['database', 'ok', 'the local D1: its tables are up to date'],
      ['clock', 'ok', expect.any(String)],
      ['policy', 'ok', expect.stringContaining('2026-01')],
    ]);
    writeConfiguration(database_id, vars);
    const [settings, ...others] = await check();
    expect(settings).toEqual(['settings', 'ok', expect.stringContaining('for production')]);
    expect(others).toHaveLength(4);
  });

  it('ends what is past the periods of wrangler.toml', async () => {
    const dryRun = async () => JSON.parse((await ops(['expire', '--dry-run'])).stdout) as { leads: number };
    expect((await dryRun()).leads).toBe(0);
    writeConfiguration(database_id, { ...vars, LEAD_RETENTION_MONTHS: '1' });
    expect((await dryRun()).leads).toBeGreaterThan(0);
  });

  it('reads the vars and the database of the environment that CLOUDFLARE_ENV names, as wrangler does', async () => {
    const own = `[env.staging]
[env.staging.vars]
${Object.entries({ ...vars, LEAD_RETENTION_MONTHS: '1' })
  .map(([name, value]) => `${name} = "${value}"\n`)
  .join('')}
[[env.staging.d1_databases]]
binding = "DB"
database_name = "staging"
database_id = "99999999-2222-3333-4444-555555555555"
migrations_dir = "${resolve('db/migrations')}"
`;
    appendFileSync(join(folder, 'wrangler.toml'), own);
    const staging = { CLOUDFLARE_ENV: 'staging' };
    const settingsOf = (stdout: string) =>
      (JSON.parse(stdout) as { check: string; state: string }[]).filter(({ check }) => check === 'settings');
    expect((await opsAlone(['token', 'list'], staging)).stderr).toMatch(/^the tables of this D1 are not up to date/);
    expect(JSON.parse((await opsAlone(['migrate'], staging)).stdout)).toEqual({ applied: migrations });
    expect(JSON.parse((await opsAlone(['token', 'list'], staging)).stdout)).toEqual([]);
    expect(settingsOf((await opsAlone(['check'], staging)).stdout)).toMatchObject([{ state: 'ok' }]);
    expect(settingsOf((await opsAlone(['check'])).stdout)[0]).toMatchObject({ state: 'wrong' });
    expect(JSON.parse((await opsAlone(['token', 'list'])).stdout)).toHaveLength(1);
  });

  it('[P2] turns keys, and tells what hangs on which', async () => {
    const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
    const lists = [`ENCRYPTION_KEYS="dev:${key(0)},next:${key(3)}"`, `INDEX_KEY="${key(1)},${key(4)}"`];
    writeFileSync(join(folder, '.dev.vars'), [...lists, `SIGNING_KEY="${key(2)}"`, ''].join('\n'));
    const status = async () => {
      const { code, stdout } = await ops(['keys', 'status']);
      const rows = JSON.parse(stdout) as { last: boolean; leads: number }[];
      return [code, rows.map(({ last, leads }) => [last, leads])];
    };
    const [all, none] = [50, 0];
    expect(await status()).toEqual([
      1,
      [
        [false, all],
        [true, none],
        [false, all],
        [true, none],
      ],
    ]);
    const { stdout } = await ops(['keys', 'rotate']);
    expect(JSON.parse(stdout)).toEqual({ rewrapped: all, reindexed: all, backup_keys: 0 });
    expect(await status()).toEqual([
      0,
      [
        [true, all],
        [false, none],
        [true, all],
        [false, none],
      ],
    ]);
  });

  it('[A1] signs where the audit trail ends, and verifies it', async () => {
    const line = (await ops(['audit', 'checkpoint'])).stdout;
    writeFileSync(join(folder, 'checkpoint.txt'), line);
    const verified = await ops(['audit', 'verify', '--checkpoint', 'checkpoint.txt']);
    const end = Number(line.split(' ')[1]);
    expect(JSON.parse(verified.stdout)).toEqual({ from_seq: 1, to_seq: end, sealed_to: end, seals: 1, checkpoints: 1 });
  });

  it('[P5] backs it up, tries that with its keys, and restores it into SQLite', async () => {
    const made = await ops(['backup', 'out']);
    expect(JSON.parse(made.stdout)).toMatchObject({ leads: 50 });
    const tried = await ops(['backup', 'verify', 'out']);
    expect(JSON.parse(tried.stdout)).toMatchObject({ leads: 50 });
    const environment = {
      ...parseEnv(readFileSync(join(folder, '.dev.vars'), 'utf8')),
      DATABASE_URL: 'file:copy/leads.db',
    };
    const restored = await run(
      [resolve('worker/ops.ts'), 'restore', 'out'],
      environment as Record<string, string>,
      folder,
    );
    expect(JSON.parse(restored.stdout)).toMatchObject({ leads: 50 });
  });
});

describe('the operator on the deployed D1', { timeout: 180_000 }, () => {
  let cloudflare: Awaited<ReturnType<typeof startCloudflare>>;
  beforeAll(async () => {
    cloudflare = await startCloudflare();
  });
  afterAll(() => cloudflare.stop());
  const remote = (args: string[], environment: Record<string, string> = cloudflare.environment) =>
    opsAlone([...args, '--remote'], { TMPDIR: folder, ...environment });

  it.each([
    ['token list', 'nobody', {}],
    ['token list', 'a wrong token', { CLOUDFLARE_API_TOKEN: 'wrong' }],
    ['migrate', 'nobody', {}],
  ])('%s by %s is told in one line to log in first', async (command, _, token) => {
    const { CLOUDFLARE_API_TOKEN: __, ...environment } = cloudflare.environment;
    const login = 'Cloudflare lets nobody in: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN\n';
    const told = await remote(command.split(' '), { ...environment, ...token });
    expect(told).toEqual({ code: 1, stdout: '', stderr: login });
  });

  it('is told to name the database first', async () => {
    writeConfiguration('00000000-0000-0000-0000-000000000000');
    const { code, stderr } = await remote(['token', 'list']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^wrangler\.toml: put the id .*\n$/) });
  });

  it('migrates it', async () => {
    expect(JSON.parse((await remote(['migrate'])).stdout)).toEqual({ applied: migrations });
    expect(cloudflare.database.prepare('select seq from changes').pluck().all()).toEqual([0]);
  });

  it('reaches it through a remote binding of that database alone, and says in one line why it does not', async () => {
    const { code, stdout, stderr } = await remote(['token', 'create', '--holder', 'x', '--role', 'admin']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^wrangler failed: .*\n$/);
    const [, metadata] = /name="metadata"\s+(\{.*\})\s/.exec(cloudflare.uploads.at(-1)!)!;
    expect(JSON.parse(metadata!).bindings).toEqual([{ name: 'DB', type: 'd1', id: database_id, raw: true }]);
    expect(readdirSync(folder).filter(name => name.startsWith('lead-consent-remote-'))).toEqual([]);
  });

  it('reaches that of the environment that CLOUDFLARE_ENV names, and the Worker of its name', async () => {
    const id = '99999999-2222-3333-4444-555555555555';
    const own = `[env.staging]\n[[env.staging.d1_databases]]\nbinding = "DB"\ndatabase_id = "${id}"\n`;
    appendFileSync(join(folder, 'wrangler.toml'), own);
    const environment = { ...cloudflare.environment, CLOUDFLARE_ENV: 'staging' };
    const { stderr } = await remote(['token', 'list'], environment);
    expect(stderr).toMatch(/^wrangler failed: .*\n$/);
    const [, metadata] = /name="metadata"\s+(\{.*\})\s/.exec(cloudflare.uploads.at(-1)!)!;
    expect(JSON.parse(metadata!).bindings).toMatchObject([{ name: 'DB', type: 'd1', id }]);
  });

  it('reads what wrangler.toml sets before what the shell has set, and the secrets of the shell', async () => {
    writeConfiguration(database_id, { ...vars, FORM_LIMIT_PER_MINUTE: '10' });
    const shell = { ...cloudflare.environment, ...test_keys, FORM_LIMIT_PER_MINUTE: 'many', PUBLIC_URL: 'nowhere' };
    const lines = async () => {
      const { stdout } = await remote(['check'], shell);
      const all = JSON.parse(stdout) as { check: string; state: string; found: string }[];
      return all.filter(({ check }) => check === 'settings');
    };
    expect(await lines()).toMatchObject([{ state: 'ok' }]);
    writeConfiguration(database_id, { ...vars, FORM_LIMIT_PER_MINUTE: 'several' });
    expect(await lines()).toMatchObject([{ state: 'wrong', found: expect.stringContaining('FORM_LIMIT_PER_MINUTE') }]);
  });
});
