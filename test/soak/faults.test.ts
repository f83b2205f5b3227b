import { afterAll, expect, inject, it } from 'vitest';
import { createRandom, seed } from '../support/random.ts';
import { makeFolder } from '../support/server.ts';
import { listFaults } from './faults.ts';

/** Faults that a test of their own does, because there is more to hold than what was acknowledged. */
const elsewhere = /SQLite, full disk|slow clients|primary|upgraded/;

/** Longest time that a harm lasts. */
const pause_ms = 300;

const { folder, remove } = makeFolder();
const faults = listFaults(folder, () => inject('postgres'), createRandom(seed), pause_ms);
afterAll(remove);

for (const { name, canRun, run } of faults.filter(({ name }) => !elsewhere.test(name)))
  it.runIf(canRun)(
    `${name} under load: nothing acknowledged is lost or doubled, nothing hangs, and it goes on`,
    { timeout: 180_000 },
    async () => {
      const { tallies } = await run({ between: 20, isOver: () => true });
      for (const tally of Object.values(tallies)) expect(tally).toMatchObject({ lost: 0, doubled: 0, hung: 0 });
    },
  );
