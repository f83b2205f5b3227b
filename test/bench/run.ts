/** Benchmarks the server as its users load it, against a floor measured in the same run: `npm run bench -- --help`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { run, startBuiltServer, startProcess } from '../support/server.ts';
import { type Case, listFloors, listReads, listRows, listWrites } from './cases.ts';
import { benchChannels } from './channels.ts';
import { measureCrypto } from './crypto.ts';
import { fillConsents } from './fill.ts';
import { benchLighthouse } from './lighthouse.ts';
import { benchPaint } from './paint.ts';
import { benchPeers } from './peers.ts';
import { type Rows, writeTable } from './report.ts';
import { benchScale } from './scale.ts';
import { describeCases, type Measured, measureRounds } from './table.ts';
import { benchWatching } from './watching.ts';
import { startWorkers } from './worker.ts';

Object.assign(process.env, { CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_LOG: 'error' });

const usage = `npm run bench -- [--leads 1000,1000000] [--on sqlite,postgres,worker,peers,watching,paint,lighthouse,scale] [--only NAME] [--seconds 5] [--rounds 3]

Builds its data, starts the server as a process of its own, loads it over 32 connections, and prints medians with their ratios
to the floor (bare Hono, the same sealing, one prepared insert under the same durability), measured in turn with them.
"rows" is bare Hono that stores the same rows as the server.
--only measures the cases whose name holds NAME ("console" the pages of staff), and their floors; "channels" what channels cost whoever submits. "peers"
installs c15t's backend and measures it in turn with ours; "watching" measures what /metrics and traces cost; "paint" when the console is painted on a slow phone; "scale" what a day of a million visitors comes to;
"lighthouse", which runs only when it is named, how Lighthouse rates the console. A run
without --only writes its tables into docs/benchmarks.md and docs/scale.md, each in the place of an earlier one.
`;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { leads: text, on: text, only: text, seconds: text, rounds: text, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const sizes = (values.leads ?? '1000,1000000').split(',').map(Number);
const hosts = (values.on ?? 'sqlite,postgres,worker,peers,watching,paint,scale').split(',');
const seconds = Number(values.seconds ?? 5);
const rounds = Number(values.rounds ?? 3);

const unlimited = {
  BOT_CHECK: 'off',
  FORM_LIMIT_PER_MINUTE: '0',
  CONSENT_LIMIT_PER_MINUTE: '0',
  // A quota that no load reaches, since that of choices is kept by default.
  CONSENT_QUOTA_PER_MINUTE: '1000000000',
};
const load_before = loadavg()[0]!;
const folder = mkdtempSync(join(tmpdir(), 'lead-consent-bench-'));
const postgres = hosts.some(host => /postgres|scale/.test(host)) ? await startPostgres() : undefined;
process.stdout.write(`${cpus().length} cores, Node ${process.version}, ${rounds} rounds of ${seconds} s\n`);
if (!values.only) console.table(await measureCrypto());
try {
  if (hosts.includes('sqlite') && 'channels'.includes(values.only ?? ''))
    await benchChannels(folder, { ...unlimited, ...makeKeys() }, rounds, seconds);
  for (const host of values.only === 'channels' ? [] : hosts)
    if (host === 'worker') await benchWorker();
    else if (host === 'peers')
      publish('beside c15t', await benchPeers(folder, { ...unlimited, ...makeKeys() }, rounds, seconds));
    else if (host === 'paint')
      publish('the console on a slow phone', await benchPaint(folder, { ...unlimited, ...makeKeys() }, rounds));
    else if (host === 'lighthouse')
      publish('the console in Lighthouse', await benchLighthouse(folder, { ...unlimited, ...makeKeys() }, rounds));
    else if (host === 'watching')
      publish(
        'a server that is watched',
        await benchWatching(folder, { ...unlimited, ...makeKeys() }, rounds, seconds),
      );
    else if (host === 'scale') {
      const tables = await benchScale(folder, { ...unlimited, ...makeKeys() }, postgres!.address, seconds);
      for (const [name, rows] of Object.entries(tables)) publish(name, rows, 'scale.md');
    } else for (const leads of sizes) await benchServer(host, leads);
} finally {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

async function benchServer(database: string, leads: number) {
  const address = async (name: string) =>
    database === 'sqlite' ? `file:${join(folder, `${name}-${leads}`, 'leads.db')}` : createDatabase(postgres!.address);
  const DATABASE_URL = await address('server');
  const environment = {
    DATABASE_URL,
    ...unlimited,
    OUTPUT_FILE: join(folder, 'output'),
    ...makeKeys(),
  };
  const first = await startBuiltServer(folder, environment);
  await first.stop();
  const seeded = await run(['worker/ops.ts', 'seed', '--leads', String(leads)], environment);
  if (seeded.code !== 0) throw new Error(seeded.stderr);
  const begun = performance.now();
  const server = await startBuiltServer(folder, environment);
  const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
  const restart_ms = performance.now() - begun;
  const floor = await startProcess(['test/bench/floor.ts'], {
    DATABASE_URL: database === 'sqlite' ? `file:${join(folder, `floor-${leads}.db`)}` : await address('floor'),
  });
  const rows = await startProcess(['test/bench/rows.ts'], { DATABASE_URL: await address('rows') });
  const another = { ...environment, OUTPUT_FILE: join(folder, 'output of another') };
  const second = database === 'postgres' ? await startBuiltServer(folder, another) : undefined;

  // Reads come first, because writes add leads.
  const measured = await measure(await listReads(server, leads, seconds));
  const writes = [...listFloors(floor, seconds), ...listRows(rows, seconds), ...listWrites([server], version, seconds)];
  if (second) writes.push(...listWrites([server, second], version, seconds, ', two servers'));
  measured.push(...(await measure(writes)));
  const resident_mb = server.residentMb();
  await fillConsents(DATABASE_URL, version, leads);
  const full = listWrites([server], version, seconds, `, with ${leads.toLocaleString('en')} records`).slice(1);
  measured.push(...(await measure([...listFloors(floor, seconds), ...full])));
  await Promise.all([server.stop(), second?.stop(), floor.stop(), rows.stop()]);

  const seed = JSON.parse(seeded.stdout) as { seconds: number };
  process.stdout.write(`\nseeded in ${seed.seconds} s\n`);
  publish(`${database}, ${leads.toLocaleString('en')} leads`, measured);
  process.stdout.write(
    `restart to first answer ${restart_ms.toFixed(0)} ms · resident after the load ${resident_mb} MB\n`,
  );
}

async function benchWorker() {
  const { server, floor_url, stop } = await startWorkers('bench');
  const first = listWrites([server], 'bench', seconds)[0]!;
  await first.measure();
  const reads = await listReads(server, 1_000, seconds);
  const measured = await measure(reads);
  const writes = [...listFloors({ url: floor_url }, seconds), ...listWrites([server], 'bench', seconds)];
  measured.push(...(await measure(writes)));
  await stop();
  publish('the Worker, on workerd with a local D1', measured);
  process.stdout.write(spawnSync(process.execPath, ['worker/build.ts', '--check'], { encoding: 'utf8' }).stdout);
}

/** Prints a table, and writes it into its page where the run measured all of it. */
function publish(name: string, measured: Measured[] | Rows, page = 'benchmarks.md') {
  const rows = Array.isArray(measured) ? describeCases(measured) : measured;
  process.stdout.write(`\n${name}\n`);
  console.table(rows);
  if (values.only) return;
  const day = new Date().toISOString().slice(0, 10);
  const load = [load_before, loadavg()[0]!].map(value => value.toFixed(1)).join(' to ');
  const run = `${cpus().length} cores, Node ${process.version}, ${rounds} rounds of ${seconds} s, load ${load}`;
  if (!writeTable(page, name, rows, `Measured on ${day}: ${run}.`))
    process.stdout.write(`docs/${page} has no place for this table.\n`);
}

function measure(cases: Case[]) {
  const chosen = cases.filter(({ name }) => name.includes(values.only ?? ''));
  const floors = cases.filter(({ name }) => chosen.some(({ floor }) => floor === name));
  return measureRounds([...new Set([...floors, ...chosen])], rounds);
}

function makeKeys(): Record<string, string> {
  const key = (n: number) => Buffer.alloc(32, n).toString('base64');
  return { ENCRYPTION_KEYS: `bench:${key(1)}`, INDEX_KEY: key(2), SIGNING_KEY: key(3) };
}
