import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { createToken } from '../../db/staff/tokens.ts';
import type { App } from '../../worker/context.ts';
import { presentToken } from '../../worker/guards/access.ts';
import { problem } from '../../worker/http/problems/problem.ts';
import { operator, origin, readProblem, start } from '../support/harness.ts';

async function startGuarded() {
  const started = await start({ CLIENT_IP_HEADER: 'x-real-ip' });
  const good = await started.token('sales');
  const present = (token: string, address = '192.0.2.7') =>
    started.app.request(`${origin}/leads`, { headers: { Authorization: `Bearer ${token}`, 'X-Real-IP': address } });
  return { ...started, good, present };
}

describe('tokens tried in vain', () => {
  it('are answered 401 ten times, then 429 with the time to wait, per address', async () => {
    const { present, advance, services } = await startGuarded();
    const guess = async (n: number) => {
      const other = await createToken(services.db, { holder: 'x', role: 'sales', days: 0 }, operator, services.now());
      return [other, 'lc_x_y', `wrong${n}`][n % 3]!;
    };
    for (let n = 0; n < 10; n++) expect((await present(await guess(n))).status).toBe(401);
    for (let n = 0; n < 3; n++) {
      const response = await present(await guess(n));
      expect(response.headers.get('Retry-After')).toBe('6');
      expect(response.headers.get('RateLimit')).toBe('"token";r=0;t=6');
      expect(response.headers.get('RateLimit-Policy')).toBe('"token";q=10;w=60');
      expect(await readProblem(response)).toMatchObject({ slug: 'too-many-requests', status: 429 });
    }
    expect((await present('wrong', '192.0.2.8')).status).toBe(401);
    advance(6_000);
    expect((await present('wrong')).status).toBe(401);
    expect((await present('wrong')).status).toBe(429);
  });

  it('lock nobody out: a good token of the same address still works', async () => {
    const { present, good } = await startGuarded();
    for (let n = 0; n < 30; n++) await present('wrong');
    expect((await present('wrong')).status).toBe(429);
    expect((await present(good)).status).toBe(200);
  });

  it('good tokens, none at all and a role that may not do it count for nothing', async () => {
    const { present, good, app, token } = await startGuarded();
    const auditor = await token('auditor');
    for (let n = 0; n < 15; n++) {
      expect((await present(good)).status).toBe(200);
      expect((await present(auditor)).status).toBe(403);
      expect((await app.request(`${origin}/leads`, { headers: { 'X-Real-IP': '192.0.2.7' } })).status).toBe(401);
    }
    expect((await present('wrong')).status).toBe(401);
  });

  it('believe no other header about the address', async () => {
    const { app } = await start();
    const statuses = new Set<number>();
    for (let n = 0; n < 12; n++) {
      const headers = { Authorization: 'Bearer wrong', 'X-Forwarded-For': `192.0.2.${n}`, 'X-Real-IP': `192.0.2.${n}` };
      statuses.add((await app.request(`${origin}/leads`, { headers })).status);
    }
    expect([...statuses]).toEqual([401, 429]);
  });

  it('count wherever they are presented: a sign-in asks the same guard', async () => {
    const { present, good, services } = await startGuarded();
    const site = new Hono<App>().post('/sign-in', async c => {
      c.set('services', services);
      c.set('request_id', 'r');
      const found = await presentToken(c, await c.req.text());
      return 'slug' in found ? problem(c, found.slug, found) : c.text(found.holder);
    });
    const signIn = (body: string) =>
      site.request('/sign-in', { method: 'POST', body, headers: { 'X-Real-IP': '192.0.2.7' } });
    for (let n = 0; n < 10; n++) expect((await signIn('wrong')).status).toBe(401);
    expect((await signIn('wrong')).headers.get('Retry-After')).toBe('6');
    expect((await present('wrong')).status).toBe(429);
    expect(await (await signIn(good)).text()).toBe('sales');
  });

  it('[P10] are logged each, without the token and the address', async () => {
    const { present, lines, good } = await startGuarded();
    const misspelt = good.replace(/.$/, last => (last === 'A' ? 'B' : 'A'));
    for (let n = 0; n < 11; n++) await present(misspelt);
    const refused = lines.map(line => JSON.parse(line)).filter(({ event }) => event === 'token_refused');
    expect(refused).toHaveLength(11);
    expect(refused[0]).toEqual({
      time: '2026-11-23T04:00:00.000Z',
      level: 'warn',
      event: 'token_refused',
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      limited: false,
    });
    expect(refused.at(-1)).toMatchObject({ limited: true });
    expect(lines.join('')).not.toMatch(new RegExp(`192\\.0\\.2|${misspelt.split('_')[1]}|${misspelt.split('_')[2]}`));
  });
});
