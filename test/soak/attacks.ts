import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { nextLead } from '../bench/load.ts';
import { test_keys, unguarded } from '../support/harness.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import type { Clients } from './attacker.ts';

/** The figures of a server while an attack runs, and those that it may have. */
export interface Suffered {
  p50_1: number;
  p99_1: number;
  p50_4: number;
  p99_4: number;
  /** Most memory that it has held, in MB. */
  memory_mb: number;
  /** Seconds until the attack's connections were gone; undefined for clients that send and read as others do. */
  gone_s?: number | undefined;
}

export const bounds = { p99_ms: 500, memory_mb: 300, gone_s: 30 };

const form = '/forms/mini-ai-experience';
const json = { 'Content-Type': 'application/json' };
const visitor_id = '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b';
const head = `POST ${form} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
const marks = `a${'\u0315'.repeat(3_900)}${'\u0300'.repeat(3_900)}`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** The attacks by name, for a policy's version. */
function listAttacks(policy_version: string): Record<string, Clients | undefined> {
  const choice = { policy_version, locale: 'en', shown: [], granted: [], source: 'banner' };
  const chosen = JSON.stringify({ ...choice, chosen_at: new Date().toISOString() });
  const post = (path: string, headers: Record<string, string>, body: string): Clients => ({
    count: 4,
    send: { method: 'POST', path, headers, body },
  });
  return {
    none: undefined,
    'a header of spaces': post(form, { 'Content-Type': `a${' '.repeat(15_500)}x` }, '{}'),
    'a phone of combining marks': post(form, json, JSON.stringify({ phone: marks })),
    'a form of 2,700 names': post(
      form,
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      'name=&'.repeat(2_700),
    ),
    'choices from many addresses': post('/consents', json, chosen),
    "a visitor's thousand choices, read": { count: 4, send: { method: 'GET', path: `/consents/${visitor_id}` } },
    '100 × 200 requests at once, unread': { count: 100, hold: get('/docs').repeat(200) },
    '500 × 4 requests at once, unread': { count: 500, hold: get('/docs').repeat(4), isTaken: true },
    '5,000 silent connections': { count: 5_000, hold: '' },
    '500 dribbled heads': { count: 500, hold: 'GET /health HTTP/1.1\r\nHost: x\r\nX-A: ', dribble: 'a' },
    '500 dribbled bodies': { count: 500, hold: `${head}Content-Length: 300\r\n\r\n{`, dribble: ' ' },
    '500 bodies awaited': { count: 500, hold: `${head}Expect: 100-continue\r\nContent-Length: 300\r\n\r\n` },
  };
}

/** Runs the attacks whose name holds a text, each on a server of its own, and measures good posts meanwhile. */
export async function runAttacks(only: string, seconds: number): Promise<Record<string, Suffered>> {
  const suffered: Record<string, Suffered> = {};
  for (const name of Object.keys(listAttacks('')).filter(name => `attack: ${name}`.includes(only))) {
    const { folder, remove } = makeFolder();
    const limits = {
      REFUSED_LIMIT_PER_MINUTE: '120',
      CONSENT_LIMIT_PER_MINUTE: '60',
      CONSENT_QUOTA_PER_MINUTE: '6000',
    };
    const server = await startServer(folder, {
      ...unguarded,
      ...limits,
      CLIENT_IP_HEADER: 'x-client-ip',
      ...test_keys,
    });
    try {
      suffered[`attack: ${name}`] = await suffer(server, name, seconds);
    } finally {
      await server.stop('SIGKILL');
      remove();
    }
  }
  return suffered;
}

async function suffer(server: RunningServer, name: string, seconds: number): Promise<Suffered> {
  const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
  const clients = listAttacks(version)[name];
  await fillHistory(server.url, version);
  await measurePosts(server.url, version, 4, 1);
  const begun = performance.now();
  const thread =
    clients && new Worker(new URL('./attacker.ts', import.meta.url), { workerData: { url: server.url, clients } });
  if (thread) await once(thread, 'message');
  const gone = clients && 'hold' in clients && !clients.isTaken ? countSeconds(server.pid, begun) : undefined;
  const one = await measurePosts(server.url, version, 1, seconds);
  const four = await measurePosts(server.url, version, 4, seconds);
  const gone_s = await gone;
  await thread?.terminate();
  return { p50_1: one.p50, p99_1: one.p99, p50_4: four.p50, p99_4: four.p99, memory_mb: server.residentMb(), gone_s };
}

/** Counts the seconds until the server holds few connections, those of the measurement; at most a minute. */
async function countSeconds(pid: number, begun: number): Promise<number> {
  const passed = () => (performance.now() - begun) / 1_000;
  const few = 12;
  while (passed() < 60 && countSockets(pid) > few) await wait(200);
  return Math.round(passed());
}

function countSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter(name => {
    try {
      return readlinkSync(`${folder}/${name}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

/** Posts leads one after another on each connection, and returns the percentiles of their latency in ms. */
async function measurePosts(url: string, version: string, connections: number, seconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + seconds * 1_000;
  const took: number[] = [];
  const postOn = async () => {
    while (performance.now() < until) {
      const begun = performance.now();
      const { body, headers } = nextLead(version);
      const status = await send(agent, url + form, { ...headers, ...json, 'X-Client-Ip': '192.0.2.1' }, body);
      if (status !== 201) throw new Error(`a good post was answered ${status}`);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: connections }, postOn));
  agent.destroy();
  took.sort((a, b) => a - b);
  const at = (share: number) => Number(took[Math.floor(took.length * share)]!.toFixed(1));
  return { p50: at(0.5), p99: at(0.99) };
}

/** Stores a thousand choices of one visitor, as many as the limits let through from many addresses. */
async function fillHistory(url: string, policy_version: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const choice = { visitor_id, policy_version, locale: 'en', shown: [], granted: [], source: 'banner' };
  const body = JSON.stringify({ ...choice, chosen_at: new Date().toISOString() });
  await Promise.all(
    Array.from({ length: 1_000 }, (_, n) =>
      send(
        agent,
        `${url}/consents`,
        { ...json, 'Idempotency-Key': randomUUID(), 'X-Client-Ip': `10.0.${n >> 8}.${n & 255}` },
        body,
      ),
    ),
  );
  agent.destroy();
}

function send(agent: Agent, url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', agent, headers }, response =>
      response.resume().on('end', () => resolve(response.statusCode!)),
    )
      .on('error', reject)
      .end(body);
  });
}
