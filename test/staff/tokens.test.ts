import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Conflict, type Database, Unavailable } from '../../db/database.ts';
import { rotateToken } from '../../db/staff/rotate-token.ts';
import { checksum, makeSecret, newHolderId } from '../../db/staff/token-secret.ts';
import { createToken, findTokenHolder, listTokens, revokeToken } from '../../db/staff/tokens.ts';
import { engines } from '../support/engines.ts';
import { operator, origin, readProblem, start } from '../support/harness.ts';

const day_ms = 86_400_000;

async function startAdmin() {
  const started = await start();
  const authorization = { Authorization: `Bearer ${await started.token('admin')}` };
  const send = (method: string, path: string, sent?: unknown) =>
    started.app.request(origin + path, {
      method,
      headers: { ...authorization, ...(sent !== undefined && { 'Content-Type': 'application/json' }) },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
  const read = (token: string) =>
    started.app.request(`${origin}/leads`, { headers: { Authorization: `Bearer ${token}` } });
  const list = async () =>
    ((await (await send('GET', '/tokens')).json()) as { tokens: { id: string; holder: string }[] }).tokens;
  return { ...started, send, read, list };
}

const idOf = (token: string) => token.split('_')[1]!;

describe('POST /tokens', () => {
  it('makes a token that works, shown in this answer only', async () => {
    const { send, read, list } = await startAdmin();
    const response = await send('POST', '/tokens', { holder: '  王芳 ', role: 'sales', days: 30 });
    expect(response.status).toBe(201);
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    const made = (await response.json()) as { token: string };
    expect(made).toEqual({
      id: idOf(made.token),
      holder: '王芳',
      role: 'sales',
      created_at: '2026-11-23T04:00:00.000Z',
      expires_at: '2026-12-23T04:00:00.000Z',
      revoked_at: null,
      last_used_at: null,
      token: expect.stringMatching(/^lc_[A-Za-z0-9]+_[A-Za-z0-9]+$/),
    });
    expect((await read(made.token)).status).toBe(200);
    const { token, ...record } = made;
    expect(await list()).toContainEqual({ ...record, last_used_at: '2026-11-23T04:00:00.000Z' });
    expect(JSON.stringify(await list())).not.toContain(token.split('_')[2]);
  });

  it('is good for 90 days unless told otherwise', async () => {
    const { send } = await startAdmin();
    const made = await (await send('POST', '/tokens', { holder: 'CRM', role: 'viewer' })).json();
    expect(made).toMatchObject({ expires_at: '2027-02-21T04:00:00.000Z' });
  });

  it.each([
    [{}, ['holder required', 'role required']],
    [{ holder: ' ', role: 'sales' }, ['holder required']],
    [{ holder: 'a\u0000b', role: 'sales' }, ['holder invalid']],
    [{ holder: '名'.repeat(101), role: 'sales' }, ['holder too_long']],
    [{ holder: 7, role: 'king', days: '7' }, ['holder wrong_type', 'role invalid', 'days wrong_type']],
    [{ holder: 'a', role: 'sales', days: 0 }, ['days invalid']],
    [{ holder: 'a', role: 'sales', days: 3_651 }, ['days invalid']],
    [{ holder: 'a', role: 'sales', days: 1.5 }, ['days wrong_type']],
    [{ holder: 'a', role: 'sales', secret: 'x' }, ['secret unknown_field']],
  ])('refuses %j', async (sent, errors) => {
    const { send, list } = await startAdmin();
    expect(await readProblem(await send('POST', '/tokens', sent))).toEqual({
      slug: 'invalid-fields',
      status: 422,
      errors,
    });
    expect(await list()).toHaveLength(1);
  });
});

describe('DELETE /tokens/:id', () => {
  it('revokes from the next request on, answers the same again, and leaves one event', async () => {
    const { send, read, token, db } = await startAdmin();
    const sales = await token('sales');
    expect((await read(sales)).status).toBe(200);
    for (let count = 0; count < 2; count++) {
      const response = await send('DELETE', `/tokens/${idOf(sales)}`);
      expect({ status: response.status, body: await response.text() }).toEqual({ status: 204, body: '' });
      expect((await read(sales)).status).toBe(401);
    }
    const events = await db.selectFrom('audit_events').selectAll().where('action', '=', 'token.revoked').execute();
    expect(events).toMatchObject([{ actor: idOf(await token('admin')), role: 'admin', fields: idOf(sales) }]);
  });

  it.each(['nobody', '0', 'a%00b', 'x'.repeat(500), '%F0%9F%99%82'])('answers 404 to %s', async id => {
    const { send } = await startAdmin();
    expect(await readProblem(await send('DELETE', `/tokens/${id}`))).toMatchObject({ slug: 'not-found', status: 404 });
  });

  it('asks the database for no id that no token can have', async () => {
    const { db, send } = await startAdmin();
    await send('GET', '/tokens');
    db.selectFrom = () => {
      throw new Error('asked the database');
    };
    for (const id of ['%00nobody', 'nobody%00', 'x'.repeat(33)])
      expect((await send('DELETE', `/tokens/${id}`)).status).toBe(404);
    expect((await send('DELETE', '/tokens/nobody')).status).toBe(500);
  });

  it("ends the administrator's own token too: one that has leaked must end at once", async () => {
    const { send, token } = await startAdmin();
    expect((await send('DELETE', `/tokens/${idOf(await token('admin'))}`)).status).toBe(204);
    expect((await send('GET', '/tokens')).status).toBe(401);
  });
});

describe('POST /tokens/:id/rotation', () => {
  it('is good for 90 days, and the old one for 7, unless told otherwise', async () => {
    const { send, token, list } = await startAdmin();
    const old = idOf(await token('sales'));
    const made = await (await send('POST', `/tokens/${old}/rotation`, {})).json();
    expect(made).toMatchObject({ expires_at: '2027-02-21T04:00:00.000Z' });
    expect(await list()).toContainEqual(expect.objectContaining({ id: old, expires_at: '2026-11-30T04:00:00.000Z' }));
  });

  it.each([
    [{ days: 0, overlap_days: -1 }, ['days invalid', 'overlap_days invalid']],
    [{ days: 3_651, overlap_days: 91 }, ['days invalid', 'overlap_days invalid']],
    [{ role: 'admin' }, ['role unknown_field']],
  ])('refuses %j', async (sent, errors) => {
    const { send, token, list } = await startAdmin();
    const path = `/tokens/${idOf(await token('sales'))}/rotation`;
    expect(await readProblem(await send('POST', path, sent))).toMatchObject({ slug: 'invalid-fields', errors });
    expect(await list()).toHaveLength(2);
  });

  it('tells of what fails in the database', async () => {
    const { db, token, services } = await startAdmin();
    const old = idOf(await token('sales'));
    for (const error of [new Conflict('changes', undefined), new Error('disk I/O error')]) {
      db.atomic = () => Promise.reject(error);
      const rotated = rotateToken(db, old, { days: 1, overlap_days: 1 }, operator, services.now());
      await expect(rotated).rejects.toBe(error);
    }
  });

  it('gives a new token to the same holder; the old one goes on until the overlap ends', async () => {
    const { send, read, token, list, advance, db } = await startAdmin();
    const old = await token('sales');
    const response = await send('POST', `/tokens/${idOf(old)}/rotation`, { days: 365, overlap_days: 3 });
    expect(response.status).toBe(201);
    const made = (await response.json()) as { id: string; token: string };
    expect(made).toMatchObject({ holder: 'sales', role: 'sales', expires_at: '2027-11-23T04:00:00.000Z' });
    expect(await list()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: made.id, holder: 'sales' }),
        expect.objectContaining({ id: idOf(old), holder: 'sales', expires_at: '2026-11-26T04:00:00.000Z' }),
      ]),
    );
    const event = await db.selectFrom('audit_events').selectAll().where('action', '=', 'token.rotated').execute();
    expect(event).toMatchObject([{ fields: `${idOf(old)},${made.id}`, role: 'admin' }]);
    advance(3 * day_ms - 1);
    expect([(await read(old)).status, (await read(made.token)).status]).toEqual([200, 200]);
    advance(1);
    expect([(await read(old)).status, (await read(made.token)).status]).toEqual([401, 200]);
  });

  it('with overlap 0 ends the old one at once, and never makes it live longer', async () => {
    const { send, read, token, advance } = await startAdmin();
    const [sales, viewer] = [await token('sales'), await token('viewer')];
    await send('POST', `/tokens/${idOf(sales)}/rotation`, { overlap_days: 0 });
    expect((await read(sales)).status).toBe(401);
    advance(89 * day_ms);
    expect((await send('POST', `/tokens/${idOf(viewer)}/rotation`, {})).status).toBe(201);
    advance(day_ms);
    expect((await read(viewer)).status).toBe(401);
  });

  it('does not bring back what is revoked, expired or unknown', async () => {
    const { send, token, db, services, list } = await startAdmin();
    const revoked = idOf(await token('sales'));
    await revokeToken(db, revoked, operator, services.now());
    const expired = idOf(await createToken(db, { holder: 'x', role: 'sales', days: 0 }, operator, services.now()));
    const before = await list();
    for (const id of [revoked, expired, 'nobody', 'a%00b'])
      expect((await send('POST', `/tokens/${id}/rotation`, {})).status).toBe(404);
    expect(await list()).toEqual(before);
  });
});

it('only an admin manages tokens', async () => {
  const { app, token } = await start();
  for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor'] as const) {
    const headers = { Authorization: `Bearer ${await token(role)}` };
    for (const [method, path] of [
      ['GET', '/tokens'],
      ['POST', '/tokens'],
      ['DELETE', '/tokens/x'],
      ['POST', '/tokens/x/rotation'],
    ])
      expect((await app.request(origin + path, { method: method!, headers })).status).toBe(403);
  }
});

describe('a presented token', () => {
  it('is refused when its secret is another one, with a checksum that fits', async () => {
    const { db, token, read } = await startAdmin();
    const id = idOf(await token('sales'));
    const body = 'A'.repeat(36);
    expect((await read(`lc_${id}_${body}${checksum(id, body)}`)).status).toBe(401);
    expect(await db.selectFrom('tokens').select('last_used_at').where('id', '=', id).execute()).toEqual([
      { last_used_at: null },
    ]);
  });

  it('is good also where its use cannot be noted just now, and no other error is passed over', async () => {
    const { db, token, services } = await startAdmin();
    const sales = await token('sales');
    db.atomic = () => Promise.reject(new Unavailable(new Error('database or disk is full')));
    expect(await findTokenHolder(db, sales, services.now())).toMatchObject({ role: 'sales' });
    db.atomic = () => Promise.reject(new Error('no such column'));
    await expect(findTokenHolder(db, sales, services.now())).rejects.toThrow('no such column');
  });
});

// Because these tokens are in use, and a second click derives the first one's, no release may derive others.
it('a token is derived from its seed, and its checksum from the token, as in every earlier release', () => {
  const { token } = makeSecret('a seed that nobody guesses');
  expect(token).toBe('lc_acaU7tBYjVEF_32nq4aLjvGXcdbAVLjG47f5FwpYyJnEPftiPhnPXWD');
  expect(makeSecret('another').token).not.toBe(token);
  for (const made of [makeSecret(), makeSecret()]) expect(made.token).toMatch(/^lc_[A-Za-z0-9]{12}_[A-Za-z0-9]{42}$/);
  expect(newHolderId()).toMatch(/^[A-HJ-NP-Za-km-z2-9]{12}$/);
});

describe.each(engines)('rotation on $engine', ({ open }) => {
  let opened: { db: Database; close(): Promise<void> };
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('is one unit: both tokens good, or, where the old one has ended, nothing', async () => {
    const { db } = opened;
    const now = new Date();
    const old = await createToken(db, { holder: 'CRM', role: 'sales', days: 9 }, operator, now);
    const terms = { days: 30, overlap_days: 1 };
    const made = (await rotateToken(db, idOf(old), terms, operator, now))!;
    expect(await findTokenHolder(db, made, now)).toMatchObject({ holder: 'CRM', role: 'sales' });
    expect(await findTokenHolder(db, old, now)).toMatchObject({ holder: 'CRM' });
    expect(await findTokenHolder(db, old, new Date(now.getTime() + day_ms))).toBeUndefined();
    await revokeToken(db, idOf(old), operator, now);
    expect(await rotateToken(db, idOf(old), terms, operator, now)).toBeUndefined();
    expect(await listTokens(db)).toHaveLength(2);
  });
});
