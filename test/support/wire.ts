import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** The network between a client and a server. It can be cut, slow or silent, and it can lose answers. */
export interface Wire {
  /** Returns the address of its near end, in the form of a server's address. */
  url: string;
  /** Sets the server to which it leads. */
  lead(url: string): void;
  /** Breaks every connection, and lets no new one through until `mend`. */
  cut(): void;
  /** Lets requests through, and breaks the connection in place of each answer, or after its first bytes. */
  loseAnswers(after_bytes?: number): void;
  /** Holds every answer back for so long. */
  delay(ms: number): void;
  /** Drops all that is sent, without a word. */
  silence(): void;
  mend(): void;
  close(): void;
}

type State = { is: 'whole' | 'cut' | 'silent' } | { is: 'losing'; after_bytes: number } | { is: 'slow'; ms: number };

/** Lays a wire; `to` is the address of the server to which it leads, where that is known. */
export async function layWire(to?: string): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: State = { is: 'whole' };
  let target = to ? Number(new URL(to).port) : 0;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const wire = createServer({ allowHalfOpen: true }, near => {
    if (state.is === 'cut') return near.destroy();
    // A server that is silent does not close its side either.
    near.on('end', () => state.is !== 'silent' && near.end());
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', chunk => state.is !== 'silent' && far.write(chunk));
    let before: Promise<unknown> | undefined;
    far.on('data', chunk => {
      if (state.is === 'silent') return;
      if (state.is === 'losing') return near.end(chunk.subarray(0, state.after_bytes), () => near.destroy());
      if (state.is === 'slow') before = Promise.all([before, wait(state.ms)]);
      if (before) before = before.then(() => near.write(chunk));
      else near.write(chunk);
    });
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const near = new URL(to ?? 'http://127.0.0.1');
  near.port = String((wire.address() as AddressInfo).port);
  const change = (next: State) => {
    state = next;
  };
  return {
    url: to ? near.href : near.origin,
    lead(url) {
      target = Number(new URL(url).port);
    },
    cut() {
      change({ is: 'cut' });
      drop();
    },
    loseAnswers: (after_bytes = 0) => change({ is: 'losing', after_bytes }),
    delay: ms => change({ is: 'slow', ms }),
    silence: () => change({ is: 'silent' }),
    mend: () => change({ is: 'whole' }),
    close() {
      drop();
      wire.close();
    },
  };
}
