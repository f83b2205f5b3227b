import type { Socket } from 'node:net';

/** Times that a connection is looked at before its limit is reached. */
const looks = 18;

/**
 * Drops the clients that read nothing of the answer that waits for them, be it whole or a stream.
 *
 * It sees what the system has not taken. A small answer that the system took whole is read, for all that a server can
 * know: the other end's system has confirmed it, and its client is one that is idle.
 *
 * @param most_ms Time for which a client may read nothing.
 * @returns The connections on which an answer is under way, for the caller to keep, and a function that stops the looking.
 */
export function watchReaders(most_ms: number): { under_way: Set<Socket>; stop(): void } {
  const under_way = new Set<Socket>();
  let stuck = new Map<Socket, { taken: number; looked: number }>();
  const look = () => {
    const found: typeof stuck = new Map();
    for (const socket of under_way) {
      if (socket.writableLength === 0) continue;
      const taken = countTaken(socket);
      const before = stuck.get(socket);
      const looked = before?.taken === taken ? before.looked + 1 : 0;
      if (looked >= looks) socket.destroy();
      else found.set(socket, { taken, looked });
    }
    stuck = found;
  };
  const timer = setInterval(look, most_ms / looks).unref();
  return { under_way, stop: () => clearInterval(timer) };
}

/**
 * Returns how many bytes the system has taken from the process. Because Node counts a whole piece as one, what is left
 * of it is asked of the connection below.
 */
function countTaken(socket: Socket): number {
  const { _handle } = socket as unknown as { _handle?: { writeQueueSize: number } | null };
  return socket.bytesWritten - (_handle?.writeQueueSize ?? 0);
}
