import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The network between a browser and a server. It can be cut, and it can lose answers. */
export interface Wire {
  url: string;
  /** Sets the server to which it leads. */
  lead(url: string): void;
  /** Breaks every connection, and lets no new one through until `mend`. */
  cut(): void;
  /** Lets requests through, and breaks the connection in place of each answer. */
  loseAnswers(): void;
  mend(): void;
  close(): void;
}

export async function layWire(): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'losing' = 'whole';
  let target = 0;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const wire = createServer(near => {
    if (state === 'cut') return near.destroy();
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
    near.on('data', chunk => far.write(chunk));
    far.on('data', chunk => (state === 'losing' ? near.destroy() : near.write(chunk)));
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const change = (to: typeof state) => {
    state = to;
  };
  return {
    url: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    lead(url) {
      target = Number(new URL(url).port);
    },
    cut() {
      change('cut');
      drop();
    },
    loseAnswers: () => change('losing'),
    mend: () => change('whole'),
    close() {
      drop();
      wire.close();
    },
  };
}
