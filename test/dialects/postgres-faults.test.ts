import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, isUnavailable } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { lead, readProblem, start, startPublished } from '../support/harness.ts';
import { layWire, type Wire } from '../support/wire.ts';

/** An answer after this time says that a request hangs. Where nothing else runs, each takes less than three seconds. */
const patience_ms = 30_000;

describe('when PostgreSQL is gone', () => {
  let wire: Wire;
  let started: Awaited<ReturnType<typeof startPublished>>;
  beforeAll(async () => {
    wire = await layWire(await createPostgresDatabase());
    started = await startPublished({}, await postgres.open(wire.url));
    await started.token('privacy_officer');
  });
  afterAll(async () => {
    wire.close();
    await started.db.destroy();
  });

  it.each([
    ['cut', 'cut'],
    ['silent', 'silence'],
  ] as const)('the wire %s: 503 soon, and the first post after its return succeeds', async (_, harm) => {
    const { post, pull, get, advance } = started;
    expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
    wire[harm]();
    const begun = performance.now();
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, (_, n) => post('/forms/mini-ai-experience', { ...lead, name: `n${n}` })),
      pull('/leads'),
    ]);
    expect(performance.now() - begun).toBeLessThan(patience_ms);
    for (const answer of answers) {
      expect(answer.headers.get('Retry-After')).toBeTruthy();
      expect(await readProblem(answer)).toMatchObject({ slug: 'unavailable', status: 503 });
    }
    advance(1_000);
    expect((await get('/health')).status).toBe(503);
    wire.mend();
    expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
    advance(1_000);
    expect((await get('/health')).status).toBe(200);
  });
});

describe('whatever keeps a connection from being made is an outage', () => {
  const read = (db: Database) => db.selectFrom('changes').selectAll().execute();
  const write = (db: Database) => db.atomic([db.updateTable('changes').set({ seq: 1 }).compile()]);

  it('a server that takes a connection and then says nothing, again and again', async () => {
    const wire = await layWire(await createPostgresDatabase());
    const db = await postgres.open(wire.url);
    wire.silence();
    for (const ask of [write, write, read, read])
      await expect(ask(db)).rejects.toSatisfy(error => isUnavailable(error) && /time/.test(error.code));
    await db.destroy();
    wire.close();
  });

  it('a server that refuses, whatever its reason', async () => {
    const address = await createPostgresDatabase();
    const db = await postgres.open(address);
    const { pathname } = new URL(address);
    const other = new pg.Client({ connectionString: address.replace(pathname, '/postgres') });
    await other.connect();
    await other.query(`drop database "${pathname.slice(1)}" with (force)`);
    await other.end();
    for (const ask of [write, read]) await expect(ask(db)).rejects.toSatisfy(isUnavailable);
    await db.destroy();
  });
});

it('a slow answer is waited for by a command, not by a server', async () => {
  const address = await createPostgresDatabase();
  const slow = sql`select pg_sleep(2)`;
  const patient = await postgres.open(address, undefined, postgres.operators_patience);
  await patient.atomic([slow.compile(patient)]);
  const server = await postgres.open(address);
  await expect(server.atomic([slow.compile(server)])).rejects.toThrow(/timeout/);
  await Promise.all([patient.destroy(), server.destroy()]);
});

it('a server that ends connections costs what is in flight, and nothing that comes after', async () => {
  const address = await createPostgresDatabase();
  const db = await postgres.open(address);
  const other = new pg.Client({ connectionString: address });
  await other.connect();
  const write = () =>
    db.atomic([
      db
        .updateTable('changes')
        .set(eb => ({ seq: eb('seq', '+', 1) }))
        .compile(),
    ]);
  const refuse = () => db.atomic([db.insertInto('changes').values({ id: 1, seq: 0 }).compile()]);
  const endOthers = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  let failed: unknown[] = [];
  const expectFewFailed = () => {
    expect(failed.length).toBeLessThanOrEqual(1);
    for (const error of failed) expect(isUnavailable(error)).toBe(true);
  };
  for (let n = 0; n < 20; n++) {
    // The end of the last round's connection may reach the writer only now; then it counts there.
    await write().catch(error => failed.push(error));
    expectFewFailed();
    failed = [];
    const ended = other.query(endOthers);
    for (let later = 0; later < 20; later++) {
      const refused = expect(refuse()).rejects.toThrow();
      await Promise.all([write(), write()]).catch(error => failed.push(error));
      await refused;
    }
    await ended;
  }
  expectFewFailed();
  await other.end();
  await db.destroy();
});

it('a unit that PostgreSQL takes back because of another program’s locks is unavailable, and leaves nothing', async () => {
  const address = await createPostgresDatabase();
  const db = await postgres.open(address);
  const other = new pg.Client({ connectionString: address });
  await other.connect();
  await other.query('begin; lock table jobs in exclusive mode');
  const unit = db.atomic([
    db.updateTable('changes').set({ seq: 7 }).compile(),
    db.updateTable('jobs').set({ name: 'x' }).compile(),
  ]);
  const refused = expect(unit).rejects.toSatisfy(error => isUnavailable(error) && /deadlock/.test(error.message));
  const waits = `select count(*)::int as n from pg_locks where not granted and pid <> pg_backend_pid()`;
  await expect.poll(async () => (await other.query(waits)).rows[0].n).toBe(1);
  await other.query('select seq from changes for update');
  await refused;
  await other.query('rollback');
  await other.end();
  expect(await db.selectFrom('changes').select('seq').execute()).toEqual([{ seq: expect.not.stringMatching(/^7$/) }]);
  await db.destroy();
});

it('a database whose server is silent is closed all the same, and no connection to it stays open', async () => {
  const wire = await layWire(await createPostgresDatabase());
  const countSockets = () => process.getActiveResourcesInfo().filter(it => it === 'TCPSocketWrap').length;
  const before = countSockets();
  const db = await postgres.open(wire.url);
  const read = () => db.selectFrom('changes').selectAll().execute();
  await Promise.all([db.atomic([db.updateTable('changes').set({ seq: 1 }).compile()]), read(), read()]);
  // The wire has two sockets of its own for each connection.
  await expect.poll(countSockets).toBe(before + 3 * 3);
  wire.silence();
  await db.destroy();
  await expect.poll(countSockets).toBe(before + 3 * 2);
  wire.close();
});

describe('two servers on one PostgreSQL', () => {
  let address: string;
  let servers: Awaited<ReturnType<typeof start>>[];
  beforeAll(async () => {
    address = await createPostgresDatabase();
    servers = [await start({}, await postgres.open(address)), await start({}, await postgres.open(address))];
    await servers[0]!.publish('2026-01');
  });
  afterAll(() => Promise.all(servers.map(({ db }) => db.destroy())));

  const submit = (n: number, headers = {}) =>
    servers[n % 2]!.post('/forms/mini-ai-experience', { ...lead, phone: `138${String(n).padStart(8, '0')}` }, headers);

  /** Pulls the feed as a CRM does, until it is told to stop and has reached the end. */
  async function pullFeed(isOver: () => boolean, from = '') {
    const seen: string[] = [];
    let cursor = from;
    for (let more = true; more; ) {
      const over = isOver();
      const response = await servers[1]!.pull(`/leads?limit=50${cursor && `&cursor=${cursor}`}`);
      const page = (await response.json()) as { leads: { id: string }[]; next_cursor: string; has_more: boolean };
      seen.push(...page.leads.map(({ id }) => id));
      cursor = page.next_cursor;
      more = page.has_more || !over;
    }
    return { seen, cursor };
  }

  it('a puller beside many writers never misses a lead and never gets one twice', async () => {
    const stored: string[] = [];
    let over = false;
    const pulling = pullFeed(() => over);
    await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        for (let n = 0; n < 25; n++) {
          const response = await submit(writer + n * 16);
          stored.push(((await response.json()) as { id: string }).id);
        }
      }),
    );
    over = true;
    const { seen } = await pulling;
    expect(stored).toHaveLength(400);
    expect([...seen].sort()).toEqual([...stored].sort());
  });

  it('a transaction held open before its number stalls nobody; one held after makes writers wait, and is not missed', async () => {
    const { cursor } = await pullFeed(() => true);
    const before = new pg.Client(address);
    await before.connect();
    await before.query(
      "begin; insert into once (key, fingerprint, subject_id, expires_at) values ('held', 'f', 's', '9')",
    );
    const first = ((await (await submit(1000)).json()) as { id: string }).id;
    expect((await pullFeed(() => true, cursor)).seen).toEqual([first]);

    await before.query('update changes set seq = seq + 1');
    const held = 'aaaaaaaa-0000-7000-8000-000000000000';
    await before.query(
      `insert into leads (id, form, status, policy_version, policy_sha256, locale, receipt_hash, received_at, changed_at, erased_at, created_seq, seq)
       select '${held}', 'mini-ai-experience', 'new', '2026-01', 'x', 'en', 'x', 'r', 'r', 'r', seq, seq from changes`,
    );
    const waiting = submit(1001);
    const early = await pullFeed(() => true, cursor);
    expect(early.seen).toEqual([first]);
    await before.query('commit');
    await before.end();
    const second = ((await (await waiting).json()) as { id: string }).id;
    expect((await pullFeed(() => true, early.cursor)).seen).toEqual([held, second]);
  });

  it('never wait for each other in a circle: the quotas of both forms in shared commits', async () => {
    const database = await createPostgresDatabase();
    const quota = { FORM_QUOTA_PER_MINUTE: '100000' };
    const pair = [await start(quota, await postgres.open(database)), await start(quota, await postgres.open(database))];
    await pair[0]!.publish('2026-01');
    const forms = ['mini-ai-experience', 'ecological-cooperation'];
    for (let round = 0; round < 40; round++) {
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, n) => pair[n % 2]!.post(`/forms/${forms[(n >> 1) % 2]}`, lead)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    }
    await Promise.all(pair.map(({ db }) => db.destroy()));
    expect(await readRollbacks(database)).toBe(0);
  });

  it('the same request to both at once is one lead', async () => {
    const sent = Array.from({ length: 20 }, (_, n) =>
      servers[n % 2]!.post('/forms/mini-ai-experience', lead, { 'Idempotency-Key': 'both' }),
    );
    const answers = await Promise.all((await Promise.all(sent)).map(response => response.text()));
    expect(new Set(answers).size).toBe(1);
  });
});

/**
 * Returns the number of transactions that the database rolled back: one for each deadlock and each lock that timed out.
 */
async function readRollbacks(address: string): Promise<number> {
  const client = new pg.Client(address);
  await client.connect();
  const own =
    'select count(*)::int as others from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  for (let others = 1; others > 0; ) ({ others } = (await client.query(own)).rows[0]);
  const { rows } = await client.query(
    'select xact_rollback::int as rollbacks from pg_stat_database where datname = current_database()',
  );
  await client.end();
  return rows[0].rollbacks;
}
