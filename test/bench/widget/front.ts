import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

/** A host's answer to a path. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

type Respond = (request: Http2ServerRequest) => Answer | Promise<Answer>;

export interface Certificate {
  key: string;
  cert: string;
  /** What `--ignore-certificate-errors-spki-list` takes: Chromium then trusts the certificate, and keeps what came under it. */
  spki: string;
}

/** Makes a certificate for the names of the race, with the system's openssl. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'widget-race-'));
  const [key_file, cert_file] = [join(folder, 'key'), join(folder, 'cert')];
  const names = 'subjectAltName=DNS:*.shop.localhost,DNS:cdn.localhost';
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=widget race', '-addext', names, '-keyout', key_file, '-out', cert_file],
  ]);
  if (made.status !== 0) throw new Error(`openssl: ${made.error ?? made.stderr}`);
  const [key, cert] = [readFileSync(key_file, 'utf8'), readFileSync(cert_file, 'utf8')];
  rmSync(folder, { recursive: true });
  const der = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return { key, cert, spki: createHash('sha256').update(der).digest('base64') };
}

/** Serves one host over HTTP/2 and TLS, as a website's front does. */
export async function serve(
  { key, cert }: Certificate,
  respond: Respond,
): Promise<{ port: number; server: Http2SecureServer }> {
  const server = createSecureServer({ key, cert, allowHTTP1: true, minVersion: 'TLSv1.3' }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };

  async function answer(request: Http2ServerRequest, response: Http2ServerResponse) {
    const { status, headers, body } = await respond(request);
    response.writeHead(status, headers);
    response.end(body);
  }
}

const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8' };

const packed = new Map<string, Buffer>();

/** A file that is kept for a year, as content delivery networks answer for a fixed version; a page is asked for every time. */
export function file(name: string, text: string): Answer {
  const type = name.slice(name.lastIndexOf('.') + 1);
  const headers = {
    'Content-Type': types[type]!,
    'Content-Encoding': 'br',
    'Cache-Control': type === 'html' ? 'no-cache' : 'public, max-age=31536000',
    'Access-Control-Allow-Origin': '*',
    'Timing-Allow-Origin': '*',
  };
  if (!packed.has(text)) packed.set(text, brotliCompressSync(text));
  return { status: 200, headers, body: packed.get(text)! };
}

/** Passes a request on to a real server, and its answer back, byte for byte as the server has packed it. */
export async function passOn(url: string, incoming: Http2ServerRequest): Promise<Answer> {
  const kept = Object.entries(incoming.headers).filter(([name]) => !/^(:|host$|connection$)/.test(name));
  const outgoing = request(url + incoming.url, { method: incoming.method, headers: Object.fromEntries(kept) });
  incoming.pipe(outgoing);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const headers = Object.entries(response.headers).filter(
    ([name]) => !/^(connection|keep-alive|transfer-encoding)$/.test(name),
  );
  return {
    status: response.statusCode!,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}
