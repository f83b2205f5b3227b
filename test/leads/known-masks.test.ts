import { expect, it, vi } from 'vitest';
import { createKnownMasks } from '../../db/leads/masks/known.ts';
import type { LeadRow } from '../../db/leads/rows/row.ts';
import { keepMasks } from '../../worker/node/known-masks.ts';
import { lead, origin, startPublished } from '../support/harness.ts';
import { run } from '../support/server.ts';

const masked = { name: '欧阳**', phone: '138******78', email: 'Z***@example.com', company: '小视**股份有限公司' };

/** Starts an app with two leads, and counts how often it opens one. */
async function startListed() {
  const started = await startPublished();
  const ids: string[] = [];
  for (let n = 0; n < 2; n++) {
    const answer = await started.post('/forms/mini-ai-experience', lead);
    ids.push(((await answer.json()) as { id: string }).id);
  }
  const opened = vi.spyOn(started.services.vault, 'open');
  async function list(query = '') {
    opened.mockClear();
    const answer = await started.pull(`/leads${query}`);
    const { leads = [] } = (await answer.json()) as { leads?: ({ id: string } & Record<string, unknown>)[] };
    return { status: answer.status, leads, opened: opened.mock.calls.length };
  }
  return { ...started, ids: ids as [string, string], opened, list };
}

it('a masked list opens each lead once, until its masks are forgotten; a clear one always', async () => {
  const { services, list } = await startListed();
  const first = await list();
  expect(first).toMatchObject({ opened: 2, leads: [masked, masked] });
  expect(await list('?order=desc')).toMatchObject({ opened: 0, leads: first.leads.toReversed() });
  for (let n = 0; n < 2; n++)
    expect(await list('?view=clear')).toMatchObject({ opened: 2, leads: [{ name: lead.name }, { name: lead.name }] });
  expect(await list()).toEqual({ ...first, opened: 0 });
  services.masks!.clear();
  expect(await list()).toEqual(first);
});

it('an export opens each lead, and leaves the masks that are known', async () => {
  const { app, token, opened, list } = await startListed();
  const headers = { Authorization: `Bearer ${await token('privacy_officer')}`, Accept: 'text/csv' };
  await list();
  opened.mockClear();
  expect(await (await app.request(`${origin}/leads`, { headers })).text()).toContain(masked.company);
  expect(opened).toHaveBeenCalledTimes(2);
  expect((await list()).opened).toBe(0);
});

it('what is changed or erased is never listed by the masks that were known', async () => {
  const { ask, ids, list } = await startListed();
  await list();
  await ask('PATCH', `/leads/${ids[0]}`, { name: '李四' });
  const { leads } = await list('?order=desc');
  expect(leads).toMatchObject([
    { id: ids[1], ...masked },
    { id: ids[0], ...masked, name: '李**' },
  ]);
  await ask('DELETE', `/leads/${ids[0]}`);
  const erased = (await list()).leads.find(({ id }) => id === ids[0])!;
  expect(Object.keys(erased)).toEqual(['id', 'erased_at']);
});

it('[P2] a ciphertext or key that is not the lead’s own is an error although the lead’s masks are known', async () => {
  const { db, ids, list } = await startListed();
  const [leads, keys] = [
    await db.selectFrom('leads').selectAll().execute(),
    await db.selectFrom('keys').selectAll().execute(),
  ];
  const sealedOf = (id: string) => leads.find(one => one.id === id)!.sealed;
  const wrappedOf = (id: string) => keys.find(one => one.subject_id === id)!.wrapped;
  const seal = (sealed: string | null) => db.updateTable('leads').set({ sealed }).where('id', '=', ids[0]).compile();
  const wrap = (change: { wrapped: string } | { kek_id: string }) =>
    db.updateTable('keys').set(change).where('subject_id', '=', ids[0]).compile();
  const own = [seal(sealedOf(ids[0])), wrap({ wrapped: wrappedOf(ids[0]) }), wrap({ kek_id: keys[0]!.kek_id })];
  for (const change of [seal(sealedOf(ids[1])), wrap({ wrapped: wrappedOf(ids[1]) }), wrap({ kek_id: 'old' })]) {
    await db.atomic(own);
    expect((await list()).status).toBe(200);
    await db.atomic([change]);
    expect((await list()).status).toBe(500);
  }
});

it('knows a thousand leads at most', () => {
  const masks = createKnownMasks();
  const open = vi.fn(() => masked);
  const read = (n: number) => masks.read({ id: String(n), sealed: 's', kek_id: 'k', wrapped: 'w' } as LeadRow, open);
  for (let n = 0; n < 1_001; n++) read(n);
  expect(open).toHaveBeenCalledTimes(1_001);
  read(1_000);
  expect(open).toHaveBeenCalledTimes(1_001);
  read(0);
  expect(open).toHaveBeenCalledTimes(1_002);
});

it('a server forgets the masks each minute, whether or not anybody lists', () => {
  vi.useFakeTimers();
  try {
    const masks = keepMasks();
    const open = vi.fn(() => masked);
    const read = () => masks.read({ id: '1', sealed: 's', kek_id: 'k', wrapped: 'w' } as LeadRow, open);
    read();
    vi.advanceTimersByTime(59_000);
    read();
    expect(open).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    read();
    expect(open).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

it('[P5] what is known holds no clear value, and nothing that opens a lead which is erased', async () => {
  const { code, stdout, stderr } = await run(['--expose-gc', 'test/leads/masks-in-memory.ts']);
  expect([code, stderr]).toEqual([0, '']);
  const found = { emails: 1, companies: 1, sealed: 1, wrapped: 1 };
  expect(JSON.parse(stdout)).toEqual({ found, held: 4, knows: true });
});
