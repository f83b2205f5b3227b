import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whilePassing } from '../../worker/node/start/patience.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { test_keys, unguarded } from '../support/harness.ts';
import { makeFolder, startServer } from '../support/server.ts';
import { layWire } from '../support/wire.ts';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(() => remove());

describe('a start waits for its database, says so, and goes on', () => {
  it('while another program holds the lock of the file for longer than a write may wait', async () => {
    const other = new Sqlite(join(folder, 'leads.db'));
    other.exec('pragma journal_mode = WAL; begin immediate');
    const server = await startServer(folder, unguarded, () => other.close());
    expect(server.errors()).toBe('lead-consent waits for the database: database is locked\n');
    expect(await server.stop()).toBe(0);
  });

  it('while a PostgreSQL server does not answer', async () => {
    const wire = await layWire(await createPostgresDatabase());
    wire.silence();
    const server = await startServer(folder, { DATABASE_URL: wire.url, ...test_keys }, wire.mend);
    expect(server.errors()).toBe('lead-consent waits for the database: timeout expired\n');
    expect(await server.stop()).toBe(0);
    wire.close();
  });

  it('and ends at once with 0 when it is told to', async () => {
    const wire = await layWire(await createPostgresDatabase());
    wire.silence();
    const settings = { DATABASE_URL: wire.url, ...test_keys };
    const started = startServer(folder, settings, (_, pid) => process.kill(pid, 'SIGTERM'));
    await expect(started).rejects.toThrow(/^the server ended with 0:/);
    wire.close();
  });

  it('for ten seconds, and only for what passes by itself', async () => {
    let now = 0;
    const said: string[] = [];
    const start = (code: string) =>
      whilePassing(
        async () => {
          throw Object.assign(new Error('no'), { code });
        },
        ({ message }) => said.push(message),
        () => now,
        async ms => {
          now += ms;
        },
      );
    await expect(start('SQLITE_BUSY_RECOVERY')).rejects.toThrow('no');
    expect([now, said]).toEqual([10_000, ['no']]);
    await expect(start('SQLITE_CORRUPT')).rejects.toThrow('no');
    expect([now, said]).toEqual([10_000, ['no']]);
  });
});

describe('a start that ends says why in a line', () => {
  const reason = (line: string) => `the server ended with 1:\nlead-consent cannot start:\n  ${line}`;

  it('that its folder cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const path = join(file, 'data', 'leads.db');
    await expect(startServer(folder, { DATABASE_URL: `file:${path}` })).rejects.toThrow(
      reason('DATABASE_URL: ENOTDIR: not a directory'),
    );
  });

  it('that the file of a developer’s keys is broken', async () => {
    const path = join(folder, 'development-keys.json');
    writeFileSync(path, '{"INDEX_');
    await expect(startServer(folder)).rejects.toThrow(reason(`DATABASE_URL: ${path}: `));
  });

  it('that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    await expect(startServer(folder, { PORT: String(port) })).rejects.toThrow(reason('PORT, HOST: listen EADDRINUSE'));
    taken.close();
  });
});

it('of several first starts at once in one folder, all get the same keys', async () => {
  const [threads, rounds] = [4, 100];
  const barrier = new Int32Array(new SharedArrayBuffer(4 * rounds));
  const program = `
    const { workerData: { barrier, folder, module, threads }, parentPort } = require('node:worker_threads');
    import(module).then(({ fillInKeys }) => {
      const keys = Array.from(barrier, (_, round) => {
        Atomics.add(barrier, round, 1);
        while (Atomics.load(barrier, round) < threads);
        return fillInKeys({}, folder + '/' + round).INDEX_KEY;
      });
      parentPort.postMessage(keys);
    });
  `;
  const module = new URL('../../worker/node/start/development.ts', import.meta.url).href;
  const all = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<string[]>((resolve, reject) => {
          const thread = new Worker(program, { eval: true, workerData: { barrier, folder, module, threads } });
          thread.once('message', resolve);
          thread.once('error', reject);
        }),
    ),
  );
  for (const keys of all) expect(keys).toEqual(all[0]);
  expect(new Set(all[0]).size).toBe(rounds);
});
