import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditEvent, recordEvent, takeNumber } from '../../db/audit/record.ts';
import { listChoices, recordChoice } from '../../db/consents/record.ts';
import { Conflict, type Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { draftLead } from '../../db/leads/create.ts';
import { placeHold } from '../../db/leads/holds/hold.ts';
import { endReveal, findLeadInSession, grantReveal } from '../../db/leads/reveals.ts';
import { forgetExpired } from '../../db/once/forget.ts';
import { claimKey, findFirstUse } from '../../db/once/repeat.ts';
import { readNote, takeNote, writeNote } from '../../db/staff/notes.ts';
import { endSession, endSessions, forgetOldSessions, openSession } from '../../db/staff/sessions.ts';
import { engines } from '../support/engines.ts';
import { draft, lead, noon, operator, startPublished } from '../support/harness.ts';

const tomorrow = new Date(noon.getTime() + 86_400_000);

const countSpent = (db: Database) =>
  db
    .selectFrom('once')
    .select(({ fn }) => fn.countAll<number>().as('spent'))
    .where('key', 'like', sql.lit('read %'))
    .compile();

describe.each(engines)('$engine', ({ engine, open }) => {
  let db: Database;
  let close: () => Promise<void>;
  let started: Awaited<ReturnType<typeof startPublished>>;

  beforeAll(async () => {
    ({ db, close } = await open());
    started = await startPublished({}, db);
  });
  afterAll(() => close());

  const seqNow = async () => (await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
  const key = (name: string) => claimKey(db, [{ key: name, fingerprint: 'f' }], 's', tomorrow, noon);

  it('keeps what a session keeps: notes of its own, the latest fifty, and a reveal under its event, until its end', async () => {
    const submitted = await started.post('/forms/mini-ai-experience', lead);
    const { id } = (await submitted.json()) as { id: string };
    const [one, other] = [await openSession(db, 'token', noon), await openSession(db, 'token', noon)];
    const notes: string[] = [];
    for (let n = 0; n < 52; n++) notes.push(await writeNote(db, one, 'search', { n }, noon));
    const read = (session: string, n: number) => readNote(db, session, 'search', notes[n]!);
    expect([await read(one, 51), await read(one, 2), await read(one, 1)]).toEqual([{ n: 51 }, { n: 2 }, undefined]);
    expect([await read(other, 51), await readNote(db, one, 'token', notes[51]!)]).toEqual([undefined, undefined]);
    expect([await takeNote(db, one, 'search', notes[3]!), await read(one, 3)]).toEqual([{ n: 3 }, undefined]);

    const drafts: string[] = [];
    for (let n = 0; n < 4; n++) drafts.push(await writeNote(db, one, 'policy', { n }, noon));
    const kept = await Promise.all(drafts.map(draft => readNote(db, one, 'policy', draft)));
    expect([...kept, await read(one, 51)]).toEqual([undefined, { n: 1 }, { n: 2 }, { n: 3 }, { n: 51 }]);

    const seen = async (session: string, now = noon) =>
      (await findLeadInSession(started.services, session, id, now))?.shownFor;
    await grantReveal(db, one, id, 'follow_up', operator, noon);
    await grantReveal(db, one, id, 'handover', operator, noon);
    expect([await seen(one), await seen(other)]).toEqual(['handover', undefined]);
    expect(await seen(one, new Date(noon.getTime() + 600_000))).toBeUndefined();
    await endReveal(db, one, id);
    expect(await seen(one)).toBeUndefined();
    await grantReveal(db, one, newId(noon), 'follow_up', operator, noon);

    await grantReveal(db, one, id, 'follow_up', operator, noon);
    await writeNote(db, other, 'search', {}, noon);
    await endSession(db, one, noon);
    await forgetOldSessions(db, noon);
    expect([await seen(one), await read(one, 51)]).toEqual([undefined, undefined]);
    const count = async () => (await db.selectFrom('session_notes').select('id').execute()).length;
    expect(await count()).toBe(1);
    await endSessions(db, 'token', noon);
    expect(await count()).toBe(0);
  });

  describe('atomic', () => {
    it('gives an outcome per statement', async () => {
      const outcomes = await db.atomic([
        ...key('outcome'),
        db.selectFrom('once').select('subject_id').where('key', '=', 'outcome').compile(),
      ]);
      expect(outcomes[0]!.changed).toBe(1);
      expect(outcomes[1]!.rows).toEqual([{ subject_id: 's' }]);
    });

    it('writes all or none, and names the table that refused', async () => {
      await db.atomic(key('taken'));
      const before = await seqNow();
      const refused = db.atomic([...key('fresh'), takeNumber(db), ...key('taken')]);
      await expect(refused).rejects.toEqual(expect.objectContaining({ table: 'once' }));
      await expect(refused).rejects.toBeInstanceOf(Conflict);
      expect(await findFirstUse(db, ['fresh'], noon)).toBeUndefined();
      expect(await seqNow()).toBe(before);
    });

    it('a failing unit hurts no other that waits beside it', async () => {
      const names = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? 'taken' : `beside-${n}`));
      const settled = await Promise.allSettled(names.map(name => db.atomic(key(name))));
      expect(settled.map(({ status }) => status)).toEqual(
        names.map(name => (name === 'taken' ? 'rejected' : 'fulfilled')),
      );
    });

    it('a unit that the database does not even understand hurts no other either', async () => {
      const senseless = sql`insert into nowhere values (1)`.compile(db);
      const units = [key('good-1'), [...key('bad'), senseless], key('good-2')];
      const settled = await Promise.allSettled(units.map(unit => db.atomic(unit)));
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await findFirstUse(db, ['bad'], noon)).toBeUndefined();
    });

    it('a statement first sent behind a failure is known afterwards all the same', async () => {
      await db.atomic(key('known'));
      const fresh = db.selectFrom('tokens').select(['id', 'holder']).where('holder', '=', 'nobody').compile();
      await expect(db.atomic([...key('known'), fresh])).rejects.toBeInstanceOf(Conflict);
      expect((await db.atomic([fresh]))[0]!.rows).toEqual([]);
      const other = db.selectFrom('tokens').select('role').where('holder', '=', 'nobody').compile();
      const beside = [[...key('known'), other], [other], [other, ...key('unseen')]].map(unit => db.atomic(unit));
      expect((await Promise.allSettled(beside)).map(({ status }) => status)).toEqual([
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      expect((await db.atomic([other]))[0]!.rows).toEqual([]);
    });

    it('an act on a lead that is not there fails whole', async () => {
      const before = await seqNow();
      const refused = (lead_ids: string[]) => {
        const event: AuditEvent = { action: 'lead.revealed', lead_ids };
        return expect(db.atomic([takeNumber(db), ...recordEvent(db, operator, event, noon)])).rejects;
      };
      await refused([newId(noon)]).toEqual(expect.objectContaining({ table: 'audit_events' }));
      await refused([newId(noon), newId(noon)]).toEqual(expect.objectContaining({ table: 'audit_subjects' }));
      expect(await seqNow()).toBe(before);
    });

    it('[A1] numbers acts without holes, in the order of commits', async () => {
      const before = await seqNow();
      const event = { action: 'policy.published' } as const;
      await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          db.atomic([takeNumber(db), ...recordEvent(db, operator, event, noon), ...(n % 4 === 0 ? key('taken') : [])]),
        ),
      );
      const rows = await db.selectFrom('audit_events').select('seq').where('seq', '>', before).orderBy('seq').execute();
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 15 }, (_, n) => before + n + 1));
      expect(await seqNow()).toBe(before + 15);
    });
  });

  const refuse = (statement: string) => expect(db.atomic([sql.raw(statement).compile(db)])).rejects.toThrow();

  describe('guards', () => {
    it.each([
      ['leads', "locale = 'x'"],
      ['holds', "ground = 'x'"],
      ['policy_forms', "agreement = 'x'"],
      ['policies', "change_class = 'minor'"],
      ['policy_documents', "html = 'x'"],
      ['audit_events', "actor = 'x'"],
      ['audit_subjects', "lead_id = 'x'"],
    ])('[C4] [V1] [A1] %s is append-only', async (table, change) => {
      for (let n = 0; n < 2; n++) await started.post('/forms/mini-ai-experience', lead);
      const { id } = await db.selectFrom('leads').select('id').where('erased_at', 'is', null).executeTakeFirstOrThrow();
      if (table === 'holds')
        await placeHold(
          started.services,
          id,
          { ground: 'law', reference: '7', review_on: '2027-05-23' },
          operator,
          noon,
        );
      await started.pull('/leads?view=clear');
      const count = async () =>
        (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)).rows[0]!.n;
      const before = await count();
      expect(before).toBeGreaterThan(0);
      await refuse(`update ${table} set ${change}`);
      await refuse(`delete from ${table}`);
      expect(await count()).toBe(before);
    });

    it('[K3] a consent record is never changed, though the retention job may delete it', async () => {
      const choice = {
        visitor_id: 'v',
        policy_version: '2026-01',
        locale: 'en',
        shown: [],
        granted: [],
        source: 'banner',
        chosen_at: noon,
      };
      await recordChoice(db, choice, undefined, noon);
      await refuse('update consents set granted = \'["marketing"]\'');
      const [record] = await listChoices(db, 'v', 1);
      expect(record).toMatchObject({ granted: [] });
      await db.atomic([db.deleteFrom('consents').where('id', '=', record!.id).compile()]);
      expect(await listChoices(db, 'v', 1)).toEqual([]);
    });

    it('the count of acts never falls, and stays one row', async () => {
      await refuse('update changes set seq = seq - 1');
      await refuse('delete from changes');
      await refuse('insert into changes (id, seq) values (1, 0)');
      await refuse('insert into changes (id, seq) values (2, 0)');
    });

    it.runIf(engine === 'PostgreSQL')('TRUNCATE is refused', async () => {
      for (const table of [
        'changes',
        'audit_events',
        'audit_subjects',
        'leads',
        'holds',
        'consents',
        'policies',
        'policy_forms',
      ])
        await refuse(`truncate ${table}`);
    });

    it.runIf(engine !== 'PostgreSQL')('REPLACE goes round no guard, by key or by rowid', async () => {
      const seq = await seqNow();
      const columns = "recorded_at, 'forged', role, action from audit_events";
      const into = 'insert or replace into audit_events';
      await refuse(`${into} (seq, recorded_at, actor, role, action) select seq, ${columns} where seq = ${seq}`);
      const document = 'version, locale, html, sha256, purposes';
      await refuse(
        `insert or replace into policy_documents (rowid, ${document}) select rowid, 'forged', locale, html, sha256, purposes from policy_documents`,
      );
      await refuse('insert or replace into leads select * from leads where id = (select min(id) from leads)');
      await refuse('insert or replace into holds select * from holds');
      await refuse('insert or replace into audit_subjects select seq, lead_id from audit_subjects');
      await refuse("insert or replace into policies select version, published_at, effective_at, 'minor' from policies");
      await refuse('insert or replace into changes (id, seq) values (1, 0)');
      expect(await db.selectFrom('audit_events').select('seq').where('actor', '=', 'forged').execute()).toEqual([]);
    });
  });

  describe('verbs', () => {
    it('a lead comes back clear, masked, by phone and through the feed', async () => {
      const response = await started.post('/forms/ecological-cooperation', { ...lead, phone: '0755-88888888-8001' });
      const { id } = (await response.json()) as { id: string };
      const pulled = async (path: string) =>
        (await (await started.pull(path)).json()) as { leads: object[]; next_cursor: string };
      expect((await pulled('/leads?form=ecological-cooperation&view=clear')).leads).toMatchObject([
        { id, name: lead.name, phone: '+8675588888888;ext=8001' },
      ]);
      expect((await pulled('/leads?phone=0755-88888888-8001')).leads).toMatchObject([{ id, phone: '0755******88' }]);
      expect((await pulled('/leads?order=desc&limit=1')).leads).toMatchObject([{ id }]);
      const feed = await pulled('/leads?limit=200');
      expect(feed.leads.at(-1)).toMatchObject({ id });
      expect((await pulled(`/leads?cursor=${feed.next_cursor}`)).leads).toEqual([]);
    });

    it('[A1] a clear read of more leads than one statement takes is on record for each', async () => {
      const { policy_version, ...values } = lead;
      const submission = { form: 'mini-ai-experience', values, policy_version, policy_sha256: 'x', locale: 'en' };
      const draft = () => draftLead(started.services, submission, {}, operator, noon).statements;
      await db.atomic(Array.from({ length: 101 }, draft).flat());
      const response = await started.pull('/leads?view=clear&limit=200');
      const { leads: listed } = (await response.json()) as { leads: object[] };
      const leads = listed.filter(one => 'name' in one);
      const { seq } = await db
        .selectFrom('audit_events')
        .select('seq')
        .where('lead_id', 'is', null)
        .orderBy('seq', 'desc')
        .executeTakeFirstOrThrow();
      const subjects = await db.selectFrom('audit_subjects').selectAll().where('seq', '=', seq).execute();
      expect(leads.length).toBeGreaterThan(100);
      expect(subjects).toHaveLength(leads.length);
    });

    it('two submissions with one key give one lead', async () => {
      const responses = await Promise.all(
        Array.from({ length: 6 }, () => started.post('/forms/mini-ai-experience', lead, { 'Idempotency-Key': 'race' })),
      );
      const answers = await Promise.all(responses.map(response => response.text()));
      expect(responses.map(({ status }) => status)).toEqual(Array(6).fill(201));
      expect(new Set(answers).size).toBe(1);
    });

    it('what is written is read at once, also where the same was asked a moment before', async () => {
      const asked = async () => (await db.read(countSpent(db)))[0];
      const spent = (proof: string) => db.insertInto('once').values({ key: proof, expires_at: noon.toISOString() });
      for (let n = 1; n <= 5; n++) {
        const written = db.atomic([spent(`read ${n}`).compile()]);
        void asked();
        await written;
        expect(await asked()).toEqual({ spent: n });
      }
    });

    it('[V1] a policy version is published once', async () => {
      await expect(started.publish('2026-01')).rejects.toEqual(expect.objectContaining({ table: 'policies' }));
      const response = await started.get('/policies/2026-01?lang=zh-CN');
      expect(await response.text()).toBe(draft('2026-01').documents[0]!.html);
    });

    it('expired keys are forgotten, others kept', async () => {
      const later = new Date(noon.getTime() + 1);
      await db.atomic(claimKey(db, [{ key: 'short', fingerprint: 'f' }], 's', later, noon));
      await db.atomic(claimKey(db, [{ key: 'long', fingerprint: 'f' }], 's', tomorrow, noon));
      expect(await forgetExpired(db, later)).toBeGreaterThan(0);
      const keys = await db.selectFrom('once').select('key').where('key', 'in', ['short', 'long']).execute();
      expect(keys).toEqual([{ key: 'long' }]);
    });
  });

  describe('guards of what is withdrawn, and of what is past its period', () => {
    it('of a lead, what was agreed to and that it was withdrawn never change, and the row stays', async () => {
      const { receipt_code } = (await (await started.post('/forms/mini-ai-experience', lead)).json()) as {
        receipt_code: string;
      };
      await started.post('/withdrawals', { receipt_code });
      for (const change of [
        "policy_version = 'x'",
        "policy_sha256 = 'x'",
        "form = 'x'",
        "received_at = 'x'",
        'created_seq = 0',
      ])
        await refuse(`update leads set ${change}`);
      for (const column of ['withdrawn_at', 'erased_at'])
        await refuse(`update leads set ${column} = null where withdrawn_at is not null`);
      await refuse('delete from leads where erased_at is not null');
    });

    it('of a hold only the end is set, and once', async () => {
      const set = (change: string) => sql.raw(`update holds set ${change}`).compile(db);
      await refuse("update holds set released_at = 't'");
      await refuse("update holds set released_at = 't', reason = 'r', review_on = 'x'");
      await db.atomic([set("released_at = 't', reason = 'r'")]);
      for (const change of ["reason = 'x'", "released_at = 'x'", 'released_at = null, reason = null'])
        await refuse(`update holds set ${change}`);
    });

    it('events go only up to the end of a sealed range, which only grows', async () => {
      await started.pull('/leads?view=clear');
      const seq = await seqNow();
      const end = seq - 2;
      const seal = `insert into audit_seals (from_seq, to_seq, prev, hash, sealed_at) values (1, ${end}, '', 'h', 't')`;
      await db.atomic([sql.raw(seal).compile(db)]);
      await refuse(`update audit_retention set upto = ${end - 1}`);
      await refuse('delete from audit_retention');
      await db.atomic([sql.raw(`update audit_retention set upto = ${end}`).compile(db)]);
      await refuse('update audit_retention set upto = 0');
      await refuse(`delete from audit_events where seq > ${end}`);
      await db.atomic([
        sql.raw(`delete from audit_subjects where seq <= ${end}`).compile(db),
        sql.raw(`delete from audit_events where seq <= ${end}`).compile(db),
      ]);
      const left = await db.selectFrom('audit_events').select('seq').orderBy('seq').execute();
      expect(left.map(row => row.seq)).toEqual([seq - 1, seq]);
    });
  });
});
