import type { Outcome } from '../database.ts';
import type { Connection } from './sqlite-connection.ts';

/** A statement of a unit: its text and its values. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Result of a unit: its outcomes, or the error for which nothing of it was written. */
export type Settled = { outcomes: Outcome[] } | { error: unknown };

/**
 * Creates the group commit, which runs all units given in one transaction, and so with one sync. They are durable
 * when it returns.
 *
 * When one of them fails, all run again with a savepoint for each, so that a failing unit affects no other.
 *
 * @param checkFiles Throws when what is written would not be kept.
 */
export function createCommit(
  { sqlite, prepare }: Connection,
  checkFiles = () => {},
): (units: Statement[][]) => Settled[] {
  /** Runs the units in one transaction. Returns undefined, with nothing written, when `run` does so for one of them. */
  function commit(units: Statement[][], run: (unit: Statement[]) => Settled | undefined): Settled[] | undefined {
    const settled: Settled[] = [];
    try {
      checkFiles();
      prepare('begin immediate').run();
      for (const unit of units) {
        const one = run(unit);
        if (!one) return undefined;
        settled.push(one);
      }
      prepare('commit').run();
      checkFiles();
      return settled;
    } catch (error) {
      return units.map(() => ({ error }));
    } finally {
      if (sqlite.inTransaction) prepare('rollback').run();
    }
  }

  function runPlainly(unit: Statement[]): Settled | undefined {
    try {
      return { outcomes: unit.map(runStatement) };
    } catch {
      return undefined;
    }
  }

  function runApart(unit: Statement[]): Settled {
    prepare('savepoint unit').run();
    try {
      const outcomes = unit.map(runStatement);
      prepare('release unit').run();
      return { outcomes };
    } catch (error) {
      if (!sqlite.inTransaction) throw error;
      prepare('rollback to unit').run();
      prepare('release unit').run();
      return { error };
    }
  }

  function runStatement({ sql, parameters }: Statement): Outcome {
    const statement = prepare(sql);
    if (statement.reader) return { rows: statement.all(...parameters), changed: 0 };
    return { rows: [], changed: statement.run(...parameters).changes };
  }

  return units => commit(units, runPlainly) ?? commit(units, runApart)!;
}
