import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it("the docs' receiver gets a lead within two seconds of the 201", async () => {
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
  const stored_at = performance.now();
  await expect.poll(() => receiver.output(), { timeout: 5_000, interval: 20 }).toContain(lead_id);
  expect(performance.now() - stored_at).toBeLessThan(2_000);
  expect(receiver.output()).toContain(`lead.created ${lead_id} ${server.url}/console/leads/${lead_id}`);
  await receiver.stop('SIGKILL');
  await ask('DELETE', `/channels/${id}`);
});

it('a robot is told of a lead within two seconds of the 201, and of a burst in a few messages', async () => {
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
  const stored_at = performance.now();
  await expect.poll(told, { timeout: 5_000, interval: 20 }).toHaveLength(1);
  expect(performance.now() - stored_at).toBeLessThan(2_000);
  expect(told()[0]!.url).toBe(`${server.url}/console/leads/${lead_id}`);
  await Promise.all(Array.from({ length: 30 }, submit));
  const count = () => told().reduce((sum, { title }) => sum + Number(/\d+/.exec(title)?.[0] ?? 1), 0);
  await expect.poll(count, { timeout: 15_000, interval: 50 }).toBe(31);
  expect(receiver.received.length).toBeLessThan(6);
  await ask('DELETE', `/channels/${id}`);
  receiver.close();
});

it('what a killed server has stored and not sent is sent after its start, none lost', async () => {
  const waiting: (() => void)[] = [];
  let answers = false;
  const receiver = await startReceiver(() =>
    answers ? 204 : new Promise<number>(resolve => waiting.push(() => resolve(204))),
  );
  const { id } = await make(receiver.address);
  const ids = await Promise.all(Array.from({ length: 20 }, submit));
  await expect.poll(() => receiver.received.length, { timeout: 5_000 }).toBe(1);
  await server.stop('SIGKILL');
  answers = true;
  // The dead server's lease would last for a minute.
  const db = await openStore(`file:${join(folder, 'leads.db')}`, { patient: true });
  await db.updateTable('channels').set({ lease_until: new Date().toISOString() }).where('id', '=', id).execute();
  await db.destroy();
  server = await startServer(folder, environment);
  const told = () => new Set(receiver.received.map(({ body }) => JSON.parse(body).data.lead_id));
  await expect.poll(() => told().size, { timeout: 10_000 }).toBe(20);
  expect(told()).toEqual(new Set(ids));
  const first = receiver.received[0]!.headers['webhook-id'];
  await expect.poll(() => receiver.received.filter(({ headers }) => headers['webhook-id'] === first)).toHaveLength(2);
  receiver.close();
});
