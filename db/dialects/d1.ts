import type { D1Database } from '@cloudflare/workers-types';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { type Database, extendKysely, readConflict } from '../database.ts';
import type { Schema } from '../schema.ts';

/** Opens a D1 binding. Its migrations are applied by wrangler, its durability is Cloudflare's. */
export function open(d1: D1Database): Database {
  const kysely = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new D1Driver(d1),
      createIntrospector: db => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return extendKysely(kysely, {
    atomic: atomic(d1),
    read: async ({ sql, parameters }) =>
      (
        await d1
          .prepare(sql)
          .bind(...parameters)
          .all()
      ).results as never[],
    scrub: async () => {},
    close: async () => {},
  });
}

/** One `batch()` per unit: D1 runs it as a transaction. */
function atomic(d1: D1Database): Database['atomic'] {
  return async statements => {
    try {
      const results = await d1.batch(statements.map(({ sql, parameters }) => d1.prepare(sql).bind(...parameters)));
      return results.map(({ results: rows, meta }) => ({ rows, changed: meta.changes }));
    } catch (error) {
      throw toConflict(error);
    }
  };
}

/** A refused constraint becomes a Conflict; anything else is handed on as it is. */
function toConflict(error: unknown): unknown {
  return readConflict(error) ?? error;
}

class D1Driver implements Driver {
  readonly #connection: DatabaseConnection;
  constructor(d1: D1Database) {
    this.#connection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        const { results, meta } = await d1
          .prepare(sql)
          .bind(...parameters)
          .all<R>();
        return { rows: results, numAffectedRows: BigInt(meta.changes ?? 0) };
      },
      streamQuery: refuse,
    };
  }
  async init() {}
  async acquireConnection() {
    return this.#connection;
  }
  beginTransaction = refuse;
  commitTransaction = refuse;
  rollbackTransaction = refuse;
  async releaseConnection() {}
  async destroy() {}
}

function refuse(): never {
  throw new Error('D1 has no interactive transaction and no stream: use db.atomic');
}
