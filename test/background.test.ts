import type { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { createBackground } from '../db/background.ts';
import type { Database } from '../db/database.ts';
import * as sqlite from '../db/dialects/sqlite.ts';
import { writeApart } from '../db/dialects/sqlite-writer.ts';
import { nextTurn } from '../db/turn.ts';
import { jobs } from '../worker/jobs.ts';
import { runDueJobs } from '../worker/run-jobs.ts';
import { lead, startPublished } from './support/harness.ts';
import { makeFolder } from './support/server.ts';

const count_days = jobs.filter(({ name }) => name === 'count_days');

/** Starts an application that counts a lead a step, with a clock by which each slice of a job takes a millisecond. */
async function startCounting(isReadHere = true) {
  const started = await startPublished();
  const { services, post } = started;
  services.db.rows_at_once = 1;
  for (let n = 0; n < 10; n++) await post('/forms/mini-ai-experience', lead);
  const rests: number[] = [];
  let [now, isAwaited, at_once, slices] = [0, true, 0, 0];
  const background = createBackground(
    () => {
      slices += 1;
      return isAwaited;
    },
    () => (now += 1),
    {
      async sleep(ms) {
        at_once += 1;
        expect(at_once).toBe(1);
        await Promise.resolve();
        rests.push(ms);
        at_once -= 1;
      },
      turn: nextTurn,
    },
  );
  services.background = background.over(services.db, isReadHere);
  const readCounted = async () =>
    (await services.db.selectFrom('lead_days').select('received').execute()).map(({ received }) => received);
  const leave = () => {
    isAwaited = false;
  };
  return { ...started, rests, background, readCounted, leave, countSlices: () => slices };
}

it('while somebody waits, all jobs together rest nine times as long as they work, one after the other', async () => {
  const { services, rests, readCounted, countSlices } = await startCounting();
  await runDueJobs(services);
  expect(await readCounted()).toEqual([10]);
  expect(rests.length).toBeGreaterThan(100);
  expect(rests.length).toBe(countSlices());
  expect(rests.every(ms => ms >= 9 && ms <= 50)).toBe(true);
});

/** Creates what a job reads by, with a clock that stands but for what is done: a read takes `read_ms`, and a turn of the loop `turn_ms`. */
function createLoop(read_ms: number, turn_ms: number) {
  const time = { now: 0, worked: 0 };
  const background = createBackground(
    () => true,
    () => time.now,
    {
      // A timer is heard at the end of a turn.
      async sleep(ms) {
        time.now += Math.ceil(ms / turn_ms) * turn_ms;
      },
      async turn() {
        time.now += turn_ms;
      },
    },
  );
  const database = {
    withPlugin: () => ({}),
    async read() {
      time.now += read_ms;
      time.worked += read_ms;
      return [];
    },
  };
  const db = background.over(database as unknown as Database, true);
  return { time, read: () => db.read({} as CompiledQuery) };
}

it.each([
  [0.1, 1],
  [0.1, 20],
  [1, 5],
  [2, 40],
])('jobs take a tenth of a thread while somebody waits: reads of %d ms in turns of %d ms', async (read_ms, turn_ms) => {
  const { time, read } = createLoop(read_ms, turn_ms);
  for (let n = 0; n < 2_000; n++) await read();
  expect(time.worked / time.now).toBeGreaterThan(0.09);
  expect(time.worked / time.now).toBeLessThan(0.11);
});

it('the time for which a job waits for something else is none that it takes', async () => {
  const { time, read } = createLoop(1, 1);
  let waited = 0;
  for (let n = 0; n < 100; n++) {
    await read();
    await nextTurn();
    time.now += 200;
    waited += 200;
  }
  expect(time.worked / (time.now - waited)).toBeGreaterThan(0.09);
});

it('while nobody waits, or where reads take no time of the thread, jobs do not rest', async () => {
  for (const isReadHere of [true, false]) {
    const { services, rests, readCounted, leave } = await startCounting(isReadHere);
    if (isReadHere) leave();
    await runDueJobs(services);
    expect(await readCounted()).toEqual([10]);
    expect(rests).toEqual([]);
  }
});

it.each([true, false])(
  'a job whose server stops ends where it rests, is no failure, and another server goes on at once: %s',
  async here => {
    const { services, background, readCounted, lines } = await startCounting(here);
    const { db } = services;
    const running = runDueJobs(services, count_days);
    while ((await readCounted()).length === 0) await new Promise(setImmediate);
    background.stop();
    await running;
    const [counted] = await readCounted();
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(10);
    const stopped = await db.selectFrom('jobs').selectAll().where('name', '=', 'count_days').executeTakeFirstOrThrow();
    expect(stopped).toMatchObject({ lease_until: null, last_success_at: null, result: null });
    expect(lines.filter(line => line.includes('job_failed'))).toEqual([]);
    await runDueJobs({ ...services, background: db }, count_days);
    expect(await readCounted()).toEqual([10]);
  },
);

it('a database that is closed refuses a unit, so that nobody waits for it for ever', async () => {
  const { folder, remove } = makeFolder();
  const db = await sqlite.open(`${folder}/leads.db`);
  const unit = [db.updateTable('changes').set({ seq: 1 }).compile()];
  await db.atomic(unit);
  await db.destroy();
  await expect(db.atomic(unit)).rejects.toThrow('closed');
  remove();
});

it('a writer whose thread has ended overwrites nothing more, says so, and leaves nobody waiting', async () => {
  const { folder, remove } = makeFolder();
  const writer = writeApart(`${folder}/leads.db`);
  expect(await writer.scrub()).toBe(true);
  const [, late] = await Promise.all([writer.close(), writer.scrub()]);
  expect([late, await writer.scrub()]).toEqual([false, false]);
  remove();
});
