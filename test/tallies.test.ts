import { describe, expect, it } from 'vitest';
import { type Choice, recordChoice } from '../db/consents/record.ts';
import { listConsentStats, tallyConsents } from '../db/consents/stats.ts';
import { dayOf, nextDay, startOfDay } from '../db/days.ts';
import * as postgres from '../db/dialects/postgres.ts';
import { newId } from '../db/ids.ts';
import { readOutcomes } from '../db/leads/figures/outcome-stats.ts';
import { tallyOutcomes } from '../db/leads/figures/outcome-tally.ts';
import { medianOf } from '../db/leads/figures/outcomes.ts';
import { readLeadDays, tallyLeads } from '../db/leads/figures/stats.ts';
import { jobs } from '../worker/jobs.ts';
import { createPostgresDatabase, engines } from './support/engines.ts';
import { lead, noon, readProblem, startPublished } from './support/harness.ts';

const hour_ms = 3_600_000;
const time_zone = 'Asia/Shanghai';
const always = { from_day: '0000-01-01', to_day: '9999-12-31', time_zone };
const choice: Choice = {
  visitor_id: '3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e',
  policy_version: '2026-01',
  locale: 'zh-CN',
  shown: ['necessary', 'functional', 'analytics', 'marketing'],
  granted: [],
  source: 'banner',
  chosen_at: noon,
};
const all = ['necessary', 'functional', 'analytics', 'marketing'];

function toRow(received_at: Date) {
  const { shown, granted, ...rest } = choice;
  const at = received_at.toISOString();
  const lists = { shown: JSON.stringify(shown), granted: JSON.stringify(granted) };
  return { ...rest, ...lists, id: newId(received_at), chosen_at: at, received_at: at, expires_at: at };
}

describe.each(engines)('on $engine', ({ open }) => {
  it('GET /consents/stats counts by day, version and language, the youngest record included', async () => {
    const { db, close } = await open();
    const { publish, post, pull, advance, services } = await startPublished({}, db);
    await publish('2026-02');
    const choose = (more: Partial<Choice>) => recordChoice(db, { ...choice, ...more }, undefined, services.now());
    await choose({});
    await choose({ granted: ['necessary'] });
    await choose({ granted: all });
    await choose({ granted: all.slice(1), source: 'preferences' });
    await choose({ granted: ['analytics'] });
    await choose({ source: 'withdrawal' });
    await choose({ locale: 'en', granted: ['analytics'], shown: ['analytics'] });
    advance(12 * hour_ms - 1);
    await choose({ policy_version: '2026-02' });
    advance(1);
    await choose({ policy_version: '2026-02' });
    const stats = async (query = '') =>
      ((await (await pull(`/consents/stats?${query}`)).json()) as { stats: object[] }).stats;
    const none = { accepted: 0, refused: 0, customised: 0, withdrawn: 0 };
    const expected = [
      { ...none, day: '2026-11-23', policy_version: '2026-01', locale: 'en', accepted: 1 },
      {
        day: '2026-11-23',
        policy_version: '2026-01',
        locale: 'zh-CN',
        accepted: 2,
        refused: 2,
        customised: 1,
        withdrawn: 1,
      },
      { ...none, day: '2026-11-23', policy_version: '2026-02', locale: 'zh-CN', refused: 1 },
      { ...none, day: '2026-11-24', policy_version: '2026-02', locale: 'zh-CN', refused: 1 },
    ];
    expect(await stats()).toEqual(expected);
    advance(hour_ms);
    expect(await stats()).toEqual(expected);
    expect(await stats()).toEqual(expected);
    expect(await stats('from=2026-11-24')).toEqual(expected.slice(3));
    expect(await stats('to=2026-11-23')).toEqual(expected.slice(0, 3));
    expect(await stats('from=2026-11-25&to=2026-11-30')).toEqual([]);
    const { chosen_at: _, ...sent } = choice;
    await post('/consents', { ...sent, chosen_at: services.now().toISOString() });
    expect(await stats('from=2026-11-24')).toEqual([
      { ...none, day: '2026-11-24', policy_version: '2026-01', locale: 'zh-CN', refused: 1 },
      expected[3],
    ]);
    await close();
  });

  it('counts each record once, however many servers count at once, also those whose commit came late', async () => {
    const { db, close } = await open();
    const { services, advance } = await startPublished({}, db);
    const records = 2_100;
    const rows = Array.from({ length: records }, (_, n) => toRow(new Date(noon.getTime() + n * 30)));
    const inserts = Array.from({ length: records / 10 }, (_, n) =>
      db
        .insertInto('consents')
        .values(rows.slice(n * 10, n * 10 + 10))
        .compile(),
    );
    await db.atomic(inserts);
    advance(records * 30 + 5_000);
    await Promise.all(Array.from({ length: 5 }, () => tallyConsents(db, time_zone, services.now())));
    const counted = await db.selectFrom('consent_days').select('refused').executeTakeFirstOrThrow();
    expect(counted.refused).toBeGreaterThan(1_500);
    expect(counted.refused).toBeLessThan(records);
    const late = new Date(services.now().getTime() - 9_000);
    await recordChoice(db, choice, undefined, late);
    const figures = await Promise.all(Array.from({ length: 5 }, () => listConsentStats(db, always, services.now())));
    for (const days of figures) expect(days).toMatchObject([{ refused: records + 1 }]);
    advance(hour_ms);
    await Promise.all(Array.from({ length: 5 }, () => tallyConsents(db, time_zone, services.now())));
    expect(await db.selectFrom('consent_days').select('refused').execute()).toEqual([{ refused: records + 1 }]);
    await close();
  });

  it('leads are counted by day and form, and by person how far they got and how soon', async () => {
    const { db, close } = await open();
    const { post, ask, pull, advance, services } = await startPublished({}, db);
    const ids: string[] = [];
    for (const [n, form] of [
      'mini-ai-experience',
      'mini-ai-experience',
      'ecological-cooperation',
      'ecological-cooperation',
      'mini-ai-experience',
    ].entries()) {
      if (n === 3) advance(12 * hour_ms);
      ids.push(((await (await post(`/forms/${form}`, lead)).json()) as { id: string }).id);
    }
    const days = (from_day: string, to_day: string) => readLeadDays(db, { from_day, to_day, time_zone });
    const read = async (from_day: string, to_day: string, zone = time_zone) => {
      const { all, people, isBehind } = await readOutcomes(db, { from_day, to_day, time_zone: zone });
      expect(isBehind).toBe(false);
      const { received, statuses, reached, reasons, slowest, waits } = all;
      const named = people.map(({ assigned_to, outcomes }) => [assigned_to, outcomes.received]);
      const median = medianOf(waits);
      return { received, statuses: Object.values(statuses), ...reached, reasons, slowest, named, median };
    };
    await days('2026-11-01', '2026-11-30');
    const none = { reasons: {}, slowest: null, median: null };
    expect(await read('2026-11-01', '2026-11-30')).toEqual({
      ...{ received: 5, statuses: [5, 0, 0, 0], contacted: 0, qualified: 0, closed: 0, ...none, named: [['', 5]] },
    });
    const steps: [number, object][] = [
      [0, { status: 'contacted' }],
      [1, { status: 'closed', closed_reason: 'won' }],
      [3, { status: 'contacted', assigned_to: '王芳' }],
      [3, { status: 'qualified' }],
      [2, { status: 'closed', closed_reason: 'spam' }],
      [2, { status: 'new', assigned_to: '王芳' }],
    ];
    for (const [n, change] of steps) {
      advance(hour_ms);
      await ask('PATCH', `/leads/${ids[n]}`, change);
    }
    await pull('/leads?view=clear');
    expect(await days('2026-11-01', '2026-11-30')).toEqual([
      { day: '2026-11-23', form: 'ecological-cooperation', received: 1 },
      { day: '2026-11-23', form: 'mini-ai-experience', received: 2 },
      { day: '2026-11-24', form: 'ecological-cooperation', received: 1 },
      { day: '2026-11-24', form: 'mini-ai-experience', received: 1 },
    ]);
    expect(await read('2026-11-01', '2026-11-30')).toEqual({
      ...{ received: 5, statuses: [2, 1, 1, 1], contacted: 4, qualified: 3, closed: 2, reasons: { won: 1 } },
      slowest: { ms: 17 * hour_ms, lead_id: ids[2] },
      named: [
        ['', 3],
        ['王芳', 2],
      ],
      median: 13.5 * hour_ms,
    });
    expect(await read('2026-11-24', '2026-11-24')).toMatchObject({ received: 2, qualified: 1, median: 3 * hour_ms });
    await ask('DELETE', `/leads/${ids[0]}`);
    await ask('POST', `/leads/${ids[2]}/holds`, { ground: 'law', reference: '7', review_on: '2027-05-23' });
    expect(await read('2026-11-23', '2026-11-23')).toMatchObject({
      ...{ received: 1, statuses: [0, 0, 0, 1], named: [['', 1]] },
      slowest: { ms: 14 * hour_ms, lead_id: ids[1] },
    });
    const before = await db.selectFrom('tallies').selectAll().execute();
    const counted = await db.selectFrom('lead_outcomes').selectAll().orderBy('day').orderBy('assigned_to').execute();
    const count = () => Promise.all([tallyLeads(db, time_zone), tallyOutcomes(db, time_zone)]);
    await Promise.all(Array.from({ length: 5 }, count));
    expect(await db.selectFrom('tallies').selectAll().execute()).toEqual(before);
    await db.deleteFrom('tallies').where('name', '=', 'outcomes').execute();
    await Promise.all(Array.from({ length: 3 }, count));
    expect(await db.selectFrom('lead_outcomes').selectAll().orderBy('day').orderBy('assigned_to').execute()).toEqual(
      counted,
    );
    expect(await read('2026-11-22', '2026-11-22', 'America/New_York')).toMatchObject({ received: 1 });
    expect(services.now().toISOString()).toBe('2026-11-23T22:00:00.000Z');
    await close();
  });

  it('counts of outcomes go with the job once they are older than the overview can show, whatever they were counted by', async () => {
    const { db, close } = await open();
    const { post, ask, advance, services } = await startPublished({}, db);
    const week_ms = 7 * 24 * hour_ms;
    const send = async () => ((await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string }).id;
    const count = () => jobs.find(({ name }) => name === 'count_days')!.run(services, services.now());
    const listDays = async () => {
      const rows = await db.selectFrom('lead_outcomes').select(['time_zone', 'day']).execute();
      return rows.map(row => `${row.time_zone} ${row.day}`).sort();
    };
    const id = await send();
    await count();
    const first = ['Asia/Shanghai 4 2026-11-23', 'Asia/Shanghai 4 weeks 2026-11-23'];
    expect(await listDays()).toEqual(first);
    for (const zone of ['Asia/Shanghai 3', 'Europe/Paris 4'])
      await db
        .insertInto('lead_outcomes')
        .values({ time_zone: zone, day: '2026-11-23', assigned_to: '', figures: '{}' })
        .execute();
    // The overview shows thirteen weeks, and what the first of them is compared with.
    advance(13 * week_ms);
    const today = dayOf(services.now(), time_zone);
    expect(today).toBe('2027-02-22');
    await send();
    await count();
    expect(await listDays()).toHaveLength(6);
    const span = { from_day: '2026-11-30', to_day: today, time_zone };
    expect((await readOutcomes(db, span, '2026-11-23')).days).toMatchObject([{ day: '2026-11-23' }, { day: today }]);
    advance(week_ms);
    await count();
    const second = ['Asia/Shanghai 4 2027-02-22', 'Asia/Shanghai 4 weeks 2027-02-22'];
    expect(await listDays()).toEqual(second);
    expect((await ask('PATCH', `/leads/${id}`, { status: 'contacted' })).status).toBe(200);
    await count();
    expect(await listDays()).toEqual(second);
    await close();
  });
});

describe('GET /consents/stats', () => {
  it('another time zone is another tally, from the start', async () => {
    const { db, services, advance } = await startPublished();
    await recordChoice(db, choice, undefined, new Date('2026-11-23T20:00:00Z'));
    advance(24 * hour_ms);
    const days = async (zone: string) =>
      (await listConsentStats(db, { ...always, time_zone: zone }, services.now())).map(({ day, refused }) => [
        day,
        refused,
      ]);
    expect(await days(time_zone)).toEqual([['2026-11-24', 1]]);
    expect(await days('UTC')).toEqual([['2026-11-23', 1]]);
    expect(await days(time_zone)).toEqual([['2026-11-24', 1]]);
  });

  it.each([
    ['from=yesterday', 'from invalid'],
    ['to=2026-02-30', 'to invalid'],
    ['day=2026-01-01', 'day unknown_field'],
  ])('refuses %s', async (query, error) => {
    const { pull } = await startPublished();
    expect(await readProblem(await pull(`/consents/stats?${query}`))).toMatchObject({ status: 422, errors: [error] });
  });
});

it('a day begins and ends where its zone says, daylight saving and half hours included', () => {
  for (const zone of [
    'Asia/Shanghai',
    'Asia/Kathmandu',
    'Africa/Cairo',
    'America/Santiago',
    'Pacific/Kiritimati',
    'Etc/GMT+12',
    'America/St_Johns',
  ])
    for (let day = '2026-01-01'; day < '2027-01-01'; day = nextDay(day)) {
      const begun = startOfDay(day, zone);
      expect([dayOf(begun, zone), dayOf(new Date(begun.getTime() - 1), zone) < day]).toEqual([day, true]);
    }
});

it('an answer does not wait for many leads to be counted: the job counts them, those of one act together', async () => {
  const { db, services, post } = await startPublished();
  const { id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
  const row = await db.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const copies = Array.from({ length: 2_100 }, (_, n) => {
    const received = new Date(noon.getTime() + n);
    return { ...row, id: newId(received), receipt_hash: String(n), seq: n < 900 ? 7 : 8 };
  });
  await db.atomic(copies.map(copy => db.insertInto('leads').values(copy).compile()));
  const span = { from_day: '2026-11-01', to_day: '2026-11-30', time_zone };
  expect(await readOutcomes(db, span)).toMatchObject({ isBehind: true, all: { received: 0 } });
  const count = jobs.find(({ name }) => name === 'count_days')!;
  await count.run(services, services.now());
  expect(await readOutcomes(db, span)).toMatchObject({ isBehind: false, all: { received: 2_101 } });
});

it('two servers on one PostgreSQL count each record once', async () => {
  const address = await createPostgresDatabase();
  const [one, two] = [await postgres.open(address), await postgres.open(address)];
  const { post, services, advance } = await startPublished({}, one);
  const count = jobs.find(({ name }) => name === 'count_days');
  for (let n = 0; n < 3; n++) {
    await Promise.all(Array.from({ length: 20 }, () => post('/forms/mini-ai-experience', lead)));
    await Promise.all(Array.from({ length: 20 }, () => recordChoice(two, choice, undefined, services.now())));
    advance(60_000);
    await Promise.all([one, two, one, two].map(db => count!.run({ ...services, db }, services.now())));
  }
  expect(await one.selectFrom('consent_days').select('refused').execute()).toEqual([{ refused: 60 }]);
  expect(await one.selectFrom('lead_days').select('received').execute()).toEqual([{ received: 60 }]);
  await Promise.all([one.destroy(), two.destroy()]);
});
