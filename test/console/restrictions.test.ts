import { expect, it } from 'vitest';
import type { Role } from '../../worker/guards/roles.ts';
import { startConsole } from '../support/console.ts';
import { lead } from '../support/harness.ts';

/** Starts a console with a lead that is restricted at its person's request. */
async function restrict() {
  const console = await startConsole();
  const { ask, submitLead, open } = console;
  const id = await submitLead();
  const taken = await ask('POST', '/subject-requests', { type: 'restriction', channel: 'phone', email: lead.email });
  const request = (await taken.json()) as { id: string };
  await ask('POST', `/subject-requests/${request.id}/verification`, { by: 'callback' });
  await ask('POST', `/subject-requests/${request.id}/fulfilment`);
  return { ...console, id, request, officer: await open('privacy_officer') };
}

it('restricted leads are listed with their requests, and lifting one needs a reason, and shows it again', async () => {
  const { officer, id, request, pull, readEvents } = await restrict();
  const list = async () => (await officer.get('/console/restrictions')).text();
  const page = await list();
  for (const part of [`data-id="${id}"`, `/console/requests/${request.id}`]) expect(page).toContain(part);
  expect(await (await officer.get('/console/holds')).text()).toContain('href="/console/restrictions"');
  const own = await (await officer.get(`/console/leads/${id}`)).text();
  const [, action = ''] = /action="([^"]+\/restriction\/end)"/.exec(own) ?? [];
  const refused = await officer.send(action, { reason: ' ' });
  expect([refused.response.status, refused.location]).toEqual([422, `/console/leads/${id}`]);
  expect(await (await pull(`/leads/${id}`)).json()).toHaveProperty('restricted_at');
  const lifted = await (await officer.send(action, { reason: '本人同意继续' })).response.text();
  for (const part of ['The restriction is lifted.', '本人同意继续', '欧阳**']) expect(lifted).toContain(part);
  expect(await list()).toContain('No lead is restricted');
  expect(await readEvents('action=restriction.lifted')).toMatchObject([{ lead_ids: [id] }]);
});

it('nobody but who handles requests sees or lifts a restriction; an erased lead is in no list', async () => {
  const { open, id, officer, ask } = await restrict();
  for (const role of ['viewer', 'sales', 'auditor', 'admin'] as Role[]) {
    const { get, statusOf } = await open(role);
    expect([role, (await get('/console/restrictions')).status]).toEqual([role, 403]);
    expect([role, await statusOf(`/console/leads/${id}/restriction/end`, { reason: 'x' })]).toEqual([role, 403]);
  }
  expect(await (await officer.get('/console/restrictions')).text()).toContain(id);
  await ask('DELETE', `/leads/${id}`);
  expect(await (await officer.get('/console/restrictions')).text()).not.toContain(id);
});
