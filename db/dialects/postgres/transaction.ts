import type { CompiledQuery } from 'kysely';
import type pg from 'pg';
import type { Names } from './names.ts';

/** Longest waits of the server in a transaction, by the name of its setting, in milliseconds. */
export type Limits = Record<'statement_timeout' | 'lock_timeout' | 'idle_in_transaction_session_timeout', number>;

/** Result of a transaction: that of each statement, or the error for which nothing of it was written. */
export type Ran = { results: pg.QueryResult[] } | { error: unknown };

/** How transactions are sent: under which names the server keeps the statements, and how long it waits. */
export interface Sender {
  names: Names;
  limits: Limits;
}

/**
 * Locks the number at the beginning of each transaction that takes one.
 *
 * Because units share transactions, two servers could otherwise deadlock: one would hold the number from its first
 * unit and wait for a quota or key of the other, which waits for the number. With this lock the second server waits
 * while it holds nothing.
 */
const hold_number = 'select seq from changes where id = 1 for update';
const takes_number = /^update "changes"/;

/**
 * SQLSTATEs with which the server ends a connection, or says that it has become a standby. Statements sent behind them are
 * lost.
 */
const ends_connection = /^(08|57P|25P0[345]|25006)/;

/** Connections whose latest commit the standby may not have. */
const doubtful = new WeakSet<pg.Client>();

/**
 * The function of the server that warns when a commit stops waiting for the standby, because somebody cancelled it. The
 * server then reports success although the primary alone has it.
 */
const stops_waiting = 'SyncRepWaitForLSN';

/** Lets a transaction fail on a connection once the standby may not have what it commits. */
export function watchStandby(client: pg.Client): void {
  client.on('notice', ({ routine }) => {
    if (routine === stops_waiting) doubtful.add(client);
  });
}

/**
 * Returns the error of a connection that was lost before it acknowledged the commit. Because the units may not be
 * stored, no caller may report success.
 */
const lost = () => Object.assign(new Error('Connection terminated'), { code: '08006' });

/**
 * Runs a transaction with no other beside it, and once more without names when a pooler has misplaced a statement, or
 * with other names when a table has got a column.
 *
 * Because no transaction that failed before it is still on its way, an error of a misplaced statement is no
 * consequence of one: it is the pooler's.
 *
 * @throws The error of the driver when the connection is lost.
 */
export async function runAlone(client: pg.Client, statements: CompiledQuery[], sender: Sender): Promise<Ran> {
  const ran = await runTransaction(client, statements, sender);
  const isRepeated =
    'error' in ran &&
    sender.names.renewAfter(
      ran.error,
      statements.map(({ sql }) => sql),
    );
  return isRepeated ? runTransaction(client, statements, sender) : ran;
}

/**
 * Sends a whole transaction without waiting for answers in between.
 *
 * The first error is the cause: those behind it only say that the transaction is aborted. COMMIT of an aborted
 * transaction answers `ROLLBACK`, which is no error by itself.
 *
 * @throws The error of the driver when the connection is lost, or when the standby may not have what is committed.
 */
export async function runTransaction(
  client: pg.Client,
  statements: CompiledQuery[],
  { names, limits }: Sender,
): Promise<Ran> {
  const settings = Object.entries(limits).map(([name, ms]) => `set local ${name} = ${ms}`);
  const number = statements.some(({ sql }) => takes_number.test(sql)) ? [hold_number] : [];
  const sent = [
    client.query(['begin', ...settings, ...number].join('; ')),
    ...statements.map(({ sql, parameters }) => {
      const name = names.of(sql);
      return client.query({ text: sql, values: parameters as unknown[], ...(name && { name }) });
    }),
    client.query('commit'),
  ];
  const settled = await Promise.allSettled(sent);
  const failed = settled.find(result => result.status === 'rejected');
  if (failed) {
    const { severity, code } = failed.reason as { severity?: string; code?: string };
    if (!severity || ends_connection.test(code ?? '')) throw failed.reason;
    return { error: failed.reason };
  }
  const results = settled.map(result => (result as PromiseFulfilledResult<pg.QueryResult>).value);
  if (results.at(-1)!.command !== 'COMMIT' || doubtful.has(client)) throw lost();
  return { results: results.slice(1, -1) };
}
