import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkAddress } from '../../worker/egress/addresses.ts';
import { postOut } from '../../worker/egress/call.ts';
import { connectByFetch } from '../../worker/http/connect.ts';
import { createConnect } from '../../worker/node/egress.ts';
import { startReceiver } from './receiver.ts';

const resolved = { addresses: [] as string[] };
const resolveName = (_: string, __: object, done: (error: null, found: object[]) => void) =>
  done(
    null,
    resolved.addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
const connect = createConnect(resolveName as unknown as typeof lookup);
const answer = (address: string) => {
  resolved.addresses = [address];
};

const servicesWith = (outbound_hosts: string[], by = connect) =>
  ({ connect: by, settings: { outbound_hosts } }) as unknown as Parameters<typeof postOut>[0];
const post = (url: string, listed: string[], by = connect) => postOut(servicesWith(listed, by), url, {}, '{}');

describe('another host is called', () => {
  let receiver: Awaited<ReturnType<typeof startReceiver>> | undefined;
  afterEach(() => receiver?.close());

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
  ])('never where its name leads to %s, unless that is listed too', async address => {
    answer(address);
    expect(await post('https://hooks.example.com/', ['hooks.example.com'])).toEqual({ error: 'private-address' });
  });

  it('not when one of several addresses is private', async () => {
    resolved.addresses = ['93.184.215.14', '127.0.0.1'];
    expect(await post('https://hooks.example.com/', ['hooks.example.com'])).toEqual({ error: 'private-address' });
  });

  it('at the address that was judged, which is asked for once', async () => {
    receiver = await startReceiver();
    answer('127.0.0.1');
    const url = `http://hooks.example.com:${receiver.port}/`;
    expect(await post(url, ['hooks.example.com'])).toEqual({ error: 'private-address' });
    expect(receiver.received).toHaveLength(0);
    expect(await post(url, ['hooks.example.com', '127.0.0.1'])).toEqual({ status: 204, body: '' });
    expect(receiver.received[0]!.headers.host).toBe(`hooks.example.com:${receiver.port}`);
  });

  it('by http only at a private address', async () => {
    answer('93.184.215.14');
    expect(await post('http://hooks.example.com/', ['hooks.example.com'])).toEqual({ error: 'not-https' });
    expect(checkAddress('http://93.184.215.14/', ['93.184.215.14'])).toBe('not-https');
    expect(await post('http://hooks.example.com/', ['hooks.example.com'], connectByFetch)).toEqual({
      error: 'not-https',
    });
  });

  it.each([
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://[::ffff:7f00:1]/',
    'https://localhost/',
  ])('not as %s, which is no listed host', async url => {
    expect(await post(url, ['hooks.example.com'])).toEqual({ error: 'host-not-listed' });
  });

  it('for ten seconds at most', async () => {
    receiver = await startReceiver(() => new Promise(() => {}));
    for (const by of [connect, connectByFetch]) {
      const hurried: typeof connect = (request, judge, limits) => by(request, judge, { ...limits, timeout_ms: 50 });
      expect(await post(receiver.address, ['127.0.0.1'], hurried)).toEqual({ error: 'TimeoutError' });
    }
  });

  it.each([
    ['changes the protocol', 'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx', { status: 101, body: '' }],
    ['speaks no HTTP', 'hello', { error: 'HPE_INVALID_CONSTANT' }],
    ['says nothing', '', { error: 'ECONNRESET' }],
    ['breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx', { error: 'ECONNRESET' }],
    ['has endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, { error: 'HPE_HEADER_OVERFLOW' }],
  ])('and ends, also where it %s', async (_, sent, outcome) => {
    const server = createServer(socket => socket.on('error', () => {}).once('data', () => socket.end(sent)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await post(`http://127.0.0.1:${port}/`, ['127.0.0.1'])).toEqual(outcome);
    server.close();
  });

  it('anew, where it closes a connection that was kept', async () => {
    const asked: number[] = [];
    const server = createServer(socket => {
      let count = 0;
      const answer = () => (++count === 1 ? socket.write('HTTP/1.1 204 X\r\n\r\n') : socket.destroy());
      socket.on('error', () => {}).on('data', () => answer() && asked.push(count));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (let count = 0; count < 3; count++) expect(await post(url, ['127.0.0.1'])).toEqual({ status: 204, body: '' });
    expect(asked).toEqual([1, 2, 1, 2, 1]);
    server.close();
  });

  it('by Workers too: the status comes back, a redirect is not followed, a long answer is cut off', async () => {
    receiver = await startReceiver((_, count) => (count === 1 ? 307 : 200), { Location: '/other' }, 'x'.repeat(70_000));
    const url = receiver.address;
    expect(await post(url, ['127.0.0.1'], connectByFetch)).toEqual({ error: 'answer-too-long' });
    expect(await post(url, ['127.0.0.1'], connectByFetch)).toEqual({ error: 'answer-too-long' });
    expect(receiver.received).toHaveLength(2);
  });
});
