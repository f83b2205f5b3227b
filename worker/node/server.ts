import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { watchReaders } from './readers.ts';

type Fetch = Parameters<typeof getRequestListener>[0];

interface Limits {
  /** How long an idle connection stays open. */
  keep_alive_ms: number;
  /** Connections that are open at once. */
  connections: number;
  /** Time in which a client must have sent the head of a request, and time for all of it. */
  head_ms: number;
  request_ms: number;
  /** Time for which a client may read nothing of an answer that waits. */
  unread_ms: number;
}

/** Limits that drop slow clients within 30 seconds. A body of 16 KiB is sent in less over the slowest of lines. */
export const usual_limits = { head_ms: 20_000, request_ms: 26_000, unread_ms: 27_000 };

/** Requests that may wait on a connection for the answers before them. */
const most_waiting = 3;

/** Characters of a Host header: a name of 253, and a port. */
const longest_host = 260;

/** The host of a request that names none, as HTTP/1.0 allows. */
const nameless = 'localhost';

/**
 * Creates the server. Because a few clients that send slowly, read slowly or ask for much at once could hold all of its
 * memory, each connection is answered one request after another, and slow clients are dropped.
 *
 * @param isStopping Whether clients are told to close their connections.
 */
export function createHttpServer(fetch: Fetch, limits: Limits, isStopping: () => boolean): Server {
  const { keep_alive_ms, connections, head_ms, request_ms, unread_ms } = limits;
  const { under_way, stop } = watchReaders(unread_ms);
  const answer = takeTurns(getRequestListener(fetch, { hostname: nameless }), under_way);
  const options = {
    keepAliveTimeout: keep_alive_ms,
    headersTimeout: head_ms,
    requestTimeout: request_ms,
    connectionsCheckingInterval: Math.ceil(head_ms / 20),
  };
  const server = createServer(options, (request, response) => {
    if (isStopping()) response.setHeader('Connection', 'close');
    if (hasGoodHost(request)) answer(request, response);
    else response.writeHead(400, { Connection: 'close' }).end();
  });
  server.maxConnections = connections;
  server.on('close', stop);
  return server;
}

/**
 * Returns what counts the connections on which an answer is awaited. A connection and not an answer is counted, because
 * Node 22 does not tell of the end of an answer that waits for an earlier one when the client hangs up.
 */
export function countAwaited(server: Server): () => number {
  const awaited = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => socket.once('close', () => awaited.delete(socket)));
  server.on('request', ({ socket }, response) => {
    awaited.set(socket, (awaited.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (awaited.get(socket) ?? 1) - 1;
      if (left > 0) awaited.set(socket, left);
      else awaited.delete(socket);
    });
  });
  return () => awaited.size;
}

/** Returns whether a request names its host at most once, in a length that a host can have (RFC 9112 §3.2). */
function hasGoodHost({ rawHeaders, headers }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 4 && rawHeaders[at]!.toLowerCase() === 'host') hosts++;
  return hosts <= 1 && (headers.host?.length ?? 0) <= longest_host;
}

/**
 * Answers the requests of each connection one after another, whatever arrives at once. A connection on which more wait
 * than a client could need is closed.
 *
 * @param under_way Holds the connections on which an answer is under way.
 */
function takeTurns(answer: RequestListener, under_way: Set<Socket>): RequestListener {
  const lines = new WeakMap<Socket, [IncomingMessage, ServerResponse][]>();

  function begin(socket: Socket, request: IncomingMessage, response: ServerResponse) {
    under_way.add(socket);
    response.once('close', () => {
      const next = socket.destroyed ? undefined : lines.get(socket)!.shift();
      if (next) return begin(socket, ...next);
      lines.delete(socket);
      under_way.delete(socket);
    });
    answer(request, response);
  }

  return (request, response) => {
    const { socket } = request;
    const line = lines.get(socket);
    if (!line) {
      lines.set(socket, []);
      begin(socket, request, response);
    } else if (line.length < most_waiting) line.push([request, response]);
    else socket.destroy();
  };
}
