import { type AddressInfo, createServer, type Socket } from 'node:net';
import pg from 'pg';

/** Start-up parameters that PgBouncer takes by default; it refuses a client that sends another. */
const taken = ['user', 'database', 'client_encoding', 'application_name'];

/**
 * Starts a stand-in for PgBouncer in transaction mode: it refuses start-up parameters as PgBouncer does, and hands each
 * transaction to the connection of the server that has rested longest, so that two in a row never share one.
 *
 * @returns Its address, and `list`, which returns the rows of a query from each connection of the server.
 */
export async function startPooler(address: string, size = 3) {
  const backends = await Promise.all(Array.from({ length: size }, () => openBackend(address)));
  const resting = [...backends];
  const waiting: ((backend: Backend) => void)[] = [];
  const clients = new Set<Socket>();

  const take = () =>
    new Promise<Backend>(resolve => {
      const backend = resting.shift();
      if (backend) resolve(backend);
      else waiting.push(resolve);
    });
  const rest = (backend: Backend) => {
    const next = waiting.shift();
    if (next) next(backend);
    else resting.push(backend);
  };

  const server = createServer(client => {
    clients.add(client);
    client.on('error', () => {});
    serve(client, take, rest);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const near = new URL(address);
  near.port = String((server.address() as AddressInfo).port);
  return {
    address: near.href,
    async list(query: string) {
      const rows = [];
      for (const _ of backends) {
        const direct = new pg.Client({ connectionString: near.href });
        await direct.connect();
        rows.push(...(await direct.query(query)).rows);
        await direct.end();
      }
      return rows;
    },
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      for (const backend of backends) backend.end();
    },
  };
}

/**
 * Starts a stand-in for a pooler that does not reach its database: it takes clients, and then says nothing, as PgBouncer
 * does while it tries, or that the sign-in fails, as it does afterwards.
 */
export async function startLostPooler(says: 'nothing' | 'failing') {
  const clients = new Set<Socket>();
  const server = createServer(client => {
    clients.add(client);
    client.on('error', () => {});
    client.once('data', () => {
      if (says === 'failing') client.end(fatal('server login has been failing, try again later (server_login_retry)'));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `postgres://postgres:test@127.0.0.1:${(server.address() as AddressInfo).port}/leads`,
    close() {
      for (const client of clients) client.destroy();
      server.close();
    },
  };
}

interface Backend {
  send(message: Buffer): void;
  /** Hands each message of the server to the client that has the connection. */
  onMessage: (message: Buffer) => void;
  end(): void;
}

/** Opens a connection of the server with `pg`, which signs in, and takes its socket over. */
async function openBackend(address: string): Promise<Backend> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const socket = (client as unknown as { connection: { stream: Socket } }).connection.stream;
  for (const event of ['data', 'end', 'close', 'error']) socket.removeAllListeners(event);
  const backend: Backend = {
    send: message => void socket.write(message),
    onMessage: () => {},
    end: () => void socket.destroy(),
  };
  socket.on('error', () => {});
  socket.on(
    'data',
    splitMessages(message => backend.onMessage(message)),
  );
  return backend;
}

function serve(client: Socket, take: () => Promise<Backend>, rest: (backend: Backend) => void) {
  let backend: Promise<Backend> | undefined;
  /** Answers that the server still owes: one for each Query and each Sync. */
  let owed = 0;

  function forward(message: Buffer) {
    const kind = letter(message);
    if (kind === 'X') return client.end();
    if (kind === 'Q' || kind === 'S') owed++;
    backend ??= take().then(taken => {
      taken.onMessage = answer => {
        client.write(answer);
        if (letter(answer) !== 'Z') return;
        owed--;
        // The last byte says whether the server is in a transaction.
        if (owed > 0 || answer.at(-1) !== 'I'.charCodeAt(0)) return;
        backend = undefined;
        rest(taken);
      };
      return taken;
    });
    backend.then(taken => taken.send(message));
  }

  const read = splitMessages(forward);
  client.once('data', startup => {
    const refused = readStartup(startup).find(name => !taken.includes(name));
    if (refused) return client.end(fatal(`unsupported startup parameter: ${refused}`));
    client.write(
      Buffer.concat([
        message('R', int32(0)),
        message('K', Buffer.concat([int32(1), int32(1)])),
        message('Z', Buffer.from('I')),
      ]),
    );
    client.on('data', read);
  });
}

/** Returns the names of the parameters in a start-up message: length, version, then names and values. */
function readStartup(startup: Buffer): string[] {
  const texts = startup.subarray(8).toString().split('\0');
  return texts.filter((text, n) => n % 2 === 0 && text);
}

/** Collects bytes and passes on each whole message: a letter, and the length of the rest with its own four bytes. */
function splitMessages(pass: (message: Buffer) => void) {
  let held = Buffer.alloc(0);
  return (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 5 && held.length > held.readInt32BE(1)) {
      const length = held.readInt32BE(1) + 1;
      pass(held.subarray(0, length));
      held = held.subarray(length);
    }
  };
}

const letter = (message: Buffer) => String.fromCharCode(message[0]!);

function message(kind: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), int32(content.length + 4), content]);
}

function fatal(text: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${text}\0\0`));
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
