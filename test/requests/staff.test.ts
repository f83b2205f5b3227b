import { describe, expect, it } from 'vitest';
import { rotateToken } from '../../db/staff/rotate-token.ts';
import { createToken } from '../../db/staff/tokens.ts';
import type { Role } from '../../worker/guards/roles.ts';
import {
  browser_accept,
  lead,
  noon,
  operator,
  origin,
  readProblem,
  runJobs,
  startPublished,
} from '../support/harness.ts';

interface Shown {
  id: string;
  reference: string;
  type: string;
  state: string;
  due_on: string;
  extended_to: string | null;
  verified_by: string | null;
  lead_ids: string[];
  email?: string;
  name?: string;
  details?: string;
  copy_url?: string;
}
interface Event {
  actor: string;
  action: string;
  fields: string | null;
  purpose: string | null;
  role: string;
  lead_ids: string[];
}

const day_ms = 86_400_000;

async function openDesk() {
  const started = await startPublished();
  const { post, ask, pull, get } = started;
  const submit = async (values: object = {}) =>
    (await (await post('/forms/mini-ai-experience', { ...lead, ...values })).json()) as {
      id: string;
      receipt_code: string;
    };
  const take = async (sent: object = {}) =>
    (await (
      await ask('POST', '/subject-requests', { type: 'access', channel: 'phone', email: lead.email, ...sent })
    ).json()) as Shown;
  const act = (id: string, act: string, sent?: object, role?: Role) =>
    ask('POST', `/subject-requests/${id}/${act}`, sent, role);
  const verify = (id: string) => act(id, 'verification', { by: 'callback' });
  /** Takes a request, verifies it and fulfils it. */
  const fulfil = async (sent: object, fulfilment?: object) => {
    const { id } = await take(sent);
    await verify(id);
    return act(id, 'fulfilment', fulfilment);
  };
  const show = async (id: string, query = '') =>
    (await (await pull(`/subject-requests/${id}${query}`)).json()) as Shown;
  const events = async (query: string) =>
    ((await (await pull(`/audit-events?${query}&limit=200`)).json()) as { audit_events: Event[] }).audit_events;
  const follow = async ({ reference }: Shown) =>
    (await (await get(`/requests/${reference}`)).json()) as Record<string, unknown>;
  return { ...started, submit, take, act, verify, fulfil, show, events, follow };
}

describe('/subject-requests', () => {
  it('takes what people say on the telephone, finds their leads by their contact, and shows it masked', async () => {
    const { submit, take, show, events, pull, ask } = await openDesk();
    const own = await submit();
    await submit({ email: 'other@example.com' });
    const request = await take({ name: '欧阳小明', details: 'x@y.example' });
    expect(request).toMatchObject({
      ...{ type: 'access', channel: 'phone', state: 'received', due_on: '2026-12-14', verification: 'by_staff' },
      ...{ lead_ids: [own.id], name: '欧阳**', email: 'Z***@example.com' },
    });
    expect(request.details).toBeUndefined();
    expect(await show(request.id, '?view=clear')).toMatchObject({ email: lead.email, details: 'x@y.example' });
    const [revealed] = await events('action=request.revealed');
    expect(revealed).toMatchObject({ fields: request.id, role: 'privacy_officer' });
    for (const path of ['', `/${request.id}`]) {
      expect((await pull(`/subject-requests${path}`, 'auditor')).status).toBe(200);
      for (const role of ['viewer', 'sales', 'admin'] as Role[])
        expect((await pull(`/subject-requests${path}`, role)).status).toBe(403);
    }
    expect((await pull(`/subject-requests/${request.id}?view=clear`, 'auditor')).status).toBe(403);
    expect((await ask('POST', '/subject-requests', { type: 'access', channel: 'phone' })).status).toBe(422);
    const unknown = { type: 'access', channel: 'mail', lead_ids: ['0190b1f0-0000-7000-8000-000000000000'] };
    expect(await readProblem(await ask('POST', '/subject-requests', unknown))).toMatchObject({
      errors: ['lead_ids invalid'],
    });
    const both = await take({ phone: '13900139000' });
    expect(both.lead_ids).toEqual([]);
  });

  it('lists them by due day, page by page, and by state, type and day', async () => {
    const { take, verify, advance, pull } = await openDesk();
    const first = await take({ type: 'erasure' });
    advance(day_ms);
    const [second, third] = [await take(), await take({ type: 'erasure' })];
    await verify(third.id);
    type List = { subject_requests: Shown[]; next_cursor: string | null; has_more: boolean };
    const list = async (query: string) => (await (await pull(`/subject-requests?${query}`)).json()) as List;
    const ids = async (query: string) => (await list(query)).subject_requests.map(({ id }) => id);
    const page = await list('limit=2');
    expect(page.subject_requests.map(({ id }) => id)).toEqual([first.id, second.id]);
    const rest = await list(`limit=2&cursor=${page.next_cursor}`);
    expect(rest).toMatchObject({ subject_requests: [{ id: third.id }], next_cursor: null, has_more: false });
    expect(await ids('state=verified')).toEqual([third.id]);
    expect(await ids('type=erasure')).toEqual([first.id, third.id]);
    expect(await ids('due_before=2026-12-15')).toEqual([first.id]);
    expect(await readProblem(await pull('/subject-requests?cursor=x'))).toMatchObject({ errors: ['cursor invalid'] });
  });
});

describe('fulfilment', () => {
  it('[R4] [R5] erases, in one unit with its events, once the person is verified', async () => {
    const { submit, take, act, verify, fulfil, follow, events, pull, db } = await openDesk();
    const { id } = await submit();
    const request = await take({ type: 'erasure' });
    expect(await readProblem(await act(request.id, 'fulfilment'))).toMatchObject({ slug: 'conflict', status: 409 });
    await verify(request.id);
    expect(await follow(request)).toMatchObject({ state: 'verified' });
    expect(await (await act(request.id, 'fulfilment')).json()).toMatchObject({ state: 'fulfilled', lead_ids: [id] });
    expect(await (await pull(`/leads/${id}`)).json()).toEqual({ id, erased_at: noon.toISOString() });
    expect(await follow(request)).toMatchObject({ state: 'fulfilled' });
    const trail = await events(`lead_id=${id}`);
    expect(trail.slice(-2)).toMatchObject([
      { action: 'lead.erased', purpose: 'withdrawn' },
      { action: 'request.fulfilled', fields: request.id, purpose: 'erasure' },
    ]);
    expect((await act(request.id, 'fulfilment')).status).toBe(409);
    const other = await submit();
    expect((await fulfil({ type: 'withdrawal' })).status).toBe(200);
    expect((await events(`lead_id=${other.id}`)).at(-2)).toMatchObject({ action: 'lead.withdrawn' });
    expect(await db.selectFrom('keys').select('subject_kind').where('subject_kind', '=', 'lead').execute()).toEqual([]);
  });

  it('[R3] corrects', async () => {
    const { submit, fulfil, pull, events } = await openDesk();
    const { id } = await submit();
    const asked = { type: 'rectification' };
    expect(await readProblem(await fulfil(asked))).toMatchObject({ errors: ['values required'] });
    const wrong = { phone: '1', name: '', company: 'x'.repeat(201), note: 'x' };
    expect((await readProblem(await fulfil(asked, { values: wrong }))).errors?.sort()).toEqual([
      'values.company too_long',
      'values.name required',
      'values.note unknown_field',
      'values.phone invalid',
    ]);
    expect((await fulfil(asked, { values: { company: '新公司', email: 'new@example.com' } })).status).toBe(200);
    expect(await (await pull(`/leads/${id}?view=clear`)).json()).toMatchObject({
      ...{ company: '新公司', email: 'new@example.com', name: lead.name },
    });
    expect((await events(`lead_id=${id}&action=lead.corrected`))[0]).toMatchObject({ fields: 'email,company' });
    // The old address is nobody's any more.
    expect(await readProblem(await fulfil(asked, { values: { company: 'x' } }))).toMatchObject({ slug: 'conflict' });
    expect(await (await fulfil(asked)).json()).toMatchObject({ state: 'fulfilled', lead_ids: [] });
    expect(await readProblem(await fulfil({ type: 'erasure' }, { values: { company: 'x' } }))).toMatchObject({
      errors: ['values not_allowed'],
    });
  });

  it('restricts without a hold: the lead may still be withdrawn and erased, and the restriction is lifted by staff', async () => {
    const { submit, fulfil, pull, ask, post, events } = await openDesk();
    const [one, two] = [await submit(), await submit()];
    expect((await fulfil({ type: 'restriction' })).status).toBe(200);
    const restricted = { id: one.id, restricted_at: noon.toISOString() };
    expect(await (await pull(`/leads/${one.id}`)).json()).toEqual(restricted);
    const refused = [
      await ask('PATCH', `/leads/${one.id}`, { status: 'contacted' }),
      await fulfil({ type: 'rectification' }, { values: { company: 'x' } }),
    ];
    for (const response of refused)
      expect([response.status, await response.json()]).toEqual([
        423,
        expect.objectContaining({ detail: expect.stringContaining('DELETE /leads/{id}/restriction') }),
      ]);
    // The end of a hold does not lift it.
    const hold = { ground: 'law', reference: '7', review_on: '2027-01-01' };
    const { id } = (await (await ask('POST', `/leads/${one.id}/holds`, hold)).json()) as { id: string };
    await ask('DELETE', `/leads/${one.id}/holds/${id}`, { reason: 'x' });
    expect(await (await pull(`/leads/${one.id}`)).json()).toEqual(restricted);
    const lift = (role?: Role) => ask('DELETE', `/leads/${one.id}/restriction`, { reason: '已核实' }, role);
    expect((await lift('sales')).status).toBe(403);
    expect((await ask('DELETE', `/leads/${one.id}/restriction`)).status).toBe(422);
    expect([(await lift()).status, (await lift()).status]).toEqual([204, 204]);
    expect(await (await pull(`/leads/${one.id}`)).json()).toMatchObject({ status: 'new' });
    expect((await ask('DELETE', '/leads/x/restriction', { reason: 'x' })).status).toBe(404);
    expect(await (await post('/withdrawals', { receipt_code: two.receipt_code })).json()).toMatchObject({
      erased: true,
    });
    expect((await ask('DELETE', `/leads/${two.id}/restriction`, { reason: 'x' })).status).toBe(404);
    const trail = (await events(`lead_id=${one.id}`)).map(({ action }) => action);
    expect(trail.filter(action => action.startsWith('restriction'))).toEqual([
      'restriction.placed',
      'restriction.lifted',
    ]);
  });

  it('waits for the release of a hold', async () => {
    const { submit, take, verify, act, ask } = await openDesk();
    const { id } = await submit();
    const hold = { ground: 'court', reference: '7', review_on: '2027-01-01' };
    const { id: hold_id } = (await (await ask('POST', `/leads/${id}/holds`, hold)).json()) as { id: string };
    for (const type of ['erasure', 'copy', 'restriction']) {
      const request = await take({ type });
      await verify(request.id);
      expect(await readProblem(await act(request.id, 'fulfilment'))).toMatchObject({ slug: 'held', status: 423 });
      if (type === 'restriction') {
        await ask('DELETE', `/leads/${id}/holds/${hold_id}`, { reason: 'x' });
        expect((await act(request.id, 'fulfilment')).status).toBe(200);
      }
    }
  });

  it('[M1] [R4] erases the lead of a child at once: only a hold by law or court is waited for', async () => {
    const { submit, take, verify, act, ask, pull, events } = await openDesk();
    const hold = async (id: string, ground: string) =>
      (
        (await (
          await ask('POST', `/leads/${id}/holds`, { ground, reference: '7', review_on: '2027-01-01' })
        ).json()) as {
          id: string;
        }
      ).id;
    const [free, billed] = [await submit(), await submit()];
    await hold(billed.id, 'finance');
    const request = await take({ type: 'erasure' });
    await verify(request.id);
    expect((await act(request.id, 'fulfilment', { ground: 'unlawful' })).status).toBe(423);
    expect((await act(request.id, 'fulfilment', { ground: 'child' })).status).toBe(200);
    for (const { id } of [free, billed])
      expect(await (await pull(`/leads/${id}`)).json()).toEqual({ id, erased_at: noon.toISOString() });
    expect((await events(`lead_id=${billed.id}`)).map(({ action }) => action).slice(-3)).toEqual([
      'hold.released',
      'lead.erased',
      'request.fulfilled',
    ]);
    const [other, sued] = [await submit(), await submit()];
    const held = await hold(sued.id, 'court');
    const second = await take({ type: 'erasure' });
    await verify(second.id);
    expect((await act(second.id, 'fulfilment', { ground: 'child' })).status).toBe(423);
    expect(await (await pull(`/leads/${other.id}`)).json()).not.toHaveProperty('erased_at', expect.any(String));
    // It goes with the release, without another word.
    await ask('DELETE', `/leads/${sued.id}/holds/${held}`, { reason: 'x' });
    expect(await (await pull(`/leads/${sued.id}`)).json()).toEqual({ id: sued.id, erased_at: noon.toISOString() });
    expect((await act(second.id, 'fulfilment', { ground: 'child' })).status).toBe(200);
    expect(await (await pull(`/leads/${other.id}`)).json()).toEqual({ id: other.id, erased_at: noon.toISOString() });
  });

  it('answers in words who need not be verified', async () => {
    const { take, act } = await openDesk();
    for (const type of ['explanation', 'complaint'])
      expect(await (await act((await take({ type })).id, 'fulfilment')).json()).toMatchObject({ state: 'fulfilled' });
  });
});

describe('a refusal', () => {
  const asked = { code: 'R5', explanation: '同一请求一周内已提出 40 次。' };

  it('is in force only after another person has approved it, and its person then reads why', async () => {
    const { take, act, follow, app, db, services, events } = await openDesk();
    const request = await take();
    const tokenOf = (holder: string, actor = operator) =>
      createToken(db, { holder, role: 'privacy_officer', days: 9 }, actor, services.now());
    const approveAs = (token: string) =>
      app.request(`${origin}/subject-requests/${request.id}/approval`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
      });
    expect((await act(request.id, 'approval', undefined, 'auditor')).status).toBe(409);
    expect((await act(request.id, 'refusal', asked)).status).toBe(200);
    expect(await follow(request)).not.toHaveProperty('refusal');
    const [{ actor }] = (await events('action=request.refusal_asked')) as [Event];
    expect(await readProblem(await act(request.id, 'approval'))).toMatchObject({ slug: 'forbidden' });
    for (const holder of ['privacy_officer', ' ｐrivacy_officer ', 'Privacy_\u200bOfficer\u00ad'])
      expect((await approveAs(await tokenOf(holder))).status).toBe(403);
    const made = await tokenOf('Anna', { ...operator, id: actor });
    expect((await approveAs(made)).status).toBe(403);
    const rotation = { days: 9, overlap_days: 0 };
    const rotated = await rotateToken(db, made.split('_')[1]!, rotation, operator, services.now());
    expect((await approveAs(rotated!)).status).toBe(403);
    for (const role of ['viewer', 'sales', 'admin'] as Role[])
      expect((await act(request.id, 'approval', undefined, role)).status).toBe(403);
    expect(await (await act(request.id, 'approval', undefined, 'auditor')).json()).toMatchObject({ state: 'refused' });
    expect(await follow(request)).toMatchObject({ state: 'refused', refusal: asked });
    expect((await act(request.id, 'approval', undefined, 'auditor')).status).toBe(409);
    expect((await act(request.id, 'fulfilment')).status).toBe(409);
    expect((await events('action=request.refused'))[0]).toMatchObject({ purpose: 'R5', role: 'auditor' });
  });

  it.each([
    [{}, ['code required', 'explanation required']],
    [{ ...asked, code: 'R9' }, ['code invalid']],
    [{ ...asked, explanation: ' ' }, ['explanation required']],
  ])('is not taken as %j', async (sent, errors) => {
    const { take, act } = await openDesk();
    expect(await readProblem(await act((await take()).id, 'refusal', sent))).toMatchObject({ status: 422, errors });
  });
});

describe('the time of a request', () => {
  it('[R1] is extended until the end of its due day, and not after', async () => {
    const { take, act, follow, advance, services, get } = await openDesk();
    const request = await take();
    const extend = (due_on: string) => act(request.id, 'extension', { reason: '需要核对合同', due_on });
    expect(await readProblem(await extend('2026-12-14'))).toMatchObject({ errors: ['due_on invalid'] });
    expect(await readProblem(await extend('2062-12-31'))).toMatchObject({ errors: ['due_on invalid'] });
    // The last moment of the due day in Shanghai.
    advance(Date.parse('2026-12-14T15:59:59.999Z') - services.now().getTime());
    expect((await extend('2026-12-31')).status).toBe(200);
    const told = await follow(request);
    expect(told).toMatchObject({ state: 'extended', due_on: '2026-12-14', extended_to: '2026-12-31' });
    expect(JSON.stringify(told)).not.toContain('需要核对合同');
    const page = await (await get(`/requests/${request.reference}?lang=zh-CN`, { Accept: browser_accept })).text();
    expect(page).toContain('<dt>延长原因</dt><dd class="typed">需要核对合同</dd>');
    advance(Date.parse('2026-12-31T16:00:00.000Z') - services.now().getTime());
    expect(await readProblem(await extend('2027-01-31'))).toMatchObject({ slug: 'conflict', status: 409 });
  });

  it('ends a request that was asked to verify in vain, and leaves one overdue that nobody asked', async () => {
    const { take, act, follow, advance, services, events } = await openDesk();
    const [tried, left, verified] = [await take(), await take(), await take()];
    const complaint = await take({ type: 'complaint' });
    await act(complaint.id, 'verification', { by: 'callback', failed: true });
    await act(tried.id, 'verification', { by: 'callback', failed: true });
    for (const one of [verified])
      for (const failed of [true, false]) await act(one.id, 'verification', { by: 'written', failed });
    advance(Date.parse('2026-12-14T15:59:59.999Z') - services.now().getTime());
    await runJobs(services);
    expect(await follow(tried)).toMatchObject({ state: 'received' });
    advance(1);
    await runJobs(services);
    expect(await follow(tried)).toMatchObject({ state: 'expired' });
    expect(await follow(left)).toMatchObject({ state: 'received' });
    expect(await follow(verified)).toMatchObject({ state: 'verified' });
    // A complaint needs no verification, so that it failed is no answer.
    expect(await follow(complaint)).toMatchObject({ state: 'received' });
    expect(await events('action=request.expired')).toMatchObject([{ fields: tried.id }]);
    expect((await act(tried.id, 'verification', { by: 'callback' })).status).toBe(409);
  });

  it('[P8] is followed by 36 months, after which contact and words are erased and the answer stays', async () => {
    const { fulfil, take, advance, services, db, follow } = await openDesk();
    const done = (await (await fulfil({ type: 'explanation', details: '为什么' })).json()) as Shown;
    const open = await take();
    const keys = () => db.selectFrom('keys').select('subject_id').where('subject_kind', '=', 'request').execute();
    advance(Date.parse('2029-11-23T03:59:59.999Z') - services.now().getTime());
    await runJobs(services);
    expect(await keys()).toHaveLength(2);
    advance(1);
    await runJobs(services);
    expect(await keys()).toEqual([{ subject_id: open.id }]);
    expect(await follow(done)).toMatchObject({ state: 'fulfilled' });
    const [row] = await db.selectFrom('subject_requests').selectAll().where('id', '=', done.id).execute();
    expect(row).toMatchObject({ sealed: null, erased_at: '2029-11-23T04:00:00.000Z' });
  });
});

describe('channels', () => {
  it('hear of a new request, and five days, two days and none before it is due, once, by its id alone', async () => {
    const { ask, post, take, act, advance, services, db } = await openDesk();
    services.settings.outbound_hosts = ['hooks.example.com'];
    const bodies: string[] = [];
    services.connect = async ({ body }) => {
      bodies.push(String(body));
      return { status: 204, body: '' };
    };
    const hook = { kind: 'webhook', name: 'Desk', address: 'https://hooks.example.com/', locale: 'en' };
    const made = await ask('POST', '/channels', { ...hook, events: ['request.created', 'request.due'] }, 'admin');
    expect(made.status).toBe(201);
    await post('/requests', { type: 'access', email: 'z@example.com' });
    const open = await take();
    const done = await take({ type: 'complaint' });
    await act(done.id, 'fulfilment');
    const told = async (day: string) => {
      advance(Date.parse(`${day}T04:00:00.000Z`) - services.now().getTime());
      bodies.length = 0;
      for (let n = 0; n < 2; n++) await runJobs(services);
      return bodies.map(body => JSON.parse(body) as { type: string; data: Record<string, string> });
    };
    const first = await told('2026-11-23');
    expect(first.map(({ type }) => type)).toEqual(Array(3).fill('request.created'));
    expect(Object.keys(first[0]!.data).sort()).toEqual(['console_url', 'request_id']);
    expect(first[0]!.data.console_url).toBe(`${origin}/console/requests/${first[0]!.data.request_id}`);
    expect(JSON.stringify(first)).not.toContain('example.com"');
    expect(await told('2026-12-08')).toEqual([]);
    const reminded = await told('2026-12-09');
    expect(reminded).toMatchObject([{ type: 'request.due' }, { type: 'request.due', data: { request_id: open.id } }]);
    // A day on which no server ran is made up for.
    for (const [day, count] of [
      ['2026-12-10', 0],
      ['2026-12-13', 2],
      ['2026-12-14', 2],
      ['2026-12-15', 0],
    ] as const)
      expect([day, (await told(day)).length]).toEqual([day, count]);
    const rows = await db.selectFrom('deliveries').select(['lead_id', 'request_id']).execute();
    expect(rows.every(({ lead_id, request_id }) => !lead_id && request_id)).toBe(true);
  });
});
