import pg from 'pg';
import { Conflict, type Database, type DatabaseMeter, type Outcome, Unavailable } from '../database.ts';
import { migrate, type Session } from '../migrate.ts';
import { createDatabase } from './kysely.ts';
import { limitQueries } from './postgres-limited.ts';
import { createLoader, readSnapshot } from './postgres-long.ts';
import { createNames } from './postgres-names.ts';
import { createWriter, type Limits } from './postgres-writer.ts';
import { shareReads } from './shared-reads.ts';

const int8 = 20;
const unique_violation = '23505';
const not_null_violation = '23502';

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

/** Number of connections for reading. Writes have a connection of their own. */
const readers = 8;

/** Opens a PostgreSQL database by its `postgres://` address, and brings its tables up to date. */
export async function open(
  address: string,
  upgrade: (session: Session) => Promise<unknown> = migrate,
  waits = patience,
  meter?: DatabaseMeter,
): Promise<Database> {
  pg.types.setTypeParser(int8, Number);
  await upgradeDatabase(address, upgrade);
  const names = createNames();
  const pool = new pg.Pool({ connectionString: address, max: readers, ...waits.client });
  pool.on('error', ignoreLost);
  pool.on('connect', client => client.on('error', ignoreLost));
  const limited = limitQueries(names, waits.server.statement_timeout);
  const writer = createWriter({ connectionString: address, ...waits.client }, names, waits.server, meter);

  /** Runs one statement on a reader's connection, once more when a pooler has misplaced it. */
  async function run(text: string, parameters: readonly unknown[], isPrepared: boolean): Promise<Outcome> {
    const send = () => {
      const name = isPrepared ? names.of(text) : undefined;
      const query: unknown = limited({ text, values: parameters as unknown[], ...(name && { name }) });
      return pool.query(query as pg.QueryConfig);
    };
    const again = (error: unknown) => {
      if (names.stopAfter(error)) return send();
      throw error;
    };
    return toOutcome(await send().catch(again).catch(fail));
  }

  const { read, forget } = shareReads(
    async ({ sql, parameters }) => (await run(sql, parameters, true)).rows as never[],
  );
  return createDatabase('postgres', ({ sql, parameters }) => run(sql, parameters, false), {
    /** Hands the unit to the one writer, which commits waiting units together. */
    async atomic(statements) {
      const results = await writer.run(statements).catch(fail);
      forget();
      return results.map(toOutcome);
    },
    read,
    backlog: () => ({
      units: writer.countWaiting(),
      readers: { used: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount },
    }),
    scrub: async () => {},
    snapshot: work => withClient(address, client => readSnapshot(client, work)).catch(fail),
    async close() {
      await writer.close();
      if (!pool.ended) await pool.end();
    },
  });
}

function toOutcome({ rows, rowCount }: pg.QueryResult): Outcome {
  return { rows, changed: rowCount ?? 0 };
}

function fail(error: unknown): never {
  throw translate(error);
}

/**
 * Ignores the error event of a lost connection. Because the query on it rejects anyway, the event says nothing new;
 * without a listener it would end the process.
 */
function ignoreLost() {}

/**
 * Does all of the work in one transaction on a database, and commits at its end. When the work throws, or the process
 * is killed, nothing of it was done.
 */
export async function load<T>(address: string, work: (db: Database) => Promise<T>): Promise<T> {
  pg.types.setTypeParser(int8, Number);
  await upgradeDatabase(address, migrate);
  return withClient(address, client => createLoader(client, translate)(work)).catch(fail);
}

/** Lends a connection of its own for work that takes long. */
async function withClient<T>(address: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { connectionTimeoutMillis } = patience.client;
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis });
  client.on('error', ignoreLost);
  await client.connect().catch(failToConnect);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Because the driver's errors have no code where time ran out, whatever keeps a connection from being made is an outage. */
function failToConnect(error: unknown): never {
  throw new Unavailable(error);
}

async function upgradeDatabase(address: string, upgrade: (session: Session) => Promise<unknown>) {
  const client = new pg.Client({
    connectionString: address,
    connectionTimeoutMillis: patience.client.connectionTimeoutMillis,
  });
  await client.connect().catch(failToConnect);
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

/** SQLSTATEs and system errors of a server that is full, busy, ending or gone, or whose disk does not read. */
const unavailable_codes =
  /^(08\w{3}|53\w{3}|58\w{3}|XX00[12]|57P\w\d|57014|55P03|25P0\d|25006|E(CONN\w+|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND)$)/;

/** Messages with which `pg` says the same where it has no code. */
const unavailable_messages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error/i;

function isGone(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return unavailable_codes.test(String(code)) || unavailable_messages.test(String(message));
}

/** Turns an error of `pg` into a Conflict or Unavailable, and returns any other error as it is. */
function translate(error: unknown): unknown {
  const { code, table } = error as { code?: string; table?: string };
  if (table && (code === unique_violation || code === not_null_violation)) return new Conflict(table, error);
  return isGone(error) ? new Unavailable(error) : error;
}
