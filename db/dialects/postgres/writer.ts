import type { CompiledQuery } from 'kysely';
import type pg from 'pg';
import type { DatabaseMeter } from '../../database.ts';
import { Client } from './client.ts';
import { isUnprepared, type Names } from './names.ts';
import type { Servers } from './servers.ts';
import { type Limits, runAlone, runTransaction, type Sender, watchStandby } from './transaction.ts';

interface Unit {
  statements: CompiledQuery[];
  resolve(results: pg.QueryResult[]): void;
  reject(error: unknown): void;
}

/** Largest number of units in one transaction: enough to spread one sync over many, few enough to answer soon. */
const units_per_commit = 64;

/**
 * Longest wait for a lock in a transaction of several units, in milliseconds, so that it soon gives way.
 *
 * Because choices take no number, two servers that store the same two keys at one moment, in opposite order, can
 * deadlock when units share a transaction. Units that are then run apart cannot.
 */
const shared_lock_timeout = 150;

/**
 * Creates the one connection that writes, with a queue of units before it.
 *
 * All units that wait are sent in one pipelined transaction, so that they cost one round trip and one sync. When one of
 * them fails, the transaction is rolled back and each unit runs again in a transaction of its own, so that a failing
 * unit affects no other. A lost connection fails the units in flight and those that wait; the next unit connects anew.
 */
export function createWriter(servers: Servers, names: Names, limits: Limits, meter?: DatabaseMeter) {
  const sender: Sender = { names, limits };
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
      const end = meter?.beginCommit?.(units.length);
      try {
        const client = await connect();
        const together = await commitTogether(client, units, sender);
        if (!together) await commitEach(client, units, sender);
      } catch (error) {
        drop(connection);
        for (const unit of [...units, ...waiting.splice(0)]) unit.reject(error);
      }
      end?.();
    }
    running = undefined;
  }

  function connect(): Promise<pg.Client> {
    if (connection) return connection;
    const opened = openClient(servers, () => drop(opened));
    connection = opened;
    opened.catch(() => drop(opened));
    return opened;
  }

  /**
   * Ends a lost connection, and forgets it unless another has taken its place. Because `pg` reports a loss more than
   * once, the last report may come after the next unit has connected.
   */
  function drop(lost: Promise<pg.Client> | undefined) {
    lost?.then(client => client.end()).catch(() => {});
    if (connection !== lost) return;
    connection = undefined;
    servers.forget();
  }

  async function close() {
    await running;
    const client = await connection?.catch(() => undefined);
    connection = undefined;
    await client?.end();
  }

  return { run, close, countWaiting: () => waiting.length };
}

async function openClient(servers: Servers, onLost: () => void): Promise<pg.Client> {
  const client = new Client({ ...(await servers.find()), pipeline: true } as pg.ClientConfig);
  client.on('error', onLost);
  watchStandby(client);
  await client.connect();
  client.on('end', onLost);
  return client;
}

/**
 * Commits the units in one transaction.
 *
 * @returns True when each unit is resolved or rejected; false when one of several was refused and nothing was written.
 * @throws The error of the driver when the connection is lost.
 */
async function commitTogether(client: pg.Client, units: Unit[], { names, limits }: Sender): Promise<boolean> {
  const lock_timeout = units.length > 1 ? shared_lock_timeout : limits.lock_timeout;
  const statements = units.flatMap(unit => unit.statements);
  const outcome = await runAlone(client, statements, { names, limits: { ...limits, lock_timeout } });
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

/**
 * Commits each unit in a transaction of its own.
 *
 * Because a failed transaction skips the preparation of its later statements, a unit behind it that relies on one of
 * them runs a second time.
 */
async function commitEach(client: pg.Client, units: Unit[], sender: Sender): Promise<void> {
  const outcomes = await Promise.all(units.map(({ statements }) => runTransaction(client, statements, sender)));
  for (const [n, { statements, resolve, reject }] of units.entries()) {
    const first = outcomes[n]!;
    const isRepeated = 'error' in first && isUnprepared(first.error);
    const outcome = isRepeated ? await runAlone(client, statements, sender) : first;
    if ('error' in outcome) reject(outcome.error);
    else resolve(outcome.results);
  }
}
