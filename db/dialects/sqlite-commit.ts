import type { Outcome } from '../database.ts';
import type { Connection } from './sqlite-connection.ts';

/** A statement of a unit: its text and its values. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What became of a unit: its outcomes, or why nothing of it was written. */
export type Settled = { outcomes: Outcome[] } | { error: unknown };

/**
 * Group commit: one transaction, and so one sync, for all units given. Durable when it returns.
 *
 * When one of them fails, all are run again with a savepoint for each, so that a failing unit hurts no other.
 */
export function createCommit({ sqlite, prepare }: Connection): (units: Statement[][]) => Settled[] {
  /** Undefined when a unit failed and nothing was written, so that the units are to be run apart. */
  function commit(units: Statement[][], run: (unit: Statement[]) => Settled | undefined): Settled[] | undefined {
    const settled: Settled[] = [];
    try {
      prepare('begin immediate').run();
      for (const unit of units) {
        const one = run(unit);
        if (!one) return undefined;
        settled.push(one);
      }
      prepare('commit').run();
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
