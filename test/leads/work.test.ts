import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeLead } from '../../db/leads/change.ts';
import { closed_reasons } from '../../db/leads/lead.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, operator, readProblem, startPublished } from '../support/harness.ts';

type Started = Awaited<ReturnType<typeof startPublished>>;
type Shown = Record<string, unknown> & { id: string };

const note = '想要两套报价。\n= 下周三再联系 <b>';

/** Sends a lead, and returns what staff do with it. */
async function open({ post, ask, pull, db }: Started) {
  const { id, receipt_code } = (await (await post('/forms/mini-ai-experience', lead)).json()) as {
    id: string;
    receipt_code: string;
  };
  const show = async (view = 'masked') => (await (await pull(`/leads/${id}?view=${view}`)).json()) as Shown;
  const change = (sent: object, role = 'sales' as const) => ask('PATCH', `/leads/${id}`, sent, role);
  const events = async () =>
    db
      .selectFrom('audit_events')
      .select(['action', 'fields'])
      .where('lead_id', '=', id)
      .where('action', '<>', 'lead.created')
      .orderBy('seq')
      .execute();
  const stored = () => db.selectFrom('leads').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return { id, receipt_code, show, change, events, stored };
}

describe.each(engines)('the work on a lead, on $engine', ({ open: openDatabase }) => {
  let started: Started;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const opened = await openDatabase();
    close = opened.close;
    started = await startPublished({}, opened.db);
  });
  afterAll(() => close());

  it('[P2] [P3] a note is sealed, in the clear view alone, and its text in no event', async () => {
    const { id, show, change, events, stored } = await open(started);
    const { next_cursor } = (await (await started.pull('/leads?limit=200')).json()) as { next_cursor: string };
    const answer = await change({ note: `  ${note.replace('\n', '\r\n')}\t`, follow_up_on: '2026-11-25' });
    const masked = (await answer.json()) as Shown;
    expect(masked).toMatchObject({ id, follow_up_on: '2026-11-25', closed_reason: null, name: '欧阳**' });
    expect(masked).not.toHaveProperty('note');
    expect(await show()).toEqual(masked);
    expect(await show('clear')).toMatchObject({ name: lead.name, note });
    const { leads } = (await (await started.pull(`/leads?cursor=${next_cursor}`)).json()) as { leads: Shown[] };
    expect(leads).toEqual([masked]);
    expect(await events()).toEqual([
      { action: 'lead.changed', fields: 'follow_up_on,note' },
      { action: 'lead.revealed', fields: 'name,phone,email,company,note' },
    ]);
    expect((await stored()).note).toMatch(/^1\.[\w-]{120,}$/);
    expect(JSON.stringify(await stored())).not.toContain('报价');
    // The length of a short note does not show.
    const long = (await stored()).note!.length;
    await change({ note: 'x' });
    expect((await stored()).note).toHaveLength(long);
    for (const blank of [' \n', null]) {
      await change({ note });
      expect((await change({ note: blank })).status).toBe(200);
      expect((await stored()).note).toBeNull();
      expect(await show('clear')).toMatchObject({ note: null });
    }
    expect((await events()).at(-1)).toEqual({ action: 'lead.revealed', fields: 'name,phone,email,company' });
  });

  it('a note opens in its own lead alone, and after a correction under the key of its lead', async () => {
    const [one, other] = [await open(started), await open(started)];
    await one.change({ note });
    expect((await started.ask('PATCH', `/leads/${one.id}`, { company: 'Corrected Ltd' })).status).toBe(200);
    expect(await one.show('clear')).toMatchObject({ company: 'Corrected Ltd', note });
    const { note: sealed } = await one.stored();
    const store = (note: string | null) =>
      started.db.atomic([started.db.updateTable('leads').set({ note }).where('id', '=', other.id).compile()]);
    await store(sealed);
    expect((await started.pull(`/leads/${other.id}?view=clear`)).status).toBe(500);
    expect((await started.pull(`/leads/${other.id}`)).status).toBe(200);
    await store(null);
  });

  it('a reason belongs to a closed lead: refused of another, gone when it is opened again', async () => {
    const { change, show, events } = await open(started);
    const refused = { slug: 'invalid-fields', status: 422, errors: ['closed_reason not_allowed'] };
    expect(await readProblem(await change({ closed_reason: 'won' }))).toEqual(refused);
    expect(await readProblem(await change({ status: 'qualified', closed_reason: 'won' }))).toEqual(refused);
    expect(await events()).toEqual([]);
    expect((await change({ closed_reason: null })).status).toBe(200);
    for (const closed_reason of closed_reasons) {
      expect(await (await change({ status: 'closed', closed_reason })).json()).toMatchObject({ closed_reason });
      expect(await readProblem(await change({ status: 'new', closed_reason }))).toEqual(refused);
    }
    expect(await (await change({ status: 'closed' })).json()).toMatchObject({ closed_reason: 'other' });
    await change({ status: 'contacted' });
    expect(await show()).toMatchObject({ status: 'contacted', closed_reason: null });
    await change({ status: 'closed' });
    await change({ closed_reason: 'spam' });
    await change({ closed_reason: null });
    expect((await events()).map(({ fields }) => fields)).toEqual([
      'status:new>closed,closed_reason',
      ...Array(closed_reasons.length - 1).fill('closed_reason'),
      'status:closed>contacted,closed_reason',
      'status:contacted>closed',
      'closed_reason',
      'closed_reason',
    ]);
  });

  it('one who opens a lead again and one who says why it was closed never leave a reason without its status', async () => {
    const { id, change, stored } = await open(started);
    for (let n = 0; n < 4; n++) {
      await change({ status: 'closed' });
      const acts = ['won', 'spam', 'other'].map(reason =>
        changeLead(started.services, id, { closed_reason: reason as 'won' }, operator, noon),
      );
      await Promise.all([...acts, changeLead(started.services, id, { status: 'contacted' }, operator, noon)]);
      expect(await stored()).toMatchObject({ status: 'contacted', closed_reason: null });
    }
  });

  it('[R4] an erasure takes the note and the date; under a hold nothing changes', async () => {
    const { id, change, stored, receipt_code } = await open(started);
    await change({ status: 'closed', closed_reason: 'no_fit', note, follow_up_on: '2026-11-25' });
    const hold = { ground: 'law', reference: '1', review_on: '2027-05-23' };
    const { id: hold_id } = (await (await started.ask('POST', `/leads/${id}/holds`, hold)).json()) as Shown;
    for (const sent of [{ note: null }, { follow_up_on: null }, { closed_reason: 'won' }])
      expect(await readProblem(await change(sent))).toMatchObject({ slug: 'held', status: 423 });
    await started.ask('DELETE', `/leads/${id}/holds/${hold_id}`, { reason: 'over' });
    expect((await started.post('/withdrawals', { receipt_code })).status).toBe(200);
    expect(await stored()).toMatchObject({ note: null, follow_up_on: null, sealed: null });
    expect((await change({ note })).status).toBe(404);
  });
});

describe('PATCH /leads/:id of the work', () => {
  it.each([
    [{ note: 'x'.repeat(501) }, ['note too_long']],
    [{ note: 'a\u0000b' }, ['note invalid']],
    [{ note: 'a\u202eb' }, ['note invalid']],
    [{ note: 1 }, ['note wrong_type']],
    [{ follow_up_on: '2026-02-30' }, ['follow_up_on invalid']],
    [{ follow_up_on: '' }, ['follow_up_on invalid']],
    [{ follow_up_on: '2026-11-25T00:00:00Z' }, ['follow_up_on invalid']],
    [{ status: 'closed', closed_reason: 'lost' }, ['closed_reason invalid']],
  ])('refuses %j', async (sent, errors) => {
    const { change, events } = await open(await startPublished());
    expect(await readProblem(await change(sent))).toEqual({ slug: 'invalid-fields', status: 422, errors });
    expect(await events()).toEqual([]);
  });

  it('takes 500 characters, each counted once, and is for who may write', async () => {
    const started = await startPublished();
    const { id, change, show, events } = await open(started);
    const longest = '🙂'.repeat(500);
    expect((await change({ note: ` ${longest} ` })).status).toBe(200);
    expect(await show('clear')).toMatchObject({ note: longest });
    const before = await events();
    expect((await change({ note: longest })).status).toBe(200);
    expect(await events()).toEqual(before);
    for (const role of ['viewer', 'auditor', 'admin'] as const)
      expect((await started.ask('PATCH', `/leads/${id}`, { follow_up_on: null }, role)).status).toBe(403);
  });

  it('exports date and reason, and the note in clear alone', async () => {
    const started = await startPublished();
    const { change } = await open(started);
    await change({ status: 'closed', closed_reason: 'won', follow_up_on: '2026-11-25', note });
    const headers = { Accept: 'text/csv', Authorization: `Bearer ${await started.token('sales')}` };
    const masked = await (await started.get('/leads', headers)).text();
    expect(masked.split('\r\n')[0]).toMatch(/,earlier_lead_id,follow_up_on,closed_reason$/);
    expect(masked).toContain(',2026-11-25,won\r\n');
    expect(masked).not.toContain('报价');
    const clear = await (await started.get('/leads?view=clear', headers)).text();
    expect(clear.split('\r\n')[0]).toMatch(/,follow_up_on,closed_reason,note$/);
    // What begins like a formula is marked, behind a line break too.
    expect(clear).toContain(`,2026-11-25,won,"${note.replace('=', "'=")}"`);
    const lines = await (await started.get('/leads?view=clear', { ...headers, Accept: 'application/x-ndjson' })).text();
    expect(JSON.parse(lines)).toMatchObject({ follow_up_on: '2026-11-25', closed_reason: 'won', note });
  });
});
