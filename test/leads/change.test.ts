import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import { newId } from '../../db/ids.ts';
import { changeLead } from '../../db/leads/change.ts';
import { eraseLeadById } from '../../db/leads/erase.ts';
import { findLead } from '../../db/leads/read.ts';
import type { Role } from '../../worker/guards/access.ts';
import { createPostgresDatabase, engines } from '../support/engines.ts';
import { lead, noon, origin, readProblem, startPublished } from '../support/harness.ts';

const sales = { id: 'sales', role: 'sales', request_id: null };

/** An app with one lead, a second before now. */
async function startWithLead(headers = {}) {
  const started = await startPublished();
  const { id } = (await (await started.post('/forms/mini-ai-experience', lead, headers)).json()) as { id: string };
  const feed = async (cursor = '') =>
    (await (await started.pull(`/leads?${cursor && `cursor=${cursor}`}`)).json()) as {
      leads: Record<string, unknown>[];
      next_cursor: string;
    };
  const events = async (action: string) =>
    started.db
      .selectFrom('audit_events')
      .select(['actor', 'role', 'fields', 'purpose', 'lead_id'])
      .where('action', '=', action)
      .execute();
  const { next_cursor } = await feed();
  started.advance(1_000);
  return { ...started, id, feed, next_cursor, events };
}

describe('PATCH /leads/:id', () => {
  it('sets status and assignee: the lead masked, once in the feed, an event without values', async () => {
    const { ask, id, feed, next_cursor, events, token, pull } = await startWithLead();
    const response = await ask('PATCH', `/leads/${id}`, { status: 'contacted', assigned_to: '王芳' }, 'sales');
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    const changed = await response.json();
    expect(changed).toEqual({
      id,
      form: 'mini-ai-experience',
      status: 'contacted',
      assigned_to: '王芳',
      name: '欧阳**',
      phone: '138******78',
      email: 'Z***@example.com',
      company: '小视**股份有限公司',
      policy_version: '2026-01',
      received_at: '2026-11-23T04:00:00.000Z',
      changed_at: '2026-11-23T04:00:01.000Z',
      earlier_lead_id: null,
    });
    const page = await feed(next_cursor);
    expect(page.leads).toEqual([changed]);
    expect((await feed()).leads).toEqual([changed]);
    expect((await feed(page.next_cursor)).leads).toEqual([]);
    expect(await events('lead.changed')).toEqual([
      {
        actor: (await token('sales')).split('_')[1],
        role: 'sales',
        fields: 'status,assigned_to',
        purpose: 'mini-ai-experience',
        lead_id: id,
      },
    ]);
    expect(await (await pull('/leads?assigned_to=王芳&status=contacted')).json()).toMatchObject({ leads: [{ id }] });
    await ask('PATCH', `/leads/${id}`, { assigned_to: null }, 'sales');
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ status: 'contacted', assigned_to: null });
  });

  it('[R3] corrects values: search finds the new, not the old; the event names the fields alone', async () => {
    const { ask, id, feed, next_cursor, events, pull, db } = await startWithLead();
    const before = await db.selectFrom('keys').selectAll().execute();
    const corrected = { phone: '（025）5880 1024 转 802', email: ' li.si@example.org ', name: ' 李四 ' };
    const response = await ask('PATCH', `/leads/${id}`, corrected);
    expect(await response.json()).toMatchObject({ id, name: '李**', phone: '025******24', email: 'l***@example.org' });
    const found = async (query: string) =>
      ((await (await pull(`/leads?${query}`)).json()) as { leads: object[] }).leads.length;
    expect(await found('phone=025-58801024-802')).toBe(1);
    expect(await found('email=LI.SI@example.org')).toBe(1);
    expect(await found(`phone=${lead.phone}`)).toBe(0);
    expect(await found(`email=${lead.email}`)).toBe(0);
    expect((await feed(next_cursor)).leads).toHaveLength(1);
    expect(await (await pull(`/leads/${id}?view=clear`)).json()).toMatchObject({
      name: '李四',
      phone: '+862558801024;ext=802',
      email: 'li.si@example.org',
      company: lead.company,
    });
    expect(await events('lead.corrected')).toMatchObject([{ fields: 'name,phone,email', lead_id: id }]);
    expect(JSON.stringify(await db.selectFrom('audit_events').selectAll().execute())).not.toMatch(/李|5880|li\.si/);
    const [key] = await db.selectFrom('keys').selectAll().execute();
    for (const column of ['wrapped', 'phone_index', 'email_index'] as const)
      expect(key![column]).not.toBe(before[0]![column]);
    await ask('PATCH', `/leads/${id}`, { company: 'Example Ltd', status: 'closed' });
    expect(await events('lead.corrected')).toMatchObject([{}, { fields: 'status,company' }]);
  });

  it.each<[Role, object, number]>([
    ['viewer', { status: 'closed' }, 403],
    ['auditor', { status: 'closed' }, 403],
    ['admin', { status: 'closed' }, 403],
    ['sales', { status: 'closed' }, 200],
    ['sales', { name: '王芳' }, 403],
    ['sales', { status: 'closed', name: '王芳' }, 403],
    ['privacy_officer', { status: 'closed', name: '王芳' }, 200],
  ])('%s may send %j: %i', async (role, sent, status) => {
    const { ask, id, next_cursor, feed } = await startWithLead();
    const response = await ask('PATCH', `/leads/${id}`, sent, role);
    expect(response.status).toBe(status);
    if (status !== 403) return;
    expect(await readProblem(response)).toMatchObject({ slug: 'forbidden' });
    expect((await feed(next_cursor)).leads).toEqual([]);
  });

  it.each([
    [{}, [' required']],
    [[], [' wrong_type']],
    [{ status: 'lost' }, ['status invalid']],
    [{ status: null }, ['status wrong_type']],
    [{ assigned_to: '' }, ['assigned_to invalid']],
    [{ assigned_to: 'a\u0000' }, ['assigned_to invalid']],
    [{ assigned_to: 'x'.repeat(101) }, ['assigned_to invalid']],
    [{ name: ' ' }, ['name required']],
    [{ name: null, status: 'closed' }, ['name wrong_type']],
    [
      { name: 'x'.repeat(101), phone: '123', email: 'x', company: '' },
      ['name too_long', 'phone invalid', 'email invalid', 'company required'],
    ],
    [{ phone: 13800138000 }, ['phone wrong_type']],
    [{ form: 'ecological-cooperation' }, ['form unknown_field']],
    [{ status: 'closed', note: 'x' }, ['note unknown_field']],
  ])('refuses %j', async (sent, errors) => {
    const { ask, id, next_cursor, feed } = await startWithLead();
    expect(await readProblem(await ask('PATCH', `/leads/${id}`, sent))).toEqual({
      slug: 'invalid-fields',
      status: 422,
      errors,
    });
    expect((await feed(next_cursor)).leads).toEqual([]);
  });

  it('says what to send to who sends nothing, and holds to the rules of every body', async () => {
    const { ask, id, app, token } = await startWithLead();
    const { errors } = (await (await ask('PATCH', `/leads/${id}`, {})).json()) as { errors: { message: string }[] };
    expect(errors[0]!.message).toBe('请至少提供一个要更改的字段。');
    const send = async (body: string, type: string) =>
      readProblem(
        await app.request(`${origin}/leads/${id}`, {
          method: 'PATCH',
          headers: {
            Authorization: `Bearer ${await token('sales')}`,
            'Content-Type': type,
            Origin: 'https://a.example',
          },
          body,
        }),
      );
    expect(await send('{"status":', 'application/json')).toMatchObject({ slug: 'malformed-json' });
    expect(await send('status=closed', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
    expect(await send(`{"status":"${'x'.repeat(20_000)}"}`, 'application/json')).toMatchObject({ status: 413 });
  });

  it('answers 404 for no lead and for an erased one, 403 for one under a legal hold, and says why', async () => {
    const { ask, id, db, next_cursor, feed } = await startWithLead();
    for (const other of ['x', '%00', '0190b1f0-0000-7000-8000-000000000000'])
      expect((await ask('PATCH', `/leads/${other}`, { status: 'closed' })).status).toBe(404);
    await db.atomic([db.updateTable('leads').set({ restricted_at: noon.toISOString() }).compile()]);
    for (const [method, sent] of [['PATCH', { status: 'closed' }], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      const held = await ask(method, `/leads/${id}`, sent);
      expect(held.status).toBe(403);
      expect(await held.json()).toMatchObject({
        type: `${origin}/problems/forbidden`,
        detail: expect.stringContaining('法律保全'),
      });
    }
    expect((await feed(next_cursor)).leads).toEqual([]);
    await db.atomic([db.updateTable('leads').set({ restricted_at: null }).compile()]);
    expect((await ask('DELETE', `/leads/${id}`)).status).toBe(204);
    const erased = await ask('PATCH', `/leads/${id}`, { status: 'closed' });
    expect(erased.status).toBe(404);
    expect(await erased.json()).toMatchObject({ detail: expect.stringContaining('已被删除') });
  });
});

describe('DELETE /leads/:id', () => {
  it('[R4] erases: key, values and idempotency key go; a tombstone and an event stay; the same key is new again', async () => {
    const key = { 'Idempotency-Key': 'k' };
    const { ask, id, db, pull, post, feed, next_cursor, events, advance } = await startWithLead(key);
    await ask('PATCH', `/leads/${id}`, { status: 'contacted' });
    const response = await ask('DELETE', `/leads/${id}`);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    const tombstone = { id, erased_at: '2026-11-23T04:00:01.000Z' };
    expect((await feed(next_cursor)).leads).toEqual([tombstone]);
    expect(await (await pull(`/leads/${id}?view=clear`)).json()).toEqual(tombstone);
    expect(await (await pull(`/leads?phone=${lead.phone}`)).json()).toMatchObject({ leads: [] });
    expect(await db.selectFrom('keys').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('leads').select(['locale', 'withdrawn_at']).execute()).toEqual([
      { locale: 'zh-CN', withdrawn_at: null },
    ]);
    expect(await events('lead.erased')).toMatchObject([
      { role: 'privacy_officer', fields: 'name,phone,email,company', lead_id: id },
    ]);
    expect((await ask('DELETE', `/leads/${id}`)).status).toBe(204);
    expect(await events('lead.erased')).toHaveLength(1);

    for (const sent of [lead, { ...lead, name: '李雷' }])
      expect((await post('/forms/mini-ai-experience', sent, key)).status).toBe(410);
    expect(await (await pull(`/leads?phone=${lead.phone}`)).json()).toMatchObject({ leads: [] });
    advance(24 * 3_600_000);
    expect((await post('/forms/mini-ai-experience', lead, key)).status).toBe(201);
  });

  it('answers 404 for no lead, 403 for other roles, and a receipt code is used up with its lead', async () => {
    const { ask, id, post } = await startWithLead();
    const { receipt_code, id: other } = (await (await post('/forms/mini-ai-experience', lead)).json()) as {
      id: string;
      receipt_code: string;
    };
    for (const unknown of ['x', '%00', '0190b1f0-0000-7000-8000-000000000000'])
      expect((await ask('DELETE', `/leads/${unknown}`)).status).toBe(404);
    for (const role of ['viewer', 'sales', 'auditor', 'admin'] as const)
      expect((await ask('DELETE', `/leads/${id}`, undefined, role)).status).toBe(403);
    expect((await ask('DELETE', `/leads/${other}`)).status).toBe(204);
    expect((await post('/withdrawals', { receipt_code })).status).toBe(404);
    expect((await ask('POST', `/leads/${id}`, {})).headers.get('Allow')).toBe('GET, HEAD, PATCH, DELETE');
  });
});

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
  const hold = (id: string) =>
    db.atomic([db.updateTable('leads').set({ restricted_at: noon.toISOString() }).where('id', '=', id).compile()]);
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
    expect(done).toEqual(Array(6).fill(true));
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
    expect(await changeLead(started.services, id, same, sales, noon)).toBe(true);
    expect(await seqNow()).toBe(before);
  });

  it('an erased, held or unknown lead is not changed; a held one is not erased', async () => {
    const [erased, held] = [await receive(), await receive()];
    expect(await eraseLeadById(db, erased, sales, noon)).toBe('erased');
    await hold(held);
    const before = [await seqNow(), await rowOf(erased), await rowOf(held)];
    for (const id of [erased, held, newId(noon)])
      for (const change of [{ status: 'closed' as const }, { values: { name: 'x' } }])
        expect(await changeLead(started.services, id, change, sales, noon)).toBe(false);
    expect(await eraseLeadById(db, erased, sales, noon)).toBe('already');
    expect(await eraseLeadById(db, held, sales, noon)).toBe('restricted');
    expect(await eraseLeadById(db, newId(noon), sales, noon)).toBeUndefined();
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
      for (const act of [hold, (id: string) => eraseLeadById(db, id, sales, noon)]) {
        const id = await receive();
        interrupt(() => act(id));
        expect(await changeLead(started.services, id, change, sales, noon)).toBe(false);
        expect(await rowOf(id)).toMatchObject({ status: 'new' });
      }
    const id = await receive();
    interrupt(() => hold(id));
    expect(await eraseLeadById(db, id, sales, noon)).toBe('restricted');
    expect(await rowOf(id)).toMatchObject({ erased_at: null });
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
    interrupt(() => eraseLeadById(db, erased, sales, noon));
    const { leads } = (await (await pull('/leads?view=clear&order=desc&limit=3')).json()) as {
      leads: { id: string }[];
    };
    expect(leads.map(({ id }) => id)).not.toContain(erased);
    expect(leads).toContainEqual(expect.objectContaining({ id: other, email: lead.email }));
    const [latest] = (await reveals()).toSorted((a, b) => b.seq - a.seq);
    const subjects = await db.selectFrom('audit_subjects').select('lead_id').where('seq', '=', latest!.seq).execute();
    expect(subjects.map(({ lead_id }) => lead_id)).not.toContain(erased);
  });

  it('of erasures at once one counts', async () => {
    const id = await receive();
    const before = await seqNow();
    const answers = await Promise.all(Array.from({ length: 6 }, () => eraseLeadById(db, id, sales, noon)));
    expect(answers.sort()).toEqual([...Array(5).fill('already'), 'erased']);
    expect(await seqNow()).toBe(before + 1);
  });
});

it('two servers on one PostgreSQL correct, change and erase the same leads without waiting for each other for ever', async () => {
  const address = await createPostgresDatabase();
  const [one, two] = [await postgres.open(address), await postgres.open(address)];
  const { post, services } = await startPublished({}, one);
  const receive = async () => ((await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string }).id;
  const ids = await Promise.all(Array.from({ length: 12 }, receive));
  const seqNow = async () => (await one.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
  const before = await seqNow();
  const acts = ids.flatMap(id => [
    changeLead({ ...services, db: one }, id, { values: { name: '王芳' } }, sales, noon),
    changeLead({ ...services, db: two }, id, { values: { company: 'Example Ltd' } }, sales, noon),
    changeLead({ ...services, db: two }, id, { status: 'contacted' }, sales, noon),
    eraseLeadById(one, id, sales, noon),
    eraseLeadById(two, id, sales, noon),
  ]);
  const answers = await Promise.all(acts);
  const done = answers.filter(answer => answer === true || answer === 'erased').length;
  expect(answers.filter(answer => answer === 'erased')).toHaveLength(12);
  expect(await seqNow()).toBe(before + done);
  expect(await one.selectFrom('keys').selectAll().execute()).toEqual([]);
  await Promise.all([one.destroy(), two.destroy()]);
});
