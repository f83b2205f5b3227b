import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { self_check_form } from '../../db/leads/lead.ts';
import { openStore } from '../../worker/node/store.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { lead, test_keys, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

const production = {
  ...test_keys,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: 'https://www.example.com',
  DATA_REGION: 'CN',
  CONTROLLER_NAME: 'Example',
  CONTROLLER_CONTACT: 'privacy@example.com',
};

describe.each(['SQLite', 'PostgreSQL'])('ops seed on %s', engine => {
  it('makes up leads in production while no visitor has sent one, then only where that is said; elsewhere always', async () => {
    const DATABASE_URL = engine === 'SQLite' ? `file:${join(folder, 'leads.db')}` : await createPostgresDatabase();
    const seed = (environment: Record<string, string>, ...more: string[]) =>
      operate(['seed', '--leads', '2', ...more], { ...environment, DATABASE_URL });
    const count = async () => {
      const db = await openStore(DATABASE_URL);
      const leads = await db.selectFrom('leads').select('id').where('form', '<>', self_check_form).execute();
      await db.destroy();
      return leads.length;
    };
    const server = await startServer(folder, { ...unguarded, ...test_keys, DATABASE_URL });
    for (const _ of [1, 2]) expect(await seed(production)).toMatchObject({ code: 0 });
    expect(await count()).toBe(4);
    const sent = await fetch(`${server.url}/forms/mini-ai-experience`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: server.url },
      body: JSON.stringify(lead),
    });
    expect(sent.status).toBe(201);
    expect(await seed(production)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^the database holds leads of visitors.* or say --in-production\. No lead was made\n$/,
      ),
    });
    expect(await count()).toBe(5);
    expect(await seed(production, '--in-production')).toMatchObject({ code: 0 });
    expect(await seed(test_keys)).toMatchObject({ code: 0 });
    expect(await count()).toBe(9);
    await server.stop();
  });
});
