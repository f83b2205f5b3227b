import { describe, expect, it } from 'vitest';
import { recordChoice } from '../../db/consents/record.ts';
import { checkPromises } from '../../worker/compliance/run.ts';
import { noon, readProblem, site, start, startPublished } from '../support/harness.ts';

const visitor_id = '3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e';
const all = ['necessary', 'functional', 'analytics', 'marketing'];
const choice = {
  visitor_id,
  policy_version: '2026-01',
  locale: 'zh-CN',
  shown: all,
  granted: ['necessary', 'analytics'],
  source: 'banner',
  chosen_at: noon.toISOString(),
};
const refusal = { ...choice, granted: ['necessary'] };

describe('POST /consents', () => {
  it('[K3] appends the choice and answers with the record', async () => {
    const { post } = await startPublished();
    const response = await post('/consents', choice);
    expect(response.status).toBe(201);
    const { locale: _, ...stored } = choice;
    expect(await response.json()).toEqual({
      id: expect.any(String),
      ...stored,
      received_at: noon.toISOString(),
      expires_at: '2027-05-24T04:00:00.000Z',
    });
  });

  it('sets the cookie that a server-rendered site can read too', async () => {
    const { post } = await startPublished({ COOKIE_DOMAIN: 'example.com' });
    const cookie = (await post('/consents', choice)).headers.get('Set-Cookie');
    expect(cookie).toBe(
      `consent=v1.${visitor_id}.2026-01.${noon.getTime() / 1000}.necessary_analytics; Max-Age=15724800; Domain=example.com; Path=/; Secure; SameSite=Lax`,
    );
  });

  it('leaves Secure out on this machine itself, where a page has no TLS', async () => {
    const { post } = await startPublished({ PUBLIC_URL: 'http://127.0.0.1:8787', NODE_ENV: 'development' });
    expect((await post('/consents', choice)).headers.get('Set-Cookie')).not.toContain('Secure');
  });

  it('[K3] keeps refusals, and every choice as its own record', async () => {
    const { post, get, advance } = await startPublished();
    await post('/consents', refusal);
    advance(1_000);
    await post('/consents', { ...choice, chosen_at: '2026-11-23T04:00:01.000Z', source: 'preferences' });
    const { current, history } = (await (await get(`/consents/${visitor_id}`)).json()) as Record<string, object[]>;
    expect(history).toMatchObject([{ granted: ['necessary', 'analytics'] }, { granted: ['necessary'] }]);
    expect(current).toEqual(history![0]);
  });

  it('makes a visitor id where none is sent, and takes a choice that grants nothing at all', async () => {
    const { post } = await startPublished();
    const response = await post('/consents', { ...choice, visitor_id: undefined, granted: [] });
    expect(await response.json()).toMatchObject({ visitor_id: expect.stringMatching(/^[0-9a-f-]{36}$/), granted: [] });
    expect(response.headers.get('Set-Cookie')).toMatch(/\.\d+\.; Max-Age/);
  });

  it.each([
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ])('takes whatever RFC 9562 calls a UUID as a visitor id: %s', async visitor_id => {
    const { post, get } = await startPublished();
    expect((await post('/consents', { ...choice, visitor_id })).status).toBe(201);
    expect(await (await get(`/consents/${visitor_id}`)).json()).toMatchObject({ visitor_id });
    expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(201);
  });

  it('a choice sent late does not put its cookie over a later one', async () => {
    const { post } = await startPublished();
    await post('/consents', refusal);
    const late = await post('/consents', { ...choice, chosen_at: '2026-11-20T00:00:00.000Z' });
    expect(late.headers.get('Set-Cookie')).toContain(`.${noon.getTime() / 1000}.necessary;`);
  });

  it('stores a chosen_at later than receipt as receipt, and one in another zone in UTC', async () => {
    const { post } = await startPublished();
    expect(await (await post('/consents', { ...choice, chosen_at: '2031-01-01T00:00:00.000Z' })).json()).toMatchObject({
      chosen_at: noon.toISOString(),
    });
    expect(await (await post('/consents', { ...choice, chosen_at: '2026-11-23T11:59:00+08:00' })).json()).toMatchObject(
      { chosen_at: '2026-11-23T03:59:00.000Z' },
    );
  });

  it('takes a withdrawal of one purpose that leaves the others, as the preferences send it, and one of all', async () => {
    const { post, get, services } = await startPublished();
    for (const granted of [['necessary', 'functional', 'analytics'], ['marketing'], ['necessary'], []]) {
      const response = await post('/consents', { ...choice, source: 'withdrawal', granted });
      expect([response.status, ((await response.json()) as typeof choice).granted]).toEqual([201, granted]);
    }
    const unasked = { ...choice, source: 'withdrawal', shown: ['necessary'], granted: ['necessary'] };
    expect((await post('/consents', unasked)).status).toBe(201);
    await checkPromises(services);
    const checked = await get('/compliance', { Accept: 'application/json' });
    const { promises } = (await checked.json()) as { promises: { id: string }[] };
    expect(promises.find(({ id }) => id === 'K2')).toMatchObject({ state: 'kept' });
  });

  it('accepts any published version, also one no longer current', async () => {
    const { post, publish } = await startPublished();
    await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z' });
    expect((await post('/consents', choice)).status).toBe(201);
  });

  it('[C3] stores no address, no user agent and no page', async () => {
    const { db, post } = await startPublished();
    await post('/consents', choice, {
      'User-Agent': 'Visitor/1.0',
      Referer: `${site}/secret-page`,
      'X-Forwarded-For': '203.0.113.9',
    });
    const rows = await db.selectFrom('consents').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/Visitor|secret-page|203\.0/);
  });

  it.each([
    [{ visitor_id: 'ABC' }, ['visitor_id invalid']],
    [{ visitor_id: visitor_id.toUpperCase() }, ['visitor_id invalid']],
    [{ visitor_id: '00000000-0000-4000-c000-000000000000' }, ['visitor_id invalid']],
    [{ policy_version: '1999' }, ['policy_version invalid']],
    [{ policy_version: undefined }, ['policy_version required']],
    [{ locale: 'de' }, ['locale invalid']],
    [{ locale: undefined }, ['locale required']],
    [{ shown: 'necessary' }, ['shown wrong_type']],
    [{ shown: [1] }, ['shown wrong_type']],
    [{ shown: ['necessary', 'profiling'], granted: [] }, ['shown not_allowed']],
    [{ shown: ['necessary'] }, ['granted not_allowed']],
    [{ granted: ['necessary', 'necessary'] }, ['granted invalid']],
    [{ source: 'withdrawal', granted: all }, ['granted not_allowed']],
    [{ source: 'withdrawal', granted: all.slice(1) }, ['granted not_allowed']],
    [{ source: 'withdrawal', shown: ['necessary', 'analytics'] }, ['granted not_allowed']],
    [{ source: 'magic' }, ['source invalid']],
    [{ chosen_at: 'yesterday' }, ['chosen_at invalid']],
    [{ chosen_at: '2026-05-25T03:59:59.999Z' }, ['chosen_at invalid']],
    [{ page: '/pricing' }, ['page unknown_field']],
  ])('refuses %j', async (change, errors) => {
    const { db, post } = await startPublished();
    const response = await post('/consents', { ...choice, ...change });
    expect(response.headers.get('Set-Cookie')).toBeNull();
    expect(await readProblem(response)).toEqual({ slug: 'invalid-fields', status: 422, errors });
    expect(await db.selectFrom('consents').selectAll().execute()).toEqual([]);
  });

  it('is idempotent for as long as the record lives', async () => {
    const { db, post, advance } = await startPublished();
    const key = { 'Idempotency-Key': 'choice-1' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await post('/consents', choice, key)).text()),
    );
    expect(new Set(answers).size).toBe(1);
    advance(100 * 86_400_000);
    expect(await (await post('/consents', choice, key)).text()).toBe(answers[0]);
    expect(await readProblem(await post('/consents', refusal, key))).toMatchObject({
      slug: 'idempotency-key-reused',
      status: 422,
    });
    expect(await db.selectFrom('consents').selectAll().execute()).toHaveLength(1);
  });

  it('gives the first answer also where another server gave it', async () => {
    const { db, post } = await startPublished();
    const key = { 'Idempotency-Key': 'choice-1' };
    const first = await (await post('/consents', choice, key)).text();
    const other = await start({ CONSENT_LIMIT_PER_MINUTE: '1', CONSENT_QUOTA_PER_MINUTE: '1' }, db);
    expect(await readProblem(await other.post('/consents', refusal, key))).toMatchObject({
      slug: 'idempotency-key-reused',
    });
    for (let count = 0; count < 3; count++) {
      const again = await other.post('/consents', choice, key);
      expect([again.status, await again.text()]).toEqual([201, first]);
    }
    expect((await other.post('/consents', choice)).status).toBe(201);
    expect((await other.post('/consents', choice)).status).toBe(429);
  });

  it('gives the first answer while the signing key turns, under whichever key the record came', async () => {
    const [old, last] = [1, 2].map(n => Buffer.alloc(32, 40 + n).toString('base64'));
    const first = await startPublished({ SIGNING_KEY: old! });
    const key = { 'Idempotency-Key': 'choice-1' };
    const answer = await (await first.post('/consents', choice, key)).text();
    for (const SIGNING_KEY of [`${last},${old}`, `${old},${last}`]) {
      const other = await start({ SIGNING_KEY }, first.db);
      expect(await readProblem(await other.post('/consents', refusal, key))).toMatchObject({
        slug: 'idempotency-key-reused',
      });
      expect(await (await other.post('/consents', choice, key)).text()).toBe(answer);
    }
    expect(await first.db.selectFrom('consents').selectAll().execute()).toHaveLength(1);
  });

  it('gives the first answer when one turn of the signing key follows another within a day', async () => {
    const [a, b, c] = [1, 2, 3].map(n => Buffer.alloc(32, 40 + n).toString('base64'));
    const key = { 'Idempotency-Key': 'choice-1' };
    for (const [before, after] of [
      [`${a},${b}`, `${a},${c}`],
      [`${b},${a}`, `${c},${b}`],
    ]) {
      const first = await startPublished({ SIGNING_KEY: before! });
      const answer = await (await first.post('/consents', choice, key)).text();
      const other = await start({ SIGNING_KEY: after! }, first.db);
      expect(await (await other.post('/consents', choice, key)).text()).toBe(answer);
      expect(await readProblem(await other.post('/consents', refusal, key))).toMatchObject({
        slug: 'idempotency-key-reused',
      });
    }
  });

  it('refuses another website and takes only JSON', async () => {
    const { post } = await startPublished();
    expect(await readProblem(await post('/consents', choice, { Origin: 'https://evil.example' }))).toMatchObject({
      slug: 'origin-not-allowed',
    });
    expect((await post('/consents', choice, { 'Content-Type': 'application/x-www-form-urlencoded' })).status).toBe(415);
  });
});

describe('GET /consents/:visitor_id', () => {
  it('has no current choice once it has expired, and keeps the history', async () => {
    const { post, get, advance } = await startPublished();
    await post('/consents', choice);
    advance(182 * 86_400_000);
    const answer = (await (await get(`/consents/${visitor_id}`)).json()) as { current: null; history: object[] };
    expect(answer).toMatchObject({ visitor_id, current: null });
    expect(answer.history).toHaveLength(1);
  });

  it('returns fifty at a time, and the receipt the latest 200', async () => {
    const { get, db, services } = await startPublished();
    for (let n = 0; n < 210; n++) {
      const chosen_at = new Date(noon.getTime() + Math.floor(n / 2) * 1_000);
      await recordChoice(db, { ...choice, chosen_at }, undefined, services.now());
    }
    const ids: string[] = [];
    const sizes: number[] = [];
    type Page = { current: { id: string }; history: { id: string }[]; next_cursor: string | null };
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor && `?cursor=${cursor}`;
      const page = (await (await get(`/consents/${visitor_id}${query}`)).json()) as Page;
      ids.push(...page.history.map(({ id }) => id));
      sizes.push(page.history.length);
      expect(page.current.id).toBe(ids[0]);
      cursor = page.next_cursor;
    }
    expect(sizes).toEqual([50, 50, 50, 50, 10]);
    expect(new Set(ids).size).toBe(210);
    const stored = await db
      .selectFrom('consents')
      .select('id')
      .orderBy('chosen_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    expect(ids).toEqual(stored.map(({ id }) => id));
    const receipt = (await (await get(`/consents/${visitor_id}/receipt`)).json()) as { records: unknown[] };
    expect(receipt.records).toHaveLength(200);
    for (const cursor of ['x', 'aGlzdG9yeSB4IHk', ''])
      expect((await get(`/consents/${visitor_id}?cursor=${cursor}`)).status).toBe(422);
  });

  it('answers 404 for a visitor it does not know, and for what is no id', async () => {
    const { get } = await startPublished();
    expect((await get(`/consents/${visitor_id}`)).status).toBe(404);
    expect((await get('/consents/%00')).status).toBe(404);
  });
});

describe('POST /consents/:visitor_id/withdrawal', () => {
  it('[C5] takes everything back in one step, under the current version', async () => {
    const { post, publish, get, advance } = await startPublished();
    await post('/consents', choice);
    await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z' });
    advance(5_000);
    const response = await post(`/consents/${visitor_id}/withdrawal`, '');
    expect(response.status).toBe(201);
    expect(response.headers.get('Set-Cookie')).toContain(
      `consent=v1.${visitor_id}.2026-02.${noon.getTime() / 1000 + 5}.;`,
    );
    const record = await response.json();
    expect(record).toMatchObject({ granted: [], shown: all, source: 'withdrawal', policy_version: '2026-02' });
    expect(await (await get(`/consents/${visitor_id}`)).json()).toMatchObject({ current: record });
  });

  it('reads no body, but refuses a large one', async () => {
    const { post } = await startPublished();
    await post('/consents', choice);
    const large = await post(`/consents/${visitor_id}/withdrawal`, 'x'.repeat(20_000), { 'Content-Length': '20000' });
    expect(await readProblem(large)).toMatchObject({ slug: 'payload-too-large', status: 413 });
  });

  it('answers 404 for a visitor it does not know, 403 for another website', async () => {
    const { post } = await startPublished();
    expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(404);
    expect((await post(`/consents/${visitor_id}/withdrawal`, '', { Origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('CORS', () => {
  it('answers exactly the allowed websites, with cookies', async () => {
    const { app } = await startPublished();
    const preflight = (origin: string) =>
      app.request('https://leads.example.com/consents', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type,idempotency-key',
        },
      });
    const allowed = (await preflight(site)).headers;
    expect(allowed.get('Access-Control-Allow-Origin')).toBe(site);
    expect(allowed.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(allowed.get('Access-Control-Allow-Headers')).toMatch(/idempotency-key/i);
    expect((await preflight('https://evil.example')).headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  it('opens nothing of the staff to any website', async () => {
    const { app, token } = await startPublished();
    const headers = { Origin: site, Authorization: `Bearer ${await token('sales')}` };
    const response = await app.request('https://leads.example.com/leads', { headers });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});
