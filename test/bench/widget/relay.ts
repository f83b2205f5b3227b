import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const round_trip_ms = 150;
/** 1.44 Mbit/s. */
const bytes_per_ms = 180;
const packet_bytes = 1_440;

/** One direction of the phone's link, which all connections share: packets go one after another. */
interface Lane {
  free_at: number;
}

/** A slow link before servers of this machine. */
export interface Relay {
  /** Puts the link before a local port, and returns the port to go through. */
  open(port: number): Promise<number>;
  /** How many connections have carried anything since the last `reset`. */
  connections(): number;
  /** Breaks every connection, as time does between two visits. */
  reset(): void;
  close(): void;
}

/**
 * Lays a link of 150 ms round trip and 1.44 Mbit/s. Because the kernel connects to this machine in no time, what comes
 * first on a new connection is held for the round trip of TCP's handshake. The round trip of TLS is its own, since
 * its messages go through the link. There is neither loss nor slow start.
 */
export function layRelay(): Relay {
  const up: Lane = { free_at: 0 };
  const down: Lane = { free_at: 0 };
  const sockets = new Set<Socket>();
  const servers: ReturnType<typeof createServer>[] = [];
  let used = 0;
  return {
    async open(port) {
      const server = createServer({ noDelay: true }, near =>
        carry(near, connect({ port, host: '127.0.0.1', noDelay: true })),
      );
      servers.push(server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    },
    connections: () => used,
    reset() {
      for (const socket of sockets) socket.destroy();
      used = 0;
      up.free_at = down.free_at = 0;
    },
    close() {
      this.reset();
      for (const server of servers) server.close();
    },
  };

  function carry(near: Socket, far: Socket) {
    watch(near, far);
    watch(far, near);
    near.pause();
    setTimeout(() => {
      near.once('data', () => used++);
      delay(near, far, up);
      delay(far, near, down);
      near.resume();
    }, round_trip_ms);
  }

  function watch(socket: Socket, other: Socket) {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  }
}

/** Passes on what comes, in order, each packet when it has gone through the lane and half a round trip is over. */
function delay(from: Socket, to: Socket, lane: Lane) {
  const queue: { packet: Buffer; at: number }[] = [];
  let waiting = false;
  from.on('data', (chunk: Buffer) => {
    for (let start = 0; start < chunk.length; start += packet_bytes) {
      const packet = chunk.subarray(start, start + packet_bytes);
      lane.free_at = Math.max(lane.free_at, performance.now()) + packet.length / bytes_per_ms;
      queue.push({ packet, at: lane.free_at + round_trip_ms / 2 });
    }
    if (!waiting) wait();
  });

  function pass() {
    while (queue[0] && queue[0].at <= performance.now() + 0.5) {
      const { packet } = queue.shift()!;
      if (!to.destroyed) to.write(packet);
    }
    wait();
  }

  function wait() {
    waiting = queue.length > 0;
    if (waiting) setTimeout(pass, queue[0]!.at - performance.now());
  }
}
