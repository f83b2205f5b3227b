import type { D1Database } from '@cloudflare/workers-types';
import { createTestHarness } from 'wrangler';
import * as d1 from '../../db/dialects/d1.ts';
import { publishPolicy } from '../../db/policies/publish.ts';
import { createToken } from '../../db/staff/tokens.ts';
import { applyMigrations } from '../support/engines.ts';
import { draft, operator, test_keys, unguarded } from '../support/harness.ts';
import type { RunningServer } from '../support/server.ts';

const vars = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: 'https://www.example.com',
  DATA_REGION: 'SG',
  CONTROLLER_NAME: 'Example',
  CONTROLLER_CONTACT: 'privacy@example.com',
  FORM_QUOTA_PER_MINUTE: '0',
  LOG_LEVEL: 'warn',
  ...unguarded,
  ...test_keys,
};

const floor = {
  name: 'floor',
  main: './test/bench/floor-worker.ts',
  compatibility_date: '2026-10-20',
  compatibility_flags: ['nodejs_compat'],
  d1_databases: [{ binding: 'DB', database_name: 'floor', database_id: 'floor' }],
};

/** Starts the built Worker on workerd with a local D1, and its floor beside it. */
export async function startWorkers(version: string) {
  const worker = createTestHarness({ workers: [{ configPath: './wrangler.toml', vars, envFiles: [] }] } as never);
  const bare = createTestHarness({ workers: [{ config: floor, envFiles: [] }] } as never);
  const [{ url }, { url: floor_url }] = await Promise.all([worker.listen(), bare.listen()]);
  const { DB } = (await worker.getWorker().getEnv()) as unknown as { DB: D1Database };
  await applyMigrations(DB);
  const db = d1.open(DB);
  await publishPolicy(db, draft(version), operator, new Date());
  const token = await createToken(db, { holder: 'bench', role: 'privacy_officer', days: 1 }, operator, new Date());
  const { DB: bareDB } = (await bare.getWorker().getEnv()) as unknown as { DB: D1Database };
  await bareDB.exec('create table floor (id text primary key, sealed text, wrapped text, phone text, email text)');
  const server = { url: url.origin, token } as RunningServer;
  return { server, floor_url: floor_url.origin, stop: () => Promise.all([worker.close(), bare.close()]) };
}
