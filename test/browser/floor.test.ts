import { afterAll, beforeAll, expect, it } from 'vitest';
import { floor_runs, openFloor } from '../support/floor.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import type { Engine } from '../support/tab.ts';
import { walkJourney } from '../support/tab-journey.ts';

const { folder, remove } = makeFolder();
let server: RunningServer | undefined;
let engine: Engine | undefined;

if (!floor_runs)
  console.warn('Chromium 90 is built for Linux on x64 only: the floor of the contract is not tested here.');

beforeAll(async () => {
  if (floor_runs) [server, engine] = await Promise.all([startServer(folder), openFloor()]);
});
afterAll(async () => {
  await engine?.close();
  await server?.stop();
  remove();
});

it.runIf(floor_runs)(
  'in Chromium 90 a visitor refuses, chooses, accepts, sends the form and withdraws it',
  async () => {
    expect(engine!.name).toMatch(/Chromium 90\./);
    await walkJourney(engine!.tab, server!);
  },
  90_000,
);
