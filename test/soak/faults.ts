import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hangClock } from '../support/clock.ts';
import { canMount, hasProgram } from '../support/disk.ts';
import {
  createDatabase,
  type PostgresServer,
  startPair,
  startPostgres,
  startSmallPostgres,
} from '../support/postgres.ts';
import type { Random } from '../support/random.ts';
import { layWire } from '../support/wire.ts';
import { createHarms, type Harm } from './harms.ts';
import { addTallies } from './ledger.ts';
import { rollForthAndBack } from './rolling.ts';
import { type Enough, type Harmed, openSite } from './site.ts';

/** Harm that is done to a server or its database while visitors send. */
export interface Fault {
  name: string;
  /** Whether the program that does it is there. */
  canRun: boolean;
  /** Does the harm again and again until it is enough. */
  run(enough: Enough): Promise<Harmed>;
}

/**
 * Lists the faults.
 *
 * @param findPostgres Returns the address of a PostgreSQL server for those that leave it unharmed.
 * @param pause_ms Longest time that a harm lasts, and between one and the next.
 */
export function listFaults(folder: string, findPostgres: () => string, random: Random, pause_ms: number): Fault[] {
  const { pause, endServer, fillDisk, fillDatabase, breakDisk, moveClock, hurtWire, crowd } = createHarms(
    random,
    pause_ms,
  );
  const always = { canRun: true };
  const withDisk = { canRun: hasProgram('prlimit') };
  const withCalls = { canRun: hasProgram('strace') };

  return [
    { name: 'SQLite, server killed', ...always, run: onSqlite('killed', () => endServer('SIGKILL')) },
    { name: 'SQLite, server told to end', ...always, run: onSqlite('ended', () => endServer('SIGTERM')) },
    { name: 'SQLite, full disk', ...withDisk, run: onSqlite('full', fillDisk) },
    { name: 'SQLite, disk that fails to write', ...withCalls, run: onSqlite('write', () => breakDisk('write')) },
    { name: 'SQLite, disk that fails to sync', ...withCalls, run: onSqlite('sync', () => breakDisk('sync')) },
    { name: 'SQLite, slow clients', ...always, run: onSqlite('slow', () => crowd) },
    { name: 'SQLite, clock moved by hours', ...always, run: runWithClock },
    { name: 'PostgreSQL, server killed', ...always, run: onPostgres(endServer('SIGKILL')) },
    { name: 'PostgreSQL, server told to end', ...always, run: onPostgres(endServer('SIGTERM')) },
    { name: 'PostgreSQL, two servers killed in turn', ...always, run: onPostgres(endServer('SIGKILL', 'SIGTERM'), 2) },
    { name: 'PostgreSQL, database killed', ...always, run: runWithDatabase(({ kill }) => kill()) },
    { name: 'PostgreSQL, full disk of the database', canRun: canMount(), run: runWithSmallDatabase },
    ...(['write', 'sync'] as const).map(call => ({
      name: `PostgreSQL, disk of the database fails to ${call}`,
      ...withCalls,
      run: runWithDatabase(({ breakDisk }) => breakDisk(call)),
    })),
    { name: 'PostgreSQL, primary killed or silent', ...always, run: runWithPair },
    { name: 'PostgreSQL, network slow or cut', ...always, run: runWithWire },
    {
      name: 'PostgreSQL, upgraded one after the other',
      ...always,
      run: async enough => rollForthAndBack(folder, await createDatabase(findPostgres()), random, enough),
    },
  ];

  function onSqlite(name: string, createHarm: (database: string) => Harm) {
    return (enough: Enough) => {
      const database = makeDatabase(name);
      return harm({ DATABASE_URL: `file:${database}` }, createHarm(database), enough);
    };
  }

  function onPostgres(done: Harm, servers = 1) {
    return async (enough: Enough) =>
      harm({ DATABASE_URL: await createDatabase(findPostgres()) }, done, enough, servers);
  }

  function runWithClock(enough: Enough) {
    const database = makeDatabase('clock');
    const clock = `${database}.clock`;
    return harm({ DATABASE_URL: `file:${database}`, ...hangClock(clock) }, moveClock(clock), enough);
  }

  function runWithDatabase(done: (server: PostgresServer) => Promise<void>) {
    return async (enough: Enough) => {
      const server = await startPostgres();
      try {
        return await harm({ DATABASE_URL: await createDatabase(server.address) }, () => done(server), enough);
      } finally {
        await server.stop();
      }
    };
  }

  async function runWithSmallDatabase(enough: Enough) {
    const server = await startSmallPostgres();
    try {
      return await harm({ DATABASE_URL: await createDatabase(server.address) }, fillDatabase(server), enough);
    } finally {
      await server.stop();
    }
  }

  /** Because a primary that was killed comes back as nothing but an old one, each time has a pair of its own. */
  async function runWithPair(enough: Enough) {
    let all: Harmed | undefined;
    do {
      const { tallies } = await loseOne(enough);
      all = { tallies: all ? addTallies(all.tallies, tallies) : tallies, times: (all?.times ?? 0) + 1 };
    } while (!enough.isOver(all.times, Math.min(all.tallies.leads.acknowledged, all.tallies.choices.acknowledged)));
    return all;
  }

  async function loseOne(enough: Enough) {
    const pair = await startPair();
    const isSilent = random.below(2) === 1;
    try {
      const losePrimary = async () => {
        if (isSilent) pair.primary.freeze(true);
        else pair.primary.lose();
        await pause();
        await pair.promote();
      };
      const { both, second } = await pair.createDatabase();
      return await harm({ DATABASE_URL: both, DATABASE_READ_URL: second }, losePrimary, {
        ...enough,
        isOver: () => true,
      });
    } finally {
      if (isSilent) {
        pair.primary.freeze(false);
        pair.primary.lose();
      }
      await pair.standby.stop();
    }
  }

  async function runWithWire(enough: Enough) {
    const wire = await layWire(await createDatabase(findPostgres()));
    try {
      return await harm({ DATABASE_URL: wire.url }, hurtWire(wire), enough);
    } finally {
      wire.close();
    }
  }

  function makeDatabase(name: string): string {
    mkdirSync(join(folder, name));
    return join(folder, name, 'leads.db');
  }

  async function harm(environment: Record<string, string>, done: Harm, enough: Enough, servers = 1): Promise<Harmed> {
    const site = await openSite(folder, environment, servers);
    try {
      let times = 0;
      do {
        await Promise.all([pause(), site.untilMore(enough.between)]);
        await done(site);
        times++;
      } while (!enough.isOver(times, site.ledger.count()));
      await site.untilMore(enough.between);
      return { tallies: await site.close(), times };
    } finally {
      await site.stop();
    }
  }
}
