import { describe, expect, it } from 'vitest';
import type { Role } from '../../worker/guards/roles.ts';
import { lead, origin, readProblem, startPublished } from '../support/harness.ts';

interface Page {
  leads: Record<string, string | null>[];
  next_cursor: string | null;
  has_more: boolean;
}

/** Creates seven leads, a second apart, the last two of the cooperation form. */
async function startFilled() {
  const started = await startPublished();
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) {
    const form = n < 5 ? 'mini-ai-experience' : 'ecological-cooperation';
    const response = await started.post(`/forms/${form}`, {
      ...lead,
      email: `visitor${n}@example.com`,
      phone: `1380013800${n}`,
    });
    ids.push(((await response.json()) as { id: string }).id);
    started.advance(1_000);
  }
  const page = async (path: string, role?: Role) => (await (await started.pull(path, role)).json()) as Page;
  return { ...started, ids, page };
}

const idsOf = ({ leads }: Page) => leads.map(({ id }) => id);

describe('GET /leads', () => {
  it('[P3] is masked unless told otherwise, and opens nothing for the log', async () => {
    const { post, pull, db } = await startPublished();
    await post('/forms/mini-ai-experience', lead);
    const response = await pull('/leads', 'viewer');
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    const { leads } = (await response.json()) as Page;
    expect(leads).toEqual([
      {
        id: expect.any(String),
        form: 'mini-ai-experience',
        status: 'new',
        assigned_to: null,
        name: '欧阳**',
        phone: '138******78',
        email: 'Z***@example.com',
        company: '小视**股份有限公司',
        policy_version: '2026-01',
        received_at: '2026-11-23T04:00:00.000Z',
        changed_at: '2026-11-23T04:00:00.000Z',
        earlier_lead_id: null,
        follow_up_on: null,
        closed_reason: null,
      },
    ]);
    expect(await db.selectFrom('audit_events').selectAll().where('action', '=', 'lead.revealed').execute()).toEqual([]);
  });

  it('[A1] a clear read says who, when and which ids, and holds no value', async () => {
    const { page, db, ids, token } = await startFilled();
    const { leads } = await page('/leads?view=clear&limit=2&email=visitor1@example.com', 'sales');
    expect(leads).toMatchObject([
      { id: ids[1], name: lead.name, phone: '+8613800138001', email: 'visitor1@example.com', company: lead.company },
    ]);
    const events = await db.selectFrom('audit_events').selectAll().where('action', '=', 'lead.revealed').execute();
    expect(events).toEqual([expect.objectContaining({ actor: (await token('sales')).split('_')[1], role: 'sales' })]);
    expect(events[0]!.lead_id).toBe(ids[1]);
    expect(JSON.stringify(await db.selectFrom('audit_events').selectAll().execute())).not.toContain('visitor1');
  });

  it('[A1] returns nothing when the clear read cannot be recorded', async () => {
    const { post, pull, db, token } = await startPublished();
    await post('/forms/mini-ai-experience', lead);
    await token('privacy_officer');
    const { atomic } = db;
    db.atomic = statements =>
      statements.some(({ sql }) => sql.includes('audit_events'))
        ? Promise.reject(new Error('disk'))
        : atomic(statements);
    const response = await pull('/leads?view=clear');
    expect(await readProblem(response)).toMatchObject({ slug: 'internal', status: 500 });
  });

  it('the feed gives each lead once, in order, and its cursor goes on for ever', async () => {
    const { page, pull, post, ids } = await startFilled();
    const first = await page('/leads?limit=4');
    expect(idsOf(first)).toEqual(ids.slice(0, 4));
    expect(first.has_more).toBe(true);
    const second = await page(`/leads?limit=4&cursor=${first.next_cursor}`);
    expect(idsOf(second)).toEqual(ids.slice(4));
    expect(second).toMatchObject({ has_more: false, next_cursor: expect.any(String) });
    const end = await page(`/leads?cursor=${second.next_cursor}`);
    expect(end).toEqual({ leads: [], has_more: false, next_cursor: second.next_cursor });
    const { id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
    expect(idsOf(await page(`/leads?cursor=${end.next_cursor}`))).toEqual([id]);
    expect((await pull('/leads?limit=4')).headers.get('Link')).toBe(
      `<${origin}/leads?limit=4&cursor=${first.next_cursor}>; rel="next"`,
    );
    expect((await pull(`/leads?cursor=${first.next_cursor}`)).headers.get('Link')).toBeNull();
  });

  it('the feed shows a changed lead again and an erased one as a tombstone; a search shows no tombstones', async () => {
    const { page, db, ids } = await startFilled();
    const { next_cursor } = await page('/leads');
    const erased_at = '2026-11-23T05:00:00.000Z';
    await db.atomic([
      db.updateTable('changes').set({ seq: 100 }).compile(),
      db.updateTable('leads').set({ seq: 100, sealed: null, erased_at }).where('id', '=', ids[2]!).compile(),
      db.deleteFrom('keys').where('subject_id', '=', ids[2]!).compile(),
    ]);
    expect(await page(`/leads?cursor=${next_cursor}`)).toMatchObject({ leads: [{ id: ids[2], erased_at }] });
    expect((await page(`/leads?cursor=${next_cursor}`)).leads[0]).toEqual({ id: ids[2], erased_at });
    expect(idsOf(await page('/leads?order=desc'))).not.toContain(ids[2]);
    expect(await page(`/leads/${ids[2]}?view=clear`)).toEqual({ id: ids[2], erased_at });
  });

  it('a search is newest first with desc, and its cursor ends', async () => {
    const { page, ids } = await startFilled();
    const first = await page('/leads?order=desc&limit=5');
    expect(idsOf(first)).toEqual(ids.slice(2).reverse());
    const last = await page(`/leads?order=desc&limit=5&cursor=${first.next_cursor}`);
    expect(last).toMatchObject({ has_more: false, next_cursor: null });
    expect(idsOf(last)).toEqual(ids.slice(0, 2).reverse());
  });

  it.each([
    ['form=ecological-cooperation', [5, 6]],
    ['form=ecological-cooperation&order=desc', [6, 5]],
    ['status=new&limit=2', [0, 1]],
    ['status=closed', []],
    ['assigned_to=nobody', []],
    ['received_from=2026-11-23T04:00:05.000Z', [5, 6]],
    ['received_to=2026-11-23T12:00:02%2B08:00', [0, 1]],
    ['phone=138-0013-8003', [3]],
    ['phone=%2B8613800138003', [3]],
    ['email=%20VISITOR4@EXAMPLE.COM', [4]],
    ['phone=13800138003&email=visitor4@example.com', []],
    ['phone=13800138006&form=mini-ai-experience', []],
  ])('filters by %s', async (filters, expected) => {
    const { page, ids } = await startFilled();
    expect(idsOf(await page(`/leads?${filters}`))).toEqual(expected.map(n => ids[n]));
  });

  it.each([
    ['limit=0', 'limit invalid'],
    ['limit=201', 'limit invalid'],
    ['limit=ten', 'limit invalid'],
    ['status=lost', 'status invalid'],
    ['status=new&status=closed', 'status wrong_type'],
    ['form=newsletter', 'form invalid'],
    ['phone=123', 'phone invalid'],
    ['email=x', 'email invalid'],
    ['received_from=monday', 'received_from invalid'],
    ['received_from=9999-12-31T23:59:59-23:59', 'received_from invalid'],
    ['assigned_to=%00', 'assigned_to invalid'],
    ['order=random', 'order invalid'],
    ['view=all', 'view invalid'],
    ['staus=new', 'staus unknown_field'],
    ['cursor=%27%3B--', 'cursor invalid'],
    ['cursor=!', 'cursor invalid'],
  ])('refuses %s', async (query, error) => {
    const { pull } = await startPublished();
    expect(await readProblem(await pull(`/leads?${query}`))).toEqual({
      slug: 'invalid-fields',
      status: 422,
      errors: [error],
    });
  });

  it('every combination of filters, in both orders and page by page, finds what fits and nothing else', async () => {
    const { page, ids, ask } = await startFilled();
    for (const n of [1, 2, 5]) await ask('PATCH', `/leads/${ids[n]}`, { status: 'contacted' });
    for (const n of [2, 3, 6]) await ask('PATCH', `/leads/${ids[n]}`, { assigned_to: 'wang' });
    await ask('DELETE', `/leads/${ids[4]}`);
    const filters: [string, (n: number) => boolean][] = [
      ['form=mini-ai-experience', n => n < 5],
      ['status=contacted', n => [1, 2, 5].includes(n)],
      ['assigned_to=wang', n => [2, 3, 6].includes(n)],
      ['received_from=2026-11-23T04:00:02Z', n => n >= 2],
      ['received_to=2026-11-23T04:00:06Z', n => n < 6],
      ['phone=13800138002', n => n === 2],
      ['email=visitor2@example.com', n => n === 2],
    ];
    for (let chosen = 1; chosen < 2 ** filters.length; chosen++)
      for (const order of ['asc', 'desc']) {
        const used = filters.filter((_, bit) => chosen & (1 << bit));
        // The feed of a form is left out, because its cursor has no end.
        if (order === 'asc' && chosen === 1) continue;
        const fitting = ids.filter((_, n) => n !== 4 && used.every(([, fits]) => fits(n)));
        const query = `${used.map(([name]) => name).join('&')}&order=${order}&limit=2`;
        const found: unknown[] = [];
        for (let cursor = ''; ; ) {
          const { leads, next_cursor } = await page(`/leads?${query}${cursor}`);
          found.push(...leads.map(({ id }) => id));
          if (!next_cursor) break;
          cursor = `&cursor=${next_cursor}`;
        }
        expect([query, found]).toEqual([query, order === 'asc' ? fitting : fitting.reverse()]);
      }
  });

  it('a cursor from before or beyond the time asked for finds what that time holds', async () => {
    const { page, ids } = await startFilled();
    const cursorAt = async (order: string, count: number) =>
      (await page(`/leads?order=${order}&status=new&limit=${count}`)).next_cursor;
    const [up, down] = [await cursorAt('asc', 2), await cursorAt('desc', 2)];
    const from = 'received_from=2026-11-23T04:00:04Z';
    const to = 'received_to=2026-11-23T04:00:03Z';
    expect(idsOf(await page(`/leads?status=new&${from}&cursor=${up}`))).toEqual(ids.slice(4));
    expect(idsOf(await page(`/leads?status=new&${to}&cursor=${up}`))).toEqual(ids.slice(2, 3));
    expect(idsOf(await page(`/leads?status=new&order=desc&${to}&cursor=${down}`))).toEqual(ids.slice(0, 3).reverse());
    expect(idsOf(await page(`/leads?status=new&order=desc&${from}&cursor=${down}`))).toEqual(ids.slice(4, 5));
  });

  it('a cursor of a search is not taken for one of the feed, nor the other way round', async () => {
    const { page, pull } = await startFilled();
    const feed = (await page('/leads?limit=1')).next_cursor;
    const search = (await page('/leads?limit=1&order=desc')).next_cursor;
    expect((await pull(`/leads?order=desc&cursor=${feed}`)).status).toBe(422);
    expect((await pull(`/leads?cursor=${search}`)).status).toBe(422);
    expect((await pull(`/leads?status=new&cursor=${search}`)).status).toBe(422);
  });

  it('a cursor that was cut is refused, in the feed and in a search', async () => {
    const { page, pull } = await startFilled();
    for (const query of ['order=asc', 'order=desc']) {
      const { next_cursor } = await page(`/leads?${query}&limit=1`);
      for (const cut of [1, 2, 5, 20, 30])
        expect((await pull(`/leads?${query}&cursor=${next_cursor!.slice(0, -cut)}`)).status).toBe(422);
    }
  });
});

describe('GET /leads/:id', () => {
  it('shows one lead, masked or clear, and 404 for none', async () => {
    const { page, pull, ids, db } = await startFilled();
    expect(await page(`/leads/${ids[0]}`)).toMatchObject({ id: ids[0], name: '欧阳**' });
    expect(await page(`/leads/${ids[0]}?view=clear`, 'sales')).toMatchObject({ id: ids[0], name: lead.name });
    expect(
      await db.selectFrom('audit_events').selectAll().where('action', '=', 'lead.revealed').execute(),
    ).toHaveLength(1);
    expect((await pull('/leads/0190b1f0-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await pull('/leads/x')).status).toBe(404);
  });

  it('a lead whose key is lost is an error, never a value', async () => {
    const { pull, db, ids } = await startFilled();
    await db.atomic([db.deleteFrom('keys').where('subject_id', '=', ids[0]!).compile()]);
    expect((await pull(`/leads/${ids[0]}`)).status).toBe(500);
    const { sealed } = await db
      .selectFrom('leads')
      .select('sealed')
      .where('id', '=', ids[1]!)
      .executeTakeFirstOrThrow();
    await db.atomic([db.updateTable('leads').set({ sealed }).where('id', '=', ids[2]!).compile()]);
    expect((await pull(`/leads/${ids[2]}`)).status).toBe(500);
  });
});
