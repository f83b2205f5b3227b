import { describe, expect, it } from 'vitest';
import type { Role } from '../../worker/guards/roles.ts';
import { lead, origin, readProblem, startPublished } from '../support/harness.ts';

/** Starts an app with one lead, which was received a second before now. */
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
      follow_up_on: null,
      closed_reason: null,
    });
    const page = await feed(next_cursor);
    expect(page.leads).toEqual([changed]);
    expect((await feed()).leads).toEqual([changed]);
    expect((await feed(page.next_cursor)).leads).toEqual([]);
    expect(await events('lead.changed')).toEqual([
      {
        actor: (await token('sales')).split('_')[1],
        role: 'sales',
        fields: 'status:new>contacted,assigned_to',
        purpose: 'mini-ai-experience',
        lead_id: id,
      },
    ]);
    expect(await (await pull('/leads?assigned_to=王芳&status=contacted')).json()).toMatchObject({ leads: [{ id }] });
    await ask('PATCH', `/leads/${id}`, { assigned_to: null }, 'sales');
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ status: 'contacted', assigned_to: null });
  });

  it('says of each status from what to what, also where several people change it at once', async () => {
    const { ask, id, events } = await startWithLead();
    const statuses = ['contacted', 'qualified', 'closed', 'new', 'contacted', 'qualified', 'closed', 'new'];
    await Promise.all(statuses.map(status => ask('PATCH', `/leads/${id}`, { status })));
    const steps = ((await events('lead.changed')) as { fields: string }[]).map(({ fields }) =>
      fields.replace('status:', '').split('>'),
    );
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.map(([from]) => from)).toEqual(['new', ...steps.slice(0, -1).map(([, to]) => to)]);
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
    expect(await events('lead.corrected')).toMatchObject([{}, { fields: 'status:new>closed,company' }]);
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
    [{ assigned_to: '' }, ['assigned_to required']],
    [{ assigned_to: 'a\u0000' }, ['assigned_to invalid']],
    [{ assigned_to: '😀'.repeat(101) }, ['assigned_to too_long']],
    [{ name: ' ' }, ['name required']],
    [{ name: null, status: 'closed' }, ['name wrong_type']],
    [
      { name: 'x'.repeat(101), phone: '123', email: 'x', company: '' },
      ['name too_long', 'phone invalid', 'email invalid', 'company required'],
    ],
    [{ phone: 13800138000 }, ['phone wrong_type']],
    [{ form: 'ecological-cooperation' }, ['form unknown_field']],
    [{ status: 'closed', remark: 'x' }, ['remark unknown_field']],
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

  it('answers 404 for no lead and for an erased one, 423 for one under a hold, and says why', async () => {
    const { ask, id, next_cursor, feed } = await startWithLead();
    for (const other of ['x', '%00', '0190b1f0-0000-7000-8000-000000000000'])
      expect((await ask('PATCH', `/leads/${other}`, { status: 'closed' })).status).toBe(404);
    const hold = { ground: 'court', reference: '7', review_on: '2027-05-23' };
    const placed = await ask('POST', `/leads/${id}/holds`, hold);
    const { next_cursor: after } = await feed(next_cursor);
    for (const [method, sent] of [['PATCH', { status: 'closed' }], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      const held = await ask(method, `/leads/${id}`, sent);
      expect(held.status).toBe(423);
      expect(await held.json()).toMatchObject({
        type: `${origin}/problems/held`,
        detail: expect.stringContaining('法律保全'),
      });
    }
    expect((await feed(after)).leads).toEqual([]);
    const { id: hold_id } = (await placed.json()) as { id: string };
    expect((await ask('DELETE', `/leads/${id}/holds/${hold_id}`, { reason: '结案' })).status).toBe(204);
    expect((await ask('DELETE', `/leads/${id}`)).status).toBe(204);
    const erased = await ask('PATCH', `/leads/${id}`, { status: 'closed' });
    expect(erased.status).toBe(404);
    expect(await erased.json()).toMatchObject({ detail: expect.stringContaining('已被删除') });
  });
});

describe('DELETE /leads/:id', () => {
  it('[R4] erases: key and values go, a tombstone and an event stay; its idempotency key answers 410 for its 24 hours', async () => {
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
