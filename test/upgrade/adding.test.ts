import { sql } from 'kysely';
import { expect, it } from 'vitest';
import * as postgres from '../../db/dialects/postgres.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { createPostgresDatabase, unhurried } from '../support/engines.ts';
import { lead, startPublished } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
const places = [
  { engine: 'SQLite', open: sqlite.open, findAddress: async () => `${folder}/leads.db` },
  {
    engine: 'PostgreSQL',
    open: (address: string) => postgres.open(address, undefined, unhurried),
    findAddress: createPostgresDatabase,
  },
];

it.each(places)('a server on $engine answers on while newer software adds columns to every table', async place => {
  const address = await place.findAddress();
  const [db, newer] = [await place.open(address), await place.open(address)];
  const { post, pull, ask, token } = await startPublished({ FORM_QUOTA_PER_MINUTE: '1000' }, db);
  await Promise.all([token('privacy_officer'), token('admin')]);
  const choice = { policy_version: '2026-01', locale: 'en', shown: ['analytics'], granted: [], source: 'banner' };
  const useOnce = async () => {
    const made = await post('/forms/mini-ai-experience', lead, { 'Idempotency-Key': crypto.randomUUID() });
    const { id } = (await made.json()) as { id: string };
    const chosen = await post('/consents', { ...choice, chosen_at: '2026-11-23T03:59:00.000Z' });
    const answers = [made, chosen, await ask('PATCH', `/leads/${id}`, { status: 'contacted', assigned_to: 'x' })];
    for (const path of ['/policies/2026-01', `/leads/${id}?view=clear`, '/leads', '/audit-events', '/holds'])
      answers.push(await pull(path));
    for (const path of ['/channels', '/deliveries', '/tokens']) answers.push(await pull(path, 'admin'));
    return answers.map(({ status }) => status);
  };
  // So many at once that every connection has prepared what it reads.
  const useAtOnce = async () => (await Promise.all(Array.from({ length: 9 }, useOnce))).flat();
  const before = await useAtOnce();
  expect(before.filter(status => status > 201)).toEqual([]);
  const tables = await newer.snapshot(snapshot => snapshot.listTables());
  await newer.atomic(
    tables.map(({ name }) => sql`alter table ${sql.table(name)} add column later text`.compile(newer)),
  );
  expect(await useAtOnce()).toEqual(before);
  await Promise.all([db.destroy(), newer.destroy()]);
  remove();
});
