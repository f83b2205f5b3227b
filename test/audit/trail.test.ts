import { createHash } from 'node:crypto';
import { type CompiledQuery, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCheckpoint, readCheckpoints } from '../../db/audit/checkpoint.ts';
import { type AuditEvent, recordEvent, takeNumber } from '../../db/audit/record.ts';
import { findSealOf, hashSeal, sealTrail } from '../../db/audit/seal.ts';
import { verifyTrail } from '../../db/audit/verify.ts';
import { Conflict, type Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import { createCheckpointKey, isSignedBy } from '../../db/vault/checkpoint-key.ts';
import { createPostgresDatabase, engines, has_postgres } from '../support/engines.ts';
import { tables, takeOffGuards } from '../support/trail.ts';

const noon = new Date('2026-11-23T04:00:00.000Z');
const operator = { id: 'operator', role: 'operator', request_id: null };
const key = createCheckpointKey(Buffer.alloc(32, 4));

/** Keeps what the tables hold, and returns a function that brings it back. */
async function keepTables(db: Database): Promise<() => Promise<unknown>> {
  const kept = await Promise.all(tables.map(table => db.selectFrom(table).selectAll().execute()));
  return () =>
    db.atomic(
      tables.flatMap((table, n): CompiledQuery[] => [
        db.deleteFrom(table).compile(),
        ...kept[n]!.map(row =>
          db
            .insertInto(table)
            .values(row as never)
            .compile(),
        ),
      ]),
    );
}

/** Reads the checkpoints of lines that the key has signed. */
function read(...lines: (string | undefined)[]) {
  const result = readCheckpoints(lines.join('\n'), (text, signature) => isSignedBy(key.public_key, text, signature));
  if ('wrong_line' in result) throw new Error(`line ${result.wrong_line}`);
  return result.checkpoints;
}

let acts = 0;

/** Records an act that is like no other. */
const write = (db: Database, event: AuditEvent = { action: 'lead.created', lead_ids: ['lead 1'] }) =>
  db.atomic([takeNumber(db), ...recordEvent(db, operator, { ...event, fields: `act ${++acts}` }, noon)]);

describe.each(engines)('[A1] the audit trail on $engine', ({ engine, open }) => {
  let db: Database;
  let close: () => Promise<void>;
  let lines: (string | undefined)[];
  let restore: () => Promise<unknown>;
  const verify = (checkpoints = read()) => verifyTrail(db, { now: noon, checkpoints });
  const change = (statements: string[]) => db.atomic(statements.map(text => sql.raw(text).compile(db)));

  /** Makes ten acts: 1 to 4, 5 and 6, 7 and 8 are sealed ranges, 9 and 10 are not sealed yet. Number 6 has two subjects. */
  beforeAll(async () => {
    ({ db, close } = await open());
    const seal = (seconds: number) => makeCheckpoint(db, key, new Date(noon.getTime() + 1_000 * seconds));
    for (let n = 0; n < 4; n++) await write(db);
    const first = await seal(1);
    await write(db);
    await write(db, { action: 'lead.revealed' });
    const subjects = ['lead 1', 'lead 2'].map(lead_id => ({ seq: 6, lead_id }));
    await db.insertInto('audit_subjects').values(subjects).execute();
    const second = await seal(2);
    for (let n = 0; n < 2; n++) await write(db);
    const third = await seal(3);
    lines = [first, second, third];
    for (let n = 0; n < 2; n++) await write(db);
    await takeOffGuards(db, engine);
    restore = await keepTables(db);
  });
  afterAll(() => close());

  it('is sealed in ranges that follow one another, and verifies', async () => {
    const seals = await db
      .selectFrom('audit_seals')
      .select(['from_seq', 'to_seq', 'prev', 'hash'])
      .orderBy('from_seq')
      .execute();
    expect(seals).toMatchObject([
      { from_seq: 1, to_seq: 4, prev: '' },
      { from_seq: 5, to_seq: 6, prev: seals[0]!.hash },
      { from_seq: 7, to_seq: 8, prev: seals[1]!.hash },
    ]);
    expect(await verify(read(...lines))).toEqual({ from_seq: 1, to_seq: 10, sealed_to: 8, seals: 3, checkpoints: 3 });
    expect(await findSealOf(db, 5)).toEqual({
      from_seq: 5,
      to_seq: 6,
      hash: seals[1]!.hash,
      sealed_at: expect.any(String),
    });
    expect((await findSealOf(db, 4))?.to_seq).toBe(4);
    const heard: number[][] = [];
    await verifyTrail(db, { now: noon, onProgress: (...progress) => heard.push(progress) });
    expect(heard).toEqual([4, 6, 8, 10].map(done => [done, 10]));
    for (const wrong of [
      { seq: 3, hash: seals[0]!.hash },
      { seq: 4, hash: seals[1]!.hash },
    ])
      expect(await verify([wrong])).toEqual({ found: 'forked', what: 'checkpoint', from_seq: 1, to_seq: wrong.seq });
    expect(await findSealOf(db, 9)).toBeUndefined();
  });

  it('verifies from an instant on what was sealed since, and looks at nothing before', async () => {
    const [, second] = await db.selectFrom('audit_seals').select('sealed_at').orderBy('from_seq').execute();
    const verifySince = (at: string) => verifyTrail(db, { now: noon, since: new Date(at) });
    const sound = { from_seq: 5, to_seq: 10, sealed_to: 8, seals: 2, checkpoints: 0 };
    expect(await verifySince(second!.sealed_at)).toEqual(sound);
    expect(await verifySince('2000-01-01T00:00:00Z')).toEqual({ ...sound, from_seq: 1, seals: 3 });
    expect(await verifySince('2100-01-01T00:00:00Z')).toEqual({ ...sound, from_seq: 9, seals: 0 });
    await change(["update audit_events set actor = 'x' where seq = 4"]);
    expect(await verifySince(second!.sealed_at)).toEqual(sound);
    await change(["update audit_events set actor = 'x' where seq = 5"]);
    expect(await verifySince(second!.sealed_at)).toEqual({ found: 'edited', what: 'event', from_seq: 5, to_seq: 5 });
    await restore();
  });

  const copy = (seq: number) =>
    `insert into audit_events (seq, recorded_at, actor, role, action) select ${seq}, recorded_at, 'forged', role, action from audit_events where seq = 1`;
  const shift = (from: number, by: number) =>
    ['audit_events', 'audit_subjects'].flatMap(table => [
      `update ${table} set seq = -(seq + ${by}) where seq >= ${from}`,
      `update ${table} set seq = -seq where seq < 0`,
    ]);

  it.each<[string, string[], [found: string, what: string, from_seq: number, to_seq: number]]>([
    ['an event is edited', ["update audit_events set actor = 'x' where seq = 3"], ['edited', 'event', 3, 3]],
    ['an empty text becomes null', ["update audit_events set purpose = '' where seq = 1"], ['edited', 'event', 1, 1]],
    [
      'two columns change places',
      ["update audit_events set actor = role, role = 'po' where seq = 5"],
      ['edited', 'event', 5, 5],
    ],
    [
      'two events change places',
      [
        'update audit_events set seq = -7 where seq = 7',
        'update audit_events set seq = 7 where seq = 8',
        'update audit_events set seq = 8 where seq = -7',
      ],
      ['edited', 'event', 7, 7],
    ],
    [
      'a subject is edited',
      ["update audit_subjects set lead_id = 'x' where lead_id = (select min(lead_id) from audit_subjects)"],
      ['edited', 'event', 6, 6],
    ],
    [
      'a subject is removed',
      ['delete from audit_subjects where lead_id = (select min(lead_id) from audit_subjects)'],
      ['edited', 'event', 6, 6],
    ],
    ['a subject is inserted', ["insert into audit_subjects (seq, lead_id) values (3, 'x')"], ['edited', 'event', 3, 3]],
    [
      'a subject has no event',
      ["insert into audit_subjects (seq, lead_id) values (11, 'x')"],
      ['inserted', 'subject', 11, 11],
    ],
    [
      'a subject stands before all events',
      ["insert into audit_subjects (seq, lead_id) values (0, 'x')"],
      ['inserted', 'subject', 0, 0],
    ],
    ['an event is removed', ['delete from audit_events where seq = 3'], ['removed', 'event', 3, 3]],
    [
      'an event that is not sealed yet is removed',
      ['delete from audit_events where seq = 9'],
      ['removed', 'event', 9, 9],
    ],
    ['the first events are removed', ['delete from audit_events where seq <= 2'], ['removed', 'event', 1, 2]],
    [
      'a range is removed with its seal',
      ['delete from audit_events where seq in (5, 6)', 'delete from audit_seals where from_seq = 5'],
      ['removed', 'seal', 5, 6],
    ],
    [
      'an event is removed and later ones move down',
      ['delete from audit_events where seq = 2', ...shift(3, -1), 'update changes set seq = 9'],
      ['removed', 'event', 2, 2],
    ],
    [
      'an event is inserted and later ones move up',
      [...shift(3, 1), copy(3), 'update changes set seq = 11'],
      ['inserted', 'event', 3, 3],
    ],
    ['an event is inserted behind the last act', [copy(11)], ['inserted', 'event', 11, 11]],
    ['an event is inserted before the first', [copy(0)], ['inserted', 'event', 0, 0]],
    ['the end is cut off', ['delete from audit_events where seq >= 9'], ['cut_off', 'event', 9, 10]],
    ['sealed events are cut off', ['delete from audit_events where seq >= 6'], ['cut_off', 'event', 6, 10]],
    [
      'the end is cut off with its seals',
      ['delete from audit_events where seq >= 7', 'delete from audit_seals where from_seq = 7'],
      ['cut_off', 'event', 7, 10],
    ],
    [
      'all is cut off',
      ['delete from audit_events', 'delete from audit_subjects', 'delete from audit_seals'],
      ['cut_off', 'event', 1, 10],
    ],
    ['a seal is edited', ["update audit_seals set sealed_at = 'x' where from_seq = 5"], ['edited', 'seal', 5, 6]],
    ['a seal is removed', ['delete from audit_seals where from_seq = 5'], ['removed', 'seal', 5, 6]],
    [
      'events are deleted as if they had expired, but are too young',
      ['update audit_retention set upto = 4', 'delete from audit_events where seq <= 4'],
      ['removed', 'event', 1, 4],
    ],
  ])('verify says so when %s', async (_, statements, [found, what, from_seq, to_seq]) => {
    await change(statements);
    expect(await verify()).toEqual({ found, what, from_seq, to_seq });
    await restore();
  });

  // PostgreSQL takes nothing but text there.
  it.skipIf(engine === 'PostgreSQL').each<[string, string, number, number]>([
    ['audit_events set actor', 'event', 3, 3],
    ['audit_seals set marks', 'seal', 5, 6],
  ])('verify says so when bytes stand in the place of a text: %s', async (column, what, from_seq, to_seq) => {
    const of = what === 'event' ? 'seq' : 'from_seq';
    await change([`update ${column} = x'61' where ${of} = ${from_seq}`]);
    expect(await verify()).toEqual({ found: 'edited', what, from_seq, to_seq });
    await restore();
  });

  it.each([
    [9, 10, 1],
    [8, 10, 1],
    [8, 10, 2],
  ])('verify says so when a second range, %i to %i, continues one of before', async (from_seq, to_seq, before) => {
    const seals = await db.selectFrom('audit_seals').selectAll().orderBy('from_seq').execute();
    const fork = { ...seals[2]!, from_seq, to_seq, prev: seals[before]!.hash };
    await db
      .insertInto('audit_seals')
      .values({ ...fork, hash: hashSeal(fork) })
      .execute();
    expect(await verify()).toEqual({ found: 'forked', what: 'seal', from_seq, to_seq });
    await restore();
  });

  it('verify names the whole range when no mark tells which event was edited', async () => {
    const seals = await db.selectFrom('audit_seals').selectAll().orderBy('from_seq').execute();
    const other = { ...seals[2]!, events_sha256: 'x' };
    await db.deleteFrom('audit_seals').where('from_seq', '=', 7).execute();
    await db
      .insertInto('audit_seals')
      .values({ ...other, hash: hashSeal(other) })
      .execute();
    expect(await verify()).toEqual({ found: 'edited', what: 'event', from_seq: 7, to_seq: 8 });
    await restore();
  });

  it('verify takes for expired only what was, at least 36 months after it was sealed', async () => {
    const verifyAt = (at: string) => verifyTrail(db, { now: new Date(at) });
    const [last_day, after] = ['2029-11-23T04:00:01.000Z', '2029-11-23T04:00:01.001Z'];
    const removed = { found: 'removed', what: 'event', from_seq: 1, to_seq: 4 };
    await change(['delete from audit_events where seq <= 4']);
    expect(await verifyAt(after)).toEqual(removed);
    await change(['update audit_retention set upto = 4']);
    expect(await verifyAt(last_day)).toEqual(removed);
    expect(await verifyAt(after)).toMatchObject({ from_seq: 5, to_seq: 10, seals: 3 });
    await restore();
    await change(['delete from audit_events where seq <= 3', 'update audit_retention set upto = 4']);
    expect(await verifyAt(after)).toEqual({ found: 'inserted', what: 'event', from_seq: 4, to_seq: 4 });
    await restore();
  });

  it('a trail that was cut off with everything is told by a checkpoint alone', async () => {
    await change([
      'delete from audit_events where seq > 6',
      'delete from audit_seals where from_seq > 6',
      'update changes set seq = 6',
    ]);
    expect(await verify(read(...lines.slice(0, 2)))).toMatchObject({ to_seq: 6, checkpoints: 2 });
    expect(await verify(read(...lines))).toEqual({ found: 'cut_off', what: 'checkpoint', from_seq: 7, to_seq: 8 });
    for (let n = 0; n < 4; n++) await write(db);
    await sealTrail(db, noon);
    expect(await verify()).toMatchObject({ to_seq: 10, sealed_to: 10 });
    expect(await verify(read(...lines))).toEqual({ found: 'forked', what: 'checkpoint', from_seq: 7, to_seq: 8 });
    await restore();
  });

  it('of two checkpoints that name one number, the one of another trail is told', async () => {
    const [own] = read(lines[0]);
    const { seq } = own!;
    expect(await verify([own!, { ...own!, hash: '0'.repeat(64) }])).toEqual({
      found: 'forked',
      what: 'checkpoint',
      from_seq: seq,
      to_seq: seq,
    });
  });

  it('a trail that was written anew from some range on is told by a checkpoint alone', async () => {
    await change(["update audit_events set actor = 'x' where seq = 6", 'delete from audit_seals where from_seq > 4']);
    await sealTrail(db, noon);
    expect(await verify()).toMatchObject({ sealed_to: 10 });
    expect(await verify(read(lines[2], lines[0]))).toEqual({
      found: 'forked',
      what: 'checkpoint',
      from_seq: 5,
      to_seq: 8,
    });
    await restore();
  });
});

it.runIf(has_postgres)(
  '[A1] two servers on one PostgreSQL seal while both write and some units fail: one chain without a hole',
  async () => {
    const address = await createPostgresDatabase();
    const dbs = [await postgres.open(address), await postgres.open(address)];
    const [db] = dbs as [Database];
    let writing = true;
    const write = async (on: Database, n: number) => {
      const event = recordEvent(on, operator, { action: 'token.created', fields: `${n}` }, noon);
      const refused = n % 5 === 0 ? [on.insertInto('changes').values({ id: 1, seq: 0 }).compile()] : [];
      await on.atomic([takeNumber(on), ...event, ...refused]).catch(() => {});
    };
    const sealUntilWritten = async (on: Database) => {
      do await sealTrail(on, noon);
      while (writing);
    };
    const sealing = dbs.flatMap(on => [sealUntilWritten(on), sealUntilWritten(on)]);
    for (let round = 0; round < 25; round++)
      await Promise.all(dbs.flatMap(on => Array.from({ length: 20 }, (_, n) => write(on, n))));
    writing = false;
    await Promise.all(sealing);
    await sealTrail(db, noon);
    const acts = 25 * 2 * 16;
    const sound = await verifyTrail(db, { now: noon });
    expect(sound).toMatchObject({ from_seq: 1, to_seq: acts, sealed_to: acts });
    expect('seals' in sound && sound.seals).toBeGreaterThan(10);
    await Promise.all(dbs.map(on => on.destroy()));
  },
);

it('[A1] of two who seal at once one makes each range, and what fails for another reason is told', async () => {
  const { db, close } = await engines[0]!.open();
  expect(await verifyTrail(db, { now: noon })).toEqual({
    from_seq: 0,
    to_seq: 0,
    sealed_to: 0,
    seals: 0,
    checkpoints: 0,
  });
  for (let n = 0; n < 3; n++) await write(db);
  const sealed = await Promise.all([sealTrail(db, noon), sealTrail(db, noon)]);
  expect(sealed.sort()).toEqual([0, 3]);
  expect(await sealTrail(db, noon)).toBe(0);
  expect(await verifyTrail(db, { now: noon })).toMatchObject({ to_seq: 3, sealed_to: 3, seals: 1 });
  await write(db);
  const { atomic } = db;
  for (const error of [new Conflict('changes', undefined), new Error('disk I/O error')]) {
    db.atomic = () => Promise.reject(error);
    await expect(sealTrail(db, noon)).rejects.toBe(error);
  }
  db.atomic = atomic;
  await close();
});

it('[A1] a trail of many events, and of events about many leads, is sealed in ranges of bounded size', async () => {
  const { db, close } = await engines[0]!.open();
  await write(db);
  await write(db);
  const subjects = (seq: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ seq, lead_id: `lead ${n}` }));
  const rows = [...subjects(4, 1_500), ...subjects(6, 400), ...subjects(7, 400), ...subjects(8, 400)];
  const event = { recorded_at: noon.toISOString(), actor: 'x', role: 'sales', action: 'lead.revealed' };
  const events = Array.from({ length: 1_200 }, (_, n) => ({ ...event, seq: n + 3, fields: `${n}` }));
  await db.insertInto('audit_events').values(events).execute();
  await db.insertInto('audit_subjects').values(rows).execute();
  await db.updateTable('changes').set({ seq: 1_202 }).execute();
  expect(await sealTrail(db, noon)).toBe(1_202);
  const ranges = await db.selectFrom('audit_seals').select(['from_seq', 'to_seq']).orderBy('from_seq').execute();
  expect(ranges.map(({ from_seq, to_seq }) => [from_seq, to_seq])).toEqual([
    [1, 3],
    [4, 4],
    [5, 7],
    [8, 507],
    [508, 1_007],
    [1_008, 1_202],
  ]);
  const { marks } = await db
    .selectFrom('audit_seals')
    .select('marks')
    .where('from_seq', '=', 8)
    .executeTakeFirstOrThrow();
  expect(marks).toMatch(/^[\da-f]{4000}$/);
  const heard: number[] = [];
  const verify = () => verifyTrail(db, { now: noon, onProgress: (done, whole) => heard.push(done / whole) });
  expect(await verify()).toMatchObject({ to_seq: 1_202, sealed_to: 1_202, seals: 6 });
  expect([heard.at(0)! < 0.01, heard.at(-1)]).toEqual([true, 1]);
  await takeOffGuards(db, 'SQLite');
  await sql`update audit_subjects set lead_id = 'lead x' where seq = 4 and lead_id = 'lead 1499'`.execute(db);
  expect(await verify()).toEqual({ found: 'edited', what: 'event', from_seq: 4, to_seq: 4 });
  await close();
});

it('[A1] a seal is made as docs/audit.md describes it', async () => {
  const { db, close } = await engines[0]!.open();
  const rows = [
    {
      seq: 1,
      recorded_at: noon.toISOString(),
      actor: 'visitor',
      role: 'visitor',
      action: 'lead.created',
      fields: '姓名',
    },
    { seq: 2, recorded_at: noon.toISOString(), actor: 'x', role: 'sales', action: 'lead.revealed', purpose: '' },
  ];
  await db.insertInto('audit_events').values(rows).execute();
  const subjects = ['b', 'a'].map(lead_id => ({ seq: 2, lead_id }));
  await db.insertInto('audit_subjects').values(subjects).execute();
  await sealTrail(db, noon);

  const join = (...texts: (string | null | undefined)[]) =>
    Buffer.concat(
      texts.flatMap(text => {
        const bytes = Buffer.from(text ?? '');
        const length = Buffer.alloc(4);
        length.writeUInt32BE(typeof text === 'string' ? bytes.length : 0xffff_ffff);
        return [length, bytes];
      }),
    );
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const at = noon.toISOString();
  const first = join('1', at, 'visitor', 'visitor', 'lead.created', '姓名', null, null, null, '0');
  const second = join('2', at, 'x', 'sales', 'lead.revealed', null, '', null, null, '2', 'a', 'b');
  const [seal] = await db.selectFrom('audit_seals').selectAll().execute();
  const events_sha256 = sha256(Buffer.concat([first, second]));
  const hash = sha256(join('seal', '', '1', '2', at, events_sha256, seal!.marks));
  expect(seal).toEqual({ from_seq: 1, to_seq: 2, prev: '', sealed_at: at, events_sha256, hash, marks: seal!.marks });
  const fnv = (bytes: Buffer) =>
    bytes.subarray(5).reduce((sum, byte) => ((sum ^ BigInt(byte)) * 16_777_619n) % 2n ** 32n, 2_166_136_261n);
  expect(seal!.marks).toBe([first, second].map(one => fnv(one).toString(16).padStart(8, '0')).join(''));
  await close();
});

describe('a checkpoint', () => {
  it('that is changed in any part is refused, and so is one of another key', async () => {
    const { db, close } = await engines[0]!.open();
    await write(db);
    const line = (await makeCheckpoint(db, key, noon))!;
    expect(read(line)).toHaveLength(1);
    const parts = line.split(' ');
    for (const [n, part] of parts.entries()) {
      if (n === 0) continue;
      const other = part.replace(/[0-8a-y]/, letter => String.fromCharCode(letter.charCodeAt(0) + 1));
      expect(() => read('', [...parts.slice(0, n), other, ...parts.slice(n + 1)].join(' ')), part).toThrow('line 2');
    }
    const stranger = createCheckpointKey(Buffer.alloc(32, 5));
    expect(() => read(`${parts.slice(0, 4).join(' ')} ${stranger.sign(parts.slice(0, 4).join(' '))}`)).toThrow(
      'line 1',
    );
    await close();
  });

  it('is none while the trail is empty', async () => {
    const { db, close } = await engines[0]!.open();
    expect(await makeCheckpoint(db, key, noon)).toBeUndefined();
    await close();
  });
});
