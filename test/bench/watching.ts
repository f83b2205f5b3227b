import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startBuiltServer } from '../support/server.ts';
import { warm } from './cases.ts';
import { load, nextLead } from './load.ts';
import { type Measured, measureRounds } from './table.ts';

/** Name of the case with which the others are compared. */
const unwatched = 'not watched';

/**
 * Measures what it costs whoever submits that a server is watched: one that counts for `/metrics`, which is read once in
 * each round, and one that sends the span of every request to a collector.
 */
export async function benchWatching(
  folder: string,
  environment: Record<string, string>,
  rounds: number,
  seconds: number,
): Promise<Measured[]> {
  const collector = await startCollector();
  const metrics_token = 'bench'.repeat(10);
  const watched: Record<string, Record<string, string>> = {
    [unwatched]: {},
    'with /metrics': { METRICS_TOKEN: metrics_token },
    'with traces, every request': { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  };
  const servers = await Promise.all(
    Object.entries(watched).map(async ([name, settings]) => {
      const DATABASE_URL = `file:${join(folder, name.replaceAll('/', ''), 'leads.db')}`;
      const OUTPUT_FILE = join(folder, `output ${name.replaceAll('/', '')}`);
      return {
        name,
        server: await startBuiltServer(folder, { ...environment, ...settings, DATABASE_URL, OUTPUT_FILE }),
      };
    }),
  );
  const { version } = (await (await fetch(`${servers[0]!.server.url}/policies/current`)).json()) as { version: string };
  const submit = {
    method: 'POST',
    path: '/forms/mini-ai-experience',
    headers: { 'content-type': 'application/json' },
    next: () => nextLead(version),
  } as const;
  const cases = servers.map(({ name, server }) => ({
    name,
    unit: '/s',
    servers: [server],
    warm: warm.small,
    ...(name !== unwatched && { floor: unwatched }),
    async measure() {
      const loaded = await load(server.url, submit, seconds);
      const asked = name.includes('/metrics') ? { Authorization: `Bearer ${metrics_token}` } : undefined;
      if (asked) await (await fetch(`${server.url}/metrics`, { headers: asked })).text();
      return loaded;
    },
  }));
  try {
    const measured = await measureRounds(cases, rounds);
    if (collector.received() === 0) throw new Error('the collector was sent nothing');
    return measured;
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop('SIGKILL')));
    collector.close();
  }
}

/** Starts a collector of traces that takes what it is sent, and counts the bytes. */
async function startCollector() {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    request.on('end', () => response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received: () => bytes, close: () => server.close() };
}
