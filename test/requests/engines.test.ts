import { describe, expect, it } from 'vitest';
import { findExports, listEvents } from '../../db/audit/list.ts';
import { newId } from '../../db/ids.ts';
import { listStandingRestrictions } from '../../db/leads/holds/restrict.ts';
import { findByReference } from '../../db/requests/find.ts';
import { findMeant } from '../../db/requests/meant.ts';
import { countQueue, listQueue } from '../../db/requests/queue.ts';
import { rewrapKeys } from '../../db/vault/rotate.ts';
import { createVault } from '../../db/vault/vault.ts';
import { restoreBackup } from '../../worker/node/backup/restore.ts';
import { backUp, keyring, withStore } from '../support/backup.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, origin, runJobs, start, startPublished } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

type Taken = { id: string; reference: string; lead_ids: string[]; copy_url: string };

describe.each(engines)('requests on $engine', { timeout: 180_000 }, ({ open }) => {
  it('are taken, verified, fulfilled, refused, extended, ended and erased', async () => {
    const { db, close } = await open();
    const started = await startPublished({}, db);
    const { post, get, ask, pull, services, advance, token, app } = started;
    const submit = async () =>
      (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string; receipt_code: string };
    const act = (id: string, name: string, sent?: object, role?: 'auditor') =>
      ask('POST', `/subject-requests/${id}/${name}`, sent, role);
    const take = async (type: string) =>
      (await (
        await ask('POST', '/subject-requests', { type, channel: 'phone', email: lead.email, phone: lead.phone })
      ).json()) as Taken;
    const fulfil = async (type: string, sent?: object) => {
      const { id } = await take(type);
      expect((await act(id, 'verification', { by: 'callback' })).status).toBe(200);
      const done = await act(id, 'fulfilment', sent);
      expect([type, done.status]).toEqual([type, 200]);
      return (await done.json()) as Taken;
    };
    const stateOf = async ({ reference }: { reference: string }) =>
      ((await (await get(`/requests/${reference}`)).json()) as { state: string }).state;
    const [one] = [await submit(), await submit()];
    const sent = { type: 'erasure', receipt_code: one.receipt_code };
    const key = { 'Idempotency-Key': 'k' };
    const own = (await (await post('/requests', sent, key)).json()) as Taken;
    expect(await (await post('/requests', sent, key)).json()).toEqual(own);
    expect(await stateOf(own)).toBe('verified');
    // Somebody may have more leads than one statement of D1 can name.
    const many = [...Array.from({ length: 150 }, () => newId(services.now())), one.id];
    const request = { ...(await findByReference(db, own.reference))!, lead_ids: JSON.stringify(many) };
    expect(await findMeant(services, request)).toMatchObject([{ id: one.id }]);
    expect((await fulfil('restriction')).lead_ids).toHaveLength(2);
    const standing = await listStandingRestrictions(db, 1, undefined);
    expect(standing).toMatchObject({ restrictions: [{ lead_id: one.id }], has_more: true });
    const others = await listStandingRestrictions(db, 1, standing.restrictions[0]!.id);
    expect([others.restrictions.length, others.has_more]).toEqual([1, false]);
    expect((await ask('DELETE', `/leads/${one.id}/restriction`, { reason: '已核实' })).status).toBe(204);
    const { copy_url } = await fulfil('copy');
    const path = copy_url.slice(origin.length);
    const copies = await Promise.all(Array.from({ length: 5 }, () => post(path, '')));
    expect(copies.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
    const { leads } = (await copies.find(({ ok }) => ok)!.json()) as { leads: object[] };
    expect(leads).toMatchObject([
      { id: one.id, values: { name: lead.name }, restrictions: [{ reason: '已核实' }] },
      { restrictions: [{ reason: null }] },
    ]);
    await ask('DELETE', `/leads/${(leads[1] as Taken).id}/restriction`, { reason: 'x' });
    await fulfil('rectification', { values: { company: '新公司' } });
    // Later than the first request, because ids of one millisecond may be in any order where clocks differ.
    advance(1);
    const [refused, late, tried] = [await take('access'), await take('access'), await take('access')];
    await act(refused.id, 'refusal', { code: 'R1', explanation: '依法须保存' });
    expect((await act(refused.id, 'approval', undefined, 'auditor')).status).toBe(200);
    expect((await act(late.id, 'extension', { reason: 'x', due_on: '2027-01-15' })).status).toBe(200);
    await act(tried.id, 'verification', { by: 'written', failed: true });
    await fulfil('erasure');
    const list = await (await pull('/subject-requests?due_before=2027-02-01&limit=200')).json();
    expect((list as { subject_requests: object[] }).subject_requests).toHaveLength(8);
    // The queue of the console: the extended one is due last.
    const first = await listQueue(db, { due_from: '2026-12-01', limit: 2 }, undefined);
    const place = { due: '2026-12-14', id: first.requests[1]!.id };
    const rest = await listQueue(db, { type: 'access', due_to: '2027-02-01', limit: 5 }, place);
    expect([...first.requests, ...rest.requests].map(({ id, type }) => (type === 'access' ? id : type))).toEqual([
      'erasure',
      tried.id,
      late.id,
    ]);
    expect([await countQueue(db, {}), await countQueue(db, { due_to: '2026-12-14' })]).toEqual([3, 2]);
    const actors = ['visitor', (await token('auditor')).split('_')[1]!];
    const acts = await listEvents(db, { actors, order: 'desc', limit: 2 }, undefined);
    expect(acts.audit_events.map(({ action }) => action)).toEqual(['request.refused', 'copy.opened']);
    const csv = { Accept: 'text/csv', Authorization: `Bearer ${await token('sales')}` };
    await (await app.request(`${origin}/leads?view=clear`, { headers: csv })).text();
    const exported = await listEvents(db, { action: 'lead.exported', limit: 1 }, undefined);
    const { request_id } = exported.audit_events[0]!;
    expect(await findExports(db, [request_id!, 'another'])).toEqual(new Map([[request_id, undefined]]));
    advance(30 * 86_400_000);
    await runJobs(services);
    expect(await stateOf(tried)).toBe('expired');
    expect(await stateOf(late)).toBe('extended');
    advance(37 * 31 * 86_400_000);
    await runJobs(services);
    const rows = await db.selectFrom('subject_requests').select(['id', 'closed_at', 'sealed']).execute();
    const left = rows.filter(({ sealed }) => sealed).map(({ id }) => id);
    expect(left.sort()).toEqual(
      rows
        .filter(({ closed_at }) => !closed_at)
        .map(({ id }) => id)
        .sort(),
    );
    expect(left).toContain(late.id);
    await close();
  });

  it('[P5] are in a backup, and open where it is restored unless they were erased since', async () => {
    const { db, close } = await open();
    const { folder, remove } = makeFolder();
    const { ask, advance, services, post } = await startPublished({}, db);
    const take = async (name: string) =>
      (await (
        await ask('POST', '/subject-requests', { type: 'complaint', channel: 'mail', email: 'a@example.com', name })
      ).json()) as Taken;
    const [gone, kept] = [await take('gone'), await take('kept')];
    await ask('POST', `/subject-requests/${gone.id}/fulfilment`);
    const older = await backUp(db, folder, noon);
    advance(37 * 31 * 86_400_000);
    await runJobs(services);
    await post('/requests', { type: 'access', email: 'later@example.com' });
    await backUp(db, folder, services.now());
    const url = `file:${folder}/restored.db`;
    await restoreBackup(url, { path: older.folder, keyring, now: services.now() });
    await withStore(url, async copy => {
      const { pull } = await start({}, copy);
      const show = async (id: string) => (await (await pull(`/subject-requests/${id}?view=clear`)).json()) as object;
      expect(await show(kept.id)).toMatchObject({ name: 'kept', email: 'a@example.com' });
      expect(await show(gone.id)).toMatchObject({ state: 'fulfilled', erased_at: expect.any(String) });
    });
    await close();
    remove();
  });
});

it('keys of requests turn with the others', async () => {
  const { db, services, ask, pull } = await startPublished();
  const sent = { type: 'access', channel: 'mail', email: 'a@example.com' };
  const { id } = (await (await ask('POST', '/subject-requests', sent)).json()) as Taken;
  const next = { id: 'next', key: Buffer.alloc(32, 9) };
  services.vault = createVault([...services.settings.encryption_keys, next], services.settings.index_key);
  expect(await rewrapKeys(services)).toEqual({ renewed: 1, unopened: [] });
  const [row] = await db.selectFrom('keys').select(['subject_kind', 'kek_id']).execute();
  expect(row).toEqual({ subject_kind: 'request', kek_id: 'next' });
  expect(await (await pull(`/subject-requests/${id}?view=clear`)).json()).toMatchObject({ email: 'a@example.com' });
});
