import { describe, expect, it } from 'vitest';
import { recordEvent, takeNumber } from '../../db/audit/record.ts';
import { engines } from '../support/engines.ts';
import { lead, operator, origin, readProblem, startPublished } from '../support/harness.ts';

interface Page {
  audit_events: Record<string, unknown>[];
  next_cursor: string | null;
  has_more: boolean;
}

/** Creates two leads, of which sales reveals and changes one, with a minute between the acts. */
async function startWithTrail(started: Awaited<ReturnType<typeof startPublished>>) {
  for (const role of ['sales', 'privacy_officer', 'auditor'] as const) await started.token(role);
  const ids: string[] = [];
  for (const phone of ['13800138001', '13800138002']) {
    started.advance(60_000);
    const response = await started.post('/forms/mini-ai-experience', { ...lead, phone });
    ids.push(((await response.json()) as { id: string }).id);
  }
  started.advance(60_000);
  await started.pull(`/leads/${ids[0]}?view=clear`, 'sales');
  started.advance(60_000);
  await started.ask('PATCH', `/leads/${ids[0]}`, { status: 'contacted' }, 'sales');
  const page = async (query: string) => (await (await started.pull(`/audit-events?${query}`)).json()) as Page;
  const sales = (await started.token('sales')).split('_')[1]!;
  return { ...started, ids: ids as [string, string], page, sales };
}

const actions = ({ audit_events }: Page) => audit_events.map(({ action }) => action);

describe.each(engines)('GET /audit-events on $engine', ({ open }) => {
  it('[A1] says who saw and changed a lead, by its id, and filters every way', async () => {
    const { db, close } = await open();
    const started = await startWithTrail(await startPublished({}, db));
    const { ids, page, sales, pull } = started;
    const response = await pull(`/audit-events?lead_id=${ids[0]}`, 'auditor');
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    const { audit_events, next_cursor, has_more } = (await response.json()) as Page;
    expect(has_more).toBe(false);
    const seen = {
      seq: expect.any(Number),
      recorded_at: '2026-11-23T04:03:00.000Z',
      actor: sales,
      holder: 'sales',
      role: 'sales',
      action: 'lead.revealed',
      fields: 'name,phone,email,company',
      purpose: null,
      request_id: expect.any(String),
      lead_count: 1,
      lead_ids: [ids[0]],
    };
    expect(audit_events).toEqual([
      expect.objectContaining({
        action: 'lead.created',
        actor: 'visitor',
        holder: null,
        purpose: 'mini-ai-experience',
      }),
      seen,
      expect.objectContaining({
        action: 'lead.changed',
        fields: 'status:new>contacted',
        recorded_at: '2026-11-23T04:04:00.000Z',
      }),
    ]);
    expect(await page(`lead_id=${ids[0]}&cursor=${next_cursor}`)).toEqual({
      audit_events: [],
      has_more: false,
      next_cursor,
    });

    const filters: [string, unknown[]][] = [
      [`lead_id=${ids[1]}`, ['lead.created']],
      [`lead_id=${ids[0]}&order=desc`, ['lead.changed', 'lead.revealed', 'lead.created']],
      [`lead_id=${ids[0]}&action=lead.revealed`, ['lead.revealed']],
      ['action=lead.created', ['lead.created', 'lead.created']],
      ['action=lead.exploded', []],
      [`actor=${sales}`, ['lead.revealed', 'lead.changed']],
      [`actor=${sales}&order=desc&limit=1`, ['lead.changed']],
      ['actor=visitor&action=lead.created&limit=1', ['lead.created']],
      ['actor=operator&action=policy.published', ['policy.published']],
      ['recorded_from=2026-11-23T04:03:00Z&recorded_to=2026-11-23T04:04:00Z', ['lead.revealed']],
      ['recorded_from=2026-11-23T04:04:00Z&order=desc', ['lead.changed']],
      [`recorded_to=2026-11-23T04:02:00Z&lead_id=${ids[1]}`, []],
      ['recorded_from=2026-11-23T04:04:00Z&recorded_to=9999-12-31T23:59:00Z', ['lead.changed']],
      ['recorded_from=2027-01-01', []],
      ['recorded_to=2026-01-01', []],
      ['recorded_from=0001-01-01&recorded_to=2026-11-23T04:02:00Z&action=lead.created', ['lead.created']],
    ];
    for (const [filter, expected] of filters) expect([filter, actions(await page(filter))]).toEqual([filter, expected]);
    await close();
  });

  it('shows of an event about many leads how many, and the first ten; a lead finds it all the same', async () => {
    const { db, close } = await open();
    const { ids, page, post, pull } = await startWithTrail(await startPublished({}, db));
    for (let n = 0; n < 12; n++) await post('/forms/mini-ai-experience', lead);
    await pull('/leads?view=clear');
    const all = (await db.selectFrom('leads').select('id').orderBy('id').execute()).map(({ id }) => id);
    const { audit_events } = await page('action=lead.revealed&order=desc');
    expect(audit_events).toMatchObject([{ lead_count: 14, lead_ids: all.slice(0, 10) }, { lead_count: 1 }]);
    for (const id of [all.at(-1)!, ids[0]])
      expect((await page(`lead_id=${id}&action=lead.revealed&order=desc&limit=1`)).audit_events).toMatchObject([
        { lead_count: 14, lead_ids: [id] },
      ]);
    await close();
  });
});

describe('GET /audit-events', () => {
  it('pages in both directions, each event once, with Link; asc goes on for ever, desc ends', async () => {
    const { page, pull, ask, ids } = await startWithTrail(await startPublished());
    const walk = async (order: string) => {
      const seen: unknown[] = [];
      let cursor = '';
      for (;;) {
        const { audit_events, has_more, next_cursor } = await page(`order=${order}&limit=2${cursor}`);
        seen.push(...audit_events.map(({ seq }) => seq));
        if (!has_more) return { seen, next_cursor };
        cursor = `&cursor=${next_cursor}`;
      }
    };
    const [up, down] = [await walk('asc'), await walk('desc')];
    expect(up.seen).toEqual(Array.from(up.seen, (_, n) => n + 1));
    expect(down.seen).toEqual([...up.seen].reverse());
    expect(down.next_cursor).toBeNull();
    await ask('PATCH', `/leads/${ids[1]}`, { status: 'closed' });
    expect((await page(`cursor=${up.next_cursor}`)).audit_events).toMatchObject([{ action: 'lead.changed' }]);
    const first = await pull('/audit-events?limit=1&actor=visitor');
    const { next_cursor } = (await first.json()) as Page;
    expect(first.headers.get('Link')).toBe(
      `<${origin}/audit-events?limit=1&actor=visitor&cursor=${next_cursor}>; rel="next"`,
    );
    expect((await pull(`/audit-events?cursor=${up.next_cursor}`)).headers.get('Link')).toBeNull();
    expect((await pull(`/audit-events?order=desc&cursor=${up.next_cursor}`)).status).toBe(422);
  });

  it('by time misses nothing though an act is numbered after another that began later', async () => {
    const { db, page, services } = await startWithTrail(await startPublished());
    const at = (minutes: number) => new Date(services.now().getTime() + minutes * 60_000);
    for (const minutes of [10, 5, 20, 15, 25])
      await db.atomic([
        takeNumber(db),
        ...recordEvent(db, operator, { action: 'token.created', fields: String(minutes) }, at(minutes)),
      ]);
    const within = async (from: number, to: number) =>
      (await page(`recorded_from=${at(from).toISOString()}&recorded_to=${at(to).toISOString()}`)).audit_events.map(
        ({ fields }) => fields,
      );
    expect(await within(10, 20)).toEqual(['10', '15']);
    expect(await within(1, 15)).toEqual(['10', '5']);
    expect(await within(15, 21)).toEqual(['20', '15']);
  });

  it.each([
    ['lead_id=x', 'lead_id invalid'],
    ['action=%00', 'action invalid'],
    ["actor='", 'actor invalid'],
    ['recorded_from=monday', 'recorded_from invalid'],
    ['limit=201', 'limit invalid'],
    ['cursor=x', 'cursor invalid'],
    ['order=up', 'order invalid'],
    ['holder=x', 'holder unknown_field'],
  ])('refuses %s', async (query, error) => {
    const { pull } = await startPublished();
    expect(await readProblem(await pull(`/audit-events?${query}`))).toMatchObject({ status: 422, errors: [error] });
  });

  it('is for privacy officers and auditors', async () => {
    const { pull } = await startPublished();
    for (const role of ['viewer', 'sales', 'admin'] as const)
      expect((await pull('/audit-events', role)).status).toBe(403);
  });
});
