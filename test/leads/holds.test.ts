import { describe, expect, it } from 'vitest';
import { getRelease } from '../../db/leads/holds/list.ts';
import type { Holds } from '../../db/schema.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { lead, readProblem, startPublished } from '../support/harness.ts';

const court = { ground: 'court', reference: ' (2026)苏01民初123号 ', review_on: '2027-05-23' };
const unknown = '0190b1f0-0000-7000-8000-000000000000';

async function startHeld() {
  const started = await startPublished();
  const { post, ask, pull } = started;
  const submit = async () =>
    (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string; receipt_code: string };
  const [held, other] = [await submit(), await submit()];
  const place = async (hold: object = court) =>
    (await (await ask('POST', `/leads/${held.id}/holds`, hold)).json()) as Holds;
  const release = (hold: { id: string }, reason = '结案') =>
    ask('DELETE', `/leads/${held.id}/holds/${hold.id}`, { reason });
  const feed = async (cursor = '') =>
    (await (await pull(`/leads${cursor && `?cursor=${cursor}`}`)).json()) as { leads: object[]; next_cursor: string };
  return { ...started, ...held, other, place, release, feed };
}

describe('a hold', () => {
  it('[P8] restricts the lead: the feed says so once, and no other list, search or export has it', async () => {
    const { id, other, place, release, feed, pull, app, token } = await startHeld();
    const { next_cursor } = await feed();
    const hold = await place();
    const facts = { ...court, reference: '(2026)苏01民初123号', lead_id: id, released_at: null, reason: null };
    expect(hold).toEqual({ id: hold.id, placed_at: '2026-11-23T04:00:00.000Z', ...facts });
    const restricted = { id, restricted_at: '2026-11-23T04:00:00.000Z' };
    expect((await feed(next_cursor)).leads).toEqual([restricted]);
    for (const view of ['masked', 'clear'])
      expect(await (await pull(`/leads/${id}?view=${view}`)).json()).toEqual(restricted);
    const searches = [
      'order=desc',
      'status=new',
      `phone=${lead.phone}`,
      `email=${lead.email}`,
      'received_from=2026-01-01',
    ];
    for (const search of searches) {
      const { leads } = (await (await pull(`/leads?${search}`)).json()) as { leads: { id: string }[] };
      expect(
        leads.map(one => one.id),
        search,
      ).toEqual([other.id]);
    }
    for (const Accept of ['application/x-ndjson', 'text/csv']) {
      const headers = { Accept, Authorization: `Bearer ${await token('sales')}` };
      const text = await (await app.request('https://leads.example.com/leads?view=clear', { headers })).text();
      expect(text).toContain(other.id);
      expect(text.match(/Zhang\.San/g)).toHaveLength(1);
    }
    expect((await release(hold)).status).toBe(204);
    expect((await feed(next_cursor)).leads).toMatchObject([{ id, name: '欧阳**' }]);
    expect(await (await pull(`/leads/${id}?view=clear`)).json()).toMatchObject({ name: lead.name });
  });

  it('[C5] [P8] a withdrawal meanwhile is answered, and done in the unit of the last release', async () => {
    const { id, receipt_code, db, post, place, release, feed, pull } = await startHeld();
    const [first, second] = [await place(), await place({ ...court, ground: 'law' })];
    const response = await post('/withdrawals', { receipt_code });
    expect(await response.json()).toEqual({ withdrawn_at: '2026-11-23T04:00:00.000Z', erased: false });
    expect((await post('/withdrawals', { receipt_code })).status).toBe(404);
    await release(first);
    expect(await (await pull(`/leads/${id}`)).json()).toEqual({ id, restricted_at: expect.any(String) });
    const { next_cursor } = await feed();
    await release(second);
    expect((await feed(next_cursor)).leads).toEqual([{ id, erased_at: '2026-11-23T04:00:00.000Z' }]);
    expect(await db.selectFrom('keys').selectAll().where('subject_id', '=', id).execute()).toEqual([]);
    const { audit_events } = (await (await pull(`/audit-events?lead_id=${id}`)).json()) as { audit_events: object[] };
    expect(audit_events).toMatchObject([
      { action: 'lead.created' },
      { action: 'hold.placed', purpose: 'court', fields: first.id },
      { action: 'hold.placed', purpose: 'law', fields: second.id },
      { action: 'lead.withdrawn', actor: 'visitor' },
      { action: 'hold.released', purpose: 'court', fields: first.id },
      { action: 'hold.released', purpose: 'law', fields: second.id },
      { action: 'lead.erased', purpose: 'withdrawn' },
    ]);
    for (const words of ['苏01民初', '结案']) expect(JSON.stringify(audit_events)).not.toContain(words);
  });

  it('[P2] keeps its words sealed with the lead, and nobody reads them once it is erased', async () => {
    const { id, receipt_code, db, post, place, release, pull } = await startHeld();
    const [first, second] = [await place(), await place({ ...court, reference: '张三诉李四' })];
    await release(first, '与张三和解');
    const stored = async () => JSON.stringify(await db.selectFrom('holds').selectAll().execute());
    for (const words of ['苏01民初', '张三', '和解']) expect(await stored()).not.toContain(words);
    const words = async () => {
      const { holds } = (await (await pull(`/leads/${id}/holds`)).json()) as { holds: Holds[] };
      return holds.map(({ reference, reason }) => [reference, reason]);
    };
    expect(await words()).toEqual([
      ['(2026)苏01民初123号', '与张三和解'],
      ['张三诉李四', null],
    ]);
    await post('/withdrawals', { receipt_code });
    await release(second, '结案');
    expect(await words()).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('whose lead has lost its key says so, and can still be released', async () => {
    const { id, db, place, release, pull } = await startHeld();
    const hold = await place();
    await db.updateTable('keys').set({ kek_id: '2019' }).where('subject_id', '=', id).execute();
    expect((await pull(`/leads/${id}/holds`)).status).toBe(500);
    expect((await release(hold, '结案')).status).toBe(204);
    const row = await db.selectFrom('holds').select(['released_at', 'reason']).executeTakeFirstOrThrow();
    expect(row).toEqual({ released_at: expect.any(String), reason: 'key_lost' });
  });

  it('that was released before its key was lost still says when', async () => {
    const { id, db, services, place, release } = await startHeld();
    const hold = await place();
    expect((await release(hold, '结案')).status).toBe(204);
    expect(await getRelease(services, hold.id)).toEqual({ released_at: expect.any(String), reason: '结案' });
    await db.updateTable('keys').set({ kek_id: '2019' }).where('subject_id', '=', id).execute();
    expect(await getRelease(services, hold.id)).toEqual({ released_at: expect.any(String), reason: null });
  });

  it('tells a person who withdraws on the page what becomes of the details', async () => {
    const { submit, receipt_code, place } = await startHeld();
    await place();
    const page = await (await submit('/withdrawals', { receipt_code, locale: 'en' })).text();
    expect(page).toContain('<h1>Withdrawn</h1>');
    expect(page).toContain('as soon as that ends');
    expect(page).not.toContain('are erased, so we can no longer contact you');
  });

  it('is listed with its lead for ever, and among those that stand by the day of its review', async () => {
    const { id, other, ask, place, release, pull } = await startHeld();
    const late = await place({ ...court, review_on: '2028-01-01' });
    const soon = await place();
    await ask('POST', `/leads/${other.id}/holds`, { ...court, review_on: '2027-12-31' });
    type List = { holds: Holds[]; next_cursor: string | null; has_more: boolean };
    const page = async (query: string) => (await (await pull(`/holds?${query}`)).json()) as List;
    const first = await page('limit=2');
    expect(first.holds.map(({ review_on }) => review_on)).toEqual(['2027-05-23', '2027-12-31']);
    const second = await page(`limit=2&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ holds: [{ id: late.id }], next_cursor: null, has_more: false });
    expect(await readProblem(await pull('/holds?cursor=x'))).toMatchObject({ errors: ['cursor invalid'] });
    await release(late, 'settled');
    expect((await release(late, 'again')).status).toBe(204);
    expect((await page('')).holds).toHaveLength(2);
    const own = async (query: string) => (await (await pull(`/leads/${id}/holds?${query}`)).json()) as List;
    const ended = { id: late.id, reason: 'settled', released_at: expect.any(String) };
    expect(await own('')).toMatchObject({ holds: [ended, { id: soon.id }], next_cursor: null, has_more: false });
    const { holds, next_cursor, has_more } = await own('limit=1');
    expect({ holds, has_more }).toMatchObject({ holds: [ended], has_more: true });
    expect(await own(`limit=1&cursor=${next_cursor}`)).toMatchObject({ holds: [{ id: soon.id }], has_more: false });
    expect(await readProblem(await pull(`/leads/${id}/holds?cursor=x`))).toMatchObject({ errors: ['cursor invalid'] });
  });

  it.each([
    [{}, ['ground required', 'reference required', 'review_on required']],
    [{ ...court, ground: 'whim' }, ['ground invalid']],
    [{ ...court, review_on: '2027-02-30' }, ['review_on invalid']],
    [{ ...court, reference: 'a\u202eb' }, ['reference invalid']],
    [{ ...court, reference: ' ' }, ['reference required']],
    [{ ...court, reference: '字'.repeat(201) }, ['reference too_long']],
    [{ ...court, note: 'x' }, ['note unknown_field']],
  ])('is refused when it says %j', async (sent, errors) => {
    const { id, ask, pull } = await startHeld();
    expect(await readProblem(await ask('POST', `/leads/${id}/holds`, sent))).toMatchObject({ status: 422, errors });
    const none = { holds: [], next_cursor: null, has_more: false };
    expect(await (await pull(`/leads/${id}/holds`)).json()).toEqual(none);
  });

  it('is a matter of the privacy officer, of a lead that is there, and of its own lead', async () => {
    const { id, other, ask, place, pull } = await startHeld();
    const hold = await place();
    for (const role of ['viewer', 'sales', 'auditor', 'admin'] as Role[]) {
      expect((await ask('POST', `/leads/${id}/holds`, court, role)).status).toBe(403);
      expect((await ask('DELETE', `/leads/${id}/holds/${hold.id}`, { reason: 'x' }, role)).status).toBe(403);
      expect((await pull('/holds', role)).status).toBe(403);
    }
    expect((await ask('DELETE', `/leads/${other.id}/holds/${hold.id}`, { reason: 'x' })).status).toBe(404);
    for (const sent of [{}, undefined])
      expect(await readProblem(await ask('DELETE', `/leads/${id}/holds/${hold.id}`, sent))).toMatchObject({
        status: 422,
        errors: ['reason required'],
      });
    expect((await ask('POST', `/leads/${unknown}/holds`, court)).status).toBe(404);
    expect((await pull(`/leads/${unknown}/holds`)).status).toBe(404);
    expect((await ask('DELETE', `/leads/${other.id}`, { ground: 'purpose_achieved' })).status).toBe(204);
    const gone = await ask('POST', `/leads/${other.id}/holds`, court);
    expect([gone.status, await gone.json()]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringContaining('已被删除') }),
    ]);
    const { audit_events } = (await (await pull(`/audit-events?lead_id=${other.id}`)).json()) as {
      audit_events: object[];
    };
    expect(audit_events.at(-1)).toMatchObject({ action: 'lead.erased', purpose: 'purpose_achieved' });
  });
});
