import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setClock } from '../support/clock.ts';
import { disk_calls, failCalls, limitFiles } from '../support/disk.ts';
import type { SmallPostgres } from '../support/postgres.ts';
import type { Random } from '../support/random.ts';
import type { Wire } from '../support/wire.ts';
import type { Site } from './site.ts';

/** Does harm to a site once. */
export type Harm = (site: Site) => Promise<void>;

/** Hours by which a clock is off at most. An idempotency key is good for longer than from one end to the other. */
const most_hours_off = 10;

/**
 * Creates the harms. Each lasts for a moment of its own.
 *
 * @param longest_ms Longest such moment.
 */
export function createHarms({ below, pick }: Random, longest_ms: number) {
  const pause = () => wait(Math.ceil(longest_ms / 6) + below(longest_ms));

  return {
    pause,

    /** Ends one of the servers, and starts another one in its place. */
    endServer:
      (...signals: NodeJS.Signals[]): Harm =>
      site =>
        site.end(below(site.servers.length), pick(signals)),

    /** Limits the size of the files that the server may write. It is killed meanwhile, or lives on. */
    fillDisk:
      (database: string): Harm =>
      async site => {
        const folder = dirname(database);
        const sizes = readdirSync(folder).map(name => statSync(`${folder}/${name}`).size);
        limitFiles(site.servers[0]!.pid, Math.max(...sizes) + below(200_000));
        await pause();
        if (below(2)) await site.end(0, 'SIGKILL');
        else limitFiles(site.servers[0]!.pid, 'unlimited');
      },

    /** Fills the database's disk of tables, and then that of its write-ahead log, on which PostgreSQL ends. */
    fillDatabase:
      ({ disks, bringBack }: SmallPostgres): Harm =>
      async site => {
        for (const disk of disks) {
          disk.fill();
          try {
            await site.untilHealth(503);
            await pause();
          } finally {
            disk.empty();
          }
          await bringBack();
          await site.untilHealth(200);
        }
      },

    /**
     * Makes every write, or every sync, of the server fail. Because what is not synced outlives the server's end, and only
     * not the machine's, the test looks that nothing is acknowledged meanwhile.
     */
    breakDisk:
      (call: keyof typeof disk_calls): Harm =>
      async site => {
        const mend = await failCalls([site.servers[0]!.pid], disk_calls[call]);
        try {
          await site.untilHealth(503);
          // What was acknowledged before may still be on its way.
          await wait(500);
          const before = site.ledger.count();
          await pause();
          const meanwhile = site.ledger.count() - before;
          if (meanwhile > 0) throw new Error(`${meanwhile} were acknowledged although no ${call} succeeded`);
        } finally {
          await mend();
        }
        if (below(2)) await site.end(0, 'SIGKILL');
      },

    /** Sets the clock of the server forth or back by hours, and right again. */
    moveClock:
      (clock: string): Harm =>
      async site => {
        setClock(clock, (below(2 * most_hours_off * 60) - most_hours_off * 60) * 60_000);
        await pause();
        if (below(2)) await site.end(0, 'SIGKILL');
        await pause();
        setClock(clock, 0);
      },

    /** Makes the network between server and database slow or silent, or cuts it: at once, or within an answer. */
    hurtWire:
      (wire: Wire): Harm =>
      async () => {
        pick([wire.cut, wire.silence, () => wire.delay(below(3_000)), () => wire.loseAnswers(below(200))])();
        await pause();
        wire.mend();
      },

    /** Connects a hundred clients: half of them dribble a request, the others ask for much and read nothing. */
    async crowd({ servers: [server] }: Site) {
      const { hostname, port } = new URL(server!.url);
      const dribble = `POST /forms/mini-ai-experience HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 300\r\n\r\n{`;
      const greed = `GET /docs HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`.repeat(20);
      const sockets = Array.from({ length: 100 }, (_, n) => {
        const socket = connect(Number(port), hostname).on('error', () => {});
        socket.pause().write(n % 2 ? dribble : greed);
        return socket;
      });
      await pause();
      for (const socket of sockets) socket.destroy();
    },
  };
}
