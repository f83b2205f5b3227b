import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';

/** A key and the certificate of localhost that it signed itself, good for a hundred years. Nothing but tests trusts it. */
export const certificate = readFileSync(new URL('localhost.pem', import.meta.url), 'utf8');

/** Trusts that certificate, and nobody else's, for as long as the work lasts. */
export async function trustingIt(work: () => Promise<unknown>) {
  const usual = tls.getCACertificates();
  tls.setDefaultCACertificates([certificate]);
  try {
    await work();
  } finally {
    tls.setDefaultCACertificates(usual);
  }
}

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
 * @param isSecure Whether it speaks TLS, with the certificate of localhost.
 */
export async function startReceiver(
  answer: (received: Received, count: number) => Answered | Promise<Answered> = () => 204,
  headers: Record<string, string> = {},
  content?: string,
  isSecure = false,
) {
  const received: Received[] = [];
  const listener: RequestListener = async (request, response) => {
    const one = { path: request.url!, headers: request.headers, body: await text(request) };
    received.push(one);
    const answered = await answer(one, received.length);
    const { status, content: own } = typeof answered === 'number' ? { status: answered, content } : answered;
    response.writeHead(status, headers).end(own);
  };
  const server = isSecure
    ? https.createServer({ key: certificate, cert: certificate }, listener)
    : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    port,
    address: `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}/hook`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
