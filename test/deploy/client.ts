import { once } from 'node:events';
import * as http2 from 'node:http2';
import { connect } from 'node:net';
import * as tls from 'node:tls';
import { host, type RunningProxy } from './proxies.ts';

export interface Answer {
  status: number;
  headers: http2.IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Client {
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** Begins a request and returns its stream, so that the answer can be read piece by piece. */
  begin(path: string, headers?: Record<string, string>): http2.ClientHttp2Stream;
  close(): void;
}

/**
 * Connects to a proxy as a browser does: one HTTP/2 connection over TLS, whose certificate is checked.
 *
 * @param from The loopback address that the client has, so that clients can be told apart.
 */
export async function connectTo({ https, certificate }: RunningProxy, from = '127.0.0.1'): Promise<Client> {
  const session = http2.connect(`https://${host}`, {
    createConnection: () =>
      tls.connect({
        socket: connect({ host: '127.0.0.1', port: https, localAddress: from }),
        servername: host,
        ca: certificate,
        ALPNProtocols: ['h2'],
      }),
  });
  await once(session, 'connect');
  const begin = (path: string, headers: Record<string, string> = {}) => session.request({ ':path': path, ...headers });
  return {
    begin,
    close: () => session.close(),
    async ask(path, { method = 'GET', headers = {}, body } = {}) {
      const request = session.request({ ':path': path, ':method': method, ...headers }, { endStream: !body });
      if (body) request.end(body);
      const [answered] = (await once(request, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }];
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      return { status: answered[':status'], headers: answered, bytes, text: bytes.toString() };
    },
  };
}
