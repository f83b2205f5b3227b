import type { Socket } from 'node:net';
import pg from 'pg';
import { Unavailable } from '../../database.ts';

/** Time that a server has to close its side of a connection that ends. */
const farewell_ms = 500;

/**
 * A connection that says in one way that it cannot be made, and ends in time. Because a server that is silent closes
 * nothing, whoever waits for the end would wait for ever, and the connection stay open for as long as the process runs.
 */
export class Client extends pg.Client {
  /**
   * Connects. Because the driver's errors have no code where time ran out, and a server refuses for many reasons,
   * whatever keeps a connection from being made is an outage.
   *
   * @throws Unavailable
   */
  override connect(): Promise<pg.Client>;
  override connect(connected: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(connected?: (error: never, client: never) => void) {
    if (!connected) return super.connect().catch(failToConnect);
    super.connect((error: Error | null) => connected((error && new Unavailable(error)) as never, this as never));
  }

  override end(): Promise<void>;
  override end(ended: (error: Error) => void): void;
  override end(ended?: (error: Error) => void) {
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    const late = setTimeout(() => stream.destroy(), farewell_ms);
    stream.once('close', () => clearTimeout(late));
    return ended ? super.end(ended) : super.end();
  }
}

function failToConnect(error: unknown): never {
  throw new Unavailable(error);
}
