import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { lead, readProblem, unguarded } from '../support/harness.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

let folder: string;
let remove: () => void;
let server: RunningServer;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
  mkdirSync(join(folder, 'elsewhere'));
});
afterEach(async () => {
  await server.stop('SIGKILL');
  remove();
});

const submit = () =>
  fetch(`${server.url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify(lead),
  });

const countLeads = async () => {
  const headers = { Authorization: `Bearer ${server.token}` };
  return ((await (await fetch(`${server.url}/leads`, { headers })).json()) as { leads: unknown[] }).leads.length;
};

const files = ['leads.db', 'leads.db-wal', 'leads.db-shm'];

it.each([
  ['files of a database are', files, 'leads.db'],
  ['write-ahead log of a database is', ['leads.db-wal'], 'leads.db'],
  ['write-ahead log of a database behind a link is', ['leads.db-wal'], 'link.db'],
])(
  'while the %s not where the server opened them, it acknowledges nothing, and still reads what is there',
  async (_, lost, name) => {
    symlinkSync('leads.db', join(folder, 'link.db'));
    server = await startServer(folder, { ...unguarded, DATABASE_URL: `file:${join(folder, name)}` });
    expect((await submit()).status).toBe(201);
    for (const file of lost) renameSync(join(folder, file), join(folder, 'elsewhere', file));
    expect(await readProblem(await submit())).toMatchObject({ slug: 'unavailable', status: 503 });
    await vi.waitFor(async () => expect((await fetch(`${server.url}/health`)).status).toBe(503), { timeout: 20_000 });
    await expect.poll(() => server.output()).toContain('SQLITE_READONLY_DBMOVED');
    expect(await countLeads()).toBe(1);

    for (const file of lost) renameSync(join(folder, 'elsewhere', file), join(folder, file));
    expect((await submit()).status).toBe(201);
    expect(await countLeads()).toBe(2);
  },
);
