import { afterEach, expect } from 'vitest';
import type { Database } from '../../db/database.ts';
import type { Channel } from '../../db/notices/channels.ts';
import type { Deliveries } from '../../db/schema.ts';
import { sendDue } from '../../worker/notices/send.ts';
import type { Environment } from '../../worker/settings.ts';
import { lead, startPublished } from '../support/harness.ts';
import { startReceiver } from './receiver.ts';

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
type Delivery = Omit<Deliveries, 'lead_id'> & { lead_id?: string };

/** What ends with the test. */
export const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Starts a receiver that ends with the test. */
export async function receive(...given: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...given);
  opened.push(receiver);
  return receiver;
}

/** Starts an app that may call receivers on this machine, and returns how to make channels, submit, and send. */
export async function startNoticing(database?: Database, more: Environment = {}) {
  const started = await startPublished({ OUTBOUND_HOSTS: '127.0.0.1', ...more }, database);
  const { services, ask, post, pull } = started;
  const make = async (address: string, more: object = {}) => {
    const asked = { kind: 'webhook', name: 'CRM', address, events: ['lead.created'], ...more };
    const response = await ask('POST', '/channels', asked, 'admin');
    expect(response.status).toBe(201);
    return (await response.json()) as Channel & { secret: string };
  };
  const submit = async (sent: object = lead, form = 'mini-ai-experience') => {
    const response = await post(`/forms/${form}`, sent);
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  };
  const deliveries = async (query = '') =>
    ((await (await pull(`/deliveries?${query}`, 'admin')).json()) as { deliveries: Delivery[] }).deliveries;
  return { ...started, make, submit, deliveries, send: () => sendDue(services) };
}
