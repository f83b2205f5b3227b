import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { Conflict, type Database, extendKysely } from '../database.ts';
import { migrate, type Session } from '../migrate.ts';
import type { Schema } from '../schema.ts';

const int8 = 20;
const unique_violation = '23505';
const not_null_violation = '23502';

/** How long a request may wait for a connection, for a lock and for a statement, before it is told `unavailable`. */
const patience_ms = 2_500;

/** Opens a PostgreSQL database by its `postgres://` address, and brings its tables up to date. */
export async function open(
  address: string,
  upgrade: (session: Session) => Promise<unknown> = migrate,
): Promise<Database> {
  pg.types.setTypeParser(int8, Number);
  await upgradeDatabase(address, upgrade);
  const pool = new pg.Pool({
    connectionString: address,
    max: 10,
    connectionTimeoutMillis: patience_ms,
    statement_timeout: patience_ms,
    lock_timeout: patience_ms,
    idle_in_transaction_session_timeout: 2 * patience_ms,
  });
  pool.on('error', () => {});
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return extendKysely(kysely, atomic(pool), async () => {
    if (!pool.ended) await pool.end();
  });
}

async function upgradeDatabase(address: string, upgrade: (session: Session) => Promise<unknown>) {
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: patience_ms });
  await client.connect();
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

/** One transaction per unit. */
export function atomic(pool: pg.Pool): Database['atomic'] {
  return async statements => {
    const connection = await pool.connect();
    try {
      await connection.query('begin');
      const outcomes = [];
      for (const { sql, parameters } of statements) {
        const { rows, rowCount } = await connection.query(sql, parameters as unknown[]);
        outcomes.push({ rows, changed: rowCount ?? 0 });
      }
      await connection.query('commit');
      connection.release();
      return outcomes;
    } catch (error) {
      await connection.query('rollback').then(
        () => connection.release(),
        lost => connection.release(lost),
      );
      throw toConflict(error);
    }
  };
}

/** A refused constraint becomes a Conflict; anything else is handed on as it is. */
export function toConflict(error: unknown): unknown {
  const { code, table } = error as { code?: string; table?: string };
  return table && (code === unique_violation || code === not_null_violation) ? new Conflict(table, error) : error;
}
