import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A status, or one with a content. */
type Answered = number | { status: number; content: string };

/**
 * Starts a receiver that keeps what it is sent.
 *
 * @param answer Gives each answer, or never comes.
 */
export async function startReceiver(
  answer: (received: Received, count: number) => Answered | Promise<Answered> = () => 204,
  headers: Record<string, string> = {},
  content?: string,
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const one = { path: request.url!, headers: request.headers, body: await text(request) };
    received.push(one);
    const answered = await answer(one, received.length);
    const { status, content: own } = typeof answered === 'number' ? { status: answered, content } : answered;
    response.writeHead(status, headers).end(own);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    port,
    address: `http://127.0.0.1:${port}/hook`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
