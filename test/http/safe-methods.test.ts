import { expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import type { Schema } from '../../db/schema.ts';
import { consolePages } from '../../worker/console/routes.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { operations } from '../support/conformance.ts';
import { openWorld } from '../support/conformance-world.ts';
import { startConsole } from '../support/console.ts';
import { browser_accept } from '../support/harness.ts';

/** Sums of what other tables hold: whoever looks at them first may have them counted. */
const sums = ['audit_seals', 'consent_days', 'lead_days', 'lead_outcomes', 'tallies'];

/** Reads every row, without when somebody was last there. */
async function readRows(db: Database): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const { name } of await db.introspection.getTables()) {
    if (sums.includes(name)) continue;
    const found = await db
      .selectFrom(name as keyof Schema)
      .selectAll()
      .execute();
    all[name] = found.map(row => ({ ...row, used_at: 0, last_used_at: 0, hits: 0 }));
  }
  return all;
}

it('GET, HEAD and OPTIONS of the service change nothing, whatever address is asked for', async () => {
  const { ask, db, token } = await openWorld();
  for (const role of ['privacy_officer', 'admin'] as const) await token(role);
  const before = await readRows(db);
  for (const operation of operations)
    for (const method of ['GET', 'HEAD', 'OPTIONS']) await ask(operation, { method, body: undefined });
  expect(await readRows(db)).toEqual(before);
});

it('GET and HEAD of the console change nothing, whatever page is asked for', async () => {
  const started = await startConsole({ OUTBOUND_HOSTS: 'hooks.example.com' });
  const id = await started.submitLead();
  const [officer, admin] = [await started.open('privacy_officer'), await started.open('admin')];
  const make = async (path: string, fields: object, role: Role = 'privacy_officer') => {
    const made = await started.ask('POST', path, fields, role);
    expect(made.status, path).toBe(201);
    return ((await made.json()) as { id: string }).id;
  };
  const from = started.services.now().toISOString();
  const address = 'https://hooks.example.com/';
  const channel = { kind: 'webhook', name: 'CRM', address, locale: 'en', events: ['lead.created'] };
  const token_id = (await started.token('viewer')).split('_')[1]!;
  /** Ids of what there is, by the beginning of the pages that show it; elsewhere that of a lead. */
  const ids: Record<string, string> = {
    '/console/tokens/': token_id,
    '/console/staff/': token_id,
    '/console/notices/': await make('/channels', channel, 'admin'),
    '/console/requests/': await make('/subject-requests', { type: 'access', channel: 'phone', lead_ids: [id] }),
    '/console/incidents/': await make('/incidents', { from, to: from, cause: 'token', scope: { token_id } }),
  };
  const before = await readRows(started.db);
  for (const path of Object.keys(consolePages))
    for (const person of [officer, admin]) {
      const own = ids[/^\/console\/\w+\//.exec(path)?.[0] ?? ''] ?? id;
      const address = path.replace(':locale', 'en').replace(':form', 'mini-ai-experience').replace(/:\w+/g, own);
      await person.get(`${address}?sure=yes&act=spam&lead=${id}&status=closed&purpose=follow_up&view=clear`);
      const headers = { Accept: browser_accept, 'Sec-Fetch-Site': 'same-origin' };
      for (const Cookie of [person.cookie, '']) {
        const ask = (method: string) =>
          started.app.request(`https://leads.example.com${address}`, { method, headers: { ...headers, Cookie } });
        expect([address, (await ask('HEAD')).status]).toEqual([address, (await ask('GET')).status]);
      }
    }
  expect(await readRows(started.db)).toEqual(before);
  expect((await officer.get('/console')).status).toBe(200);
});
