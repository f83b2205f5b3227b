import { describe, expect, it } from 'vitest';
import { digest } from '../../db/digest.ts';
import { createToken } from '../../db/staff/tokens.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { readCookie, startConsole } from '../support/console.ts';
import { browser_accept, operator } from '../support/harness.ts';

const minute_ms = 60_000;
const path = '/console/sessions';
type Browser = Awaited<ReturnType<Awaited<ReturnType<typeof startConsole>>['open']>>;

/** Reads the page of one's own sessions: its rows, the addresses that end others, and its text. */
async function readSessions({ get }: Pick<Browser, 'get'>, query = '') {
  const response = await get(path + query);
  const page = await response.text();
  const ends = [...page.matchAll(/action="(\/console\/sessions\/\w+\/end)"/g)].map(([, action]) => action!);
  return { status: response.status, page, rows: page.split('<tr role="row"><td').slice(1), ends };
}

const isIn = async ({ get }: Pick<Browser, 'get'>) => (await get(path)).status === 200;

describe('GET /console/sessions', () => {
  it('shows every role where it is signed in: since when, when last used, and which it is', async () => {
    const { open, advance } = await startConsole();
    for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'] satisfies Role[]) {
      const older = await open(role);
      advance(90 * minute_ms);
      const { page, rows, ends } = await readSessions(await open(role));
      expect(page).toContain('<a class="button quiet" href="/console/sessions" aria-current="page">Your sessions</a>');
      expect([rows.length, ends.length]).toEqual([2, 1]);
      expect(rows[0]).toMatch(/<b>This one<\/b>.*this minute<.*action="\/console\/session\/end"/s);
      expect(rows[1]).toMatch(/^(?!.*This one).*1 hr\. ago</s);
      await older.post('/console/session/end');
    }
    const home = await (await (await open('sales')).get('/console')).text();
    expect(home).toContain('<a class="button quiet" href="/console/sessions">Your sessions</a>');
  });

  it('lists no session that has ended or is over, and says in both languages that nothing more is kept', async () => {
    const { open, advance } = await startConsole();
    await (await open('sales')).post('/console/session/end');
    await open('sales');
    advance(8 * 60 * minute_ms);
    const sales = await open('sales');
    const { page, rows } = await readSessions(sales);
    expect(rows).toHaveLength(1);
    expect(page).not.toContain('End all others');
    expect(page).toContain('Only these times are kept, no address and no name of a browser.');
    expect((await readSessions(sales, '?lang=zh-CN')).page).toContain('不保存网络地址和浏览器名称');
  });

  it('names a session by nothing that signs in or that is stored', async () => {
    const { open, get, db } = await startConsole();
    const [one, other] = [await open('sales'), await open('sales')];
    const { page, ends } = await readSessions(one);
    const name = ends[0]!.split('/')[3]!;
    const id = other.cookie.split('=')[1]!;
    const stored = JSON.stringify(await db.selectFrom('console_sessions').selectAll().execute());
    expect(stored).toContain(digest(id));
    for (const secret of [id, digest(id), digest(digest(id))]) expect(page).not.toContain(secret.slice(0, 12));
    expect(stored).not.toContain(name);
    const Cookie = `__Host-lead_console=${name.padEnd(43, 'A')}`;
    expect((await get(path, { Accept: browser_accept, Cookie })).status).toBe(401);
  });
});

describe('POST /console/sessions/{id}/end', () => {
  it('ends that session alone, with an event; a second click says the same and records nothing more', async () => {
    const { open, readEvents, token } = await startConsole();
    const [one, other] = [await open('sales'), await open('sales')];
    const [end] = (await readSessions(one)).ends;
    const third = await open('sales');
    for (let click = 0; click < 2; click++) {
      const { location, response } = await one.send(end!);
      expect([location, response.status]).toEqual([`${path}?ended=${end!.split('/')[3]}`, 200]);
      expect(await response.text()).toContain('That session has ended.');
    }
    expect([await isIn(one), await isIn(other), await isIn(third)]).toEqual([true, false, true]);
    const id = (await token('sales')).split('_')[1]!;
    expect(await readEvents('action=session.ended')).toMatchObject([{ actor: id, fields: id }]);
  });

  it('finds no session of anybody else, whatever the role, and ends none', async () => {
    const { open, readEvents } = await startConsole();
    const [sales, second] = [await open('sales'), await open('sales')];
    const [end] = (await readSessions(sales)).ends;
    for (const role of ['viewer', 'admin'] as const) expect(await (await open(role)).statusOf(end!)).toBe(404);
    for (const id of ['x', digest(second.cookie.split('=')[1]!)])
      expect(await sales.statusOf(`${path}/${id}/end`)).toBe(404);
    expect([await isIn(sales), await isIn(second)]).toEqual([true, true]);
    expect(await readEvents('action=session.ended')).toEqual([]);
    const { page } = await readSessions(sales, `?ended=${end!.split('/')[3]}`);
    expect(page).not.toContain('That session has ended.');
  });
});

describe('POST /console/sessions/end', () => {
  it('ends all other sessions of the token, and none of another token', async () => {
    const { open, readEvents } = await startConsole();
    const [one, other, third, viewer] = [
      await open('sales'),
      await open('sales'),
      await open('sales'),
      await open('viewer'),
    ];
    expect((await readSessions(one)).page).toContain('action="/console/sessions/end"');
    for (let click = 0; click < 2; click++) {
      const { response } = await one.send(`${path}/end`);
      expect(await response.text()).toContain('All other sessions have ended.');
    }
    const states = await Promise.all([one, other, third, viewer].map(isIn));
    expect(states).toEqual([true, false, false, true]);
    expect(await readEvents('action=session.ended')).toHaveLength(1);
    await open('sales');
    expect((await readSessions(one, '?ended=others')).page).not.toContain('All other sessions have ended.');
  });
});

describe('POST /console/staff/{id}/sessions/end', () => {
  it('signs the holder of a token out everywhere, on record, and leaves the token good', async () => {
    const { open, signIn, token, get, readEvents } = await startConsole();
    const [admin, sales, again] = [await open('admin'), await open('sales'), await open('sales')];
    const [own, id] = [(await token('admin')).split('_')[1]!, (await token('sales')).split('_')[1]!];
    const end = `/console/staff/${id}/sessions/end`;
    const page = await (await admin.get('/console/tokens')).text();
    const rowOf = (text: string, holder: string) =>
      text.split('<tr role="row">').find(row => row.includes(`>${holder}<small>`));
    expect(rowOf(page, 'sales')).toMatch(new RegExp(`2 open sessions.*action="${end}"`, 's'));
    expect(rowOf(page, 'admin')).toMatch(/1 open session<.*href="\/console\/sessions"/s);
    for (let click = 0; click < 2; click++) {
      const { location, response } = await admin.send(end);
      expect(location).toBe(`/console/tokens?ended=${id}`);
      const after = await response.text();
      expect(after).toContain('The sessions of sales have ended.');
      expect(rowOf(after, 'sales')).not.toContain('open session');
    }
    expect([await isIn(sales), await isIn(again), await isIn(admin)]).toEqual([false, false, true]);
    expect(await readEvents('action=session.ended')).toMatchObject([{ actor: own, fields: id }]);
    expect((await get('/leads', { Authorization: `Bearer ${await token('sales')}` })).status).toBe(200);
    const Cookie = readCookie(await signIn(await token('sales')));
    expect((await get('/console/export', { Accept: browser_accept, Cookie })).status).toBe(200);
    expect(await (await admin.get(`/console/tokens?ended=${id}`)).text()).not.toContain('have ended.');
    const log = await (await (await open('auditor')).get('/console/audit?action=session.ended')).text();
    expect(log).toMatch(new RegExp(`>Sessions ended<.*<code>${id}</code>`, 's'));
  });

  it('finds nobody under an unknown id, and needs the right to manage tokens', async () => {
    const { open, db, services, signIn, get } = await startConsole();
    const made = await createToken(db, { holder: '甲', role: 'sales', days: 9 }, operator, services.now());
    const Cookie = readCookie(await signIn(made));
    const admin = await open('admin');
    for (const id of ['abcdefghijkl', '-', 'x'.repeat(99)]) {
      const { location, response } = await admin.send(`/console/staff/${id}/sessions/end`);
      expect([location, response.status]).toEqual(['/console/tokens', 404]);
    }
    const end = `/console/staff/${made.split('_')[1]}/sessions/end`;
    for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor'] as const)
      expect(await (await open(role)).statusOf(end)).toBe(403);
    expect((await get(path, { Accept: browser_accept, Cookie })).status).toBe(200);
  });
});
