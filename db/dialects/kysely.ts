import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Database, Outcome } from '../database.ts';
import type { Schema } from '../schema.ts';
import { nextTurn } from '../turn.ts';

type Run = (query: CompiledQuery) => Promise<Outcome>;

/**
 * Writes a plus before each parameter, which changes no value. Because SQLite (built with STAT4) may plan by the value of
 * a bare one, it plans such a statement anew at each run: 35 µs of a choice, 80 of a list of events.
 */
class SqliteCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '+?';
  }
}

const languages: Record<'sqlite' | 'postgres', Omit<Dialect, 'createDriver'>> = {
  sqlite: {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteCompiler(),
  },
  postgres: {
    createAdapter: (): DialectAdapter => new PostgresAdapter(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
};

/**
 * Creates a Database: Kysely compiles to the dialect's SQL and hands each statement to `run`.
 *
 * @param run Runs one statement outside any transaction; a unit goes to `atomic`.
 * @param verbs The methods that a Database adds to Kysely, and `close`, which ends all connections.
 */
export function createDatabase(
  language: keyof typeof languages,
  run: Run,
  {
    close,
    ...verbs
  }: Pick<Database, 'atomic' | 'read' | 'scrub' | 'snapshot' | 'backlog'> &
    Partial<Pick<Database, 'forLists' | 'rows_at_once' | 'ask_room'>> & { close(): Promise<void> },
): Database {
  const kysely = new Kysely<Schema>({
    dialect: { ...languages[language], createDriver: () => new StatementDriver(run) },
  });
  const destroy = kysely.destroy.bind(kysely);
  const db: Database = Object.assign(kysely, {
    forLists: async () => db,
    rows_at_once: 2_000,
    rest: nextTurn,
    ...verbs,
    destroy: async () => {
      await destroy();
      await close();
    },
  });
  return db;
}

/** Driver that runs statements one by one. It refuses to begin a transaction, because `db.atomic` is the only one. */
class StatementDriver implements Driver {
  readonly #connection: DatabaseConnection;
  constructor(run: Run) {
    this.#connection = {
      async executeQuery<R>(query: CompiledQuery) {
        const { rows, changed } = await run(query);
        return { rows: rows as R[], numAffectedRows: BigInt(changed) };
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
  throw new Error('a database has no interactive transaction and no stream: use db.atomic');
}
