import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { test_keys, unguarded } from '../support/harness.ts';
import { createDatabase, type PostgresServer } from '../support/postgres.ts';
import type { Random } from '../support/random.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { openLedger, type Tally } from './ledger.ts';
import { rollForthAndBack } from './rolling.ts';

/** A server under load, and how to restart it after it has ended. */
interface Site {
  server: RunningServer;
  restart(): Promise<void>;
}

/** Harm that is done to a server or its database while visitors send. */
export interface Fault {
  name: string;
  /**
   * Does the harm again and again until an instant. Returns the tallies of what was sent, and how often the
   * harm was done.
   */
  run(until: number): Promise<{ tallies: Record<string, Tally>; times: number }>;
}

export function listFaults(folder: string, postgres: PostgresServer, random: Random): Fault[] {
  const { below, pick } = random;
  const sqlite = (name: string) => async () => {
    mkdirSync(join(folder, name));
    return `file:${join(folder, name, 'leads.db')}`;
  };
  const inPostgres = () => createDatabase(postgres.address);
  return [
    { name: 'SQLite, server ended', run: until => harm(sqlite('ended'), endServer, until) },
    { name: 'SQLite, full disk', run: until => harm(sqlite('disk'), fillDisk, until) },
    { name: 'SQLite, slow clients', run: until => harm(sqlite('slow'), crowd, until) },
    { name: 'PostgreSQL, server ended', run: until => harm(inPostgres, endServer, until) },
    { name: 'PostgreSQL, database killed', run: until => harm(inPostgres, postgres.kill, until) },
    {
      name: 'PostgreSQL, upgraded one after the other',
      run: async until => rollForthAndBack(folder, await inPostgres(), random, until),
    },
  ];

  async function harm(open: () => Promise<string>, fault: (site: Site) => Promise<void>, until: number) {
    const DATABASE_URL = await open();
    const start = () => startServer(folder, { DATABASE_URL, ...unguarded, ...test_keys });
    const site: Site = {
      server: await start(),
      async restart() {
        site.server = await start();
        ledger.aim(site.server.url);
      },
    };
    const { version } = (await (await fetch(`${site.server.url}/policies/current`)).json()) as { version: string };
    const ledger = openLedger(version, site.server.url);
    let times = 0;
    try {
      for (; times === 0 || Date.now() < until; times++) {
        await pause();
        await fault(site);
      }
      await pause();
      return { tallies: await ledger.close(site.server), times };
    } finally {
      ledger.stop();
      await site.server.stop('SIGKILL');
    }
  }

  function pause(): Promise<void> {
    return wait(300 + below(1_500));
  }

  async function endServer({ server, restart }: Site) {
    const signal = pick(['SIGKILL', 'SIGTERM'] as const);
    const code = await server.stop(signal);
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`after SIGTERM the server ended with ${code}`);
    await restart();
  }

  /** Limits the size of the files that the server may write, which to SQLite is a full disk. */
  async function fillDisk(site: Site) {
    const sizes = readdirSync(join(folder, 'disk')).map(name => statSync(join(folder, 'disk', name)).size);
    limitFiles(site.server.pid, Math.max(...sizes) + below(200_000));
    await pause();
    if (below(2)) await endServer(site);
    else limitFiles(site.server.pid, 'unlimited');
  }

  /** Connects a hundred clients: half of them dribble a request, the others ask for much and read nothing. */
  async function crowd({ server }: Site) {
    const { hostname, port } = new URL(server.url);
    const dribble = `POST /forms/mini-ai-experience HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 300\r\n\r\n{`;
    const greed = `GET /docs HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`.repeat(20);
    const sockets = Array.from({ length: 100 }, (_, n) => {
      const socket = connect(Number(port), hostname).on('error', () => {});
      socket.pause().write(n % 2 ? dribble : greed);
      return socket;
    });
    await pause();
    for (const socket of sockets) socket.destroy();
  }
}

function limitFiles(pid: number, bytes: number | 'unlimited') {
  const { error, stderr } = spawnSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`], { encoding: 'utf8' });
  if (error || stderr) throw new Error(`prlimit: ${error?.message ?? stderr}`);
}
