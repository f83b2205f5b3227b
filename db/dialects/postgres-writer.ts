import { createHash } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import pg from 'pg';

interface Unit {
  statements: CompiledQuery[];
  resolve(results: pg.QueryResult[]): void;
  reject(error: unknown): void;
}

/** Units that share a transaction at most: enough to spread one sync over many, few enough to answer soon. */
const units_per_commit = 64;

/**
 * Whatever takes a number takes it before all other locks: of two servers whose units share transactions, one then waits for the
 * other with nothing in its hands. Left to the units, the second one's quota or key would be asked for with the number in hand.
 */
const hold_number = 'select seq from changes where id = 1 for update';
const takes_number = /^update "changes"/;

/**
 * What remains are choices, which take no number: two servers that store the same two keys at one moment, in opposite order, can
 * wait for each other when units share a transaction, never when each has its own. So a shared one gives up its turn soon.
 */
const shared_lock_timeout = "set local lock_timeout = '150ms'";

/** SQLSTATE of a prepared statement that does not exist. */
const unprepared = '26000';

/** SQLSTATEs with which the server ends a connection: what is sent on it after that is lost. */
const ends_connection = /^(08|57P|25P0[345])/;

/** The connection was lost before the commit was acknowledged: nobody may be told that it is stored. */
const lost = () => Object.assign(new Error('Connection terminated'), { code: '08006' });

/**
 * The one connection that writes, with a queue before it.
 *
 * All units that wait go out in one transaction, pipelined, so that they cost one round trip and one sync. When one of them fails,
 * the transaction is gone, and each is run again in a transaction of its own: a failing unit hurts no other. A lost connection
 * fails what is in flight and what waits; the next unit connects anew.
 */
export function createWriter(config: pg.ClientConfig) {
  const waiting: Unit[] = [];
  let running: Promise<void> | undefined;
  let connection: Promise<pg.Client> | undefined;

  function run(statements: CompiledQuery[]): Promise<pg.QueryResult[]> {
    return new Promise((resolve, reject) => {
      waiting.push({ statements, resolve, reject });
      running ??= Promise.resolve().then(runWaiting);
    });
  }

  async function runWaiting() {
    while (waiting.length > 0) {
      const units = waiting.splice(0, units_per_commit);
      try {
        const client = await connect();
        const together = await commitTogether(client, units);
        if (!together) await commitEach(client, units);
      } catch (error) {
        drop(connection);
        for (const unit of [...units, ...waiting.splice(0)]) unit.reject(error);
      }
    }
    running = undefined;
  }

  function connect(): Promise<pg.Client> {
    if (connection) return connection;
    const opened = openClient(config, () => drop(opened));
    connection = opened;
    opened.catch(() => drop(opened));
    return opened;
  }

  /** A lost connection says so more than once, the last time when another may have taken its place. */
  function drop(lost: Promise<pg.Client> | undefined) {
    lost?.then(client => client.end()).catch(() => {});
    if (connection === lost) connection = undefined;
  }

  async function close() {
    await running;
    const client = await connection?.catch(() => undefined);
    connection = undefined;
    await client?.end();
  }

  return { run, close };
}

async function openClient(config: pg.ClientConfig, onLost: () => void): Promise<pg.Client> {
  const client = new pg.Client({ ...config, pipeline: true } as pg.ClientConfig);
  client.on('error', onLost);
  await client.connect();
  client.on('end', onLost);
  return client;
}

/** True when all are committed; false when one was refused and nothing was written. Throws when the connection is lost. */
async function commitTogether(client: pg.Client, units: Unit[]): Promise<boolean> {
  const outcome = await runTransaction(
    client,
    units.flatMap(({ statements }) => statements),
    units.length > 1 ? [shared_lock_timeout] : [],
  );
  if ('error' in outcome) {
    if (units.length > 1) return false;
    units[0]!.reject(outcome.error);
    return true;
  }
  let at = 0;
  for (const { statements, resolve } of units) {
    resolve(outcome.results.slice(at, at + statements.length));
    at += statements.length;
  }
  return true;
}

/** A statement that was to be prepared behind a failure is not there for whoever counted on it: those units are run again, in turn. */
async function commitEach(client: pg.Client, units: Unit[]): Promise<void> {
  const outcomes = await Promise.all(units.map(({ statements }) => runTransaction(client, statements)));
  for (const [n, { statements, resolve, reject }] of units.entries()) {
    const first = outcomes[n]!;
    const isUnprepared = 'error' in first && (first.error as { code?: string }).code === unprepared;
    const outcome = isUnprepared ? await runTransaction(client, statements) : first;
    if ('error' in outcome) reject(outcome.error);
    else resolve(outcome.results);
  }
}

/**
 * Sends a whole transaction without waiting in between. The first error is the cause: those behind it only say that the
 * transaction is aborted, and its COMMIT answers `ROLLBACK`, which is no error by itself.
 */
async function runTransaction(
  client: pg.Client,
  statements: CompiledQuery[],
  settings: string[] = [],
): Promise<{ results: pg.QueryResult[] } | { error: unknown }> {
  const first = statements.some(({ sql }) => takes_number.test(sql)) ? [hold_number] : [];
  const sent = [
    client.query(['begin', ...first, ...settings].join('; ')),
    ...statements.map(({ sql, parameters }) =>
      client.query({ name: nameStatement(sql), text: sql, values: parameters as unknown[] }),
    ),
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
  if (results.at(-1)!.command !== 'COMMIT') throw lost();
  return { results: results.slice(1, -1) };
}

const names = new Map<string, string>();

/** Statements are planned once per connection: the same text has the same name. */
export function nameStatement(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
  names.set(sql, name);
  return name;
}
