import { describe, expect, it } from 'vitest';
import { openAssets } from '../worker/node/assets.ts';
import { engines } from './support/engines.ts';
import { lead, noon, startPublished } from './support/harness.ts';

const ahead_ms = 3 * 3_600_000;

/** Starts a server whose clock is hours ahead until it is set right. */
async function startAhead(...settings: Parameters<typeof startPublished>) {
  const server = await startPublished(...settings);
  server.advance(ahead_ms);
  return { ...server, setRight: () => server.advance(-ahead_ms) };
}

describe('once a clock is set right that was hours ahead', () => {
  it('nobody waits for hours who was at the limit', async () => {
    const server = await startAhead({ FORM_LIMIT_PER_MINUTE: '1', REFUSED_LIMIT_PER_MINUTE: '1' });
    const ask = async () => [
      (await server.post('/forms/mini-ai-experience', lead)).status,
      (await server.get('/policies/none')).status,
    ];
    expect(await ask()).toEqual([201, 404]);
    expect(await ask()).toEqual([429, 429]);
    server.setRight();
    expect(await ask()).toEqual([201, 404]);
    expect(await ask()).toEqual([429, 429]);
  });

  it.each(engines)('the quota is one for each minute again, on $engine', async ({ open }) => {
    const { db, close } = await open();
    const server = await startAhead({ FORM_QUOTA_PER_MINUTE: '1' }, db);
    const submit = async () => (await server.post('/forms/mini-ai-experience', lead)).status;
    expect([await submit(), await submit()]).toEqual([201, 429]);
    server.setRight();
    expect([await submit(), await submit()]).toEqual([201, 429]);
    await close();
  });

  it('/health tells how the database is now', async () => {
    const { get, db, setRight } = await startAhead();
    expect((await get('/health')).status).toBe(200);
    setRight();
    await db.destroy();
    expect((await get('/health')).status).toBe(503);
  });

  it('the script gets the policy that is published then', async () => {
    const { services, get, publish, setRight } = await startAhead();
    services.findAsset = openAssets();
    const script = async () => (await get('/widget.js')).text();
    expect(await script()).not.toContain('"2026-12"');
    setRight();
    await publish('2026-12', { effective_at: noon.toISOString() });
    expect(await script()).toContain('"2026-12"');
  });
});
