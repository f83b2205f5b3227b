import { setTimeout as wait } from 'node:timers/promises';
import { test_keys, unguarded } from '../support/harness.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type Kind, type Ledger, openLedger, type Tally } from './ledger.ts';

/** Longest time in which a server is well again after the harm is over, and takes what is asked for between two harms. */
const recovery_ms = 60_000;

/** How much is enough. */
export interface Enough {
  /** Number of each kind that is acknowledged at least before each harm and after it. */
  between: number;
  /** Tells whether the harm was done often enough, and enough was acknowledged in all. */
  isOver(times: number, acknowledged: number): boolean;
}

/** The tallies of what was sent, and how often the harm was done. */
export interface Harmed {
  tallies: Record<Kind, Tally>;
  times: number;
}

/** Servers on one database, under load. */
export interface Site {
  servers: RunningServer[];
  ledger: Ledger;
  /** Starts a server in place of one that has ended. What is sent goes to the others meanwhile. */
  replace(n: number): Promise<void>;
  /** Ends a server, and starts another one in its place. */
  end(n: number, signal: NodeJS.Signals): Promise<void>;
  /** Waits until `/health` of every server is 200, or else 503. */
  untilHealth(status: 200 | 503): Promise<void>;
  /** Waits until so many more are acknowledged. */
  untilMore(count: number): Promise<void>;
  /** Waits until all servers are well, and compares what was acknowledged with what is stored. */
  close(): Promise<Record<Kind, Tally>>;
  /** Ends the servers. */
  stop(): Promise<unknown>;
}

/** Starts servers, and sends to them from then on. */
export async function openSite(folder: string, environment: Record<string, string>, count = 1): Promise<Site> {
  const start = () => startServer(folder, { ...unguarded, ...test_keys, ...environment });
  const servers = [await start()];
  while (servers.length < count) servers.push(await start());
  const urls = () => servers.map(({ url }) => url);
  const { version } = (await (await fetch(`${urls()[0]}/policies/current`)).json()) as { version: string };
  const ledger = openLedger(version, urls());
  const site: Site = {
    servers,
    ledger,
    async replace(n) {
      if (count > 1) ledger.aim(...urls().filter((_, other) => other !== n));
      servers[n] = await start();
      ledger.aim(...urls());
    },
    async end(n, signal) {
      const code = await servers[n]!.stop(signal);
      if (signal === 'SIGTERM' && code !== 0) throw new Error(`after SIGTERM the server ended with ${code}`);
      await site.replace(n);
    },
    async untilHealth(status) {
      const ask = () => Promise.all(urls().map(url => fetch(`${url}/health`).then(answer => answer.status)));
      await until(async () => (await ask()).every(answered => answered === status), `GET /health is ${status}`);
    },
    async untilMore(count) {
      const before = ledger.count();
      await until(() => ledger.count() >= before + count, 'more is acknowledged');
    },
    async close() {
      await site.untilHealth(200);
      return ledger.close(servers[0]!);
    },
    stop() {
      ledger.stop();
      return Promise.all(servers.map(server => server.stop('SIGKILL')));
    },
  };
  return site;
}

async function until(isSo: () => boolean | Promise<boolean>, what: string) {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > recovery_ms) throw new Error(`not in ${recovery_ms / 1_000} s: ${what}`);
    await wait(50);
  }
}
