import type pg from 'pg';
import type { Database, Outcome, Snapshot } from '../../database.ts';
import { createDatabase } from '../kysely.ts';
import { createSnapshot } from '../snapshot.ts';

/** Lifts the limits of time that a server or role may set. Because a pooler hands sessions on, they end with it. */
const no_limits = 'set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0';

/** Reads in one transaction that sees the moment of its first query and that may only read. */
export async function readSnapshot<T>(client: pg.Client, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  await client.query(`begin isolation level repeatable read read only; ${no_limits}`);
  try {
    return await work(createSnapshot('postgres', { isFixed: true, read: createReader(client) }));
  } finally {
    await client.query('rollback');
  }
}

/**
 * Creates a function that does all of the work in one transaction, and commits at its end.
 *
 * Because it holds the number of acts, no server stores anything meanwhile.
 *
 * @param translate Turns an error of `pg` into that of a Database.
 */
export function createLoader(client: pg.Client, translate: (error: unknown) => unknown) {
  const run = async (text: string, parameters: readonly unknown[] = []): Promise<Outcome> => {
    try {
      const { rows, rowCount } = await client.query(text, parameters as unknown[]);
      return { rows, changed: rowCount ?? 0 };
    } catch (error) {
      throw translate(error);
    }
  };

  async function runUnit(statements: Parameters<Database['atomic']>[0]): Promise<Outcome[]> {
    await run('savepoint unit');
    try {
      const outcomes: Outcome[] = [];
      for (const { sql, parameters } of statements) outcomes.push(await run(sql, parameters));
      return outcomes;
    } catch (error) {
      await run('rollback to unit');
      throw error;
    } finally {
      await run('release unit');
    }
  }

  return async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
    let last: Promise<unknown> = Promise.resolve();
    const db = createDatabase('postgres', ({ sql, parameters }) => run(sql, parameters), {
      /** Runs units one after the other, because they share the transaction. */
      atomic(statements) {
        const unit = last.then(() => runUnit(statements));
        last = unit.catch(() => {});
        return unit;
      },
      read: async ({ sql, parameters }) => (await run(sql, parameters)).rows as never[],
      scrub: async () => {},
      snapshot: inner => inner(createSnapshot('postgres', { isFixed: true, read: createReader(client) })),
      close: async () => {},
    });
    await client.query(`begin; ${no_limits}; lock table changes in exclusive mode`);
    try {
      const result = await work(db);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  };
}

function createReader(client: pg.Client): Snapshot['read'] {
  return async queries => {
    const all: Record<string, unknown>[][] = [];
    for (const { sql, parameters } of queries) all.push((await client.query(sql, parameters as unknown[])).rows);
    return all;
  };
}
