import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { canMount, hasProgram, limitFiles } from '../support/disk.ts';
import { lead, readProblem, test_keys, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { createDatabase, startSmallPostgres } from '../support/postgres.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const hasPrlimit = hasProgram('prlimit');

let folder: string;
let remove: () => void;
let server: RunningServer | undefined;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(async () => {
  await server?.stop();
  remove();
});

it.runIf(hasPrlimit)(
  'a running server on a full disk acknowledges nothing that it cannot keep, and recovers without a restart',
  async () => {
    const running = await startServer(folder, unguarded);
    server = running;
    const acknowledged: string[] = [];
    const submit = async () => {
      const response = await fetch(`${running.url}/forms/mini-ai-experience`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: running.url },
        body: JSON.stringify(lead),
      });
      if (response.status === 201) acknowledged.push(((await response.clone().json()) as { id: string }).id);
      return response;
    };
    const submitMany = (count: number) => Promise.all(Array.from({ length: count }, submit));
    await submitMany(10);
    expect(acknowledged).toHaveLength(10);

    const log = join(folder, 'leads.db-wal');
    limitFiles(running.pid, statSync(log).size + 100_000);
    for (let n = 0; n < 20; n++) await submitMany(10);
    for (const answer of await submitMany(10)) {
      expect(answer.headers.get('Retry-After')).toBe('5');
      expect(await readProblem(answer)).toMatchObject({ slug: 'unavailable', status: 503 });
    }
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(acknowledged.length).toBeLessThan(210);
    await wait(1_000);
    expect(await readProblem(await fetch(`${running.url}/health`))).toMatchObject({ slug: 'unavailable', status: 503 });
    expect(await listStored(running)).toEqual(acknowledged.toSorted());

    limitFiles(running.pid, 'unlimited');
    for (const answer of await submitMany(10)) expect(answer.status).toBe(201);
    await wait(1_000);
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
    await running.stop('SIGKILL');

    server = await startServer(folder, unguarded);
    expect(await listStored(server)).toEqual(acknowledged.toSorted());
    const connection = new Sqlite(join(folder, 'leads.db'), { readonly: true });
    expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
    connection.close();
  },
);

it.runIf(hasPrlimit)(
  'a disk that is full when an erased lead is to be overwritten is told, and ends nothing',
  async () => {
    const environment = { ...unguarded, ...test_keys };
    await (await startServer(folder, environment)).stop();
    const database = join(folder, 'leads.db');
    const seeded = await operate(['seed', '--leads', '2000'], {
      ...environment,
      DATABASE_URL: `file:${database}`,
    });
    expect(seeded.code).toBe(0);
    server = await startServer(folder, environment);
    const { url, pid } = server;
    limitFiles(pid, statSync(database).size);
    const sent = await Promise.all(
      Array.from({ length: 40 }, () =>
        fetch(`${url}/forms/mini-ai-experience`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Origin: url },
          body: JSON.stringify(lead),
        }),
      ),
    );
    const { receipt_code } = (await sent[0]!.json()) as { receipt_code: string };
    const withdraw = () =>
      fetch(`${url}/withdrawals`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: url },
        body: JSON.stringify({ receipt_code }),
      });
    expect(await readProblem(await withdraw())).toMatchObject({ slug: 'unavailable', status: 503 });
    limitFiles(pid, 'unlimited');
    expect((await withdraw()).status).toBe(404);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  },
);

it.runIf(canMount())('while the disk of its tables is full, PostgreSQL takes no lead, and health says so', async () => {
  const postgres = await startSmallPostgres();
  try {
    const DATABASE_URL = await createDatabase(postgres.address);
    server = await startServer(folder, { ...unguarded, ...test_keys, DATABASE_URL });
    const { url } = server;
    const submit = () =>
      fetch(`${url}/forms/mini-ai-experience`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: url },
        body: JSON.stringify(lead),
      });
    const health = async () => (await fetch(`${url}/health`)).status;
    const disk = postgres.disks[0]!;
    expect((await submit()).status).toBe(201);
    // From here on the table has a page for what health writes.
    expect(await health()).toBe(200);
    disk.fill();
    let refused: Response;
    do refused = await submit();
    while (refused.status === 201);
    expect(refused.headers.get('Retry-After')).toBe('5');
    expect(await readProblem(refused)).toMatchObject({ slug: 'unavailable', status: 503 });
    await wait(1_000);
    expect(await health()).toBe(503);
    disk.empty();
    expect((await submit()).status).toBe(201);
    await wait(1_000);
    expect(await health()).toBe(200);
    await server.stop();
  } finally {
    await postgres.stop();
  }
});

/** Lists the ids of all leads that a server returns, in order. */
async function listStored({ url, token }: RunningServer): Promise<string[]> {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/x-ndjson' };
  const text = await (await fetch(`${url}/leads`, { headers })).text();
  const ids = text.trimEnd().split('\n');
  return ids.map(line => (JSON.parse(line) as { id: string }).id).sort();
}
