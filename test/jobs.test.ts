import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sealTrail } from '../db/audit/seal.ts';
import type { Database } from '../db/database.ts';
import * as postgres from '../db/dialects/postgres.ts';
import { extendLease, takeLease } from '../db/jobs.ts';
import { type Job, jobs } from '../worker/jobs.ts';
import { startTimers } from '../worker/node/timers.ts';
import { runDueJobs } from '../worker/run-jobs.ts';
import { createPostgresDatabase, engines } from './support/engines.ts';
import { noon, start } from './support/harness.ts';
import { run } from './support/server.ts';

const minute_ms = 60_000;
const hour_ms = 60 * minute_ms;

/** Creates a job that counts its runs and does the given work in each. */
function makeJob(name: string, every_ms: number, work: () => unknown = () => {}) {
  const job: Job & { runs: number } = {
    name,
    every_ms,
    runs: 0,
    async run() {
      job.runs += 1;
      await work();
      return { runs: job.runs };
    },
  };
  return job;
}

const readJob = (db: Database, name: string) =>
  db.selectFrom('jobs').selectAll().where('name', '=', name).executeTakeFirstOrThrow();

describe.each(engines)('jobs on $engine', ({ open }) => {
  it('are run once a period, however many servers look, and each server knows when', async () => {
    const { db, close } = await open();
    const { services, advance } = await start({}, db);
    const often = makeJob('often', minute_ms, () => wait(5));
    const seldom = makeJob('seldom', hour_ms);
    const look = () => Promise.all([1, 2, 3].map(() => runDueJobs(services, [often, seldom])));
    await look();
    await look();
    expect([often.runs, seldom.runs]).toEqual([1, 1]);
    advance(minute_ms);
    await look();
    expect([often.runs, seldom.runs]).toEqual([2, 1]);
    expect(await readJob(db, 'often')).toEqual({
      name: 'often',
      lease_until: null,
      holder: null,
      last_success_at: services.now().toISOString(),
      result: '{"runs":2}',
    });
    advance(hour_ms);
    await look();
    expect([often.runs, seldom.runs]).toEqual([3, 2]);
    await close();
  });

  it('are run again in their period while what they make is not there', async () => {
    const { db, close } = await open();
    const { services, advance } = await start({}, db);
    let isThere = false;
    const job = Object.assign(makeJob('maker', hour_ms), { isMissing: async () => !isThere });
    await runDueJobs(services, [job]);
    advance(minute_ms);
    await runDueJobs(services, [job]);
    isThere = true;
    advance(minute_ms);
    await runDueJobs(services, [job]);
    expect(job.runs).toBe(2);
    await close();
  });

  it('keep their lease while they last, however long that is', async () => {
    const { db, close } = await open();
    const at = (minutes: number) => new Date(noon.getTime() + minutes * minute_ms);
    const run = { name: 'long', holder: 'one' };
    const other = { name: 'long', holder: 'other' };
    expect(await takeLease(db, run, noon, noon)).toBe(true);
    await extendLease(db, run, at(4));
    expect(await takeLease(db, other, noon, at(8))).toBe(false);
    expect(await takeLease(db, other, noon, at(9))).toBe(true);
    await extendLease(db, run, at(9));
    expect(await readJob(db, 'long')).toMatchObject({ holder: 'other', lease_until: at(14).toISOString() });
    await close();
  });

  it('are tried again within the period when they failed, and hold up no other', async () => {
    const { db, close } = await open();
    const { services, advance, lines } = await start({}, db);
    let broken = true;
    const failing = makeJob('failing', hour_ms, () => {
      if (broken) throw Object.assign(new Error('13800138000'), { code: 'EBROKEN' });
    });
    const other = makeJob('other', hour_ms);
    const look = () => runDueJobs(services, [failing, other]);
    await look();
    expect(await readJob(db, 'failing')).toMatchObject({ lease_until: null, last_success_at: null });
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { level: 'error', event: 'job_failed', job: 'failing', code: 'EBROKEN' },
    ]);
    advance(1);
    await look();
    broken = false;
    await look();
    await look();
    expect([failing.runs, other.runs]).toEqual([3, 1]);
    expect(await readJob(db, 'failing')).toMatchObject({ result: '{"runs":3}' });
    expect(lines.join()).not.toContain('13800138000');
    await close();
  });

  it('go on once a clock is set right that was a year ahead, also where its server died then', async () => {
    const { db, close } = await open();
    const { services, advance } = await start({}, db);
    const year_ms = 365 * 24 * hour_ms;
    const job = makeJob('job', minute_ms);
    const hung = { name: 'hung', holder: 'one' };
    advance(year_ms);
    await runDueJobs(services, [job]);
    await takeLease(db, hung, services.now(), services.now());
    advance(-year_ms);
    await runDueJobs(services, [job]);
    await runDueJobs(services, [job]);
    expect(job.runs).toBe(2);
    expect(await takeLease(db, { ...hung, holder: 'other' }, services.now(), services.now())).toBe(true);
    await close();
  });

  it('are taken over when their server died: its lease runs out, and it has no say any more', async () => {
    const { db, close } = await open();
    const { services, advance } = await start({}, db);
    let wake = () => {};
    const hung = makeJob('job', hour_ms, () => new Promise<void>(resolve => (wake = resolve)));
    const sound = makeJob('job', hour_ms);
    const dying = runDueJobs(services, [hung]);
    while (hung.runs === 0) await wait(1);
    const { lease_until } = await readJob(db, 'job');
    advance(Date.parse(lease_until!) - services.now().getTime() - 1);
    await runDueJobs(services, [sound]);
    expect(sound.runs).toBe(0);
    advance(1);
    await runDueJobs(services, [sound]);
    expect(sound.runs).toBe(1);
    const noted = await readJob(db, 'job');
    advance(1);
    wake();
    await dying;
    expect(await readJob(db, 'job')).toEqual(noted);
    await close();
  });
});

it('two servers on one PostgreSQL run a job once a period between them', async () => {
  const address = await createPostgresDatabase();
  const [one, two] = [await postgres.open(address), await postgres.open(address)];
  const { services, advance } = await start({}, one);
  const job = makeJob('job', minute_ms);
  for (let n = 1; n <= 20; n++) {
    await Promise.all([one, two, one, two].map(db => runDueJobs({ ...services, db }, [job])));
    expect(job.runs).toBe(n);
    advance(minute_ms);
  }
  await Promise.all([one.destroy(), two.destroy()]);
});

describe('the timers of Node', () => {
  it('stop when they are told to, and wait for the job that is under way', async () => {
    const { services, db, advance } = await start();
    let ended = false;
    const slow = makeJob('slow', 10, () =>
      wait(50).then(() => {
        ended = true;
      }),
    );
    const stop = startTimers(services, [slow]);
    while (slow.runs === 0) await wait(1);
    await stop();
    expect(ended).toBe(true);
    advance(hour_ms);
    await wait(100);
    expect(slow.runs).toBe(1);
    await db.destroy();
  });

  it('run a job that is due again and again', async () => {
    const { services, db, advance } = await start();
    const job = makeJob('often', 10);
    const stop = startTimers(services, [job]);
    while (job.runs < 3) {
      advance(10);
      await wait(1);
    }
    await stop();
    await db.destroy();
  });

  it('keep no process alive', async () => {
    const program = `
      const { startTimers } = await import('./worker/node/timers.ts');
      startTimers({});
      console.log('started');
    `;
    expect(await run(['--input-type=module', '-e', program])).toMatchObject({ code: 0, stdout: 'started\n' });
  });
});

/** Figures of jobs that find something on an empty database: the trail has the first use of the key, promises have states. */
const some = expect.any(Number) as number;
const idle: Record<string, number> = { checkpoints: 1, kept: some, broken: some, unproven: some };

it('every job of the list may run twice, also at the same time', async () => {
  const { services, db } = await start();
  await sealTrail(db, noon);
  for (const job of jobs) {
    const figures = await Promise.all([1, 2].map(() => job.run(services, services.now())));
    for (const one of figures)
      for (const [name, figure] of Object.entries(one)) expect([name, figure]).toEqual([name, idle[name] ?? 0]);
  }
  await db.destroy();
});
