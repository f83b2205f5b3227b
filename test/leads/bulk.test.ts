import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import { changeSeveral, type Seen, undoChange } from '../../db/leads/bulk/change.ts';
import type { BulkOutcome } from '../../db/leads/bulk/units.ts';
import { changeLead } from '../../db/leads/change.ts';
import { eraseLeadById } from '../../db/leads/erase.ts';
import { placeHold } from '../../db/leads/holds/hold.ts';
import { beginTrial } from '../../worker/compliance/self-check.ts';
import { startConsole } from '../support/console.ts';
import { createPostgresDatabase, engines } from '../support/engines.ts';
import { lead, noon, startPublished } from '../support/harness.ts';

const by = (request_id: string | null) => ({ id: 'sales', role: 'sales', request_id });
const court = { ground: 'court', reference: '7', review_on: '2027-05-23' } as const;
const columns = ['id', 'status', 'closed_reason', 'assigned_to', 'status_changed_at'] as const;
const dates = ['contacted_at', 'qualified_at', 'closed_at'] as const;

describe.each(engines)('several leads at once on $engine', ({ open }) => {
  let db: Database;
  let close: () => Promise<void>;
  let started: Awaited<ReturnType<typeof startConsole>>;
  let request = 0;

  beforeAll(async () => {
    ({ db, close } = await open());
    started = await startConsole({}, db);
  });
  afterAll(() => close());
  beforeEach(() => {
    started.advance(60_000);
  });

  const receive = (count: number) => Promise.all(Array.from({ length: count }, () => started.submitLead()));
  const seenAs = (ids: string[], status = 'new', assigned_to: string | null = null): Seen[] =>
    ids.map(id => ({ id, status, assigned_to }));
  const read = (ids: string[]) =>
    db
      .selectFrom('leads')
      .select([...columns, ...dates])
      .where('id', 'in', ids)
      .orderBy('id')
      .execute();
  const statusesOf = async (ids: string[]) => (await read(ids)).map(({ status }) => status);
  const seqNow = async () => (await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
  const actOf = async (request_id: string) => {
    const events = await db.selectFrom('audit_events').selectAll().where('request_id', '=', request_id).execute();
    const subjects = await db
      .selectFrom('audit_subjects')
      .selectAll()
      .where('seq', 'in', [0, ...events.map(({ seq }) => seq)])
      .execute();
    const named = [...events, ...subjects].flatMap(({ lead_id }) => lead_id ?? []);
    return { fields: events.map(({ fields }) => fields).sort(), leads: named.sort() };
  };
  const set = (seen: Seen[], change: Parameters<typeof changeSeveral>[2], request_id = `set ${++request}`) =>
    changeSeveral(started.services, seen, change, by(request_id), started.services.now());
  const undo = ({ former, events }: BulkOutcome, of: string, request_id = `undo ${++request}`) => {
    const done = { actor_id: 'sales', request_id: of, events };
    return undoChange(started.services, former, done, by(request_id), started.services.now());
  };

  it('change in units of fifty, each with its event, and are undone to the last column by events of their own', async () => {
    const ids = await receive(53);
    const [won, worked] = ids as [string, string];
    const [now, was] = [started.services.now(), by('before')];
    await changeLead(started.services, won, { status: 'closed', closed_reason: 'won', assigned_to: 'x' }, was, now);
    await changeLead(started.services, worked, { status: 'qualified' }, was, now);
    const before = await read(ids);
    started.advance(60_000);
    const seen = before.map(({ id, status, assigned_to }) => ({ id, status, assigned_to }));
    const outcome = await set(seen, { status: 'closed', closed_reason: 'spam' }, 'spam');
    expect([outcome.former.length, outcome.same, outcome.refused, outcome.events]).toEqual([53, 0, [], 4]);
    expect(new Set((await read(ids)).map(one => `${one.status} ${one.closed_reason}`))).toEqual(
      new Set(['closed spam']),
    );
    expect(await actOf('spam')).toEqual({
      fields: [
        'closed_reason',
        ...Array(2).fill('status:new>closed,closed_reason'),
        'status:qualified>closed,closed_reason',
      ].sort(),
      leads: ids.toSorted(),
    });
    const undone = await undo(outcome, 'spam', 'undo of spam');
    expect([undone.former.length, undone.refused]).toEqual([53, []]);
    expect(await read(ids)).toEqual(before);
    expect((await actOf('undo of spam')).leads).toEqual(ids.toSorted());
    const again = await undo(outcome, 'spam');
    expect([again.former, again.refused.map(({ why }) => why)]).toEqual([[], Array(53).fill('changed')]);
    expect(await read(ids)).toEqual(before);
  });

  it('are left where one is erased, held, unknown, of the self-check or not as it was seen, and told with why', async () => {
    const [erased, held, other, free] = (await receive(4)) as [string, string, string, string];
    const now = started.services.now();
    await eraseLeadById(db, erased, undefined, by(null), now);
    await placeHold(started.services, held, court, by(null), now);
    await changeLead(started.services, other, { status: 'qualified' }, by(null), now);
    await beginTrial(started.services, now);
    const trial = await db.selectFrom('leads').select('id').where('form', '=', 'self-check').executeTakeFirstOrThrow();
    const unknown = '01900000-0000-7000-8000-000000000000';
    const ids = [erased, held, other, free, unknown, trial.id];
    const outcome = await set(seenAs(ids), { status: 'contacted' }, 'some');
    expect(outcome.former.map(({ id }) => id)).toEqual([free]);
    expect(new Map(outcome.refused.map(({ id, why }) => [id, why]))).toEqual(
      new Map([
        [erased, 'erased'],
        [held, 'held'],
        [other, 'changed'],
        [unknown, 'erased'],
        [trial.id, 'erased'],
      ]),
    );
    expect(await actOf('some')).toEqual({ fields: ['status:new>contacted'], leads: [free] });
  });

  /** Runs an act once, just before the next unit. */
  const interrupt = (act: () => Promise<unknown>) => {
    const { atomic } = db;
    db.atomic = async statements => {
      db.atomic = atomic;
      await act();
      return atomic(statements);
    };
  };

  it('what comes between reading and writing wins, in a change and in its undo', async () => {
    const acts: [why: string, act: (id: string) => Promise<unknown>][] = [
      ['erased', id => eraseLeadById(db, id, undefined, by(null), started.services.now())],
      ['held', id => placeHold(started.services, id, court, by(null), started.services.now())],
      ['changed', id => changeLead(started.services, id, { status: 'qualified' }, by(null), started.services.now())],
    ];
    for (const [why, act] of acts) {
      const [one, two] = (await receive(2)) as [string, string];
      interrupt(() => act(one));
      const outcome = await set(seenAs([one, two]), { status: 'contacted' }, `between ${why}`);
      expect(outcome.refused).toEqual([{ id: one, why }]);
      expect(await actOf(`between ${why}`)).toEqual({ fields: ['status:new>contacted'], leads: [two] });
      const whole = await receive(2);
      const changed = await set(seenAs(whole), { status: 'contacted' }, `whole ${why}`);
      interrupt(() => act(whole[0]!));
      const undone = await undo(changed, `whole ${why}`, `undone ${why}`);
      expect(undone.refused).toEqual([{ id: whole[0], why }]);
      expect(await statusesOf([whole[1]!])).toEqual(['new']);
      expect(await actOf(`undone ${why}`)).toEqual({ fields: ['status:contacted>new'], leads: [whole[1]] });
    }
  });

  it('of two people at once each lead goes to one, and the counts and the trail agree', async () => {
    const ids = await receive(60);
    const before = await seqNow();
    const outcomes = await Promise.all(
      ['one', 'two', 'three'].map(assigned_to => set(seenAs(ids), { assigned_to }, `race ${assigned_to}`)),
    );
    const rows = await db.selectFrom('leads').select(['id', 'assigned_to']).where('id', 'in', ids).execute();
    for (const [at, name] of ['one', 'two', 'three'].entries()) {
      const mine = rows
        .filter(({ assigned_to }) => assigned_to === name)
        .map(({ id }) => id)
        .sort();
      expect(outcomes[at]!.former.map(({ id }) => id).sort()).toEqual(mine);
      expect((await actOf(`race ${name}`)).leads).toEqual(mine);
      expect(outcomes[at]!.refused).toHaveLength(60 - mine.length);
    }
    expect(outcomes.reduce((sum, { former }) => sum + former.length, 0)).toBe(60);
    expect(await seqNow()).toBe(before + outcomes.reduce((sum, { events }) => sum + events, 0));
  });

  it('of two undos at once each lead is undone once', async () => {
    const ids = await receive(5);
    const outcome = await set(seenAs(ids), { status: 'closed', closed_reason: 'spam' }, 'twice');
    const undone = await Promise.all(['a', 'b', 'c'].map(name => undo(outcome, 'twice', `twice ${name}`)));
    expect(undone.reduce((sum, { former }) => sum + former.length, 0)).toBe(5);
    expect(await statusesOf(ids)).toEqual(Array(5).fill('new'));
  });

  it('in the console are changed and undone once, by the session that changed them and nobody else', async () => {
    const ids = await receive(2);
    const [sales, officer] = [await started.open('sales'), await started.open('privacy_officer')];
    const press = async () => {
      const boxes = ids.map((id): [string, string] => ['lead', `${id}/new/`]);
      const { response } = await sales.send('/console/bulk', [...boxes, ...boxes, ['act', 'spam'], ['list', '']]);
      const page = await response.text();
      expect(page).toContain('2 leads: Closed (Spam).');
      return /action="(\/console\/bulk\/[\w-]+\/undo)"/.exec(page)![1]!;
    };
    const address = await press();
    await officer.send(address, { list: '' });
    expect(await statusesOf(ids)).toEqual(['closed', 'closed']);
    const both = await Promise.all([sales.send(address, { list: '' }), sales.send(address, { list: '' })]);
    const pages = await Promise.all(both.map(({ response }) => response.text()));
    expect(pages.filter(page => page.includes('Undone: 2 leads are as before.'))).toHaveLength(1);
    expect(await statusesOf(ids)).toEqual(['new', 'new']);
    const late = await press();
    started.advance(15_001);
    await sales.send(late, { list: '' });
    expect(await statusesOf(ids)).toEqual(['closed', 'closed']);
  });
});

it('two servers on one PostgreSQL change and undo the same leads without waiting for each other for ever', async () => {
  const address = await createPostgresDatabase();
  const [one, two] = [await postgres.open(address), await postgres.open(address)];
  const { post, services } = await startPublished({}, one);
  const receive = async () => ((await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string }).id;
  const ids = await Promise.all(Array.from({ length: 60 }, receive));
  const seen = ids.map(id => ({ id, status: 'new', assigned_to: null }));
  const acts = ['a', 'b', 'c', 'd'].map((assigned_to, n) => {
    const order = n % 2 === 0 ? seen : seen.toReversed();
    return changeSeveral({ ...services, db: n < 2 ? one : two }, order, { assigned_to }, by(assigned_to), noon);
  });
  const outcomes = await Promise.all(acts);
  expect(outcomes.reduce((sum, { former }) => sum + former.length, 0)).toBe(60);
  const undone = await Promise.all(
    ['a', 'b', 'c', 'd'].flatMap((request_id, at) =>
      [one, two].map(db => {
        const { former, events } = outcomes[at]!;
        return undoChange({ ...services, db }, former, { actor_id: 'sales', request_id, events }, by('undo'), noon);
      }),
    ),
  );
  expect(undone.reduce((sum, { former }) => sum + former.length, 0)).toBe(60);
  const left = await one.selectFrom('leads').select('id').where('assigned_to', 'is not', null).execute();
  expect(left).toEqual([]);
  await Promise.all([one.destroy(), two.destroy()]);
});
