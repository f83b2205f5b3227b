import pg from 'pg';
import type { Backlog } from '../../database.ts';
import { Client } from './client.ts';
import { isLost } from './errors.ts';
import { limitQueries } from './limited.ts';
import type { Names } from './names.ts';
import type { Servers } from './servers.ts';

/** Number of connections for reading. Writes have a connection of their own. */
const readers = 8;

/** Reads from a server by connections that it keeps. */
export interface Reader {
  /** Runs one statement, prepared where it will come again. Throws the error of `pg`. */
  run(text: string, parameters: readonly unknown[], isPrepared: boolean): Promise<pg.QueryResult>;
  /** Counts the connections, and the queries that wait for one. */
  count(): NonNullable<Backlog['readers']>;
  end(): Promise<void>;
}

interface Held {
  config: pg.ClientConfig;
  pool: pg.Pool;
}

/**
 * Creates a reader. A statement runs once more when a pooler has misplaced it, when its table has got a column, or when its
 * server is lost and another one may serve.
 */
export function createReader(servers: Servers, names: Names, statement_timeout_ms: number): Reader {
  const limited = limitQueries(names, statement_timeout_ms);
  let held: Held | undefined;

  /** Returns the connections to the server that serves now. Those to another one end when they are idle. */
  async function findPool(): Promise<pg.Pool> {
    const config = await servers.find();
    if (held?.config !== config) {
      end();
      held = { config, pool: openPool(config) };
    }
    return held.pool;
  }

  async function end() {
    const { pool } = held ?? {};
    held = undefined;
    if (pool && !pool.ended) await pool.end();
  }

  return {
    async run(text, parameters, isPrepared) {
      const send = async () => {
        const name = isPrepared ? names.of(text) : undefined;
        const query: unknown = limited({ text, values: parameters as unknown[], ...(name && { name }) });
        return (await findPool()).query(query as pg.QueryConfig);
      };
      try {
        return await send();
      } catch (error) {
        const isElsewhere = servers.areSeveral && isLost(error);
        if (isElsewhere) servers.forget();
        if (isElsewhere || names.renewAfter(error, [text])) return send();
        throw error;
      }
    },
    count() {
      const { totalCount = 0, idleCount = 0, waitingCount = 0 } = held?.pool ?? {};
      return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
    },
    end,
  };
}

function openPool(config: pg.ClientConfig): pg.Pool {
  const pool = new pg.Pool({ ...config, Client, max: readers });
  pool.on('error', ignoreLost);
  pool.on('connect', client => client.on('error', ignoreLost));
  return pool;
}

/**
 * Ignores the error event of a lost connection. Because the query on it rejects anyway, the event says nothing new;
 * without a listener it would end the process.
 */
export function ignoreLost() {}
