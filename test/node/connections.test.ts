import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeIdle, closeListener, emptyQueue } from '../../worker/node/end/queue.ts';
import { countAwaited, createHttpServer } from '../../worker/node/server.ts';
import { startPublished } from '../support/harness.ts';

/** An answer that no buffer of the system holds whole. */
const large = new Uint8Array(20_000_000);

let server: Server;
let port: number;
let handled = 0;
let countWaiting: () => number;

beforeAll(async () => {
  const { app } = await startPublished();
  app.get('/large', c => c.body(large));
  app.get('/stream', c => c.body(new Blob([large]).stream()));
  app.get('/number', async c => {
    const n = ++handled;
    await new Promise(resolve => setTimeout(resolve, n % 2 ? 20 : 0));
    return c.text(`number ${n}`);
  });
  const limits = { head_ms: 300, request_ms: 400, unread_ms: 500, keep_alive_ms: 60_000, connections: 20 };
  server = createHttpServer(app.fetch, limits, () => false);
  countWaiting = countAwaited(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends text on a connection of its own. Returns what came back until the server closed it, or until it is as wanted. */
async function send(text: string, wanted?: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  const closed = once(socket, 'close').catch(() => {});
  socket.on('error', () => {});
  socket.on('data', chunk => {
    answer += chunk.toString('latin1');
    if (wanted?.test(answer)) socket.destroy();
  });
  socket.write(text);
  await closed;
  return answer;
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

it('somebody waits until the answer has ended, or who waits in line has hung up', async () => {
  const waiting = connect(port, '127.0.0.1').on('error', () => {});
  waiting.write(get('/large').repeat(3));
  await expect.poll(countWaiting).toBe(1);
  waiting.destroy();
  await expect.poll(countWaiting).toBe(0);
  expect(await send(get('/number', 'Connection: close\r\n'))).toContain('number');
  await expect.poll(countWaiting).toBe(0);
});

describe('slow clients are dropped:', () => {
  const head = 'POST /forms/mini-ai-experience HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  it.each([
    ['one that says nothing', ''],
    ['one that stops in its head', 'GET /health HTTP/1.1\r\nHost: x\r\nX-A'],
    ['one that stops in its body', `${head}Content-Length: 300\r\n\r\n{`],
    ['one that waits to be told to go on', `${head}Expect: 100-continue\r\nContent-Length: 300\r\n\r\n`],
    ['one that stops in a chunk', `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{`],
  ])('%s', async (_, text) => {
    expect(await send(text)).toMatch(/^(HTTP\/1.1 100 Continue\r\n\r\n)?(HTTP\/1.1 408|$)/);
  });

  it('one that dribbles a byte now and then', async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const closed = new Promise(resolve => socket.on('close', resolve));
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-A: ');
    const dribble = setInterval(() => socket.write('a'), 50);
    await closed;
    clearInterval(dribble);
  });

  it.each(['/large', '/stream'])('one that reads nothing of %s', async path => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const begun = Date.now();
    socket.pause().write(get(path));
    const [served] = await once(server, 'connection');
    await once(served, 'close');
    expect(served.bytesWritten).toBeGreaterThan(0);
    expect(Date.now() - begun).toBeGreaterThan(400);
    socket.destroy();
  });

  it.each(['/large', '/stream'])('not one that reads %s now and then, nor one that is idle', async path => {
    const socket = connect(port, '127.0.0.1');
    socket.write(get(path));
    await readAll(socket, 250);
    await pass(700);
    socket.write(get('/health'));
    await once(socket, 'readable');
    expect(String(socket.read())).toMatch(/^HTTP.1.1 200/);
    socket.destroy();
  });
});

const pass = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Reads the whole of the large answer, with a pause after every three million bytes. */
async function readAll(socket: Socket, pause_ms: number): Promise<void> {
  let taken = 0;
  let next = 3_000_000;
  while (taken < large.length) {
    const piece = socket.read() as Buffer | null;
    if (!piece) await once(socket, 'readable');
    taken += piece?.length ?? 0;
    if (taken < next) continue;
    await pass(pause_ms);
    next += 3_000_000;
  }
}

describe('pipelined requests', () => {
  it('are answered in order, one at a time', async () => {
    handled = 0;
    const answer = await send(get('/number').repeat(4), /number 4/);
    expect(answer.match(/number \d/g)).toEqual(['number 1', 'number 2', 'number 3', 'number 4']);
  });

  it('end the connection when more than three wait', async () => {
    handled = 0;
    await send(get('/number').repeat(200));
    expect(handled).toBeLessThanOrEqual(4);
  });
});

it('a request of HTTP/1.0 needs no Host; two, or one that is too long, are refused', async () => {
  expect(await send('GET /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200/);
  expect(await send('HEAD /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200/);
  expect(await send('GET /health HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  expect(await send('GET /health HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  expect(await send(`GET /health HTTP/1.1\r\nHost: ${'%CC%95'.repeat(50)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
});

it('connections over the limit are closed', async () => {
  const dropped = once(server, 'drop');
  const sockets = Array.from({ length: 21 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await dropped;
  for (const socket of sockets) socket.destroy();
});

describe('at the end of a server', () => {
  /** Starts a server of its own, whose answers do not close connections. */
  async function open() {
    const limits = {
      head_ms: 20_000,
      request_ms: 20_000,
      unread_ms: 20_000,
      keep_alive_ms: 60_000,
      connections: 1_000,
    };
    const server = createHttpServer(
      () => new Response('served'),
      limits,
      () => false,
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return { server, port: (server.address() as AddressInfo).port };
  }

  /** Connects, asks, and collects what comes back, and how it ends. */
  function ask(port: number) {
    const socket = connect(port, '127.0.0.1');
    const asked = { socket, answer: '', error: '', ended: new Promise(resolve => socket.once('close', resolve)) };
    socket.on('data', chunk => {
      asked.answer += chunk;
    });
    socket.on('error', error => {
      asked.error = (error as NodeJS.ErrnoException).code!;
    });
    socket.write(get('/', 'Connection: close\r\n'));
    return asked;
  }

  /** Waits until Node has asked the system for connections, before the event loop goes on. */
  const connected = () => new Promise<void>(resolve => process.nextTick(resolve));

  it.runIf(process.platform === 'linux')(
    'whoever was in the queue is served, and whoever comes as the listener closes is refused: nobody is reset',
    async () => {
      const { server, port } = await open();
      const waiting = Array.from({ length: 50 }, () => ask(port));
      await connected();
      await emptyQueue(server);
      const late = Array.from({ length: 3 }, () => ask(port));
      await connected();
      const closed = new Promise<void>(resolve => closeListener(server, resolve));
      await Promise.all([...waiting, ...late].map(({ ended }) => ended));
      await closed;
      expect(waiting.filter(({ answer }) => answer.endsWith('served'))).toHaveLength(50);
      expect(late.map(({ error }) => error)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
    },
  );

  it('a request that has arrived on an idle connection is answered before the connection is closed', async () => {
    const { server, port } = await open();
    const [busy, idle] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of [busy, idle]) {
      socket.write(get('/'));
      await once(socket, 'data');
    }
    const [answered, ended] = [once(busy, 'data'), once(idle, 'end')];
    await new Promise<void>(resolve => setTimeout(resolve, 20));
    busy.write(get('/'));
    void closeIdle(server);
    expect(String(await answered)).toContain('served');
    await ended;
    busy.destroy();
    await new Promise<void>(resolve => closeListener(server, resolve));
  });
});
