import { join } from 'node:path';
import { createToken } from '../../db/staff/tokens.ts';
import { openStore } from '../../worker/node/store.ts';
import { startReceiver } from '../notices/receiver.ts';
import { operator } from '../support/harness.ts';
import { startBuiltServer } from '../support/server.ts';
import { type Load, load, nextLead } from './load.ts';
import { readProcessorUs } from './processor.ts';

/** Leads that are sent in a second. */
const leads_per_second = 1_000;

/** A server with channels, and what they are told. */
interface Told {
  name: string;
  measure(): Promise<Load & { cpu_us: number; begun_p99_ms: number | undefined }>;
  stop(): Promise<void>;
}

/** The receivers of each case. A robot is told of all that waits in one message. */
const cases: Record<string, Receiver[]> = {
  'no channel': [],
  'one robot': ['robot'],
  'three robots': ['robot', 'robot', 'robot'],
  'one webhook': ['webhook'],
  'one dead and one slow webhook': ['dead', 'slow'],
};
type Receiver = 'robot' | 'webhook' | 'dead' | 'slow';

/**
 * Measures what channels cost whoever submits: leads are sent at one rate to a server for each case, in turn. A row has
 * the leads that were stored, their latency, the processor time of the whole server for each, and the time from a lead
 * to the first byte at its receiver.
 */
export async function benchChannels(
  folder: string,
  environment: Record<string, string>,
  rounds: number,
  seconds: number,
) {
  const told: Told[] = [];
  for (const [name, receivers] of Object.entries(cases))
    told.push(await startCase(folder, environment, name, receivers, seconds));
  const measured = new Map<string, Awaited<ReturnType<Told['measure']>>[]>(told.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const { name, measure } of told) measured.get(name)!.push(await measure());
  } finally {
    await Promise.all(told.map(({ stop }) => stop()));
  }
  const base = measured.get('no channel')!;
  const rows = [...measured].map(([name, results]) => {
    const of = (read: (one: (typeof results)[number]) => number | undefined) => median(results.map(read));
    const ratio = median(results.map(({ rate }, round) => rate / base[round]!.rate));
    return [
      name,
      {
        rate: `${of(({ rate }) => rate)!.toFixed(0)} /s`,
        'of none': ratio!.toFixed(2),
        'p50 ms': of(({ p50 }) => p50),
        'p99 ms': of(({ p99 }) => p99),
        'cpu µs': Math.round(of(({ cpu_us }) => cpu_us)!),
        'told p99 ms': of(({ begun_p99_ms }) => begun_p99_ms) ?? '',
        failed: results.reduce((sum, one) => sum + one.failed, 0),
      },
    ];
  });
  process.stdout.write(`\nchannels, ${leads_per_second.toLocaleString('en')} leads a second\n`);
  console.table(Object.fromEntries(rows));
}

async function startCase(
  folder: string,
  environment: Record<string, string>,
  name: string,
  kinds: Receiver[],
  seconds: number,
): Promise<Told> {
  const place = join(folder, name);
  const DATABASE_URL = `file:${join(place, 'leads.db')}`;
  const settings = {
    ...environment,
    DATABASE_URL,
    OUTBOUND_HOSTS: '127.0.0.1',
    OUTPUT_FILE: join(folder, `${name} output`),
  };
  const server = await startBuiltServer(folder, settings);
  const db = await openStore(DATABASE_URL, { patient: true });
  const admin = await createToken(db, { holder: 'bench', role: 'admin', days: 1 }, operator, new Date());
  await db.destroy();
  const waits: number[] = [];
  const receivers = await Promise.all(kinds.map(kind => startKind(kind, waits)));
  for (const { kind, address } of receivers) {
    const asked = { kind, name, address, events: ['lead.created'] };
    const headers = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json', Origin: server.url };
    const { status } = await fetch(`${server.url}/channels`, { method: 'POST', headers, body: JSON.stringify(asked) });
    if (status !== 201) throw new Error(`POST /channels was answered ${status}`);
  }
  const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
  const path = '/forms/mini-ai-experience';
  const request = {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    next: () => nextLead(version),
  } as const;
  return {
    name,
    async measure() {
      waits.length = 0;
      const before_us = readProcessorUs(server);
      const loaded = await load(server.url, request, seconds, { rate: leads_per_second });
      const cpu_us = (readProcessorUs(server) - before_us) / loaded.answered;
      const sorted = waits.toSorted((a, b) => a - b);
      return { ...loaded, cpu_us, begun_p99_ms: sorted[Math.floor(sorted.length * 0.99)] };
    },
    async stop() {
      await server.stop('SIGKILL');
      for (const { close } of receivers) close();
    },
  };
}

/** Starts a receiver that notes how long each message was on its way: of a webhook from the event to its arrival. */
async function startKind(kind: Receiver, waits: number[]) {
  const receiver = await startReceiver(({ body }) => {
    if (kind === 'slow') return new Promise(() => {});
    if (kind === 'webhook') waits.push(Date.now() - Date.parse(JSON.parse(body).timestamp));
    return { status: 200, content: '{"errcode":0}' };
  });
  const { address, close } = receiver;
  if (kind === 'dead') close();
  return {
    kind: kind === 'robot' ? 'dingtalk' : 'webhook',
    address: kind === 'robot' ? address.replace('hook', 'robot/send?access_token=x') : address,
    close,
  };
}

function median<T extends number | undefined>(values: T[]): T {
  return values.toSorted((a, b) => Number(a) - Number(b))[Math.floor(values.length / 2)]!;
}
