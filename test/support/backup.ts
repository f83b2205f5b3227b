import { join } from 'node:path';
import { sql } from 'kysely';
import { left_out } from '../../db/backup/tables.ts';
import type { Database } from '../../db/database.ts';
import { openNote } from '../../db/leads/rows/open.ts';
import type { DeploymentKeys } from '../../db/vault/marks.ts';
import { createKeyring } from '../../worker/node/backup/keyring.ts';
import { makeBackup } from '../../worker/node/backup/make.ts';
import { openStore } from '../../worker/node/store.ts';
import { type Environment, readSettings } from '../../worker/settings.ts';
import { createPostgresDatabase } from './engines.ts';
import { lead, noon, startPublished, test_keys } from './harness.ts';

/** Reads the keys of settings, those of the tests unless others are given. */
export function keysOf(overrides: Environment = {}): DeploymentKeys {
  const read = readSettings({ ...test_keys, ...overrides }, 'node');
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  return read.settings;
}

export const keyring = createKeyring(keysOf());

/** Makes a backup of a database with the tests' keys. */
export const backUp = (db: Database, folder: string, now = noon) => makeBackup(db, { folder, keyring, now });

/** Starts an app with some of everything: leads, one corrected and one erased, a choice, a token, figures. */
export async function startFilled(db: Database) {
  const started = await startPublished({}, db);
  const { post, ask, token } = started;
  await token('privacy_officer');
  const ids: string[] = [];
  const codes: string[] = [];
  for (let n = 0; n < 5; n++) {
    const values = { ...lead, phone: `1380013800${n}`, email: `p${n}@example.com` };
    const answer = await post('/forms/mini-ai-experience', values, { 'Idempotency-Key': `key-${n}` });
    const { id, receipt_code } = (await answer.json()) as { id: string; receipt_code: string };
    ids.push(id);
    codes.push(receipt_code);
  }
  await ask('PATCH', `/leads/${ids[0]}`, {
    ...{ status: 'closed', closed_reason: 'won', assigned_to: 'Wang Fang' },
    ...{ follow_up_on: '2026-11-25', note: 'Wants two offers' },
  });
  await ask('PATCH', `/leads/${ids[1]}`, { company: 'Corrected Ltd' });
  await ask('DELETE', `/leads/${ids[2]}`);
  await started.get('/leads?view=clear', { Authorization: `Bearer ${await token('privacy_officer')}` });
  await post('/consents', {
    policy_version: '2026-01',
    locale: 'en',
    shown: ['necessary', 'analytics'],
    granted: ['necessary'],
    source: 'banner',
    chosen_at: noon.toISOString(),
  });
  return { ...started, ids, codes };
}

/** Opens the values and notes of leads, by id. */
export async function openAll(db: Database, vault = keyring.vault) {
  const rows = await db
    .selectFrom('leads')
    .innerJoin('keys', 'keys.subject_id', 'leads.id')
    .select(['id', 'sealed', 'note', 'kek_id', 'wrapped'])
    .orderBy('id')
    .execute();
  return rows.map(row => [row.id, { ...vault.open(row.id, row.sealed!, row), note: openNote(vault, row) }] as const);
}

/** Reads all that a backup holds, keys included, by table. */
export function readAll(db: Database): Promise<Record<string, unknown[]>> {
  return db.snapshot(async snapshot => {
    const all: Record<string, unknown[]> = {};
    for (const { name, key } of await snapshot.listTables())
      if (name === 'keys' || !(name in left_out)) {
        const order = sql.join(key.map(column => sql.ref(column)));
        [all[name]] = (await snapshot.read([sql`select * from ${sql.table(name)} order by ${order}`.compile(db)])) as [
          unknown[],
        ];
      }
    return all;
  });
}

/** Addresses of empty databases to restore into. */
export const targets: { target: string; create(folder: string): Promise<string> }[] = [
  { target: 'SQLite', create: async folder => `file:${join(folder, 'restored', 'leads.db')}` },
  { target: 'PostgreSQL', create: createPostgresDatabase },
];

/** Works on the database of an address. */
export async function withStore<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openStore(url);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
