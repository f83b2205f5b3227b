import type { D1Database, D1Meta } from '@cloudflare/workers-types';
import type { CompiledQuery } from 'kysely';
import { type Database, type DatabaseMeter, type Outcome, Unavailable } from '../database.ts';
import { createDatabase } from './kysely.ts';
import { createSnapshot } from './snapshot.ts';
import { readConflict } from './sqlite-errors.ts';

/** Opens a D1 binding. Wrangler applies its migrations, and Cloudflare makes its commits durable. */
export function open(d1: D1Database, meter?: DatabaseMeter): Database {
  const count = ({ rows_read, rows_written, size_after }: D1Meta) =>
    meter?.countRows?.(rows_read, rows_written, size_after);
  const bind = ({ sql, parameters }: CompiledQuery) => d1.prepare(sql).bind(...parameters);
  const run = async (query: CompiledQuery): Promise<Outcome> => {
    try {
      const { results, meta } = await bind(query).all();
      count(meta);
      return { rows: results, changed: meta.changes ?? 0 };
    } catch (error) {
      throw translate(error);
    }
  };
  const runAll = async (queries: CompiledQuery[]) => {
    try {
      const answers = await d1.batch<Record<string, unknown>>(queries.map(bind));
      for (const { meta } of answers) count(meta);
      return answers;
    } catch (error) {
      throw translate(error);
    }
  };
  return createDatabase('sqlite', run, {
    rows_at_once: 5_000,
    /** Sends each unit as one `batch()`, which D1 runs as a transaction. */
    atomic: async statements =>
      (await runAll(statements)).map(({ results: rows, meta }) => ({ rows, changed: meta.changes })),
    read: async query => (await run(query)).rows as never[],
    scrub: async () => {},
    /** Because D1 lends no connection, the queries of one call see one moment, as a `batch()`. */
    snapshot: work =>
      work(
        createSnapshot('sqlite', {
          isFixed: false,
          read: async queries => (await runAll(queries)).map(({ results }) => results),
        }),
      ),
    close: async () => {},
  });
}

/** Messages with which D1 says that it cannot answer just now. D1 has no error codes. */
const unavailable = /D1_ERROR: (Network|D1 DB is overloaded|.*(timed out|storage))/i;

/** Turns an error of D1 into a Conflict or Unavailable, and returns any other error as it is. */
function translate(error: unknown): unknown {
  if (unavailable.test(String((error as Error)?.message))) return new Unavailable(error);
  return readConflict(error) ?? error;
}
