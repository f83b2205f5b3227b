import type { Socket } from 'node:net';
import pg from 'pg';

/** Time that a server has to close its side of a connection that ends. */
const farewell_ms = 500;

/**
 * A connection that ends in time. Because a server that is silent closes nothing, whoever waits for the end would wait for
 * ever, and the connection stay open for as long as the process runs.
 */
export class Client extends pg.Client {
  override end(): Promise<void>;
  override end(ended: (error: Error) => void): void;
  override end(ended?: (error: Error) => void) {
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    const late = setTimeout(() => stream.destroy(), farewell_ms);
    stream.once('close', () => clearTimeout(late));
    return ended ? super.end(ended) : super.end();
  }
}
