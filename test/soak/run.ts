/** Runs the random tests of `npm test` at length, and harms servers under load: `npm run soak -- --help`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Rows, writeTable } from '../bench/report.ts';
import { findSlow } from '../support/long-shapes.ts';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { createRandom } from '../support/random.ts';
import { bounds, runAttacks } from './attacks.ts';
import { killSending } from './deliveries.ts';
import { listFaults } from './faults.ts';
import type { Account } from './ledger.ts';

const usage = `npm run soak -- [--minutes 10] [--seed N] [--only NAME]

Runs the random tests, as many times their usual size as there are minutes. Then sends leads and cookie choices to servers
of its own while harm is done to them, their disks, clocks, networks and databases, and holds what was acknowledged against
what is stored; the table goes into docs/faults.md. Before that it sends every route each header, parameter and field in each long shape,
and attacks servers while good posts are measured: p50 and p99 in ms over one and four connections, the most memory, and the
seconds until slow clients are gone. And it kills servers ten times while they send 10,000 deliveries: how many posts were
repeated, under the same id, and in how many seconds. Exits 1 where anything was lost or doubled or hung, a test failed, a request took over 5 ms of
the processor, or an attack cost more than it may.
--only does those whose name holds NAME, of "random tests", "long shapes", "attack: …", "killed while it sends" and the faults in the table; "faults" does all of these.
`;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { minutes: text, seed: text, only: text, help: { type: 'boolean' } } });
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
/** Seconds of each measurement during an attack, of which there are two. */
const attack_seconds = 3;

const minutes = Number(values.minutes ?? 10);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const only = values.only ?? '';
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write(usage);
  process.exit(1);
}

/** Leads, and choices, that are acknowledged at least while a server is killed: 10,000 in five minutes and more. */
const killed_least = Math.min(10_000, Math.ceil(minutes * 2_000));

/** Kills meanwhile, at least. */
const kills = 20;

/** Longest time that a harm lasts, and between one and the next. */
const longest_pause_ms = 1_500;

process.stdout.write(`${minutes} minutes, seed ${seed}\n`);
const deadline = Date.now() + minutes * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'lead-consent-soak-'));
const postgres = await startPostgres();
let good = true;
try {
  if ('random tests'.includes(only)) await runRandomTests();
  if ('long shapes'.includes(only)) await walkShapes();
  await attack();
  await killWhileSending();
  await doFaults();
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(good ? 0 : 1);

async function runRandomTests() {
  const files = globSync('test/**/*.test.ts').filter(file => /support\/random/.test(readFileSync(file, 'utf8')));
  const env = { ...process.env, TEST_SEED: String(seed), TEST_SIZE: String(Math.max(1, Math.round(minutes))) };
  const args = ['run', '--testTimeout=600000', ...files];
  const [code] = await once(spawn('vitest', args, { env, stdio: 'inherit' }), 'exit');
  if (code !== 0) good = false;
}

async function walkShapes() {
  const { walked, wrong } = await findSlow(true);
  process.stdout.write(
    `long shapes: ${walked} requests, ${wrong.length} wrong\n${wrong.map(line => `${line}\n`).join('')}`,
  );
  if (wrong.length > 0) good = false;
}

async function attack() {
  const rows = await runAttacks(only, attack_seconds);
  if (Object.keys(rows).length > 0) console.table(rows);
  for (const { p99_1, p99_4, memory_mb, gone_s = 0 } of Object.values(rows))
    if (Math.max(p99_1, p99_4) > bounds.p99_ms || memory_mb > bounds.memory_mb || gone_s > bounds.gone_s) good = false;
}

/** Kills a server ten times while it sends 10,000 deliveries, on each database. */
async function killWhileSending() {
  const rows: Record<string, Account & { faults: number; repeated: number; seconds: number }> = {};
  for (const database of ['SQLite', 'PostgreSQL']) {
    const name = `${database}, killed while it sends`;
    if (!name.includes(only)) continue;
    process.stdout.write(`${name} …\n`);
    const address =
      database === 'SQLite' ? `file:${join(folder, 'sending.db')}` : await createDatabase(postgres.address);
    const asked = { leads: 10_000, kills: 10 };
    const { tally, ...figures } = await killSending(folder, address, createRandom(seed), asked);
    rows[`${name}: deliveries`] = { faults: asked.kills, ...tally, ...figures };
    if (tally.acknowledged < asked.leads || tally.lost + tally.doubled > 0) good = false;
  }
  if (Object.keys(rows).length > 0) console.table(rows);
}

/** Does each harm for its share of the time that is left, and prints a row for each kind of what was sent. */
async function doFaults() {
  const all = listFaults(folder, () => postgres.address, createRandom(seed), longest_pause_ms);
  const faults = all.filter(({ name }) => only === 'faults' || name.includes(only));
  const rows: Rows = {};
  const share_ms = (deadline - Date.now()) / faults.length;
  for (const { name, canRun, run } of faults) {
    process.stdout.write(`${name} …\n`);
    if (!canRun) {
      rows[name] = { faults: 'skipped' };
      continue;
    }
    const until = Date.now() + share_ms;
    const least = /server killed/.test(name) ? killed_least : 1;
    try {
      const { tallies, times } = await run({
        between: Math.max(20, least / kills),
        isOver: (_, acknowledged) => Date.now() >= until && acknowledged >= least,
      });
      for (const [kind, tally] of Object.entries(tallies)) {
        rows[`${name}: ${kind}`] = { faults: times, ...tally };
        if (tally.acknowledged < least || tally.lost + tally.doubled + tally.hung > 0) good = false;
      }
    } catch (error) {
      process.stderr.write(`${name}: ${(error as Error).stack}\n`);
      rows[name] = { faults: 'failed' };
      good = false;
    }
  }
  if (faults.length > 0) console.table(rows);
  if (faults.length === all.length && writeTable('faults.md', 'faults', rows, describeRun()))
    process.stdout.write('written into docs/faults.md\n');
}

function describeRun(): string {
  return `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores, Node ${process.version}, ${minutes} minutes, seed ${seed}.`;
}
