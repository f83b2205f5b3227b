import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as tls from 'node:tls';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresDatabase } from '../support/engines.ts';
import { browser_accept, lead, test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { type Answer, type Client, connectTo } from './client.ts';
import { host, hurried_ms, kinds, type RunningProxy, startProxy } from './proxies.ts';

const { folder, remove } = makeFolder();
const public_url = `https://${host}`;
const policies = ['worker/demo/policy.zh-CN.md', 'worker/demo/policy.en.md'];

let environment: Record<string, string>;
let token: string;
let servers: [RunningServer, RunningServer];
let ports: [number, number];

const portOf = (server: RunningServer) => Number(/"port":(\d+)/.exec(server.output())![1]);

beforeAll(async () => {
  environment = {
    NODE_ENV: 'production',
    PUBLIC_URL: public_url,
    SITE_ORIGINS: 'https://www.example.com',
    DATA_REGION: 'CN',
    CONTROLLER_NAME: 'Example',
    CONTROLLER_CONTACT: 'privacy@example.com',
    DATABASE_URL: await createPostgresDatabase(),
    CLIENT_IP_HEADER: 'x-real-ip',
    BOT_CHECK: 'off',
    FORM_LIMIT_PER_MINUTE: '0',
    CONSENT_LIMIT_PER_MINUTE: '3',
    DRAIN_SECONDS: '1',
    ...test_keys,
  };
  await operate(['policy', 'publish', ...policies], environment);
  const made = await operate(['token', 'create', '--holder', 'Wang Fang', '--role', 'privacy_officer'], environment);
  token = made.stdout.trim();
  servers = await Promise.all([startServer(folder, environment), startServer(folder, environment)]);
  ports = [portOf(servers[0]), portOf(servers[1])];
});
afterAll(async () => {
  await Promise.all((servers ?? []).map(server => server.stop()));
  remove();
});

describe.each(kinds)('behind $name with the file of docs/deploy', kind => {
  if (!kind.isHere) return it.skip(`(${kind.name} is not on this machine)`, () => {});

  let proxy: RunningProxy;
  let visitor: Client;
  /** What must stand in no log of the proxy. */
  const secrets: string[] = [];
  // Each proxy has visitors of its own, because the servers count what an address sends.
  const [own, other] = kind.name === 'nginx' ? ['127.0.0.2', '127.0.0.3'] : ['127.0.0.4', '127.0.0.5'];

  beforeAll(async () => {
    proxy = await startProxy(kind, join(folder, kind.name), ports);
    visitor = await connectTo(proxy, own);
  });
  afterAll(async () => {
    visitor?.close();
    await proxy?.stop();
  });

  const page = { accept: browser_accept, 'accept-language': 'en', 'sec-fetch-site': 'same-origin' };
  const form = { ...page, origin: public_url, 'content-type': 'application/x-www-form-urlencoded' };
  const json = { origin: public_url, 'content-type': 'application/json' };
  const post = (path: string, headers: Record<string, string>, fields: Record<string, string>) =>
    visitor.ask(path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });

  it('a visitor loads the widget, chooses cookies, sends an inquiry, and withdraws it', async () => {
    const widget = await visitor.ask('/widget.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(widget.headers).toMatchObject({ 'content-encoding': 'br', 'access-control-allow-origin': '*' });
    expect(brotliDecompressSync(widget.bytes).toString()).toContain('leadConsent');
    const again = { 'accept-encoding': 'gzip, br', 'if-none-match': widget.headers.etag! };
    expect((await visitor.ask('/widget.js', { headers: again })).status).toBe(304);

    const current = JSON.parse((await visitor.ask('/policies/current')).text);
    const choice = {
      policy_version: current.version,
      locale: 'en',
      shown: ['necessary', 'analytics'],
      granted: ['necessary'],
      source: 'banner',
      chosen_at: new Date().toISOString(),
    };
    const chosen = await visitor.ask('/consents', { method: 'POST', headers: json, body: JSON.stringify(choice) });
    expect(chosen.status).toBe(201);
    expect(chosen.headers['set-cookie']).toEqual([expect.stringMatching(/^consent=v1\..*; Secure/)]);
    const { visitor_id } = JSON.parse(chosen.text);
    expect((await visitor.ask(`/consents/${visitor_id}`)).status).toBe(200);

    const shown = await visitor.ask('/forms/mini-ai-experience', { headers: { ...page, 'accept-encoding': 'gzip' } });
    expect(shown.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(shown.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    const { policy_version, ...fields } = lead;
    const sent = await post('/forms/mini-ai-experience', form, { ...fields, policy_version: current.version });
    expect(sent.status).toBe(303);
    const cookie = sent.headers['set-cookie']![0]!.split(';')[0]!;
    const thanks = await visitor.ask(sent.headers.location!.replace(public_url, ''), { headers: { ...page, cookie } });
    const [code] = /[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/.exec(thanks.text)!;
    const withdrawn = await post('/withdrawals', form, { receipt_code: code });
    expect(withdrawn.status).toBe(200);
    secrets.push(visitor_id, code, lead.email, own);
  });

  it('staff sign in, search, and take leads out as a stream, which no proxy may gather', async () => {
    const begun = await post('/console/session', form, { token, next: '/console' });
    expect(begun.status).toBe(303);
    const cookie = begun.headers['set-cookie']![0]!.split(';')[0]!;
    const console_page = await visitor.ask('/console?phone=%E7%A7%98%E5%AF%86&form=mini-ai-experience', {
      headers: { ...page, cookie, referer: `${public_url}/console?q=hidden-words` },
    });
    expect(console_page.status).toBe(200);
    const authorization = `Bearer ${token}`;
    expect((await visitor.ask('/leads?q=needle-in-hay', { headers: { authorization } })).status).toBe(200);
    const stream = { authorization, accept: 'application/x-ndjson' };
    expect((await visitor.ask('/leads?view=clear', { headers: stream })).status).toBe(200);
    const unproxied = await fetch(`http://127.0.0.1:${ports[0]}/leads`, { headers: stream });
    expect(unproxied.headers.get('X-Accel-Buffering')).toBe('no');
    await unproxied.arrayBuffer();
    secrets.push('%E7%A7%98', '秘密', 'hidden-words', 'needle-in-hay', 'view=clear', token);
  });

  it('what is too long is refused', async () => {
    const body = Buffer.alloc(1_100_000, 'x');
    const large = await visitor.ask('/forms/mini-ai-experience', { method: 'POST', headers: json, body });
    expect(large.status).toBe(413);
    const { status } = await askSecurely(proxy, `/forms/mini-ai-experience?x=${'long'.repeat(12_000)}`);
    expect(status).toBe(kind.name === 'nginx' ? 414 : 431);
    expect((await askSecurely(proxy, '/forms/mini-ai-experience?lang=en')).status).toBe(200);
  });

  it('no header of a visitor is believed: the address of the connection counts', async () => {
    const ask = (client: Client, n: number) => {
      const spoofed = ['x-real-ip', 'x-forwarded-for', 'cf-connecting-ip'].map(name => [name, `198.51.100.${n}`]);
      return client.ask('/consents/00000000-0000-4000-8000-000000000000', { headers: Object.fromEntries(spoofed) });
    };
    let refused = 0;
    for (let n = 0; n < 8; n++) if ((await ask(visitor, n)).status === 429) refused++;
    expect(refused).toBeGreaterThanOrEqual(2);
    const neighbour = await connectTo(proxy, other);
    expect((await ask(neighbour, 0)).status).toBe(404);
    neighbour.close();
  });

  it('leads a browser from http to https, and refuses a program there, which would send its token in clear', async () => {
    const path = '/forms/mini-ai-experience?lang=en';
    const browser = { Host: host, Accept: browser_accept };
    const redirect = await askPlainly(proxy.http, path, browser);
    expect(redirect.status).toBe(308);
    expect(redirect.location).toMatch(/^https:\/\/leads\.example\.com(:\d+)?\/forms\/mini-ai-experience\?lang=en$/);
    const programs: [string, Record<string, string>][] = [
      ['GET', { Host: host }],
      ['GET', { Host: host, Accept: 'application/json' }],
      ['GET', { ...browser, Authorization: `Bearer ${token}` }],
      ['POST', browser],
    ];
    for (const [method, headers] of programs) {
      const { status, location } = await askPlainly(proxy.http, path, headers, method);
      expect([method, headers, status, location]).toEqual([method, headers, 403, undefined]);
    }
  });

  it('speaks TLS 1.2 and 1.3 only', async () => {
    expect(await offer(proxy, 'TLSv1.2')).toMatchObject({ version: 'TLSv1.2' });
    expect(await offer(proxy, 'TLSv1.3')).toMatchObject({ version: 'TLSv1.3' });
    await expect(offer(proxy, 'TLSv1.1')).rejects.toThrow(/protocol version/);
  });

  it.each([
    ['ec', 'ecdsa'],
    ['rsa', 'rsa'],
  ] as const)(
    'with a certificate of %s speaks suites with forward secrecy and authenticated encryption, and refuses all others',
    async (key, signature) => {
      const other = await startProxy(kind, join(folder, `${kind.name}-${key}`), ports, [], key);
      const accepted: string[] = [];
      for (const suite of tls.getCiphers().filter(name => !/psk|srp|^tls_/.test(name))) {
        const spoken = await offer(other, 'TLSv1.2', `${suite.toUpperCase()}:@SECLEVEL=0`).catch(refusedSuite);
        if (spoken) accepted.push(spoken.suite.toLowerCase());
      }
      const ciphers = ['aes128-gcm-sha256', 'aes256-gcm-sha384', 'chacha20-poly1305'];
      expect(accepted.sort()).toEqual(ciphers.map(cipher => `ecdhe-${signature}-${cipher}`));
      const modern = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
      for (const suite of modern) expect((await offer(other, 'TLSv1.3', `${suite}:${weakest}`)).suite).toBe(suite);
      expect(await offer(other, 'TLSv1.3', `TLS_AES_128_CCM_8_SHA256:${weakest}`).catch(refusedSuite)).toBeUndefined();
      await other.stop();
    },
  );

  it('its logs tell the path, the status and the request id, and nothing that anyone typed', async () => {
    await proxy.stop();
    const logs = proxy.readLogs();
    for (const path of ['/console', '/withdrawals', '/consents/']) expect(logs).toContain(path);
    for (const secret of secrets) expect(logs).not.toContain(secret);
    expect(logs).not.toMatch(/lang=en|198\.51\.100/);
    proxy = await startProxy(kind, join(folder, kind.name), ports);
  });

  describe('streams and failures', () => {
    let stub: http.Server;
    let before: RunningProxy;
    let client: Client;
    const waiting: http.ServerResponse[] = [];
    const connections = new Set<Socket>();
    beforeAll(async () => {
      stub = http.createServer((request, response) => {
        connections.add(request.socket);
        if (!request.url!.startsWith('/stream')) return response.end('{}');
        response.writeHead(200, { 'X-Accel-Buffering': 'no', 'Content-Type': 'application/x-ndjson' });
        response.write('{"n":1}\n');
        waiting.push(response);
      });
      await once(stub.listen(0, '127.0.0.1'), 'listening');
      const { port } = stub.address() as AddressInfo;
      before = await startProxy(kind, join(folder, `${kind.name}-stub`), [port, port], kind.hurried);
      client = await connectTo(before);
    });
    afterAll(async () => {
      client?.close();
      await before?.stop();
    });

    const breaks = kind.breaksStreams
      ? 'and one that breaks never ends as if whole'
      : '(this version ends those that break)';
    it(`a piece of a stream arrives before the next one is written, ${breaks}`, async () => {
      const stream = client.begin('/stream?q=needle');
      stream.on('error', () => {});
      const ended = new Promise(resolve => stream.on('close', resolve));
      const [piece] = await once(stream, 'data');
      expect(String(piece)).toBe('{"n":1}\n');
      waiting.pop()!.destroy();
      await ended;
      expect(stream.rstCode !== 0).toBe(kind.breaksStreams);
    });

    it('connections to the server are used again', async () => {
      connections.clear();
      for (let n = 0; n < 12; n++) await client.ask('/console');
      expect(connections.size).toBeLessThan(4);
    });

    it('a request that fails leaves no query in any log', async () => {
      stub.closeAllConnections();
      await once(stub.close(), 'close');
      const failed = await client.ask('/leads?q=needle-in-hay', { headers: { referer: `${public_url}/?q=hidden` } });
      expect(failed.status).toBeGreaterThanOrEqual(502);
      client.close();
      await before.stop();
      expect(before.readLogs()).toContain('/leads');
      expect(before.readLogs()).not.toMatch(/needle|hidden|127\.0\.0\.1 /);
      before = await startProxy(kind, join(folder, `${kind.name}-stub`), ports);
    });
  });
});

/** Counts the checks that a server has answered as one that is well. */
const countHealthy = (server: RunningServer) => server.output().split('"route":"/health","status":200').length - 1;

const hasCaddy = kinds.some(({ name, isHere }) => isHere && name === 'Caddy');
const present = kinds.filter(({ isHere }) => isHere);
it.runIf(present.length > 0)(
  'while two servers restart one after the other, no request through a proxy fails',
  { timeout: 90_000 },
  async () => {
    const statuses = new Map<string, number>();
    let stopping = false;
    const proxies = await Promise.all(
      present.map(kind => startProxy(kind, join(folder, `${kind.name}-restarts`), ports, kind.hurried)),
    );
    const clients = await Promise.all(proxies.flatMap(proxy => [connectTo(proxy), connectTo(proxy)]));
    const { version } = JSON.parse((await clients[0]!.ask('/policies/current')).text);
    const headers = { origin: public_url, 'content-type': 'application/json' };
    const body = JSON.stringify({ ...lead, policy_version: version });
    const load = async (client: Client, name: string) => {
      while (!stopping) {
        const post = await client.ask('/forms/mini-ai-experience', { method: 'POST', headers, body });
        const get = await client.ask('/policies/current');
        for (const status of [`${name}: post ${tell(post)}`, `${name}: get ${tell(get)}`])
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        // nginx closes a connection after a thousand requests.
        await wait(10);
      }
    };
    // What has a request id was answered by a server, and all else by the proxy itself.
    const tell = ({ status, headers: answered }: Answer) =>
      answered['x-request-id'] ? status : `${status} of its own`;
    const loads = clients.map((client, n) => load(client, present[Math.floor(n / 2)]!.name));
    for (const n of [0, 1] as const) {
      expect(await servers[n].stop()).toBe(0);
      servers[n] = await startServer(folder, { ...environment, PORT: String(ports[n]) });
      // Caddy before 2.8 refuses a post where it sees one server go and has not seen yet that the other is back. Two checks are
      // awaited, because it takes note of the first some time after the answer.
      if (hasCaddy) while (countHealthy(servers[n]) < 2) await wait(10);
      await wait(hurried_ms);
    }
    stopping = true;
    await Promise.all(loads);
    for (const client of clients) client.close();
    await Promise.all(proxies.map(proxy => proxy.stop()));
    expect([...statuses.keys()].sort()).toEqual(
      present.flatMap(({ name }) => [`${name}: get 200`, `${name}: post 201`]).sort(),
    );
    expect(Math.min(...statuses.values())).toBeGreaterThan(10);
    for (const server of servers) await expect.poll(() => server.output()).toContain('"route":"/forms/:form"');
  },
);

/** All suites, and for whatever else a client refuses by itself its lowest level. */
const weakest = 'DEFAULT:@SECLEVEL=0';

/** Offers a proxy one version of TLS and the suites, and returns what both then speak. */
function offer({ https, certificate }: RunningProxy, version: tls.SecureVersion, suites = weakest) {
  return new Promise<{ version: string | null; suite: string }>((resolve, reject) => {
    const socket = tls.connect(
      {
        ...{ host: '127.0.0.1', port: https, servername: host, ca: certificate },
        ...{ minVersion: version, maxVersion: version, ciphers: suites },
      },
      () => {
        resolve({ version: socket.getProtocol(), suite: socket.getCipher().name });
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

/** Returns nothing where the proxy has no suite in common, and throws any other error. */
function refusedSuite(error: Error): undefined {
  if (!/handshake failure/.test(error.message)) throw error;
}

/** Asks over HTTP/1.1 and TLS. */
async function askSecurely({ https: port, certificate: ca }: RunningProxy, path: string) {
  const sent = https.request({ host: '127.0.0.1', port, path, ca, servername: host, headers: { Host: host } }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return { status: response.statusCode as number };
}

async function askPlainly(port: number, path: string, headers: Record<string, string>, method = 'GET') {
  const sent = http.request({ host: '127.0.0.1', port, path, headers, method }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return { status: response.statusCode as number, location: response.headers.location as string | undefined };
}
