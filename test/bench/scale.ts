import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { D1Database } from '@cloudflare/workers-types';
import pg from 'pg';
import { getPlatformProxy } from 'wrangler';
import * as d1 from '../../db/dialects/d1.ts';
import { applyMigrations } from '../support/engines.ts';
import { noon, startPublished, unguarded } from '../support/harness.ts';
import { createDatabase } from '../support/postgres.ts';
import { startBuiltServer } from '../support/server.ts';
import { load, nextChoice, nextLead } from './load.ts';
import { sumProcessorUs } from './processor.ts';
import { measureExport } from './reads.ts';
import type { Rows } from './report.ts';

/** A day of visitors, each of whom opens three pages, chooses once, and of whom one in a thousand writes. */
const day = { visitors: 1_000_000, pages: 3, leads: 1_000, lists: 5_000, exported: 20_000 };
/** Share of a day's visitors that come in its busiest hour. */
const busiest_hour = 0.12;
const days_a_month = 30;
const acts = ['choice', 'lead', 'script', 'unchanged script', 'list of 50', 'exported lead'] as const;
type Act = (typeof acts)[number];

/** Cost of each act: processor time in µs, and bytes that stay in the database. */
type Costs = Record<Act, { cpu_us: number; bytes: number }>;

/** Prices of the Workers paid plan in US dollars, beyond what it includes, as listed in the autumn of 2026. */
const prices = {
  requests: { included: 10e6, per_million: 0.3 },
  cpu_ms: { included: 30e6, per_million: 0.02 },
  rows_read: { included: 25e9, per_million: 0.001 },
  rows_written: { included: 50e6, per_million: 1 },
};

/**
 * Measures what one act of each kind costs on SQLite, PostgreSQL and D1, and what a day of a million visitors comes to.
 *
 * @param postgres Address of a PostgreSQL server for the measurement.
 * @returns The tables of `docs/scale.md` by their names.
 */
export async function benchScale(
  folder: string,
  environment: Record<string, string>,
  postgres: string,
  seconds: number,
): Promise<Record<string, Rows>> {
  const file = join(folder, 'scale', 'leads.db');
  const sqlite = await measureNode(folder, { ...environment, DATABASE_URL: `file:${file}` }, seconds, () =>
    Promise.resolve(statSync(file).size),
  );
  const address = await createDatabase(postgres);
  const postgresql = await measureNode(folder, { ...environment, DATABASE_URL: address }, seconds, () =>
    readPostgresBytes(address),
  );
  const rows = await measureD1();
  return {
    acts: Object.fromEntries(
      acts.map(act => [
        act,
        {
          'SQLite, µs': format(sqlite[act].cpu_us),
          'PostgreSQL, µs': format(postgresql[act].cpu_us),
          'SQLite, a second of one core': format(1e6 / sqlite[act].cpu_us),
          'SQLite, bytes': format(sqlite[act].bytes),
          'PostgreSQL, bytes': format(postgresql[act].bytes),
          'D1, rows written': rows[act]?.written ?? '',
          'D1, rows read': rows[act]?.read ?? '',
          'D1, bytes': format(rows[act]?.bytes ?? 0),
        },
      ]),
    ),
    'a day on Node': { SQLite: describeNode(sqlite), PostgreSQL: describeNode(postgresql) },
    'a month on Workers': describeWorkers(rows, sqlite),
  };
}

/** How often each act happens in a day. A browser asks anew for the script where its copy has grown old. */
const counts: Record<Act, number> = {
  choice: day.visitors,
  lead: day.leads,
  script: day.visitors,
  'unchanged script': day.visitors * (day.pages - 1),
  'list of 50': day.lists,
  'exported lead': day.exported,
};

async function measureNode(
  folder: string,
  environment: Record<string, string>,
  seconds: number,
  readBytes: () => Promise<number>,
): Promise<Costs> {
  let starts = 0;
  const begin = () =>
    startBuiltServer(folder, { ...environment, OUTPUT_FILE: join(folder, `scale ${Date.now()} ${++starts}`) });
  let server = await begin();
  const { token } = server;
  const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
  const { headers } = await fetch(`${server.url}/widget.js`, { headers: { 'accept-encoding': 'br' } });
  const json = { 'content-type': 'application/json' };
  const get = (path: string, headers: Record<string, string>) => ({ method: 'GET', path, headers }) as const;
  const requests = {
    choice: { method: 'POST', path: '/consents', headers: json, next: () => nextChoice(version) },
    lead: { method: 'POST', path: '/forms/mini-ai-experience', headers: json, next: () => nextLead(version) },
    script: get('/widget.js', { 'accept-encoding': 'br' }),
    'unchanged script': get('/widget.js', { 'accept-encoding': 'br', 'if-none-match': headers.get('etag')! }),
    'list of 50': get('/leads?limit=50', { authorization: `Bearer ${token}` }),
  } as const;
  const costs = {} as Costs;
  for (const [act, request] of Object.entries(requests)) {
    const before_bytes = await weigh();
    const warm = await load(server.url, request, seconds);
    const before_us = sumProcessorUs([server]);
    const measured = await load(server.url, request, seconds, { is304: act === 'unchanged script' });
    const cpu_us = (sumProcessorUs([server]) - before_us) / measured.answered;
    const bytes = ((await weigh()) - before_bytes) / (warm.answered + measured.answered);
    costs[act as Act] = { cpu_us, bytes: request.method === 'POST' ? bytes : 0 };
  }
  const before_us = sumProcessorUs([server]);
  const { answered } = await measureExport({ url: server.url, token });
  costs['exported lead'] = { cpu_us: (sumProcessorUs([server]) - before_us) / answered, bytes: 0 };
  await server.stop();
  return costs;

  /** Returns the bytes of the database once the server has stopped, since its file is whole only then. */
  async function weigh(): Promise<number> {
    await server.stop();
    const bytes = await readBytes();
    server = await begin();
    return bytes;
  }
}

async function readPostgresBytes(address: string): Promise<number> {
  const client = new pg.Client(address);
  await client.connect();
  const { rows } = await client.query('select pg_database_size(current_database()) as bytes');
  await client.end();
  return Number(rows[0].bytes);
}

/** Measures the rows that D1 bills for a choice and a lead, and the bytes that they add, over a hundred of each. */
async function measureD1() {
  const { env, dispose } = await getPlatformProxy<{ DB: D1Database }>({ persist: false, envFiles: [] });
  await applyMigrations(env.DB);
  let counted = { read: 0, written: 0, bytes: 0 };
  const meter = {
    countRows(read = 0, written = 0, bytes = counted.bytes) {
      counted = { read: counted.read + read, written: counted.written + written, bytes };
    },
  };
  const { post, pull, advance } = await startPublished(
    { ...unguarded, FORM_QUOTA_PER_MINUTE: '0' },
    d1.open(env.DB, meter as never),
  );
  const measured: Partial<Record<Act, { read: number; written: number; bytes: number }>> = {};
  const measure = async (act: Act, times: number, ask: () => Response | Promise<Response>) => {
    await ask();
    const before = counted;
    for (let n = 0; n < times; n++) {
      const { status } = await ask();
      if (status >= 300) throw new Error(`${act} was answered ${status}`);
    }
    const of = (name: keyof typeof counted) => Math.round((counted[name] - before[name]) / times);
    measured[act] = { read: of('read'), written: of('written'), bytes: of('bytes') };
  };
  const version = '2026-01';
  advance(Date.now() - noon.getTime());
  const send = (path: string, { body, headers }: ReturnType<typeof nextLead>) => post(path, JSON.parse(body), headers);
  await measure('choice', 400, () => send('/consents', nextChoice(version)));
  await measure('lead', 200, () => send('/forms/mini-ai-experience', nextLead(version)));
  await measure('list of 50', 3, () => pull('/leads?limit=50'));
  await dispose();
  return measured;
}

function describeNode(costs: Costs) {
  const seconds = acts.reduce((sum, act) => sum + (counts[act] * costs[act].cpu_us) / 1e6, 0);
  const bytes = acts.reduce((sum, act) => sum + counts[act] * costs[act].bytes, 0);
  return {
    'processor time': `${format(seconds)} s`,
    'of one core, all day': `${((seconds / 86_400) * 100).toFixed(1)} %`,
    'of one core, busiest hour': `${(((seconds * busiest_hour) / 3_600) * 100).toFixed(0)} %`,
    'choices a second then': format((counts.choice * busiest_hour) / 3_600),
    'disk a day': `${(bytes / 1e6).toFixed(0)} MB`,
    'disk a year': `${((bytes * 365) / 1e9).toFixed(0)} GB`,
  };
}

function describeWorkers(rows: Awaited<ReturnType<typeof measureD1>>, sqlite: Costs): Rows {
  const sum = (of: (act: Act) => number) => acts.reduce((all, act) => all + counts[act] * of(act), 0) * days_a_month;
  const monthly = {
    requests: sum(act => (act === 'exported lead' ? 0 : 1)),
    cpu_ms: sum(act => sqlite[act].cpu_us / 1_000),
    rows_read: sum(act => rows[act]?.read ?? 0),
    rows_written: sum(act => rows[act]?.written ?? 0),
  };
  const table: Rows = {};
  let total = 0;
  for (const [name, { included, per_million }] of Object.entries(prices)) {
    const used = monthly[name as keyof typeof monthly];
    const price = (Math.max(0, used - included) / 1e6) * per_million;
    total += price;
    table[name.replace('_', ' ')] = {
      'in millions': format(used / 1e6),
      included: format(included / 1e6),
      'US dollars beyond': price.toFixed(2),
    };
  }
  const bytes_a_day = acts.reduce((all, act) => all + counts[act] * (rows[act]?.bytes ?? 0), 0);
  table['all, with the plan'] = { 'in millions': '', included: '', 'US dollars beyond': (total + 5).toFixed(2) };
  table['days until 10 GB'] = { 'in millions': format(10e9 / bytes_a_day), included: '', 'US dollars beyond': '' };
  return table;
}

function format(value: number): string {
  return value ? Math.round(value).toLocaleString('en') : '';
}
