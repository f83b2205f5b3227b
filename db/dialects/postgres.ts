import { sql } from 'kysely';
import pg from 'pg';
import type { Database, DatabaseMeter, Outcome } from '../database.ts';
import { migrate, type Session } from '../migrate.ts';
import { createDatabase } from './kysely.ts';
import { Client } from './postgres/client.ts';
import { fail, translate } from './postgres/errors.ts';
import { createLoader, readSnapshot } from './postgres/long.ts';
import { createNames } from './postgres/names.ts';
import { createReader, ignoreLost } from './postgres/reader.ts';
import { createServers, type Servers } from './postgres/servers.ts';
import { createStandby } from './postgres/standby.ts';
import type { Limits } from './postgres/transaction.ts';
import { createWriter } from './postgres/writer.ts';
import { shareReads } from './shared-reads.ts';

const int8 = 20;

interface Patience {
  /** Waits of this process. */
  client: Pick<pg.PoolConfig, 'connectionTimeoutMillis' | 'query_timeout'>;
  /**
   * Waits of the server. Because a pooler refuses most start-up parameters, and may hand a session's settings to
   * another client, each transaction sets them for itself.
   */
  server: Limits;
}

/**
 * Longest waits of a request, for a connection and then for an answer. Because a person gives up after some three
 * seconds, the two together stay below.
 */
const patience: Patience = {
  client: { connectionTimeoutMillis: 1_000, query_timeout: 1_800 },
  server: { statement_timeout: 1_700, lock_timeout: 1_500, idle_in_transaction_session_timeout: 3_000 },
};

/**
 * Longest waits of an operator's command. Because nobody waits at a page, and a bulk of writes may wait for a
 * checkpoint, they are longer.
 */
export const operators_patience: Patience = {
  client: { ...patience.client, query_timeout: 120_000 },
  server: { ...patience.server, statement_timeout: 110_000 },
};

/**
 * Makes the server keep some 300 KB in a file for as long as the statement lasts. Because it packs a long value, and uses the
 * pages of deleted rows again, a row that is written and deleted finds room on a disk that has none for a lead.
 */
const ask_room = [
  sql`select set_config('work_mem', '64kB', true)`,
  sql`select count(*) from generate_series(1, 10000)`,
];

/**
 * Opens a PostgreSQL database by its `postgres://` address, and brings its tables up to date.
 *
 * @param options.read_address Address of a standby on which lists are read.
 * @param options.meter Hears what the database does.
 */
export async function open(
  address: string,
  upgrade: (session: Session) => Promise<unknown> = migrate,
  waits = patience,
  { read_address, meter }: { read_address?: string | undefined; meter?: DatabaseMeter | undefined } = {},
): Promise<Database> {
  pg.types.setTypeParser(int8, Number);
  const servers = createServers(address, waits.client);
  await upgradeDatabase(servers, upgrade);
  const names = createNames();
  const { statement_timeout } = waits.server;
  const reader = createReader(servers, names, statement_timeout);
  const second = read_address
    ? createReader(createServers(read_address, waits.client), createNames(), statement_timeout)
    : undefined;
  const standby = second && createStandby(second, reader);
  const writer = createWriter(servers, names, waits.server, meter);
  const run = async (sql: string, parameters: readonly unknown[], isPrepared: boolean) =>
    toOutcome(await reader.run(sql, parameters, isPrepared).catch(fail));
  const { read, forget } = shareReads(
    async ({ sql, parameters }) => (await run(sql, parameters, true)).rows as never[],
  );
  const db = createDatabase('postgres', ({ sql, parameters }) => run(sql, parameters, false), {
    /** Hands the unit to the one writer, which commits waiting units together. */
    async atomic(statements) {
      const results = await writer.run(statements).catch(fail);
      forget();
      return results.map(toOutcome);
    },
    read,
    forLists: async () => (await standby?.whenCaughtUp()) ?? db,
    backlog: () => ({ units: writer.countWaiting(), readers: reader.count() }),
    scrub: async () => {},
    ask_room,
    snapshot: work => withClient(servers, client => readSnapshot(client, work)).catch(fail),
    async close() {
      await writer.close();
      await Promise.all([reader.end(), second?.end()]);
    },
  });
  return db;
}

function toOutcome({ rows, rowCount }: pg.QueryResult): Outcome {
  return { rows, changed: rowCount ?? 0 };
}

/**
 * Does all of the work in one transaction on a database, and commits at its end. When the work throws, or the process
 * is killed, nothing of it was done.
 */
export async function load<T>(address: string, work: (db: Database) => Promise<T>): Promise<T> {
  pg.types.setTypeParser(int8, Number);
  const servers = createServers(address, patience.client);
  await upgradeDatabase(servers, migrate);
  return withClient(servers, client => createLoader(client, translate)(work)).catch(fail);
}

/** Lends a connection of its own for work that takes long. */
async function withClient<T>(servers: Servers, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(servers);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes a connection without a limit for its answers. */
async function connect(servers: Servers): Promise<pg.Client> {
  const { query_timeout: _, ...config } = await servers.find();
  const client = new Client(config);
  client.on('error', ignoreLost);
  await client.connect().catch(error => {
    servers.forget();
    throw error;
  });
  return client;
}

async function upgradeDatabase(servers: Servers, upgrade: (session: Session) => Promise<unknown>) {
  const client = await connect(servers);
  try {
    await upgrade({
      dialect: 'postgres',
      run: async text => void (await client.query(text)),
      list: async query => (await client.query({ text: query, rowMode: 'array' })).rows.map(([value]) => value),
    });
  } finally {
    await client.end();
  }
}
