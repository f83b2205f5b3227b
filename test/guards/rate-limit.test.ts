import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { networkOf } from '../../worker/guards/network.ts';
import { createLimiter } from '../../worker/guards/rate-limit.ts';
import { lead, noon, readProblem, site, startPublished } from '../support/harness.ts';

const path = '/forms/mini-ai-experience';
const from = (address: string) => ({ 'X-Client-Ip': address });
const limits = { FORM_LIMIT_PER_MINUTE: '10', CONSENT_LIMIT_PER_MINUTE: '3', CLIENT_IP_HEADER: 'X-Client-Ip' };
const choice = {
  policy_version: '2026-01',
  locale: 'en',
  shown: ['analytics'],
  granted: [],
  source: 'banner',
  chosen_at: noon.toISOString(),
};

async function sendUntilRefused(send: () => Response | Promise<Response>) {
  for (let count = 0; count < 50; count++) {
    const response = await send();
    if (response.status === 429) return { count, response };
  }
  throw new Error('never refused');
}

describe('POST /forms/:form from one address', () => {
  it('takes ten at once, then says when to come back, and takes one every six seconds', async () => {
    const { post, advance, db } = await startPublished(limits);
    const { count, response } = await sendUntilRefused(() => post(path, lead, from('192.0.2.7')));
    expect(count).toBe(10);
    expect(response.headers.get('Retry-After')).toBe('6');
    expect(response.headers.get('RateLimit')).toBe('"form";r=0;t=6');
    expect(response.headers.get('RateLimit-Policy')).toBe('"form";q=10;w=60');
    expect(await readProblem(response)).toMatchObject({ slug: 'too-many-requests', status: 429 });
    advance(5_999);
    expect((await post(path, lead, from('192.0.2.7'))).headers.get('Retry-After')).toBe('1');
    advance(1);
    expect((await post(path, lead, from('192.0.2.7'))).status).toBe(201);
    expect((await post(path, lead, from('192.0.2.7'))).status).toBe(429);
    expect(await db.selectFrom('leads').select('id').execute()).toHaveLength(11);
  });

  it('lets a hundred people behind one address through within ten minutes', async () => {
    const { post, advance } = await startPublished(limits);
    let waited_seconds = 0;
    for (let person = 0; person < 100; ) {
      const response = await post(path, lead, from('192.0.2.7'));
      if (response.status === 201) person++;
      else {
        waited_seconds += Number(response.headers.get('Retry-After'));
        advance(Number(response.headers.get('Retry-After')) * 1_000);
      }
    }
    expect(waited_seconds).toBeLessThanOrEqual(600);
  });

  it('counts each form and each address by itself', async () => {
    const { post } = await startPublished(limits);
    await sendUntilRefused(() => post(path, lead, from('192.0.2.7')));
    expect((await post('/forms/ecological-cooperation', lead, from('192.0.2.7'))).status).toBe(201);
    expect((await post(path, lead, from('192.0.2.8'))).status).toBe(201);
    expect((await post('/withdrawals', { receipt_code: 'x' }, from('192.0.2.7'))).status).toBe(404);
  });

  it('costs a person nothing for mistakes, nor for a repeat', async () => {
    const { post } = await startPublished(limits);
    const headers = { ...from('192.0.2.7'), 'Idempotency-Key': 'k' };
    for (let count = 0; count < 15; count++)
      expect((await post(path, { ...lead, name: '' }, headers)).status).toBe(422);
    for (let count = 0; count < 15; count++) expect((await post(path, lead, headers)).status).toBe(201);
    expect((await sendUntilRefused(() => post(path, lead, from('192.0.2.7')))).count).toBe(9);
    expect((await post(path, lead, headers)).status).toBe(201);
  });

  it('counts no try during an outage, so that what waited for its end is let in', async () => {
    const { post, db } = await startPublished(limits);
    const read = db.read;
    const sent = [
      [path, lead],
      ['/consents', choice],
    ] as const;
    for (const [to, body] of sent) {
      db.read = () => Promise.reject(new Unavailable(new Error('disk I/O error')));
      for (let count = 0; count < 15; count++) {
        const headers = { ...from('192.0.2.7'), 'Idempotency-Key': `${to} ${count}` };
        expect((await post(to, body, headers)).status).toBe(503);
      }
      db.read = read;
      expect((await post(to, body, from('192.0.2.7'))).status).toBe(201);
    }
    expect((await sendUntilRefused(() => post(path, lead, from('192.0.2.7')))).count).toBe(9);
  });

  it.each([
    ['read', path, lead],
    ['atomic', path, lead],
    ['read', '/consents', choice],
    ['atomic', '/consents', choice],
    ['read', '/requests', { type: 'access', email: lead.email }],
    ['atomic', '/requests', { type: 'access', email: lead.email }],
    ['read', '/consents/3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e/withdrawal', ''],
    ['read', '/withdrawals', { receipt_code: '7K2M0-QX4T9-BC3WH-8DNRA' }],
    ['read', '/requests/7K2M0-QX4T9-BC3WH-8DNRA/verification', { code: '123456' }],
    ['read', '/requests/copies/7K2M0-QX4T9-BC3WH-8DNRA', ''],
    ['read', '/consents/3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e', undefined],
    ['read', '/consents/3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e/receipt', undefined],
  ] as const)('counts no try while the database can not %s: %s', async (verb, to, body) => {
    const started = await startPublished({ ...limits, FORM_LIMIT_PER_MINUTE: '3' });
    const { db, post, get } = started;
    const send = () => (body === undefined ? get(to, from('192.0.2.7')) : post(to, body, from('192.0.2.7')));
    const usual = { atomic: db.atomic, read: db.read, selectFrom: db.selectFrom };
    const away = () => Promise.reject(new Unavailable(new Error('disk I/O error')));
    const builder: object = new Proxy(() => builder, {
      get: (_, name) => (String(name).startsWith('execute') ? away : builder),
      apply: () => builder,
    });
    // Statements are compiled at their first use, which the builder of an outage would spoil.
    await get('/policies/current');
    Object.assign(db, { [verb]: away }, verb === 'read' && { selectFrom: () => builder });
    for (let count = 0; count < 5; count++) expect((await send()).status).toBe(503);
    Object.assign(db, usual);
    expect((await sendUntilRefused(send)).count).toBe(3);
  });

  it('holds back whoever fails the bot check', async () => {
    const { post } = await startPublished({ ...limits, BOT_CHECK: 'on' });
    expect((await sendUntilRefused(() => post(path, lead, from('192.0.2.7')))).count).toBe(10);
  });

  it('believes no header but CLIENT_IP_HEADER, and of a list the last entry', async () => {
    const spoofed = await startPublished({ ...limits, CLIENT_IP_HEADER: undefined });
    let count = 0;
    const spoof = () =>
      spoofed.post(path, lead, {
        'X-Forwarded-For': `198.51.100.${count++}`,
        'X-Real-Ip': `198.51.100.${count}`,
        Forwarded: `for=198.51.100.${count}`,
        'CF-Connecting-IP': `198.51.100.${count}`,
      });
    expect((await sendUntilRefused(spoof)).count).toBe(10);
    const listed = await startPublished({ ...limits, CLIENT_IP_HEADER: 'X-Forwarded-For' });
    const send = () => listed.post(path, lead, { 'X-Forwarded-For': `198.51.100.${count++}, 192.0.2.7` });
    expect((await sendUntilRefused(send)).count).toBe(10);
  });

  it('[C3] stores and logs no address', async () => {
    const { post, db, lines } = await startPublished({ ...limits, LOG_LEVEL: 'debug' });
    await sendUntilRefused(() => post(path, lead, from('203.0.113.77')));
    const tables = ['leads', 'keys', 'audit_events', 'quotas', 'once'] as const;
    const rows = await Promise.all(tables.map(table => db.selectFrom(table).selectAll().execute()));
    expect(JSON.stringify(rows) + lines.join('')).not.toContain('203.0.113');
  });

  it('has no limit at 0', async () => {
    const { post } = await startPublished({ ...limits, FORM_LIMIT_PER_MINUTE: '0' });
    for (let count = 0; count < 30; count++) expect((await post(path, lead)).status).toBe(201);
  });
});

it('POST /consents and its withdrawal share a limit of their own', async () => {
  const { post, get } = await startPublished(limits);
  const { visitor_id } = (await (await post('/consents', choice)).json()) as { visitor_id: string };
  expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(201);
  const { count, response } = await sendUntilRefused(() => post('/consents', choice));
  expect(count).toBe(1);
  expect(response.headers.get('RateLimit-Policy')).toBe('"consent";q=3;w=60');
  expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(429);
  for (const read of [`/consents/${visitor_id}`, `/consents/${visitor_id}/receipt`])
    expect((await get(read)).status).toBe(429);
});

describe('CONSENT_QUOTA_PER_MINUTE', () => {
  it('holds for choices and withdrawals of all addresses together, until the minute is over', async () => {
    const { post, advance, db } = await startPublished({
      CONSENT_QUOTA_PER_MINUTE: '5',
      CLIENT_IP_HEADER: 'X-Client-Ip',
    });
    advance(20_000);
    const key = { 'Idempotency-Key': 'k' };
    const first = await post('/consents', choice, key);
    const { visitor_id } = (await first.json()) as { visitor_id: string };
    const posts = Array.from({ length: 20 }, (_, n) => post('/consents', choice, from(`192.0.2.${n}`)));
    const refused = (await Promise.all(posts)).filter(({ status }) => status === 429);
    expect(refused).toHaveLength(16);
    expect(refused[0]!.headers.get('Retry-After')).toBe('40');
    expect(refused[0]!.headers.get('RateLimit-Policy')).toBe('"consent-quota";q=5;w=60');
    expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(429);
    expect((await post('/consents', choice, key)).status).toBe(201);
    expect(await db.selectFrom('consents').select('id').execute()).toHaveLength(5);
    advance(40_000);
    expect((await post(`/consents/${visitor_id}/withdrawal`, '')).status).toBe(201);
  });

  it('is 6,000 unless set', async () => {
    const { post, db } = await startPublished({ CONSENT_QUOTA_PER_MINUTE: undefined });
    await post('/consents', choice);
    await db.updateTable('quotas').set({ taken: 5_999 }).execute();
    expect((await post('/consents', choice)).status).toBe(201);
    expect((await post('/consents', choice)).status).toBe(429);
  });
});

describe('REFUSED_LIMIT_PER_MINUTE', () => {
  const refusing = { REFUSED_LIMIT_PER_MINUTE: '5', CLIENT_IP_HEADER: 'X-Client-Ip' };

  it('counts what is refused on the public paths; then the address gets 429 there, whatever it asks', async () => {
    const { post, get, advance } = await startPublished(refusing);
    const headers = from('192.0.2.7');
    const wrong = [
      () => post(path, { ...lead, phone: 'x' }, headers),
      () => post('/withdrawals', { receipt_code: 'x' }, headers),
      () => post('/consents', '{', headers),
      () => get('/requests/copies/none', headers),
      () => get('/challenge', headers),
    ];
    for (const send of wrong) expect(String((await send()).status)).toMatch(/^4(?!29)/);
    const response = await post(path, { ...lead, phone: 'x' }, headers);
    expect(await readProblem(response)).toMatchObject({ slug: 'too-many-requests', status: 429 });
    expect(response.headers.get('Retry-After')).toBe('12');
    expect(response.headers.get('RateLimit-Policy')).toBe('"refused";q=5;w=60');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(site);
    for (const send of [() => post(path, lead, headers), () => get('/policies', headers)])
      expect((await send()).status).toBe(429);
    expect((await post(path, lead, from('192.0.2.8'))).status).toBe(201);
    expect((await get('/health', headers)).status).toBe(200);
    advance(12_000);
    expect((await post(path, lead, headers)).status).toBe(201);
  });

  it('counts nothing that is answered', async () => {
    const { post, get } = await startPublished(refusing);
    for (let count = 0; count < 20; count++) {
      expect((await post(path, lead, from('192.0.2.7'))).status).toBe(201);
      expect((await get('/policies/current', from('192.0.2.7'))).status).toBe(200);
    }
  });
});

describe('FORM_QUOTA_PER_MINUTE', () => {
  const quota = { FORM_QUOTA_PER_MINUTE: '5' };

  it('holds for a form over all addresses, exactly, until the minute is over', async () => {
    const { post, advance, db, lines } = await startPublished({ ...quota, ...limits });
    const told = () => lines.map(line => JSON.parse(line)).filter(({ event }) => event === 'quota_full');
    advance(20_000);
    const posts = Array.from({ length: 20 }, (_, n) => post(path, lead, from(`192.0.2.${n}`)));
    const responses = await Promise.all(posts);
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(5);
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(15);
    expect(refused[0]!.headers.get('Retry-After')).toBe('40');
    expect(refused[0]!.headers.get('RateLimit-Policy')).toBe('"form-quota";q=5;w=60');
    expect(await db.selectFrom('leads').select('id').execute()).toHaveLength(5);
    expect((await post('/forms/ecological-cooperation', lead)).status).toBe(201);
    const full = { level: 'warn', setting: 'FORM_QUOTA_PER_MINUTE', quota: 5 };
    expect(told()).toMatchObject([{ ...full, form: 'mini-ai-experience' }]);
    for (let count = 1; count < 5; count++) await post('/forms/ecological-cooperation', lead);
    for (let count = 0; count < 2; count++)
      expect((await post('/forms/ecological-cooperation', lead)).status).toBe(429);
    expect(told()).toMatchObject([full, { ...full, form: 'ecological-cooperation' }]);
    advance(40_000);
    expect((await post(path, lead, from('192.0.2.99'))).status).toBe(201);
    expect(told()).toHaveLength(2);
    expect(await db.selectFrom('quotas').select(['name', 'taken']).orderBy('name').execute()).toEqual([
      { name: 'ecological-cooperation', taken: 5 },
      { name: 'mini-ai-experience', taken: 1 },
    ]);
  });

  it('counts only what is stored, and writes nothing at 0', async () => {
    const { post, db } = await startPublished(quota);
    for (let count = 0; count < 9; count++) await post(path, { ...lead, policy_version: '1999' });
    expect(await db.selectFrom('quotas').selectAll().execute()).toEqual([]);
    const free = await startPublished();
    await free.post(path, lead);
    expect(await free.db.selectFrom('quotas').selectAll().execute()).toEqual([]);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:4711', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['[::ffff:192.0.2.7]:80', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1:0:0:1', '2001:db8:0:0::/64'],
  ['unknown', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it('the limiter forgets the key used longest ago rather than grow without end', () => {
  const limit = createLimiter(1, () => noon);
  expect(limit('first')).toBe(0);
  expect(limit('first')).toBe(60);
  for (let n = 0; n < 50_000; n++) limit(`key ${n}`);
  expect(limit('key 49999')).toBe(60);
  expect(limit('first')).toBe(0);

  const limitTwo = createLimiter(2, () => noon);
  limitTwo('often');
  for (let n = 0; n < 30_000; n++) limitTwo(`key ${n}`);
  expect(limitTwo('often')).toBe(0);
  for (let n = 30_000; n < 60_000; n++) limitTwo(`key ${n}`);
  expect(limitTwo('often')).toBe(30);
});
