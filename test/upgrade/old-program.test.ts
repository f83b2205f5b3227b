import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { compareMigrations } from '../../db/migrate.ts';
import { openStore } from '../../worker/node/store.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { lead, origin, start, test_keys, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, run, startProcess } from '../support/server.ts';
import { findProgram, unpackProgram, unpackSqlite } from './fixtures.ts';

/** The program of the latest release, as it was built then. */
const { folder, remove } = makeFolder();
const program = unpackProgram(folder);
const running: RunningServer[] = [];
afterAll(async () => {
  await Promise.all(running.map(server => server.stop()));
  remove();
});

const settings = { ...unguarded, ...test_keys, PORT: '0', DRAIN_SECONDS: '0' };

/** Sends a request to a server. */
type Fetch = (path: string, init?: RequestInit) => Response | Promise<Response>;

/** Starts the old program, as it is started where nothing is set up. */
async function startOld(DATABASE_URL: string) {
  const server = await startProcess([program, 'start'], { ...settings, DATABASE_URL }, /Ctrl-C/, folder);
  running.push(server);
  return { ...server, fetch: (path: string, init?: RequestInit) => fetch(server.url + path, init) };
}

/** Opens this version on a database, with the clock of this machine, as the old program has it. */
async function startNew(DATABASE_URL: string) {
  const started = await start({}, await openStore(DATABASE_URL));
  started.advance(Date.now() - started.services.now().getTime());
  return { ...started, fetch: (path: string, init?: RequestInit) => started.app.request(origin + path, init) };
}

interface Lead {
  id: string;
  name: string;
  status: string;
}

/** Asks a server as staff do, with the token that the old one has printed. */
const ask = (send: Fetch, token: string, path: string, method = 'GET', sent?: object) =>
  send(path, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(sent && { body: JSON.stringify(sent) }),
  });

const list = async (send: Fetch, token: string, query = '') =>
  (await (await ask(send, token, `/leads?view=clear${query}`)).json()) as { leads: Lead[]; next_cursor: string };

async function submit(send: Fetch, key: string): Promise<string> {
  const { version } = (await (await send('/policies/current')).json()) as { version: string };
  const answer = await send('/forms/mini-ai-experience', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ ...lead, policy_version: version, locale: 'en' }),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

it('an old and a new server work side by side on one PostgreSQL', async () => {
  const url = await createPostgresDatabase();
  const old = await startOld(url);
  const { token } = old;
  const first = await submit(old.fetch, 'first');
  const { next_cursor } = await list(old.fetch, token);
  const fresh = await startNew(url);
  const pair = [old.fetch, fresh.fetch] as const;
  const ids = [first];
  for (const [n, one] of pair.entries()) {
    const other = pair[1 - n]!;
    const id = await submit(one, `side ${n}`);
    ids.push(id);
    expect(await submit(other, `side ${n}`)).toBe(id);
    expect((await ask(other, token, `/leads/${id}`, 'PATCH', { status: 'contacted', note: 'x' })).status).toBe(200);
    expect(await (await ask(one, token, `/leads/${id}?view=clear`)).json()).toMatchObject({ status: 'contacted' });
  }
  for (const one of pair) {
    const { leads } = await list(one, token);
    expect(leads.map(({ id, name }) => [id, name])).toEqual(ids.map(id => [id, lead.name]));
    expect((await list(one, token, `&cursor=${next_cursor}`)).leads.map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await one('/health')).status).toBe(200);
  }
  expect([...fresh.lines, old.output()].join()).not.toMatch(/"level":"error"/);
  await fresh.db.destroy();
});

it('an upgrade is taken back as the page says: by the old program on the same database, or by the backup from before', async () => {
  const page = readFileSync('docs/upgrading.md', 'utf8');
  const commands = page.split('\n').filter(line => /^ *lead-consent-ops /.test(line));
  const words = commands.map(line => /ops (?:DATABASE_URL=\S+ )?(\w+)/.exec(line)![1]);
  expect(words).toEqual(['backup', 'backup', 'check', 'migrate', 'restore']);
  const [backup, verify, check, migrate, restore] = commands as [string, string, string, string, string];
  const path = join(folder, 'leads.db');
  unpackSqlite(findProgram()!.version, path);
  const added = listMissing(path);
  const url = `file:${path}`;
  /** Reads a command of the page, as it is typed on a machine where the test's folder is all there is. */
  const read = (line: string) => {
    const [, address, rest] = /^ *lead-consent-ops (?:DATABASE_URL=(\S+) )?(.*)$/.exec(line)!;
    const environment = { ...test_keys, DATABASE_URL: address ? `file:${join(folder, 'before.db')}` : url };
    return { args: rest!.replace('/var/backups', folder).split(' '), environment };
  };
  const resultOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
  const typeOld = async (line: string) => {
    const { args, environment } = read(line);
    return resultOf(await run([program, 'ops', ...args], environment));
  };
  const typeNew = async (line: string) => {
    const { args, environment } = read(line);
    return resultOf(await operate(args, environment));
  };
  const databaseOf = (lines: { check: string; found: string }[]) =>
    lines.find(line => line.check === 'database')!.found;

  const { leads } = await typeOld(backup);
  expect(leads).toBeGreaterThan(3);
  expect(await typeNew(verify)).toMatchObject({ leads });
  expect(databaseOf(await typeNew(check))).toContain(added.length > 0 ? `applies ${added.join(', ')}` : 'up to date');
  expect((await typeNew(migrate)).applied).toEqual(added);
  const old = await startOld(url);
  const id = await submit(old.fetch, 'taken back');
  expect((await list(old.fetch, old.token, '&order=desc&limit=1')).leads).toMatchObject([{ id, name: lead.name }]);
  expect(await typeOld(restore)).toMatchObject({ leads });
});

/** Lists the migrations that a SQLite file lacks. */
function listMissing(path: string): string[] {
  const file = new Sqlite(path, { readonly: true });
  const known = file.prepare('select name from migrations').pluck().all() as string[];
  file.close();
  return compareMigrations(known, 'sqlite').missing;
}
