import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Conflict, type Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import { newId } from '../../db/ids.ts';
import { changeLead } from '../../db/leads/change.ts';
import type { Receipt } from '../../db/leads/create.ts';
import { eraseLeadById } from '../../db/leads/erase.ts';
import { placeHold } from '../../db/leads/holds/hold.ts';
import { releaseHold } from '../../db/leads/holds/release.ts';
import type { HoldGround } from '../../db/leads/lead.ts';
import { findLead } from '../../db/leads/read.ts';
import { withdrawLead } from '../../db/leads/withdraw.ts';
import { createPostgresDatabase, engines, has_postgres, unhurried } from '../support/engines.ts';
import { lead, noon, startPublished } from '../support/harness.ts';

const by = (ground: HoldGround) => ({ ground, reference: '7', review_on: '2027-05-23' });
const periods = { 'mini-ai-experience': 24 };
const sales = { id: 'sales', role: 'sales', request_id: null };

describe.each(engines)('on $engine', ({ open }) => {
  let db: Database;
  let close: () => Promise<void>;
  let started: Awaited<ReturnType<typeof startPublished>>;

  beforeAll(async () => {
    ({ db, close } = await open());
    started = await startPublished({}, db);
  });
  afterAll(() => close());

  const receive = async (headers = {}) =>
    ((await (await started.post('/forms/mini-ai-experience', lead, headers)).json()) as { id: string }).id;
  const seqNow = async () => (await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
  const hold = (id: string) => placeHold(started.services, id, by('court'), sales, noon);
  const rowOf = (id: string) => db.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const valuesOf = (id: string) => findLead(started.services, id, { clear: sales }, noon);

  it('of corrections at once none loses another, and each is one act', async () => {
    const id = await receive();
    const before = await seqNow();
    const corrections = [
      { values: { name: '王芳' } },
      { values: { company: 'Example Ltd' } },
      { values: { email: 'wang@example.com' } },
      { values: { phone: '+862558801024' } },
      { status: 'contacted' as const },
      { assigned_to: 'wang' },
    ];
    const done = await Promise.all(corrections.map(change => changeLead(started.services, id, change, sales, noon)));
    expect(done).toEqual(Array(6).fill('done'));
    expect(await seqNow()).toBe(before + 6);
    expect(await valuesOf(id)).toMatchObject({
      name: '王芳',
      company: 'Example Ltd',
      email: 'wang@example.com',
      phone: '+862558801024',
      status: 'contacted',
      assigned_to: 'wang',
    });
    const events = await db.selectFrom('audit_events').selectAll().where('seq', '>', before).execute();
    const corrected = events.filter(({ action }) => action === 'lead.corrected').map(({ fields }) => fields);
    expect(corrected.sort()).toEqual(['company', 'email', 'name', 'phone']);
    const { index_version: _, ...keys } = started.services.vault.seal(id, {
      ...lead,
      phone: '+862558801024',
      email: 'wang@example.com',
    }).keys;
    const stored = await db.selectFrom('keys').selectAll().where('subject_id', '=', id).executeTakeFirstOrThrow();
    expect(stored).toMatchObject({ phone_index: keys.phone_index, email_index: keys.email_index });
  });

  it('the first time that a status is reached is a fact, and a later one implies the earlier', async () => {
    const id = await receive();
    const at = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);
    const steps = ['qualified', 'new', 'contacted', 'qualified', 'closed', 'closed'] as const;
    for (const [n, status] of steps.entries()) await changeLead(started.services, id, { status }, sales, at(n + 1));
    expect(await rowOf(id)).toMatchObject({
      status: 'closed',
      contacted_at: at(1).toISOString(),
      qualified_at: at(1).toISOString(),
      closed_at: at(5).toISOString(),
      changed_at: at(5).toISOString(),
    });
  });

  it('what is so already is no act', async () => {
    const id = await receive();
    await changeLead(started.services, id, { status: 'contacted', assigned_to: 'wang' }, sales, noon);
    const before = await seqNow();
    const same = { status: 'contacted', assigned_to: 'wang', values: { name: lead.name } } as const;
    expect(await changeLead(started.services, id, same, sales, noon)).toBe('done');
    expect(await seqNow()).toBe(before);
  });

  it('an erased, held or unknown lead is not changed; a held one is not erased', async () => {
    const [erased, held] = [await receive(), await receive()];
    expect(await eraseLeadById(db, erased, undefined, sales, noon)).toBe('erased');
    expect(await rowOf(erased)).toMatchObject({ withdrawn_at: null, child_at: null });
    await hold(held);
    const before = [await seqNow(), await rowOf(erased), await rowOf(held)];
    for (const id of [erased, held, newId(noon)])
      for (const change of [{ status: 'closed' as const }, { values: { name: 'x' } }])
        expect(await changeLead(started.services, id, change, sales, noon)).toBe('gone');
    expect(await eraseLeadById(db, erased, undefined, sales, noon)).toBe('already');
    expect(await eraseLeadById(db, held, undefined, sales, noon)).toBe('held');
    expect(await eraseLeadById(db, newId(noon), undefined, sales, noon)).toBeUndefined();
    expect([await seqNow(), await rowOf(erased), await rowOf(held)]).toEqual(before);
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

  it('a hold or an erasure that comes between reading and writing wins', async () => {
    for (const change of [{ status: 'closed' as const }, { values: { name: 'x' } }])
      for (const act of [hold, (id: string) => eraseLeadById(db, id, undefined, sales, noon)]) {
        const id = await receive();
        interrupt(() => act(id));
        expect(await changeLead(started.services, id, change, sales, noon)).toBe('gone');
        expect(await rowOf(id)).toMatchObject({ status: 'new' });
      }
    const id = await receive();
    interrupt(() => hold(id));
    expect(await eraseLeadById(db, id, undefined, sales, noon)).toBe('held');
    expect(await rowOf(id)).toMatchObject({ erased_at: null });
  });

  it('an erasure that others come before fifty times gives up', async () => {
    const id = await receive();
    const { atomic } = db;
    let tries = 0;
    db.atomic = () => {
      tries++;
      return Promise.reject(new Conflict('leads', undefined));
    };
    await expect(eraseLeadById(db, id, undefined, sales, noon)).rejects.toMatchObject({ table: 'leads' });
    expect(tries).toBe(50);
    db.atomic = atomic;
  });

  it('[A1] a lead that is erased or held while it is read in clear is not shown, nor on record as shown after that', async () => {
    const reveals = () => db.selectFrom('audit_events').selectAll().where('action', '=', 'lead.revealed').execute();
    const [other, erased, held] = [await receive(), await receive(), await receive()];
    const before = (await reveals()).length;
    interrupt(() => hold(held));
    expect(await valuesOf(held)).toEqual({ id: held, restricted_at: noon.toISOString() });
    expect(await reveals()).toHaveLength(before);
    const { pull } = started;
    await pull(`/leads/${other}`);
    interrupt(() => eraseLeadById(db, erased, undefined, sales, noon));
    const { leads } = (await (await pull('/leads?view=clear&order=desc&limit=3')).json()) as {
      leads: { id: string }[];
    };
    expect(leads.map(({ id }) => id)).not.toContain(erased);
    expect(leads).toContainEqual(expect.objectContaining({ id: other, email: lead.email }));
    const [latest] = (await reveals()).toSorted((a, b) => b.seq - a.seq);
    const subjects = await db.selectFrom('audit_subjects').select('lead_id').where('seq', '=', latest!.seq).execute();
    expect(subjects.map(({ lead_id }) => lead_id)).not.toContain(erased);
  });

  it('of erasures and withdrawals at once, each at an instant of its own, one counts', async () => {
    const { id, receipt_code } = (await (await started.post('/forms/mini-ai-experience', lead)).json()) as Receipt;
    const before = await seqNow();
    const at = (ms: number) => new Date(noon.getTime() + ms);
    const erasures = Array.from({ length: 6 }, (_, n) => eraseLeadById(db, id, undefined, sales, at(2 * n)));
    const withdrawals = Array.from({ length: 6 }, (_, n) => withdrawLead(db, receipt_code, sales, at(2 * n + 1)));
    const erased = (await Promise.all(erasures)).filter(answer => answer !== 'already');
    const withdrawn = (await Promise.all(withdrawals)).filter(Boolean);
    expect([...erased, ...withdrawn]).toHaveLength(1);
    expect(await seqNow()).toBe(before + 1);
    const row = await rowOf(id);
    expect(row.withdrawn_at).toBe(withdrawn.length > 0 ? row.erased_at : null);
  });

  const standing = async (lead_id: string) =>
    (await db.selectFrom('holds').selectAll().where('lead_id', '=', lead_id).execute()).filter(
      ({ released_at }) => !released_at,
    );

  it('[P8] of several holds the last release counts, whatever is released, placed and withdrawn at once', async () => {
    const { id, receipt_code } = (await (await started.post('/forms/mini-ai-experience', lead)).json()) as Receipt;
    const holds = await Promise.all(
      ['law', 'court', 'dispute'].map(ground => placeHold(started.services, id, by(ground as HoldGround), sales, noon)),
    );
    const [first, ...others] = holds.map(hold => hold!.id);
    const before = await seqNow();
    const outcomes = await Promise.all([
      releaseHold({ ...started.services, periods }, { id: first! }, 'over', sales, noon),
      releaseHold({ ...started.services, periods }, { id: first! }, 'over', sales, noon),
      ...others.map(one => releaseHold({ ...started.services, periods }, { id: one }, 'over', sales, noon)),
      withdrawLead(db, receipt_code, sales, noon),
      withdrawLead(db, receipt_code, sales, noon),
    ]);
    const row = await rowOf(id);
    expect(outcomes.filter(outcome => outcome === 'released')).toHaveLength(3);
    expect(outcomes.filter(outcome => outcome === 'held' || outcome === 'erased')).toHaveLength(1);
    expect(await standing(id)).toEqual([]);
    expect(row).toMatchObject({ sealed: null, restricted_at: null });
    expect(row.erased_at).not.toBeNull();
    // A withdrawal under a hold and the erasure that follows are two acts.
    expect(await seqNow()).toBe(before + (outcomes.includes('held') ? 5 : 4));
    expect(await releaseHold({ ...started.services, periods }, { id: first! }, 'again', sales, noon)).toBe('already');
    expect(
      await releaseHold({ ...started.services, periods }, { id: newId(noon) }, 'over', sales, noon),
    ).toBeUndefined();
  });

  it('[P8] what comes between reading and releasing is not lost', async () => {
    const { id, receipt_code } = (await (await started.post('/forms/mini-ai-experience', lead)).json()) as Receipt;
    const one = (await hold(id))!;
    interrupt(() => hold(id));
    expect(await releaseHold({ ...started.services, periods }, { id: one.id }, 'over', sales, noon)).toBe('released');
    expect(await rowOf(id)).toMatchObject({ restricted_at: noon.toISOString(), erased_at: null });
    const [two] = await standing(id);
    interrupt(() => withdrawLead(db, receipt_code, sales, noon));
    expect(await releaseHold({ ...started.services, periods }, { id: two!.id }, 'over', sales, noon)).toBe('released');
    expect(await rowOf(id)).toMatchObject({ erased_at: noon.toISOString(), restricted_at: null });
    expect(await db.selectFrom('keys').selectAll().where('subject_id', '=', id).execute()).toEqual([]);
  });

  it('[M1] the lead of a child is erased at once, ends holds, and waits for law and court alone', async () => {
    const eraseChild = (id: string) => eraseLeadById(db, id, 'child', sales, noon);
    const [disputed, sued] = [await receive(), await receive()];
    for (const ground of ['finance', 'dispute', 'authority'] as const)
      await placeHold(started.services, disputed, by(ground), sales, noon);
    expect(await eraseLeadById(db, disputed, 'unlawful', sales, noon)).toBe('held');
    expect(await eraseChild(disputed)).toBe('erased');
    expect(await standing(disputed)).toEqual([]);
    const ended = await db.selectFrom('holds').select('reason').where('lead_id', '=', disputed).execute();
    expect(ended).toEqual(Array(3).fill({ reason: 'child' }));
    for (const ground of ['law', 'court'] as const) {
      const id = await receive();
      await placeHold(started.services, id, by(ground), sales, noon);
      expect(await eraseChild(id)).toBe('held');
    }
    const suit = (await hold(sued))!;
    interrupt(() => placeHold(started.services, sued, by('law'), sales, noon));
    expect(await eraseChild(sued)).toBe('held');
    const before = await seqNow();
    expect(await eraseChild(sued)).toBe('held');
    expect(await seqNow()).toBe(before);
    await releaseHold({ ...started.services, periods }, { id: suit.id }, 'over', sales, noon);
    expect(await rowOf(sued)).toMatchObject({ erased_at: null, child_at: noon.toISOString() });
    const [law] = await standing(sued);
    await releaseHold({ ...started.services, periods }, { id: law!.id }, 'over', sales, noon);
    for (const id of [disputed, sued])
      expect(await rowOf(id)).toMatchObject({ erased_at: noon.toISOString(), child_at: noon.toISOString() });
  });
});

it.runIf(has_postgres)(
  'two servers on one PostgreSQL correct, change and erase the same leads without waiting for each other for ever',
  async () => {
    const address = await createPostgresDatabase();
    const open = () => postgres.open(address, undefined, unhurried);
    const [one, two] = await Promise.all([open(), open()]);
    const { post, services } = await startPublished({}, one);
    const receive = async () => ((await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string }).id;
    const ids = await Promise.all(Array.from({ length: 12 }, receive));
    const seqNow = async () => (await one.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
    const before = await seqNow();
    const acts = ids.flatMap(id => [
      changeLead({ ...services, db: one }, id, { values: { name: '王芳' } }, sales, noon),
      changeLead({ ...services, db: two }, id, { values: { company: 'Example Ltd' } }, sales, noon),
      changeLead({ ...services, db: two }, id, { status: 'contacted' }, sales, noon),
      eraseLeadById(one, id, undefined, sales, noon),
      eraseLeadById(two, id, undefined, sales, noon),
    ]);
    const answers = await Promise.all(acts);
    const done = answers.filter(answer => answer === 'done' || answer === 'erased').length;
    expect(answers.filter(answer => answer === 'erased')).toHaveLength(12);
    expect(await seqNow()).toBe(before + done);
    expect(await one.selectFrom('keys').selectAll().execute()).toEqual([]);
    await Promise.all([one.destroy(), two.destroy()]);
  },
);
