import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresDatabase } from '../support/engines.ts';
import { test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { run } from '../support/server.ts';
import { listMigrations, readDump } from './fixtures.ts';

const takes_away = '0004_add_list_columns.sql';
const told = `another program, such as a dump or a backup, holds a table that migration ${takes_away} changes; nothing of it was changed. Run it again when that has ended (docs/upgrading.md)`;

let address: string;
/** A connection that has read a lead in a transaction, as a dump has. */
let dump: pg.Client;
let reader: pg.Client;

beforeEach(async () => {
  address = await createPostgresDatabase();
  [dump, reader] = [new pg.Client(address), new pg.Client(address)];
  await Promise.all([dump.connect(), reader.connect()]);
  await reader.query(readDump('0.1.0'));
  await reader.query('reset all; set statement_timeout = 1700');
  await dump.query('reset all; begin; select from leads');
});
afterEach(() => Promise.all([dump.end(), reader.end()]));

const listApplied = async () => (await reader.query('select name from migrations order by name')).rows;
const countWaiting = async () =>
  (await reader.query("select from pg_locks where not granted and relation = 'leads'::regclass")).rowCount;

describe('while a dump of PostgreSQL holds a table', { timeout: 60_000 }, () => {
  it('command and start end after some tries, say what to do, have changed nothing of it, and readers are answered all the while', async () => {
    let working = true;
    let answered = 0;
    const read = async () => {
      for (; working; answered++) await reader.query('select from leads limit 1');
    };
    const reading = read();
    const environment = { ...test_keys, DATABASE_URL: address };
    const [command, start] = await Promise.all([
      operate(['migrate'], environment),
      run(['worker/node.ts'], environment),
    ]).finally(() => {
      working = false;
    });
    await reading;
    expect(answered).toBeGreaterThan(10);
    expect(command).toEqual({ code: 1, stdout: '', stderr: `the database cannot be used: ${told}\n` });
    expect(start).toEqual({ code: 1, stdout: '', stderr: `lead-consent cannot start:\n  DATABASE_URL: ${told}\n` });
    expect(await listApplied()).not.toContainEqual({ name: takes_away });
    const { rows } = await reader.query("select indexname from pg_indexes where tablename = 'leads'");
    expect(rows).toContainEqual({ indexname: 'leads_by_status' });
    expect(rows).not.toContainEqual({ indexname: 'leads_by_status_form' });
  });

  it('a migration that waits has begun nothing that writers would wait for, and goes on once the dump has ended', async () => {
    const migrating = operate(['migrate'], { DATABASE_URL: address });
    await expect.poll(countWaiting, { timeout: 20_000, interval: 10 }).toBe(1);
    const granted = await reader.query("select mode from pg_locks where granted and relation = 'leads'::regclass");
    expect(granted.rows).toEqual([{ mode: 'AccessShareLock' }]);
    await dump.query('commit');
    const { code, stdout } = await migrating;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).applied).toContain(takes_away);
    expect(await listApplied()).toHaveLength(listMigrations('postgres').length);
  });
});
