import { describe, expect, it } from 'vitest';
import { createToken } from '../../db/staff/tokens.ts';
import { startConsole } from '../support/console.ts';
import { operator } from '../support/harness.ts';

const day_ms = 86_400_000;
const idOf = (token: string) => token.split('_')[1]!;
const read = async (response: Response | Promise<Response>) => (await response).text();
const findToken = (page: string) => /lc_\w+/.exec(page)?.[0];

/** Starts a console in which an administrator is signed in, with a token of sales beside. */
async function openTokens(overrides = {}) {
  const started = await startConsole(overrides);
  const admin = await started.open('admin');
  const own = idOf(await started.token('admin'));
  const sales = await started.token('sales');
  const pull = async (token: string) => (await started.get('/leads', { Authorization: `Bearer ${token}` })).status;
  const events = async (action: string) =>
    started.db.selectFrom('audit_events').selectAll().where('action', '=', action).execute();
  return { ...started, admin, own, sales, pull, events };
}

describe('GET /console/tokens', () => {
  it('says who made each token, and which is the own one', async () => {
    const { admin, own, db, services } = await openTokens();
    await createToken(db, { holder: '甲', role: 'admin', days: 9 }, { ...operator, id: 'operator' }, services.now());
    await admin.post('/console/tokens', { holder: '<乙>', role: 'viewer', days: '9' });
    const rows = (await read(admin.get('/console/tokens'))).split('<tr role="row">').slice(1);
    const rowOf = (holder: string) => rows.find(row => row.includes(`>${holder}<small>`))!;
    expect(rowOf('甲')).toContain('Made by</span>Operator<');
    expect(rowOf('&lt;乙&gt;')).toContain('Made by</span>admin<');
    const marked = rows.filter(row => row.includes('Yours'));
    expect(marked).toHaveLength(1);
    expect(marked[0]).toContain(own);
  });
});

it('a token is made or replaced only within 15 minutes of the sign-in, whoever holds the session later', async () => {
  const { admin, open, sales, pull, advance, db } = await openTokens();
  const count = async () => (await db.selectFrom('tokens').selectAll().execute()).length;
  const wanted = { holder: 'CRM', role: 'sales', days: '9' };
  const rotation = `/console/tokens/${idOf(sales)}/rotation`;
  advance(15 * 60_000 - 1);
  expect(findToken(await read((await admin.send('/console/tokens', wanted)).response))).toBeDefined();
  const before = await count();
  advance(1);
  for (const [path, fields] of [
    ['/console/tokens', wanted],
    [rotation, { days: '9' }],
  ] as const) {
    const { location, response } = await admin.send(path, fields);
    const page = await read(response);
    expect([location, page]).toEqual(['/console/tokens', expect.stringContaining('sign in again, then do it')]);
    expect(findToken(page)).toBeUndefined();
  }
  expect([await count(), await pull(sales)]).toEqual([before, 200]);
  const again = await open('admin');
  await again.send(rotation, { days: '9' });
  expect([await count(), await pull(sales)]).toEqual([before + 1, 401]);
});

describe('POST /console/tokens/{id}/rotation', () => {
  it('asks, shows the new token once, and ends the old one at once', async () => {
    const { admin, own, sales, pull, events, db } = await openTokens();
    const path = `/console/tokens/${idOf(sales)}/rotation`;
    expect(await read(admin.get('/console/tokens'))).toContain(`href="${path}"`);
    expect(await read(admin.get(path))).toContain(`<form method="post" action="${path}">`);
    expect(await pull(sales)).toBe(200);
    const rotated = await admin.send(path, { days: '30' });
    const token = findToken(await rotated.response.text())!;
    expect([await pull(sales), await pull(token)]).toEqual([401, 200]);
    const again = await read(admin.get(rotated.location));
    expect(again).not.toContain(token);
    expect(again).toContain('Replaced');
    expect(await events('token.rotated')).toMatchObject([{ actor: own, fields: `${idOf(sales)},${idOf(token)}` }]);
    const made = await db.selectFrom('tokens').selectAll().where('id', '=', idOf(token)).executeTakeFirstOrThrow();
    expect(made).toMatchObject({ holder: 'sales', role: 'sales' });
    expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(30 * day_ms);
    expect([(await admin.get(path)).status, await admin.statusOf(path, { days: '30' })]).toEqual([404, 404]);
  });

  it('says what is wrong with the days on its own page, and changes nothing', async () => {
    const { admin, sales, pull } = await openTokens();
    const path = `/console/tokens/${idOf(sales)}/rotation`;
    for (const days of ['0', '3651', 'x', '']) {
      const refused = await admin.send(path, { days });
      expect([refused.location, refused.response.status]).toEqual([path, 422]);
      const page = await refused.response.text();
      expect(page).toContain('still the old one');
      expect(page).toContain(`value="${days}"`);
    }
    expect(await pull(sales)).toBe(200);
  });

  it('of the own token keeps this session signed in, and ends the others', async () => {
    const { admin, open, own, signInWrongly, token } = await openTokens();
    const elsewhere = await open('admin');
    const path = `/console/tokens/${own}/rotation`;
    expect(await read(admin.get(path))).toContain('You stay signed in here');
    const { response } = await admin.send(path, { days: '90' });
    expect(response.status).toBe(200);
    const made = findToken(await response.text())!;
    const page = await read(admin.get('/console/tokens'));
    expect(page.split('<tr role="row">').find(row => row.includes('Yours'))).toContain(idOf(made));
    expect((await elsewhere.get('/console/tokens')).status).toBe(401);
    expect((await signInWrongly(await token('admin'))).response.status).toBe(401);
  });
});

describe('POST /console/tokens', () => {
  it('marks what is wrong, and keeps what was typed', async () => {
    const { admin } = await openTokens();
    const { response } = await admin.send('/console/tokens', { holder: '乙', role: 'viewer', days: '0' });
    const page = await response.text();
    expect(page).toMatch(/name="days"[^>]* value="0" required aria-invalid="true"/);
    expect(page).toMatch(/name="holder"[^>]* value="乙">/);
  });

  it('asks once more where a holder has nearly the same name, and makes the token then', async () => {
    const { admin, events } = await openTokens();
    const make = async (holder: string, sure?: string) => {
      const { response } = await admin.send('/console/tokens', {
        holder,
        role: 'sales',
        days: '9',
        ...(sure && { sure }),
      });
      return { status: response.status, page: await response.text() };
    };
    const made = async (...sent: Parameters<typeof make>) => findToken((await make(...sent)).page) !== undefined;
    expect(await made('Li Lei')).toBe(true);
    expect(await made('Li Lei')).toBe(true);
    const before = (await events('token.created')).length;
    for (const near of ['li lei', ' Li  Lei ', 'Ｌｉ\u3000Ｌｅｉ', 'LI LEI']) {
      const asked = await make(near);
      expect([asked.status, findToken(asked.page)], near).toEqual([422, undefined]);
      expect(asked.page).toContain('there is a holder “Li Lei” already');
      expect(asked.page).toContain(`name="sure" value="${near.trim()}"`);
      expect(await made(near, 'Li  lei')).toBe(false);
    }
    expect(await events('token.created')).toHaveLength(before);
    expect([await made('Li Leia'), await made('LI LEI', 'LI LEI'), await made('LI LEI')]).toEqual([true, true, true]);
    expect(await read(admin.get('/console/tokens'))).not.toContain('name="sure"');
  });
});

describe('a second click', () => {
  const readOnce = (page: string) => /name="once" value="([\w-]+)"/.exec(page)![1]!;

  it('on the form for a new token shows what the first one made, and makes no other', async () => {
    const { admin, open, events, advance } = await openTokens();
    const form = { holder: '乙', role: 'sales', days: '9', once: readOnce(await read(admin.get('/console/tokens'))) };
    const clicks = await Promise.all([admin.post('/console/tokens', form), admin.post('/console/tokens', form)]);
    const shown = await Promise.all(clicks.map(async one => read(admin.get(one.headers.get('Location')!))));
    const token = findToken(shown[0]!)!;
    expect([token, findToken(shown[1]!)]).toEqual([expect.any(String), token]);
    expect(clicks.map(one => one.headers.get('Location')).join()).not.toContain(token.split('_')[2]);
    expect(await events('token.created')).toHaveLength(3);
    // Another form, another content and another session are no second click.
    const others = [
      await admin.send('/console/tokens', { ...form, once: readOnce(await read(admin.get('/console/tokens'))) }),
      await admin.send('/console/tokens', { ...form, days: '8' }),
      await (await open('admin')).send('/console/tokens', form),
    ];
    const made = await Promise.all(others.map(async ({ response }) => findToken(await response.text())));
    expect(new Set([token, ...made]).size).toBe(4);
    advance(30_000);
    const late = await admin.send('/console/tokens', form);
    expect([late.location, findToken(await late.response.text())]).toEqual(['/console/tokens', undefined]);
    expect(await events('token.created')).toHaveLength(6);
  });

  it('on a rotation shows the new token once more, also that of the own token', async () => {
    const { admin, own, sales, pull, events } = await openTokens();
    for (const id of [idOf(sales), own]) {
      const path = `/console/tokens/${id}/rotation`;
      const form = { days: '30', once: readOnce(await read(admin.get(path))) };
      // The first answer is lost; its page is not asked for.
      await admin.post(path, form);
      const second = await admin.send(path, form);
      const token = findToken(await second.response.text())!;
      expect(await pull(token)).toBe(id === own ? 403 : 200);
      expect(await read(admin.get(second.location))).not.toContain(token);
      await admin.post(`/console/tokens/${idOf(token)}/revocation`, id === own ? {} : { sure: 'yes' });
      if (id !== own) expect(await admin.statusOf(path, form)).toBe(404);
    }
    expect(await events('token.rotated')).toHaveLength(2);
  });
});

describe('POST /console/tokens/{id}/revocation', () => {
  it('ends the own token only once it is ticked that this signs out', async () => {
    const { admin, own, sales } = await openTokens();
    const path = `/console/tokens/${own}/revocation`;
    expect(await read(admin.get(`/console/tokens/${idOf(sales)}/revocation`))).not.toContain('name="sure"');
    expect(await read(admin.get(path))).toContain('I know that I will be signed out.');
    for (const sent of [{}, { sure: 'no' }] as Record<string, string>[]) {
      const refused = await admin.send(path, sent);
      expect([refused.location, refused.response.status]).toEqual([path, 422]);
      expect(await refused.response.text()).toContain('Nothing was revoked.');
    }
    expect((await admin.get('/console/tokens')).status).toBe(200);
    expect(await admin.statusOf(path, { sure: 'yes' })).toBe(401);
  });

  it("warns before the last administrator's token goes, where nobody signs in with an account", async () => {
    const { admin, own, db, services } = await openTokens();
    const warning = 'No other administrator';
    const isWarned = async () => (await read(admin.get(`/console/tokens/${own}/revocation`))).includes(warning);
    expect(await isWarned()).toBe(true);
    const other = { holder: '甲', role: 'admin', days: 1 };
    const ended = idOf(await createToken(db, { ...other, days: 0 }, operator, services.now()));
    expect([await isWarned(), (await admin.get(`/console/tokens/${ended}/revocation`)).status]).toEqual([true, 404]);
    const second = idOf(await createToken(db, other, operator, services.now()));
    expect(await isWarned()).toBe(false);
    const revoked = await admin.send(`/console/tokens/${second}/revocation`);
    expect(await read(revoked.response)).toContain('The token of 甲 is revoked.');
    expect(await isWarned()).toBe(true);
    const accounts = await openTokens({
      OIDC_ISSUER: 'https://login.example.com/',
      OIDC_CLIENT_ID: 'console',
      OIDC_CLIENT_SECRET: 'x'.repeat(32),
      OIDC_ROLE_CLAIM: 'groups',
      OIDC_ROLES: 'x:admin',
      OUTBOUND_HOSTS: 'login.example.com',
    });
    const page = await read(accounts.admin.get(`/console/tokens/${accounts.own}/revocation`));
    expect(page).toContain('I know that I will be signed out.');
    expect(page).not.toContain(warning);
  });
});
