import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUnavailable } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import { createPostgresDatabase, unhurried } from '../support/engines.ts';
import { lead, origin, site, start, test_keys } from '../support/harness.ts';
import { startLostPooler, startPooler } from '../support/pooler.ts';
import { makeFolder, run } from '../support/server.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: origin,
  SITE_ORIGINS: site,
  DATA_REGION: 'CN',
  CONTROLLER_NAME: 'Example',
  CONTROLLER_CONTACT: 'privacy@example.com',
  ...test_keys,
};

describe('behind a pooler in transaction mode', () => {
  let direct: string;
  let pooler: Awaited<ReturnType<typeof startPooler>>;
  let servers: Awaited<ReturnType<typeof start>>[];
  beforeAll(async () => {
    direct = await createPostgresDatabase();
    pooler = await startPooler(direct);
    const opened = await Promise.all([1, 2].map(() => postgres.open(pooler.address, undefined, unhurried)));
    servers = await Promise.all(opened.map(db => start({ FORM_QUOTA_PER_MINUTE: '1000' }, db)));
    await servers[0]!.publish('2026-01');
  });
  afterAll(async () => {
    await Promise.all(servers.map(({ db }) => db.destroy()));
    await pooler.close();
  });

  it('two servers that start at once migrate once, and leave no lock behind', async () => {
    const list = async (query: string) => {
      const client = new pg.Client({ connectionString: direct });
      await client.connect();
      const { rows } = await client.query(query);
      await client.end();
      return rows;
    };
    expect((await list('select name from migrations')).length).toBeGreaterThan(0);
    expect(
      await list(
        "select * from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      ),
    ).toEqual([]);
  });

  it('every lead, choice, page and change is answered as without one, and so is GET /health', async () => {
    const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]];
    const choice = {
      policy_version: '2026-01',
      locale: 'en',
      shown: ['necessary', 'analytics'],
      granted: ['necessary'],
      source: 'banner',
      chosen_at: '2026-11-23T03:59:00.000Z',
    };
    const answers = await Promise.all(
      Array.from({ length: 36 }, (_, n) => {
        const server = servers[n % 2]!;
        if (n % 3 === 2) return server.post('/consents', choice);
        return server.post('/forms/mini-ai-experience', lead, { 'Idempotency-Key': `key ${n % 9}` });
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const { leads } = (await (await one.pull('/leads?view=clear')).json()) as { leads: { id: string; name: string }[] };
    expect(leads).toHaveLength(6);
    expect(leads[0]!.name).toBe(lead.name);
    expect((await two.ask('PATCH', `/leads/${leads[0]!.id}`, { status: 'contacted' })).status).toBe(200);
    expect((await two.ask('DELETE', `/leads/${leads[1]!.id}`)).status).toBe(204);
    for (const { get } of servers) expect((await get('/health')).status).toBe(200);
  });

  it('limits hold in each transaction and each query, and stay with none of its connections', async () => {
    const hasty = await postgres.open(pooler.address, undefined, {
      ...unhurried,
      server: { ...unhurried.server, statement_timeout: 100 },
    });
    const slow = sql`select pg_sleep(${3})`.compile(hasty);
    for (const run of [() => hasty.read(slow), () => hasty.atomic([slow])]) {
      const error = await run().catch(error => error);
      expect([isUnavailable(error), error.message]).toEqual([true, 'canceling statement due to statement timeout']);
    }
    expect(await hasty.read(sql`select 1 as one, ${'x'}::text as other`.compile(hasty))).toEqual([
      { one: 1, other: 'x' },
    ]);
    await hasty.destroy();
    const settings = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const shown = await pooler.list(`select ${settings.map(name => `current_setting('${name}') as ${name}`)}`);
    expect(shown).toEqual(
      Array(3).fill({ statement_timeout: '0', lock_timeout: '0', idle_in_transaction_session_timeout: '0' }),
    );
  });
});

const waits = 'lead-consent waits for the database: timeout expired\n';

it.each([
  ['nothing', 'timeout expired', waits],
  ['failing', 'server login has been failing, try again later (server_login_retry)', ''],
] as const)(
  'before a pooler that does not reach its database (%s), the start and a command end with one line',
  async (says, why, before) => {
    const pooler = await startLostPooler(says);
    const { folder, remove } = makeFolder();
    const environment = { DATABASE_URL: pooler.address, PORT: '0', LOG_DIR: folder, ...production };
    const [start, command] = await Promise.all([
      run(['worker/node.ts'], environment),
      run(['worker/ops.ts', 'token', 'list'], environment),
    ]);
    expect(start).toMatchObject({ code: 1, stderr: `${before}lead-consent cannot start:\n  DATABASE_URL: ${why}\n` });
    expect(command).toMatchObject({ code: 1, stdout: '', stderr: `the database cannot be used: ${why}\n` });
    pooler.close();
    remove();
  },
);
