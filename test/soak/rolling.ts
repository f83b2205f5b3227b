import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { test_keys, unguarded } from '../support/harness.ts';
import type { Random } from '../support/random.ts';
import { type RunningServer, startProcess, startServer } from '../support/server.ts';
import { unpackProgram } from '../upgrade/fixtures.ts';
import { openLedger } from './ledger.ts';
import type { Enough, Harmed } from './site.ts';

/**
 * Upgrades two servers on one PostgreSQL under load, one after the other, from the latest release to this version, and
 * then takes one or the other back or forth, by SIGTERM or SIGKILL, until that is enough. What is sent goes to the server
 * that stays. The first new server migrates while the old ones take leads.
 *
 * @param address A database that is empty.
 */
export async function rollForthAndBack(
  parent: string,
  address: string,
  { below, pick }: Random,
  enough: Enough,
): Promise<Harmed> {
  const folder = join(parent, 'rolling');
  mkdirSync(folder);
  const program = unpackProgram(folder);
  const settings = { PORT: '0', DRAIN_SECONDS: '0', DATABASE_URL: address, ...unguarded, ...test_keys };
  const startOld = () => startProcess([program, 'start'], settings, /Ctrl-C/, folder);
  const startNew = () => startServer(folder, settings);
  const servers: [RunningServer, RunningServer] = [await startOld(), await startOld()];
  const { version } = (await (await fetch(`${servers[0].url}/policies/current`)).json()) as { version: string };
  const ledger = openLedger(version, [servers[0].url]);
  let times = 0;
  try {
    for (; times < 2 || !enough.isOver(times, ledger.count()); times++) {
      await wait(300 + below(1_500));
      const n = times % 2;
      ledger.aim(servers[1 - n]!.url);
      await servers[n]!.stop(pick(['SIGKILL', 'SIGTERM'] as const));
      servers[n] = await (times < 2 ? startNew : pick([startOld, startNew]))();
      ledger.aim(servers[n].url);
    }
    await wait(300);
    return { tallies: await ledger.close(servers[0]), times };
  } finally {
    ledger.stop();
    await Promise.all(servers.map(server => server.stop('SIGKILL')));
  }
}
