import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Times that a connection is looked at before its limit is reached. */
const looks = 18;

/**
 * How much longer a stream may wait. Because only staff get one, and a program that takes in an export may stop at each
 * lead, it has time.
 */
const patience = 20;

/**
 * Drops the clients that read nothing of the answer that waits for them.
 *
 * @param most_ms Time for which a client may read nothing.
 * @returns The answers that are under way, by their connection, and a function that stops the looking.
 */
export function watchReaders(most_ms: number): { under_way: Map<Socket, ServerResponse>; stop(): void } {
  const under_way = new Map<Socket, ServerResponse>();
  let stuck = new Map<Socket, { taken: number; looked: number }>();
  const look = () => {
    const found: typeof stuck = new Map();
    for (const [socket, response] of under_way) {
      if (socket.writableLength === 0) continue;
      const taken = countTaken(socket);
      const before = stuck.get(socket);
      const looked = before?.taken === taken ? before.looked + 1 : 0;
      if (looked >= looks * (response.chunkedEncoding ? patience : 1)) socket.destroy();
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
