import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { changeLead } from '../../db/leads/change.ts';
import { countMatches } from '../../db/leads/count.ts';
import { jobs } from '../../worker/jobs.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, operator, startPublished } from '../support/harness.ts';

const job = jobs.find(({ name }) => name.startsWith('reindex_leads'))!;

/** Starts an app with leads whose indexes an earlier rule made. */
async function startOld(db: Database, count: number) {
  const started = await startPublished({}, db);
  const { post, pull } = started;
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const sent = { ...lead, email: `user${n}@例子.中国`, phone: `+88691234${1000 + n}` };
    ids.push(((await (await post('/forms/mini-ai-experience', sent)).json()) as { id: string }).id);
  }
  const outdated = { email_index: 'earlier', phone_index: 'earlier', index_version: '1.00000000' };
  await db.atomic([db.updateTable('keys').set(outdated).compile()]);
  return {
    ...started,
    ids,
    async search(filter: Record<string, string>) {
      const found = await pull(`/leads?order=desc&${new URLSearchParams(filter)}`);
      return ((await found.json()) as { leads: { id: string }[] }).leads.map(({ id }) => id);
    },
  };
}

describe.each(engines)('indexes that an earlier rule made, on $engine', ({ open }) => {
  it('are made anew by a job, in several units, so that each lead is found again', async () => {
    const { db, close } = await open();
    const { services, ids, search } = await startOld(db, 120);
    expect(await search({ email: 'user7@xn--fsqu00a.xn--fiqs8s' })).toEqual([]);
    expect(await job.run(services, noon)).toEqual({ leads: 120, unreadable: 0 });
    for (const n of [0, 7, 119]) {
      expect(await search({ email: `user${n}@xn--fsqu00a.xn--fiqs8s` })).toEqual([ids[n]]);
      expect(await search({ phone: `+886 091234${1000 + n}` })).toEqual([ids[n]]);
    }
    expect(await job.run(services, noon)).toEqual({ leads: 0, unreadable: 0 });
    const count = (filter: { phone?: string }) => countMatches(services, { ...filter, order: 'desc', limit: 1 }, 1_000);
    expect([await count({}), await count({ phone: '+886912341007' })]).toEqual([120, 1]);
    await close();
  });

  it('are all made anew after a kill midway, and by two servers at once', async () => {
    const { db, close } = await open();
    const { services, ids, search } = await startOld(db, 120);
    const { atomic } = db;
    let units = 0;
    db.atomic = statements => (++units > 1 ? Promise.reject(new Error('killed')) : atomic(statements));
    await expect(job.run(services, noon)).rejects.toThrow('killed');
    db.atomic = atomic;
    const left = await db.selectFrom('keys').select('subject_id').where('email_index', '=', 'earlier').execute();
    expect(left).toHaveLength(70);
    await Promise.all([job.run(services, noon), job.run(services, noon)]);
    for (const n of [0, 60, 119]) expect(await search({ email: `user${n}@例子.中国` })).toEqual([ids[n]]);
    await close();
  });
});

it('a lead that is corrected or erased meanwhile stays so, and one that does not open holds up no other', async () => {
  const { db, close } = await engines[0]!.open();
  const { services, ids, search, ask } = await startOld(db, 4);
  const [corrected, erased, broken, other] = ids as [string, string, string, string];
  await db.atomic([db.updateTable('keys').set({ kek_id: 'lost' }).where('subject_id', '=', broken).compile()]);
  const { atomic } = db;
  db.atomic = async statements => {
    db.atomic = atomic;
    await changeLead(services, corrected, { values: { email: 'new@example.com' } }, operator, noon);
    expect((await ask('DELETE', `/leads/${erased}`)).status).toBe(204);
    return atomic(statements);
  };
  expect(await job.run(services, noon)).toEqual({ leads: 1, unreadable: 1 });
  expect(await search({ email: 'new@example.com' })).toEqual([corrected]);
  expect(await search({ email: 'user0@例子.中国' })).toEqual([]);
  expect(await search({ email: 'user3@例子.中国' })).toEqual([other]);
  expect(await db.selectFrom('keys').select('subject_id').where('subject_id', '=', erased).execute()).toEqual([]);
  const events = await db.selectFrom('audit_events').select('action').where('action', 'like', 'lead.re%').execute();
  expect(events).toEqual([]);
  await close();
});
