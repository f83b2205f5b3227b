import { describe, expect, it } from 'vitest';
import { lead, readProblem, start, startPublished } from '../support/harness.ts';

const path = '/forms/mini-ai-experience';

describe('Idempotency-Key', () => {
  const key = { 'Idempotency-Key': 'a5c1d3f0-key' };

  it('answers a repeat with the first 201, also after the policy has changed', async () => {
    const { db, post, publish, advance } = await startPublished();
    const first = await (await post(path, lead, key)).json();
    advance(60_000);
    await publish('2026-02', { effective_at: '2026-11-23T04:00:30.000Z' });
    const again = await post(path, lead, key);
    expect(again.status).toBe(201);
    expect(await again.json()).toEqual(first);
    expect(await db.selectFrom('leads').selectAll().execute()).toHaveLength(1);
  });

  it('gives two at once the same 201 and stores one lead', async () => {
    const { db, post } = await startPublished();
    const responses = await Promise.all(Array.from({ length: 20 }, () => post(path, lead, key)));
    const answers = await Promise.all(responses.map(response => response.text()));
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(answers).size).toBe(1);
    expect(await db.selectFrom('leads').selectAll().execute()).toHaveLength(1);
  });

  it('answers a repeat of what another server answered, whatever stands in its way there', async () => {
    const { db, post, publish, ask } = await startPublished();
    const answer = await post(path, lead, key);
    const { id, ...first } = (await answer.json()) as { id: string };
    const limited = await start({ FORM_LIMIT_PER_MINUTE: '1' }, db);
    expect((await limited.post(path, lead)).status).toBe(201);
    expect((await limited.post(path, lead)).status).toBe(429);
    const guarded = await start({ BOT_CHECK: 'on' }, db);
    expect((await guarded.post(path, lead)).status).toBe(403);
    await publish('2026-02', { effective_at: '2026-11-23T03:59:00.000Z' });
    const changed = await start({}, db);
    expect((await changed.post(path, lead)).status).toBe(422);
    for (const other of [limited, guarded, changed, await start({ FORM_QUOTA_PER_MINUTE: '1' }, db)])
      for (let count = 0; count < 2; count++) {
        const again = await other.post(path, lead, key);
        expect([again.status, await again.json()]).toEqual([201, { id, ...first }]);
      }
    const reused = await (await start({}, db)).post(path, { ...lead, name: '李雷' }, key);
    expect(await readProblem(reused)).toMatchObject({ slug: 'idempotency-key-reused' });
    await ask('DELETE', `/leads/${id}`);
    expect((await (await start({}, db)).post(path, lead, key)).status).toBe(410);
  });

  it('costs nothing where another server answered it', async () => {
    const { db, post } = await startPublished();
    await post(path, lead, key);
    const other = await start({ FORM_LIMIT_PER_MINUTE: '1' }, db);
    for (let count = 0; count < 3; count++) expect((await other.post(path, lead, key)).status).toBe(201);
    expect((await other.post(path, lead)).status).toBe(201);
    expect((await other.post(path, lead)).status).toBe(429);
  });

  it('refuses another request under the same key', async () => {
    const { post } = await startPublished();
    await post(path, lead, key);
    for (const change of [
      { name: 'x' },
      { phone: '13900139000' },
      { email: 'x@example.com' },
      { company: 'x' },
      { locale: 'en' },
    ])
      expect(await readProblem(await post(path, { ...lead, ...change }, key))).toMatchObject({
        slug: 'idempotency-key-reused',
        status: 422,
      });
    expect(await readProblem(await post('/forms/ecological-cooperation', lead, key))).toMatchObject({
      slug: 'idempotency-key-reused',
    });
    const english = await post(path, { ...lead, locale: 'en' }, { ...key, 'Accept-Language': 'zh-CN' });
    expect(english.headers.get('Content-Language')).toBe('en');
  });

  it('remembers for 24 hours, and only a 201', async () => {
    const { db, post, advance } = await startPublished();
    expect((await post(path, { ...lead, name: '' }, key)).status).toBe(422);
    expect((await post(path, lead, key)).status).toBe(201);
    advance(24 * 3_600_000);
    expect((await post(path, { ...lead, name: '李雷' }, key)).status).toBe(201);
    expect(await db.selectFrom('leads').selectAll().execute()).toHaveLength(2);
  });

  it('[P2] is stored only as an HMAC, and refused when it is too long or unreadable', async () => {
    const { db, post } = await startPublished();
    await post(path, lead, key);
    expect(JSON.stringify(await db.selectFrom('once').selectAll().execute())).not.toContain('a5c1d3f0');
    expect((await post(path, lead, { 'Idempotency-Key': 'k'.repeat(64) })).status).toBe(201);
    expect((await readProblem(await post(path, lead, { 'Idempotency-Key': 'k'.repeat(65) }))).errors).toEqual([
      'Idempotency-Key too_long',
    ]);
    expect((await post(path, lead, { 'Idempotency-Key': '"order 7"' })).status).toBe(201);
    expect((await readProblem(await post(path, lead, { 'Idempotency-Key': 'é' }))).errors).toEqual([
      'Idempotency-Key invalid',
    ]);
  });
});
