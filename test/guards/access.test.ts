import { describe, expect, it } from 'vitest';
import { createToken, findTokenHolder, listTokens, revokeToken } from '../../db/staff/tokens.ts';
import { scopesOf } from '../../worker/guards/access.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { operator, origin, readProblem, start, startPublished } from '../support/harness.ts';

describe('Authorization', () => {
  it('answers 401 without a token, with a wrong scheme, a made-up, a misspelt and an unknown one', async () => {
    const { app, token } = await start();
    const good = await token('sales');
    const misspelt = good.replace(/.$/, last => (last === 'A' ? 'B' : 'A'));
    for (const authorization of [
      undefined,
      `Basic ${good}`,
      'Bearer',
      'Bearer lc_x_y',
      `Bearer ${misspelt}`,
      `Bearer ${good} ${good}`,
      `Basic Bearer ${good}`,
      `Bearer ${good}x`,
    ]) {
      const response = await app.request(`${origin}/leads`, {
        headers: authorization ? { Authorization: authorization } : {},
      });
      expect(response.headers.get('WWW-Authenticate')).toContain('Bearer');
      expect(await readProblem(response)).toMatchObject({ slug: 'unauthorized', status: 401 });
    }
  });

  it('reads the scheme in any case, and more than one space', async () => {
    const { app, token } = await start();
    for (const scheme of ['Bearer', 'bearer', 'BEARER  ']) {
      const headers = { Authorization: `${scheme} ${await token('sales')}` };
      expect((await app.request(`${origin}/leads`, { headers })).status).toBe(200);
    }
  });

  it('gives a role that there is not no scope', () => {
    for (const role of ['king', '', 'toString']) expect(scopesOf(role)).toEqual([]);
  });

  it('a misspelt token never reaches the database', async () => {
    const { db, token, services } = await start();
    const good = await token('sales');
    db.read = () => Promise.reject(new Error('asked the database'));
    expect(
      await findTokenHolder(
        db,
        good.replace(/.$/, last => (last === 'A' ? 'B' : 'A')),
        services.now(),
      ),
    ).toBeUndefined();
    await expect(findTokenHolder(db, good, services.now())).rejects.toThrow('asked the database');
  });

  it('answers 401 to a token in the query string, also beside a good one', async () => {
    const { app, token } = await start();
    const good = await token('sales');
    const headers = { Authorization: `Bearer ${good}` };
    expect((await app.request(`${origin}/leads?access_token=${good}`)).status).toBe(401);
    for (const query of [
      'access_token=x',
      'a=1&access_token=',
      `token=${good}`,
      `a=1&a=${good}`,
      `${good}=1`,
      `a=Bearer%20${good}`,
      `a=${good.replaceAll('_', '%5F')}`,
      '%61ccess_token=x',
    ])
      expect((await app.request(`${origin}/leads?${query}`, { headers })).status).toBe(401);
    for (const email of ['malc_anna_b', 'lc_abcdefghijkl_b'])
      expect((await app.request(`${origin}/leads?email=${email}@example.com`, { headers })).status).toBe(200);
  });

  it.each<[Role, string, number]>([
    ['viewer', '/leads', 200],
    ['viewer', '/leads?view=clear', 403],
    ['sales', '/leads?view=clear', 200],
    ['privacy_officer', '/leads?view=clear', 200],
    ['auditor', '/leads', 403],
    ['admin', '/leads', 403],
  ])('[P3] %s on %s: %i', async (role, path, status) => {
    const { pull } = await startPublished();
    const response = await pull(path, role);
    expect(response.status).toBe(status);
    if (status === 403) expect(await readProblem(response)).toMatchObject({ slug: 'forbidden' });
  });

  it('a revoked token is refused from the next request on, an expired one from its instant', async () => {
    const { db, pull, token, services, advance } = await start();
    await token('sales');
    expect((await pull('/leads', 'viewer')).status).toBe(200);
    const viewer = (await token('viewer')).split('_')[1]!;
    expect(await revokeToken(db, viewer, operator, services.now())).toBe(true);
    expect((await pull('/leads', 'viewer')).status).toBe(401);
    expect((await pull('/leads', 'sales')).status).toBe(200);
    advance(90 * 86_400_000);
    expect((await pull('/leads', 'sales')).status).toBe(401);
  });
});

describe('tokens', () => {
  it('are letters and digits, stored as a digest only, their making and revoking on record', async () => {
    const { db, services } = await start();
    const made = await createToken(db, { holder: 'Wang Fang', role: 'sales', days: 1 }, operator, services.now());
    expect(made).toMatch(/^lc_[A-Za-z0-9]+_[A-Za-z0-9]+$/);
    const [, id, secret] = made.split('_');
    expect(JSON.stringify(await db.selectFrom('tokens').selectAll().execute())).not.toContain(secret);
    await revokeToken(db, id!, operator, services.now());
    await revokeToken(db, id!, operator, services.now());
    const events = await db.selectFrom('audit_events').selectAll().execute();
    expect(events).toMatchObject([
      { action: 'key.first_used' },
      { action: 'token.created', fields: id },
      { action: 'token.revoked', fields: id },
    ]);
    expect(JSON.stringify(events)).not.toContain('Wang');
    expect(await revokeToken(db, 'nobody', operator, services.now())).toBe(false);
  });

  it('note their last use at most hourly', async () => {
    const { db, pull, advance } = await start();
    const lastUse = async () => (await listTokens(db))[0]!.last_used_at;
    await pull('/leads');
    const first = await lastUse();
    advance(3_599_000);
    await pull('/leads');
    expect(await lastUse()).toBe(first);
    advance(1_000);
    await pull('/leads');
    expect(await lastUse()).toBe('2026-11-23T05:00:00.000Z');
  });
});

it('[A1] an event names the request of the act, as its answer and the log do', async () => {
  const { ask, pull, lines } = await startPublished();
  const made = await ask('POST', '/tokens', { holder: 'CRM', role: 'sales' }, 'admin');
  const request_id = made.headers.get('X-Request-Id');
  expect(lines.join('')).toContain(`"request_id":"${request_id}"`);
  const { audit_events } = (await (await pull('/audit-events?action=token.created')).json()) as {
    audit_events: object[];
  };
  expect(audit_events).toContainEqual(expect.objectContaining({ request_id }));
});

it('[P10] logs neither query, token, body nor what a path holds', async () => {
  const { pull, post, lines, token } = await startPublished();
  await post('/forms/mini-ai-experience', { name: '韩梅梅', phone: '13900139000' });
  await pull('/leads?phone=13900139000', 'sales');
  await pull('/leads/0190b1f0-aaaa-7000-8000-000000000000', 'sales');
  await pull('/policies/current', 'sales');
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { event: 'request', method: 'POST', route: '/forms/:form', status: 422 },
    { event: 'request', method: 'GET', route: '/leads', status: 200 },
    { event: 'request', method: 'GET', route: '/leads/:id', status: 404 },
    { event: 'request', method: 'GET', route: '/policies/current', status: 200 },
  ]);
  expect(lines.join('')).not.toMatch(new RegExp(`韩梅梅|13900139000|aaaa-7000|${(await token('sales')).slice(0, 12)}`));
});
