/** The floor: bare Hono, the same sealing, one prepared insert under the same durability, and nothing else. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import Sqlite from 'better-sqlite3';
import { Hono } from 'hono';
import pg from 'pg';
import { createVault } from '../../db/vault/vault.ts';

const vault = createVault([{ id: 'floor', key: randomBytes(32) }], [randomBytes(32)]);
const url = process.env.DATABASE_URL!;
const insert = url.startsWith('file:') ? openSqlite(url.slice(5)) : await openPostgres(url);
const app = new Hono();
let count = 0;

app.get('/', c => c.json({ status: 'ok' }));
app.post('/', async c => {
  const id = `floor-${++count}`;
  const { sealed, keys } = vault.seal(id, await c.req.json());
  await insert([id, sealed, keys.wrapped, keys.phone_index, keys.email_index]);
  return c.json({ id }, 201);
});
app.post('/consents', async c => {
  const { visitor_id, ...choice } = await c.req.json();
  await insert([`choice-${++count}`, JSON.stringify(choice), visitor_id, '', '']);
  return c.json({ visitor_id }, 201);
});

const server = createAdaptorServer({ fetch: app.fetch });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`{"event":"listening","url":"http://127.0.0.1:${port}"}\n`);
});
process.on('SIGTERM', () => process.exit(0));

/** Returns an insert into SQLite that shares one transaction, and so one sync, with all that wait. */
function openSqlite(path: string) {
  const connection = new Sqlite(path);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.exec('create table floor (id text primary key, sealed text, wrapped text, phone text, email text)');
  const statement = connection.prepare('insert into floor values (?, ?, ?, ?, ?)');
  let waiting: { row: string[]; resolve: () => void }[] = [];
  return (row: string[]) =>
    new Promise<void>(resolve => {
      if (waiting.push({ row, resolve }) > 1) return;
      setImmediate(() => {
        const units = waiting;
        waiting = [];
        connection.transaction(() => {
          for (const unit of units) statement.run(unit.row);
        })();
        for (const unit of units) unit.resolve();
      });
    });
}

/** Returns an insert into PostgreSQL, each in a transaction of its own on one pipelined connection. */
async function openPostgres(address: string) {
  const client = new pg.Client({ connectionString: address, pipeline: true } as pg.ClientConfig);
  await client.connect();
  await client.query('create table floor (id text primary key, sealed text, wrapped text, phone text, email text)');
  return async (values: string[]) => {
    await client.query({ name: 'floor', text: 'insert into floor values ($1, $2, $3, $4, $5)', values });
  };
}
