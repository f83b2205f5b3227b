import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { read_at_once } from '../../db/notices/outbox.ts';
import { createToken } from '../../db/staff/tokens.ts';
import { openStore } from '../../worker/node/store.ts';
import { lead, operator, unguarded } from '../support/harness.ts';
import { makeFolder, type RunningServer, startProcess, startServer } from '../support/server.ts';
import { apps } from './apps.ts';
import { startReceiver } from './receiver.ts';

const { folder, remove } = makeFolder();
const environment = { ...unguarded, OUTBOUND_HOSTS: '127.0.0.1' };
let server: RunningServer;
let admin: string;
let policy_version: string;
beforeAll(async () => {
  server = await startServer(folder, environment);
  const db = await openStore(`file:${join(folder, 'leads.db')}`, { patient: true });
  admin = await createToken(db, { holder: 'admin', role: 'admin', days: 1 }, operator, new Date());
  await db.destroy();
  policy_version = ((await (await fetch(`${server.url}/policies/current`)).json()) as { version: string }).version;
});
afterAll(async () => {
  await server?.stop();
  remove();
});

async function ask(method: string, path: string, sent?: object) {
  const headers = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json', Origin: server.url };
  const response = await fetch(server.url + path, { method, headers, ...(sent && { body: JSON.stringify(sent) }) });
  return (await response.json().catch(() => ({}))) as { id: string; secret: string };
}

const submit = async () => (await ask('POST', '/forms/mini-ai-experience', { ...lead, policy_version })).id;
const make = (address: string) =>
  ask('POST', '/channels', { kind: 'webhook', name: 'CRM', address, events: ['lead.created'] });

it("the docs' receiver gets a lead after the 201", async () => {
  const [, code] = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync('docs/channels.md', 'utf8'))!;
  const free = await startReceiver();
  free.close();
  const { id, secret } = await make(`http://127.0.0.1:${free.port}/`);
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  const program = join(folder, 'receive.ts');
  const listens = `console.log('"url":"http://127.0.0.1:${free.port}"', '"listening"');`;
  writeFileSync(program, `${code}${listens}`);
  const receiver = await startProcess([program], { SECRET: secret, PORT: String(free.port) });
  const lead_id = await submit();
  await expect.poll(() => receiver.output()).toContain(lead_id);
  expect(receiver.output()).toContain(`lead.created ${lead_id} ${server.url}/console/leads/${lead_id}`);
  await receiver.stop('SIGKILL');
  await ask('DELETE', `/channels/${id}`);
});

it("the docs' commands pause a channel, turn its secret, and send again what is dead", async () => {
  let status = 410;
  const receiver = await startReceiver(() => status);
  const { id } = await make(receiver.address);
  const lead_id = await submit();
  const read = async (state: string) => {
    const answer = await ask('GET', `/deliveries?channel_id=${id}&state=${state}`);
    return (answer as unknown as { deliveries: { id: string; lead_id: string }[] }).deliveries;
  };
  await expect.poll(() => read('dead'), { timeout: 5_000, interval: 20 }).toMatchObject([{ lead_id }]);
  const [dead] = await read('dead');
  status = 204;
  const [, section] = readFileSync('docs/channels.md', 'utf8').split('## Look after one');
  const blocks = [...section!.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  expect(blocks).toHaveLength(3);
  const secret = join(folder, 'secret');
  const { status: code } = spawnSync('sh', ['-ec', `${blocks.join('\n')}\nprintf %s "$SECRET" > ${secret}`], {
    env: { ...process.env, URL: server.url, TOKEN: admin, ID: id, DELIVERY: dead!.id },
  });
  expect(code).toBe(0);
  await expect.poll(() => read('sent'), { timeout: 5_000, interval: 20 }).toMatchObject([{ id: dead!.id }]);
  const { body, headers } = receiver.received.at(-1)!;
  const webhook = new Webhook(readFileSync(secret, 'utf8'));
  expect(webhook.verify(body, headers as Record<string, string>)).toMatchObject({ data: { lead_id } });
  receiver.close();
  await ask('DELETE', `/channels/${id}`);
});

it('a robot is told of a lead after the 201, and of a burst in a few messages', async () => {
  const dingtalk = apps.find(({ kind }) => kind === 'dingtalk')!;
  const receiver = await startReceiver(async received => {
    const isSigned = await dingtalk.verify(received, dingtalk.secret!, new Date());
    return { status: 200, content: JSON.stringify(isSigned ? dingtalk.accepted : dingtalk.refused.answer) };
  });
  const asked = { kind: 'dingtalk', name: 'Sales', events: ['lead.created'], secret: dingtalk.secret };
  const { id } = await ask('POST', '/channels', {
    ...asked,
    address: `http://127.0.0.1:${receiver.port}${dingtalk.path}`,
  });
  const told = () => receiver.received.map(({ body }) => dingtalk.read(body));
  const lead_id = await submit();
  await expect.poll(told).toHaveLength(1);
  expect(told()[0]!.url).toBe(`${server.url}/console/leads/${lead_id}`);
  await Promise.all(Array.from({ length: 30 }, submit));
  const count = () => told().reduce((sum, { title }) => sum + Number(/\d+/.exec(title)?.[0] ?? 1), 0);
  await expect.poll(count).toBe(31);
  expect(receiver.received.length).toBeLessThan(6);
  await ask('DELETE', `/channels/${id}`);
  receiver.close();
});

it('of 300 deliveries a server that is killed twice while it sends loses none, and sends none under two ids', async () => {
  const kills: number[] = [];
  let held = 0;
  let waits = 75;
  const receiver = await startReceiver((_, count) => {
    if (count < waits) return 204;
    held++;
    return new Promise<number>(() => {});
  });
  const { id } = await make(receiver.address);
  await ask('PATCH', `/channels/${id}`, { paused: true });
  const ids: string[] = [];
  for (let count = 0; count < 300; count += 30) ids.push(...(await Promise.all(Array.from({ length: 30 }, submit))));
  await ask('PATCH', `/channels/${id}`, { paused: false });
  for (const next of [150, Number.POSITIVE_INFINITY]) {
    await expect.poll(() => held, { timeout: 10_000 }).toBe(1);
    await server.stop('SIGKILL');
    kills.push(receiver.received.length);
    held = 0;
    waits = next;
    // The dead server's lease would last for twenty seconds.
    const db = await openStore(`file:${join(folder, 'leads.db')}`, { patient: true });
    await db.updateTable('channels').set({ lease_until: new Date().toISOString() }).where('id', '=', id).execute();
    await db.destroy();
    server = await startServer(folder, environment);
  }
  const told = () => new Set(receiver.received.map(({ body }) => JSON.parse(body).data.lead_id));
  await expect.poll(() => told().size, { timeout: 10_000 }).toBe(300);
  expect(told()).toEqual(new Set(ids));
  // Each server has another port, which stands in the address of the console.
  const sent = receiver.received.map(
    ({ headers, body }) => [headers['webhook-id'], body.replace(/:\d+\//, '/')] as const,
  );
  const bodies = new Map(sent);
  expect(bodies.size).toBe(300);
  for (const [id, body] of sent) expect(body).toBe(bodies.get(id));
  // A server that is behind reads twenty, sends one after another, and records them together. A kill undoes no record. So
  // the next server goes back by what was sent since the latest one, at most those twenty, and goes on from there in order.
  const order = sent.map(([id]) => id);
  let repeated = 0;
  for (const at of kills) {
    const from = order.indexOf(order[at]);
    expect(at - from).toBeGreaterThan(0);
    expect(at - from).toBeLessThanOrEqual(read_at_once);
    expect(order.slice(at, at + at - from)).toEqual(order.slice(from, at));
    repeated += at - from;
  }
  expect(order).toHaveLength(300 + repeated);
  receiver.close();
});
