import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as postgres from '../../db/dialects/postgres.ts';
import { createPostgresDatabase, unhurried } from '../support/engines.ts';
import { lead, startPublished } from '../support/harness.ts';

const certificates = join(import.meta.dirname, '../support/tls');
const read = (name: string) => readFileSync(join(certificates, name));

let server: Server;
let plain: URL;
/** Whether the server shows its certificate, or says that it has none. */
let hasTls = true;
let encrypted = 0;

beforeAll(async () => {
  plain = new URL(await createPostgresDatabase());
  server = createServer(serveTls).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** Stands before PostgreSQL as its own TLS does: answers the client's request for it, then passes on what is decrypted. */
function serveTls(client: Socket) {
  client.on('error', () => {});
  client.once('data', asked => {
    client.pause();
    const answer = hasTls && asked.readInt32BE(4) === 80877103 ? 'S' : 'N';
    client.write(answer);
    if (answer === 'N') return client.end();
    const secure = new TLSSocket(client, { isServer: true, cert: read('server.pem'), key: read('server.key') });
    const database = connect(Number(plain.port), plain.hostname);
    for (const socket of [secure, database]) socket.on('error', () => database.destroy());
    secure.once('secure', () => encrypted++);
    secure.pipe(database).pipe(secure);
  });
}

/** Opens the database through TLS under a host name, trusting an authority. */
function open(host: string, authority: string, mode = 'verify-full') {
  const address = new URL(plain);
  address.host = `${host}:${(server.address() as AddressInfo).port}`;
  const query = `sslmode=${mode}&sslrootcert=${encodeURIComponent(join(certificates, authority))}`;
  return postgres.open(`${address}?${query}`, undefined, unhurried);
}

it('with sslmode=verify-full a lead is stored over TLS, where authority and name are right', async () => {
  const db = await open('localhost', 'authority.pem');
  const { post } = await startPublished({}, db);
  expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
  expect(encrypted).toBeGreaterThan(1);
  await db.destroy();
});

it.each([
  ['another authority signed the certificate', 'localhost', 'other-authority.pem', /certificate/],
  ['the certificate has another name', '127.0.0.1', 'authority.pem', /altnames|does not match/],
])('refuses to connect where %s', async (_, host, authority, reason) => {
  await expect(open(host, authority)).rejects.toThrow(reason);
});

it('refuses to connect where the server has no TLS', async () => {
  hasTls = false;
  await expect(open('localhost', 'authority.pem')).rejects.toThrow('does not support SSL');
  hasTls = true;
});
