import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyTrail } from '../../db/audit/verify.ts';
import type { Database } from '../../db/database.ts';
import * as d1 from '../../db/dialects/d1.ts';
import { openStore } from '../../worker/node/store.ts';
import { startD1 } from '../support/d1.ts';
import { applyMigrations, createPostgresDatabase } from '../support/engines.ts';
import { makeFolder, run } from '../support/server.ts';
import { readDump, readFacts, unpackSqlite, versions } from './fixtures.ts';
import { askWorld, enterWorld, type Facts } from './world.ts';

const { folder, remove } = makeFolder();
afterAll(remove);

const migrations = readdirSync('db/migrations').filter(name => name.endsWith('.sql'));

/** Databases that an earlier version has made, where a server of this version upgrades them. */
const places = [
  { engine: 'SQLite', facts: 'sqlite', load: loadSqlite },
  { engine: 'PostgreSQL', facts: 'postgres', load: loadPostgres },
] as const;

it('the databases of every version are kept from 0.1.0 on', () => {
  expect(versions).toContain('0.1.0');
});

describe.each(versions)('a database of version %s', version => {
  it.each(places)('on $engine is upgraded once, whatever is killed meanwhile, and answers as before', async place => {
    const address = await place.load(version);
    const before = await listApplied(address);
    const added = migrations.filter(name => !before.includes(name));
    const kill = (number: number) => run(['test/upgrade/kill-migrating.ts', address, String(number)]);
    // A version that has just been released lacks no migration amid which anything could be killed.
    const kills = added.length > 0 ? [1, 4] : [];
    for (const killed of await Promise.all(kills.map(kill))) expect(killed).toMatchObject({ code: null, stderr: '' });
    expect(await listApplied(address)).toEqual(before);
    const environment = { DATABASE_URL: address };
    const both = await Promise.all([1, 2].map(() => run(['worker/ops.ts', 'migrate'], environment)));
    expect(both.map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(both.flatMap(({ stdout }) => JSON.parse(stdout).applied).sort()).toEqual(added);
    expect(await listApplied(address)).toEqual(migrations);
    const db = await openStore(address);
    await expectWorld(db, readFacts(version, place.facts));
    await db.destroy();
  });

  it('on D1 is upgraded as wrangler does it, and answers as before', async () => {
    const path = join(folder, 'for-d1.db');
    unpackSqlite(version, path);
    const database = await startD1();
    const file = new Sqlite(path, { readonly: true });
    const list = <R>(query: string) => file.prepare(query).all() as R[];
    const schema = list<{ type: string; name: string; sql: string }>(
      "select type, name, sql from sqlite_schema where sql is not null and name <> 'migrations' order by type <> 'table', type <> 'index'",
    );
    const make = (isTable: boolean) =>
      schema.filter(({ type }) => (type === 'table') === isTable).map(({ sql }) => database.prepare(sql));
    const rows = schema.flatMap(({ type, name }) =>
      type === 'table'
        ? list<Record<string, unknown>>(`select * from "${name}"`).map(row =>
            database
              .prepare(`insert into "${name}" values (${Object.keys(row).map(() => '?')})`)
              .bind(...Object.values(row)),
          )
        : [],
    );
    await database.batch([...make(true), ...rows, ...make(false)]);
    await applyMigrations(
      database,
      list<{ name: string }>('select name from migrations').map(({ name }) => name),
    );
    file.close();
    await expectWorld(d1.open(database), readFacts(version, 'sqlite'));
  });
});

async function loadSqlite(version: string): Promise<string> {
  const path = join(folder, `${version}.db`);
  unpackSqlite(version, path);
  return `file:${path}`;
}

async function loadPostgres(version: string): Promise<string> {
  const address = await createPostgresDatabase();
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(readDump(version));
  await client.end();
  return address;
}

async function listApplied(address: string): Promise<string[]> {
  const db = await openStore(address, { upgrade: async () => {} });
  const names = await db.snapshot(snapshot => snapshot.listMigrations());
  await db.destroy();
  return names;
}

async function expectWorld(db: Database, facts: Facts) {
  const started = await enterWorld(db, facts);
  const answers = Object.entries(await askWorld(started, facts));
  expect(answers.map(([what, { is }]) => [what, is])).toEqual(answers.map(([what, { must }]) => [what, must]));
  expect(await verifyTrail(db, { now: started.services.now() })).toMatchObject({ seals: expect.any(Number) });
}
