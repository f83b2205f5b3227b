import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { self_check_form } from '../../db/leads/lead.ts';
import { openStore } from '../../worker/node/store.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { lead, production, test_keys, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

const in_production = {
  ...test_keys,
  ...production,
};

describe.each(['SQLite', 'PostgreSQL'])('ops seed on %s', engine => {
  it('warns where made-up leads come to stand among those of visitors in production, and makes them', async () => {
    const DATABASE_URL = engine === 'SQLite' ? `file:${join(folder, 'leads.db')}` : await createPostgresDatabase();
    const seed = (environment: Record<string, string>) =>
      operate(['seed', '--leads', '2'], { ...environment, DATABASE_URL });
    const count = async () => {
      const db = await openStore(DATABASE_URL);
      const leads = await db.selectFrom('leads').select('id').where('form', '<>', self_check_form).execute();
      await db.destroy();
      return leads.length;
    };
    const server = await startServer(folder, { ...unguarded, ...test_keys, DATABASE_URL });
    for (const _ of [1, 2]) expect((await seed(in_production)).stderr).not.toContain('Warning');
    expect(await count()).toBe(4);
    const sent = await fetch(`${server.url}/forms/mini-ai-experience`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: server.url },
      body: JSON.stringify(lead),
    });
    expect(sent.status).toBe(201);
    const warned = expect.stringMatching(/^Warning: NODE_ENV is production, .* leads of visitors/);
    expect(await seed(in_production)).toMatchObject({ code: 0, stderr: warned });
    expect((await seed(test_keys)).stderr).not.toContain('Warning');
    const refused = await seed({ ...in_production, SIGNING_KEY: Buffer.alloc(32, 9).toString('base64') });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^SIGNING_KEY: .*\n$/)]);
    expect(await count()).toBe(9);
    await server.stop();
  });
});
