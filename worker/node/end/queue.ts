import { closeSync, openSync, readSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, connect, Server as NetServer, type Socket } from 'node:net';
import { nextTurn } from '../../../db/turn.ts';

/** Connections that the system holds for the server until it takes them: one each turn of the event loop. */
const queue_length = 511;

/** Tries to be the only one in the queue. Most take a few turns. */
const tries = 100;

/**
 * Empties the queue of connections that the system holds for the server. Whoever calls this closes the listener in the
 * same turn.
 *
 * Because the system resets those that wait when a listener closes, a connection of our own goes last into the queue, which
 * then holds no more. Once it is the only one there, everybody before it was taken, and it is the one that is reset. Who
 * is not let in meanwhile tries again, and is then refused.
 */
export async function emptyQueue(server: Server): Promise<void> {
  const { _handle: listener } = server as unknown as { _handle?: { listen?(backlog: number): number } | null };
  const { port, address } = server.address() as AddressInfo;
  const host = address === '0.0.0.0' ? '127.0.0.1' : address;
  const taken = new Set<number | undefined>();
  server.on('connection', ({ remotePort }: Socket) => taken.add(remotePort));
  for (let n = 0; n < tries; n++) {
    // The first one is taken in the turn in which Node hears of the other.
    const [first, last] = [connect(port, host), connect(port, host)];
    for (const own of [first, last]) own.on('error', () => {});
    // Node connects in the next tick. Until the next turn nobody is taken out of the queue.
    await new Promise<void>(resolve => process.nextTick(resolve));
    listener?.listen?.(0);
    for (let waiting = 1; waiting > 0; ) {
      await nextTurn();
      const counted = countQueue(port);
      const isIn = !last.connecting && !taken.has(last.localPort);
      if (counted === undefined || (counted === 1 && isIn)) {
        first.destroy();
        return;
      }
      waiting = isIn ? counted : 0;
    }
    listener?.listen?.(queue_length);
    for (const own of [first, last]) own.destroy();
    await nextTurn();
  }
}

/**
 * Returns how many connections wait at the listener of a port; undefined where the system does not tell. Because the system
 * lists its listeners first, the thousands of other connections are not read. It asks below `self`, because a service that
 * sees only processes in `/proc` (systemd's ProcSubset=pid) finds the tables there alone.
 *
 * @see proc_pid_net(5)
 */
function countQueue(port: number): number | undefined {
  const local = port.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(`^ *\\d+: \\w+:${local} \\w+:0000 0A \\w+:(\\w+) `, 'm');
  for (const path of ['/proc/self/net/tcp', '/proc/self/net/tcp6']) {
    const found = row.exec(readListeners(path))?.[1];
    if (found) return Number.parseInt(found, 16);
  }
  return undefined;
}

/** Reads the beginning of a table of connections, with all listeners; empty where there is none. */
function readListeners(path: string): string {
  let table = '';
  try {
    const file = openSync(path, 'r');
    const page = Buffer.alloc(4_096);
    for (let read = 1; read > 0 && !/ (?!0A)[0-9A-F]{2} \w+:/.test(table); table += page.toString('latin1', 0, read))
      read = readSync(file, page);
    closeSync(file);
  } catch {}
  return table;
}

/** Closes the listener only. Unlike the server's own `close`, it leaves idle connections open. */
export function closeListener(server: Server, closed: () => void): void {
  NetServer.prototype.close.call(server, closed);
}

/**
 * Closes idle connections after all that has arrived was read. Because a request that waits to be read would be reset with
 * its connection, they are not closed before.
 */
export async function closeIdle(server: Server): Promise<void> {
  await nextTurn();
  server.closeIdleConnections();
}
