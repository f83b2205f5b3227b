import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';
import { apps } from './apps.ts';
import { startReceiver } from './receiver.ts';

const { folder, remove } = makeFolder();
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const rest = { INDEX_KEY: key(3), SIGNING_KEY: key(5), OUTBOUND_HOSTS: '127.0.0.1' };
const [one, two] = [`one:${key(1)}`, `two:${key(2)}`];
const addressOf = (name: string) => `file:${join(folder, name, 'leads.db')}`;
const ops = (ENCRYPTION_KEYS: string, name: string, ...args: string[]) =>
  operate(args, { DATABASE_URL: addressOf(name), ENCRYPTION_KEYS, ...rest });

const accepted: boolean[] = [];
const robots = await Promise.all(
  apps.map(async app => {
    const robot = await startReceiver(async received => {
      const isSigned = await app.verify(received, app.secret ?? '', new Date());
      accepted.push(isSigned);
      return { status: 200, content: JSON.stringify(isSigned ? app.accepted : app.refused.answer) };
    });
    return { ...app, close: robot.close, address: `http://127.0.0.1:${robot.port}${app.path}` };
  }),
);
afterAll(() => {
  for (const { close } of robots) close();
  remove();
});

it('[P5] a channel made by a command sends after its key has turned and from a restored backup, which holds no key of it in plain', async () => {
  const ids: string[] = [];
  for (const { kind, address, secret, shown } of robots) {
    const given = ['--locale', 'en', '--kind', kind, '--name', kind, '--address', address, '--events', 'lead.created'];
    const { code, stdout } = await ops(
      one,
      'first',
      'channel',
      'add',
      ...given,
      ...(secret ? ['--secret', secret] : []),
    );
    const made = JSON.parse(stdout) as { id: string; address: string; secret?: string };
    expect([code, made.address, made.secret]).toEqual([0, new URL(address).origin + shown, undefined]);
    ids.push(made.id);
  }
  const wrong = ['--kind', 'dingtalk', '--name', 'x', '--address', robots[0]!.address, '--events', 'lead.created'];
  expect(await ops(one, 'first', 'channel', 'add', ...wrong, '--secret', 'whsec_x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--secret: Expected the key of the signature (加签), which begins with SEC.'),
  });
  const both = `${one},${two}`;
  const status = await ops(both, 'first', 'keys', 'status');
  expect(status.code).toBe(1);
  expect(JSON.parse(status.stdout)).toContainEqual(expect.objectContaining({ key: 'one', channels: 3, leads: 0 }));
  expect((await ops(two, 'first', 'channel', 'test', ids[0]!)).code).toBe(1);
  expect(await ops(both, 'first', 'keys', 'rotate')).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse((await ops(both, 'first', 'keys', 'status')).stdout)).toContainEqual(
    expect.objectContaining({ key: 'two', channels: 3 }),
  );
  for (const id of ids) expect(await ops(two, 'first', 'channel', 'test', id)).toMatchObject({ code: 0, stderr: '' });

  const backups = join(folder, 'backups');
  expect((await ops(two, 'first', 'backup', backups)).code).toBe(0);
  for (const name of readdirSync(backups, { recursive: true }) as string[]) {
    if (statSync(join(backups, name)).isDirectory()) continue;
    const bytes = readFileSync(join(backups, name)).toString('latin1');
    for (const app of apps) for (const text of [app.key, app.secret ?? app.key]) expect(bytes).not.toContain(text);
  }
  expect((await ops(two, 'second', 'restore', backups)).code).toBe(0);
  const list = JSON.parse((await ops(two, 'second', 'channel', 'list')).stdout) as { id: string; locale: string }[];
  expect(list.map(({ id, locale }) => [id, locale])).toEqual(ids.map(id => [id, 'en']));
  for (const id of ids) expect(await ops(two, 'second', 'channel', 'test', id)).toMatchObject({ code: 0, stderr: '' });
  expect(accepted).toEqual(Array(6).fill(true));
});
