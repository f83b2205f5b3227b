import { setTimeout as wait } from 'node:timers/promises';
import { createToken } from '../../db/staff/tokens.ts';
import { openStore } from '../../worker/node/store.ts';
import { nextLead } from '../bench/load.ts';
import { startReceiver } from '../notices/receiver.ts';
import { operator, test_keys, unguarded } from '../support/harness.ts';
import type { Random } from '../support/random.ts';
import { startServer } from '../support/server.ts';
import type { Account } from './ledger.ts';

const senders = 16;

/** Longest time in which nothing comes, though something waits: a dead server's lease, and the next look. */
const longest_silence_ms = 60_000;

/**
 * Queues deliveries to a webhook, and kills the server again and again while it sends them.
 *
 * @returns What was acknowledged to who submitted, what its receiver never got, and what it got under two ids.
 */
export async function killSending(
  folder: string,
  address: string,
  { below }: Random,
  { leads, kills }: { leads: number; kills: number },
): Promise<{ tally: Account; repeated: number; seconds: number }> {
  const environment = { DATABASE_URL: address, ...unguarded, ...test_keys, OUTBOUND_HOSTS: '127.0.0.1' };
  let server = await startServer(folder, environment);
  const db = await openStore(address, { patient: true });
  const admin = await createToken(db, { holder: 'soak', role: 'admin', days: 1 }, operator, new Date());
  await db.destroy();
  const ids = new Map<string, Set<string>>();
  let heard_at = performance.now();
  const receiver = await startReceiver(({ headers, body }) => {
    heard_at = performance.now();
    const { lead_id } = JSON.parse(body).data;
    ids.set(lead_id, (ids.get(lead_id) ?? new Set()).add(String(headers['webhook-id'])));
    return 204;
  });
  const ask = async (method: string, path: string, sent: object, headers: Record<string, string> = {}) => {
    const all = {
      Authorization: `Bearer ${admin}`,
      'Content-Type': 'application/json',
      Origin: server.url,
      ...headers,
    };
    const response = await fetch(server.url + path, { method, headers: all, body: JSON.stringify(sent) });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}`);
    return (await response.json()) as { id: string; version: string };
  };
  try {
    const asked = { kind: 'webhook', name: 'soak', address: receiver.address, events: ['lead.created'] };
    const { id } = await ask('POST', '/channels', { ...asked, paused: true });
    const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
    const acknowledged: string[] = [];
    let left = leads;
    const submit = async () => {
      while (left-- > 0) {
        const { body, headers } = nextLead(version);
        acknowledged.push((await ask('POST', '/forms/mini-ai-experience', JSON.parse(body), headers)).id);
      }
    };
    await Promise.all(Array.from({ length: senders }, submit));
    await ask('PATCH', `/channels/${id}`, { paused: false });
    const begun = performance.now();
    for (let kill = 0; kill < kills; kill++) {
      const until = ids.size + 1 + below(Math.ceil(leads / kills));
      await hear(() => ids.size >= Math.min(until, leads));
      await server.stop('SIGKILL');
      server = await startServer(folder, environment);
    }
    await hear(() => ids.size === leads);
    const seconds = Math.round((performance.now() - begun) / 1_000);
    const lost = acknowledged.filter(lead_id => !ids.has(lead_id)).length;
    const doubled = [...ids.values()].filter(({ size }) => size > 1).length;
    const tally = { sent: leads, acknowledged: acknowledged.length, lost, doubled };
    return { tally, repeated: receiver.received.length - ids.size, seconds };
  } finally {
    await server.stop('SIGKILL');
    receiver.close();
  }

  /** Waits for something to be heard; in silence only for so long. */
  async function hear(isHeard: () => boolean) {
    heard_at = performance.now();
    while (!isHeard() && performance.now() - heard_at < longest_silence_ms) await wait(5);
  }
}
