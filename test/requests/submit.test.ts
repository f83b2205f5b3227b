import type { CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { browser_accept, lead, readProblem, startPublished } from '../support/harness.ts';
import { readPageFields } from '../support/proofs.ts';

const path = '/requests';
const asked = { type: 'access', email: 'zhang.san@example.com' };
const code = /^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/;

type Receipt = { reference: string; received_at: string; due_on: string; provisional: boolean; verification: string };
type Started = Awaited<ReturnType<typeof startPublished>>;

const ask = async ({ post }: Started, sent: object = asked, headers = {}) =>
  (await (await post(path, sent, headers)).json()) as Receipt;
const submitLead = async ({ post }: Started) =>
  (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string; receipt_code: string };

describe('POST /requests', () => {
  it('[R1] is answered with a reference and the day by which it is due, which the reference shows again', async () => {
    const started = await startPublished();
    const response = await started.post(path, asked);
    expect(response.status).toBe(202);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const receipt = (await response.json()) as Receipt;
    const times = { received_at: '2026-11-23T04:00:00.000Z', due_on: '2026-12-14', provisional: false };
    expect(receipt).toEqual({ reference: expect.stringMatching(code), verification: 'by_staff', ...times });
    const status = await started.get(`${path}/${receipt.reference}`);
    expect(await status.json()).toEqual({ type: 'access', state: 'received', ...times });
    expect((await started.get(`${path}/${receipt.reference.toLowerCase()}`)).status).toBe(200);
    for (const other of ['7Q4M9-XTR2H-KD3VW-A8B5C', 'x', '%00', receipt.reference.slice(0, -1)])
      expect((await started.get(`${path}/${other}`)).status).toBe(404);
  });

  it.each([
    // The last moment of a Sunday and the first of a Monday in Shanghai, both a Sunday in UTC.
    ['2026-11-22T15:59:59.999Z', '2026-12-11', false],
    ['2026-11-22T16:00:00.000Z', '2026-12-14', false],
    // Spring Festival, whose make-up days are worked.
    ['2026-02-13T04:00:00.000Z', '2026-03-12', false],
    // The calendar of 2027 is not known: Monday to Friday, and three days taken off.
    ['2026-12-25T04:00:00.000Z', '2027-01-12', true],
  ])('[R1] what comes in at %s is due on %s', async (at, due_on, provisional) => {
    const started = await startPublished();
    started.advance(Date.parse(at) - started.services.now().getTime());
    expect(await ask(started)).toMatchObject({ due_on, provisional });
  });

  it('[P2] keeps contact and words sealed, under a key of the request’s own', async () => {
    const started = await startPublished();
    const words = { name: '欧阳小明', phone: '138 0013 8000', details: '请把公司名称改为\n“小视”' };
    const { reference } = await ask(started, { ...asked, ...words });
    const rows = JSON.stringify(await started.db.selectFrom('subject_requests').selectAll().execute());
    for (const word of ['欧阳', '13800138000', 'zhang.san', '小视', reference]) expect(rows).not.toContain(word);
    const keys = await started.db.selectFrom('keys').selectAll().execute();
    expect(keys).toMatchObject([{ subject_kind: 'request', phone_index: null, email_index: null }]);
    const { audit_events } = (await (await started.pull('/audit-events')).json()) as { audit_events: object[] };
    expect(audit_events).toContainEqual(
      expect.objectContaining({ action: 'request.received', actor: 'visitor', purpose: 'access' }),
    );
  });

  it('takes a right receipt code as proof, and answers a wrong one alike', async () => {
    const started = await startPublished();
    const { id, receipt_code } = await submitLead(started);
    const right = await ask(started, { type: 'erasure', receipt_code: ` 回执码：${receipt_code.toLowerCase()}。` });
    const wrong = await ask(started, { type: 'erasure', receipt_code: '7Q4M9-XTR2H-KD3VW-A8B5C' });
    expect({ ...right, reference: '' }).toEqual({ ...wrong, reference: '' });
    expect(right.verification).toBe('receipt');
    const state = async ({ reference }: Receipt) =>
      ((await (await started.get(`${path}/${reference}`)).json()) as { state: string }).state;
    expect([await state(right), await state(wrong)]).toEqual(['verified', 'received']);
    const { audit_events } = (await (await started.pull(`/audit-events?lead_id=${id}`)).json()) as {
      audit_events: object[];
    };
    expect(audit_events.at(-1)).toMatchObject({ action: 'request.verified', purpose: 'receipt' });
  });

  it('answers alike whom the database knows and whom it does not: status, shape, and the statements it runs', async () => {
    const started = await startPublished();
    const receipt_codes = [];
    for (let n = 0; n < 4; n++) receipt_codes.push((await submitLead(started)).receipt_code);
    const ran: string[] = [];
    const { db } = started;
    const { atomic, read } = db;
    db.atomic = statements => {
      ran.push(`unit ${statements.map(({ sql }) => sql).join('\n')}`);
      return atomic(statements);
    };
    const note = <R>(query: CompiledQuery<R>) => {
      ran.push(query.sql);
      return query;
    };
    db.read = query => read(note(query));
    const executor = db.getExecutor();
    const { executeQuery } = executor;
    executor.executeQuery = ((query: CompiledQuery) =>
      executeQuery.call(executor, note(query))) as typeof executor.executeQuery;
    const known = [{ email: lead.email }, { phone: lead.phone }, { email: lead.email, phone: lead.phone }];
    const strange = [
      { email: 'nobody@example.com' },
      { phone: '13900139000' },
      { email: 'n@example.com', phone: '13900139000' },
    ];
    const look = async (sent: object) => {
      ran.length = 0;
      const response = await started.post(path, { type: 'access', ...sent });
      const { reference, ...rest } = (await response.json()) as Receipt;
      const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
      return JSON.stringify({ status: response.status, headers, rest, reference: code.test(reference), ran });
    };
    for (const [place, one] of known.entries()) {
      const answers = new Set<string>();
      for (let n = 0; n < 165; n++) {
        answers.add(await look(one));
        answers.add(await look(strange[place]!));
      }
      expect([...answers]).toHaveLength(1);
    }
    // A right receipt code differs from a wrong one only in the condition of its event, not in their number.
    const count = (text: string) => (JSON.parse(text) as { ran: string[] }).ran.map(sql => sql.split('\n').length);
    const shape = (text: string) => ({ ...JSON.parse(text), ran: count(text) });
    for (const receipt_code of receipt_codes)
      for (const wrong of ['7Q4M9-XTR2H-KD3VW-A8B5C', 'no code at all'])
        expect(shape(await look({ receipt_code }))).toEqual(shape(await look({ receipt_code: wrong })));
  });

  it('takes 1,000 code points of details, however they are encoded and whatever stands around them', async () => {
    const { post, submit, ask } = await startPublished();
    const lines = 'a\r\n'.repeat(500).slice(0, -2);
    for (const details of ['😀'.repeat(1000), ` ${'😀'.repeat(1000)}\n`, `a${' '.repeat(3000)}`])
      expect((await post(path, { ...asked, details })).status).toBe(202);
    for (const details of ['😀'.repeat(1001), `${'a'.repeat(1001)}`])
      expect(await readProblem(await post(path, { ...asked, details }))).toMatchObject({
        errors: ['details too_long'],
      });
    expect((await submit(path, { type: 'access', email: 'a@example.com', details: lines })).status).toBe(303);
    const { subject_requests } = (await (await ask('GET', '/subject-requests?limit=200')).json()) as {
      subject_requests: { id: string }[];
    };
    const shown = await ask('GET', `/subject-requests/${subject_requests.at(-1)!.id}?view=clear`);
    expect(await shown.json()).toMatchObject({ details: lines.replaceAll('\r', '') });
  });

  it('is stored once for one Idempotency-Key', async () => {
    const started = await startPublished();
    const key = { 'Idempotency-Key': 'k1' };
    const first = await ask(started, asked, key);
    const repeated = await ask(started, asked, key);
    expect(repeated).toEqual(first);
    expect(Object.keys(repeated)).toEqual(Object.keys(first));
    expect(await readProblem(await started.post(path, { ...asked, type: 'copy' }, key))).toMatchObject({
      slug: 'idempotency-key-reused',
    });
    const many = await Promise.all(Array.from({ length: 10 }, () => ask(started, asked, { 'Idempotency-Key': 'k2' })));
    expect(new Set(many.map(({ reference }) => reference)).size).toBe(1);
    // The same key of a form is another one.
    expect((await started.post('/forms/mini-ai-experience', lead, key)).status).toBe(201);
    expect(await started.db.selectFrom('subject_requests').select('id').execute()).toHaveLength(2);
  });

  it.each([
    [{ type: 'access' }, ['email required']],
    [{ email: 'a@example.com' }, ['type required']],
    [{ ...asked, type: 'payment' }, ['type invalid']],
    [{ ...asked, email: 'x' }, ['email invalid']],
    [{ ...asked, phone: '12' }, ['phone invalid']],
    [{ ...asked, details: '字'.repeat(1_001) }, ['details too_long']],
    [{ ...asked, details: 'a\u202eb' }, ['details invalid']],
    [{ ...asked, receipt_code: 'x'.repeat(201) }, ['receipt_code too_long']],
    [{ ...asked, id_number: '1' }, ['id_number unknown_field']],
  ])('refuses %j', async (sent, errors) => {
    const started = await startPublished();
    expect(await readProblem(await started.post(path, sent))).toMatchObject({ status: 422, errors });
    expect(await started.db.selectFrom('subject_requests').select('id').execute()).toEqual([]);
  });

  it('holds off bots and floods as a form does', async () => {
    const started = await startPublished({ BOT_CHECK: 'on', FORM_LIMIT_PER_MINUTE: '2' });
    expect(await readProblem(await started.post(path, asked))).toMatchObject({ slug: 'bot-check-failed' });
    expect((await started.get('/challenge?form=requests')).status).toBe(200);
    await started.post(path, asked);
    expect(await readProblem(await started.post(path, asked))).toMatchObject({ slug: 'too-many-requests' });
    const foreign = await started.post(path, asked, { Origin: 'https://evil.example' });
    expect(await readProblem(foreign)).toMatchObject({ slug: 'origin-not-allowed' });
  });
});

describe('the page of requests', () => {
  it('works without a script: it asks, keeps what was typed where something is wrong, and leads to the state', async () => {
    const started = await startPublished({ BOT_CHECK: 'on' });
    const page = await (await started.get(`${path}?lang=en&type=copy`, { Accept: browser_accept })).text();
    expect(page).toContain('<form class="card" method="post" action="/requests" novalidate>');
    expect(page).toContain('<option value="copy" selected>');
    const fields = { ...readPageFields(page), type: 'copy', email: '', phone: '', name: '', receipt_code: '' };
    started.advance(30_000);
    const wrong = await started.submit(path, { ...fields, details: '<b>&"' });
    expect(wrong.status).toBe(422);
    const kept = await wrong.text();
    expect(kept).toContain('&lt;b&gt;&amp;&quot;</textarea>');
    expect(kept).toContain('data-field-error="email"');
    const sent = { ...fields, locale: 'en', email: 'a@example.com', details: 'x' };
    const unproven = await started.submit(path, { ...sent, form_token: '', phone: '138 0013 8078' });
    expect(unproven.status).toBe(403);
    expect(await unproven.text()).toContain('value="138 0013 8078"');
    const answer = await started.submit(path, sent);
    expect(answer.status).toBe(303);
    const location = answer.headers.get('Location')!;
    expect(location).toMatch(/^\/requests\/[0-9A-Z-]{23}\?lang=en$/);
    const again = await started.submit(path, sent);
    expect([again.status, again.headers.get('Location')]).toEqual([303, location]);
    const status = await (await started.get(location, { Accept: browser_accept })).text();
    expect(status).toContain('data-state="received"');
    expect(status).toContain('14 December 2026');
    expect(status).not.toContain('a@example.com');
    expect(await started.db.selectFrom('subject_requests').select('id').execute()).toHaveLength(1);
  });

  it('answers an unknown reference with a page that leads on', async () => {
    const { get } = await startPublished();
    const response = await get(`${path}/7Q4M9-XTR2H-KD3VW-A8B5C?lang=en`, { Accept: browser_accept });
    expect(response.status).toBe(404);
    const page = await response.text();
    expect(page).toContain('href="/requests?lang=en"');
    expect(page).toContain('No request has this reference.');
    const chinese = await get(`${path}/7Q4M9-XTR2H-KD3VW-A8B5C?lang=zh-CN`);
    expect(await chinese.json()).toMatchObject({ status: 404, detail: expect.stringContaining('查询编号') });
  });
});
