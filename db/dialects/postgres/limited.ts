import pg from 'pg';
import type { Names } from './names.ts';

/** The protocol's messages as `pg` sends them. Its types lack that the last parameter may be left out. */
interface Wire extends pg.Connection {
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string }): void;
  execute(portal: object): void;
}

type Complete = (message: unknown, connection: unknown) => void;

/**
 * Creates a maker of queries whose run on the server is limited in time.
 *
 * Because a setting of the session would reach other clients of a pooler, and a transaction of its own would cost a
 * query three times its messages, the limit goes before the query without a Sync between: the server then runs both in
 * one transaction, to whose end the limit holds. A query takes 4 µs more of processor time, client and server, where
 * BEGIN and COMMIT around it take 45 (a lookup by key).
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function limitQueries(names: Names, statement_timeout_ms: number): (query: pg.QueryConfig) => pg.Query {
  // It returns no row, because a row would count as one of the query behind it.
  const text = `select from set_config('statement_timeout', '${statement_timeout_ms}', true) as value where value is null`;
  const prepared = new WeakSet<pg.Connection>();

  function sendLimit(wire: Wire) {
    const name = names.of(text) ?? '';
    if (!name || !prepared.has(wire)) wire.parse({ name, text });
    if (name) prepared.add(wire);
    wire.bind({ statement: name });
    wire.execute({});
  }

  return config => {
    // A simple query, which `pg` makes of a text without parameters, may hold more than one statement.
    const query = new pg.Query({ ...config, queryMode: 'extended' } as pg.QueryConfig);
    const own = query as pg.Query & { handleCommandComplete: Complete };
    const { submit, handleCommandComplete } = own;
    let isLimited = false;
    own.submit = connection => {
      connection.stream.cork();
      try {
        sendLimit(connection as Wire);
        return submit.call(own, connection);
      } finally {
        connection.stream.uncork();
      }
    };
    own.handleCommandComplete = (message, connection) => {
      if (isLimited) handleCommandComplete.call(own, message, connection);
      isLimited = true;
    };
    return own;
  };
}
