/** Benchmarks the server as its users load it, against a floor measured in the same run: `npm run bench -- --help`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabase, startPostgres } from '../postgres.ts';
import { run, startProcess, startServer } from '../server.ts';
import { type Case, measureFloor, measureServer } from './cases.ts';

const usage = `npm run bench -- [--leads 1000,1000000] [--databases sqlite,postgres] [--seconds 5] [--rounds 3]

Builds its data, starts the server as a process of its own, loads it over 32 connections, and prints medians with their ratios
to the floor (bare Hono, the same sealing, one prepared insert under the same durability), measured in turn with them.
`;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { leads: text, databases: text, seconds: text, rounds: text, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const sizes = (values.leads ?? '1000,1000000').split(',').map(Number);
const databases = (values.databases ?? 'sqlite,postgres').split(',');
const seconds = Number(values.seconds ?? 5);
const rounds = Number(values.rounds ?? 3);

const folder = mkdtempSync(join(tmpdir(), 'lead-consent-bench-'));
const postgres = databases.includes('postgres') ? await startPostgres() : undefined;
process.stdout.write(`${cpus().length} cores, Node ${process.version}, ${rounds} rounds of ${seconds} s\n`);
try {
  for (const database of databases) for (const leads of sizes) await bench(database, leads);
} finally {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function bench(database: string, leads: number) {
  const address = async (name: string) =>
    database === 'sqlite' ? `file:${join(folder, `${name}-${leads}`, 'leads.db')}` : createDatabase(postgres!.address);
  const url = await address('server');
  const environment = {
    DATABASE_URL: url,
    BOT_CHECK: 'off',
    FORM_LIMIT_PER_MINUTE: '0',
    CONSENT_LIMIT_PER_MINUTE: '0',
  };
  const keys = makeKeys();
  const first = await startServer(folder, { ...environment, ...keys });
  await first.stop();
  const seeded = await run(['worker/ops.ts', 'seed', '--leads', String(leads)], { ...environment, ...keys });
  if (seeded.code !== 0) throw new Error(seeded.stderr);
  const begun = performance.now();
  const server = await startServer(folder, { ...environment, ...keys });
  await fetch(`${server.url}/policies/current`);
  const restart_ms = performance.now() - begun;
  const floor = await startProcess(['test/bench/floor.ts'], {
    DATABASE_URL: database === 'sqlite' ? `file:${join(folder, `floor-${leads}.db`)}` : await address('floor'),
  });

  const cases: Case[] = [];
  for (let round = 0; round < rounds; round++) {
    cases.push(...(await measureFloor(floor.url, seconds)), ...(await measureServer(server, leads, seconds)));
  }
  const resident_mb = server.residentMb();
  await Promise.all([server.stop(), floor.stop()]);
  const seed = JSON.parse(seeded.stdout) as { seconds: number };
  process.stdout.write(`\n${database}, ${leads.toLocaleString('en')} leads (seeded in ${seed.seconds} s)\n`);
  print(cases);
  process.stdout.write(
    `restart to first answer ${restart_ms.toFixed(0)} ms · resident after the load ${resident_mb} MB\n`,
  );
}

function makeKeys(): Record<string, string> {
  const key = (n: number) => Buffer.alloc(32, n).toString('base64');
  return { ENCRYPTION_KEYS: `bench:${key(1)}`, INDEX_KEY: key(2), SIGNING_KEY: key(3) };
}

function print(cases: Case[]) {
  const names = [...new Set(cases.map(({ name }) => name))];
  const median = (name: string, of: (one: Case) => number) => {
    const sorted = cases
      .filter(one => one.name === name)
      .map(of)
      .sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)]!;
  };
  console.table(
    Object.fromEntries(
      names.map(name => {
        const { unit, floor } = cases.find(one => one.name === name)!;
        const rate = median(name, one => one.rate);
        return [
          name,
          {
            rate: `${Math.round(rate).toLocaleString('en')} ${unit}`,
            'p50 ms': median(name, one => one.p50),
            'p99 ms': median(name, one => one.p99),
            'of floor': floor ? (rate / median(floor, one => one.rate)).toFixed(2) : '',
            failed: cases.filter(one => one.name === name).reduce((sum, one) => sum + one.failed, 0),
          },
        ];
      }),
    ),
  );
}
