import { describe, expect, it } from 'vitest';
import { type Choice, recordChoice } from '../../db/consents/record.ts';
import type { Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { revokeToken } from '../../db/staff/tokens.ts';
import { engines } from '../support/engines.ts';
import { noon, operator, origin, readProblem, type start, startPublished } from '../support/harness.ts';

interface Page {
  consents: Record<string, unknown>[];
  next_cursor: string;
  has_more: boolean;
}
type Started = Awaited<ReturnType<typeof start>>;

const visitor = (n: number) => `3f0c9a52-9b1e-4c7a-8d2e-${String(n).padStart(12, '0')}`;
const choice: Choice = {
  visitor_id: visitor(0),
  policy_version: '2026-01',
  locale: 'en',
  shown: ['necessary', 'analytics', 'marketing'],
  granted: ['necessary', 'analytics'],
  source: 'banner',
  chosen_at: noon,
};
const minute_ms = 60_000;

function reader({ pull, app, token }: Started) {
  return {
    page: async (query = '') => (await (await pull(`/consents?${query}`)).json()) as Page,
    stream: async (query = '') =>
      app.request(`${origin}/consents?${query}`, {
        headers: { Accept: 'application/x-ndjson', Authorization: `Bearer ${await token('auditor')}` },
      }),
  };
}

/** Creates the choices of five visitors, a minute apart, all old enough to be settled. */
async function startFilled(db?: Database) {
  const started = await startPublished({}, db);
  await started.publish('2026-02');
  const ids = [];
  for (let n = 0; n < 5; n++) {
    const { id } = (
      await recordChoice(
        started.db,
        {
          ...choice,
          visitor_id: visitor(n),
          policy_version: n < 3 ? '2026-01' : '2026-02',
          locale: n % 2 ? 'zh-CN' : 'en',
          source: n === 4 ? 'withdrawal' : 'banner',
        },
        undefined,
        started.services.now(),
      )
    ).record;
    ids.push(id);
    started.advance(minute_ms);
  }
  return { ...started, ...reader(started), ids };
}

const idsOf = ({ consents }: Page) => consents.map(({ id }) => id);

describe.each(engines)('GET /consents on $engine', ({ open }) => {
  it('lists every choice, page by page, filtered every way, and streams them', async () => {
    const { db, close } = await open();
    const { page, stream, pull, ids } = await startFilled(db);
    const response = await pull('/consents', 'auditor');
    expect(response.headers.get('Cache-Control')).toBe('private, no-store');
    const { consents, has_more } = (await response.json()) as Page;
    expect(has_more).toBe(false);
    expect(consents.map(({ id }) => id)).toEqual(ids);
    expect(consents[1]).toEqual({
      id: ids[1],
      visitor_id: visitor(1),
      policy_version: '2026-01',
      locale: 'zh-CN',
      shown: choice.shown,
      granted: choice.granted,
      source: 'banner',
      chosen_at: '2026-11-23T04:00:00.000Z',
      received_at: '2026-11-23T04:01:00.000Z',
      expires_at: '2027-05-24T04:00:00.000Z',
    });
    const first = await pull('/consents?limit=2&locale=en');
    const { next_cursor } = (await first.clone().json()) as Page;
    expect(idsOf((await first.json()) as Page)).toEqual([ids[0], ids[2]]);
    expect(first.headers.get('Link')).toBe(`<${origin}/consents?limit=2&locale=en&cursor=${next_cursor}>; rel="next"`);
    expect(await page(`limit=2&locale=en&cursor=${next_cursor}`)).toMatchObject({
      consents: [{ id: ids[4] }],
      has_more: false,
    });
    const filters: [string, number[]][] = [
      [`visitor_id=${visitor(2)}`, [2]],
      ['policy_version=2026-02', [3, 4]],
      ['policy_version=2026-03', []],
      ['source=withdrawal', [4]],
      ['source=banner&locale=zh-CN', [1, 3]],
      ['received_from=2026-11-23T04:01:00Z&received_to=2026-11-23T04:03:00Z', [1, 2]],
      [`visitor_id=${visitor(2)}&source=preferences`, []],
    ];
    for (const [filter, expected] of filters)
      expect([filter, idsOf(await page(filter))]).toEqual([filter, expected.map(n => ids[n])]);
    const lines = (await (await stream('policy_version=2026-01')).text()).trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line))).toEqual(consents.slice(0, 3));
    await close();
  });

  it('[K3] misses no choice of many writers at once, whose commits come in another order', async () => {
    const { db, close } = await open();
    const started = await startPublished({}, db);
    const { page } = reader(started);
    const seen = new Set<unknown>();
    const written = new Set<string>();
    let cursor = '';
    const pullOn = async () => {
      const { consents, has_more, next_cursor } = await page(`limit=7${cursor}`);
      for (const { id } of consents) seen.add(id);
      cursor = `&cursor=${next_cursor}`;
      return has_more;
    };
    for (let round = 0; round < 5; round++) {
      const now = started.services.now();
      const late = Array.from({ length: 8 }, (_, n) => new Date(now.getTime() - n * 1_100));
      await Promise.all(
        late.map(async received_at => {
          const { record } = await recordChoice(db, { ...choice, chosen_at: received_at }, undefined, received_at);
          written.add(record.id);
        }),
      );
      await pullOn();
      started.advance(700);
    }
    started.advance(minute_ms);
    while (await pullOn()) {}
    while (await pullOn()) {}
    expect(written.size).toBe(40);
    expect([...written].filter(id => !seen.has(id))).toEqual([]);
    await close();
  });
});

describe('GET /consents', () => {
  it('a choice is shown at once and once settled never again; the cursor goes on tomorrow', async () => {
    const { page, post, advance, ids } = await startFilled();
    const settled = await page();
    expect(idsOf(settled)).toEqual(ids);
    const { chosen_at: _, ...sent } = choice;
    const { id } = (await (await post('/consents', { ...sent, chosen_at: '2026-11-23T04:00:00Z' })).json()) as {
      id: string;
    };
    const young = await page(`cursor=${settled.next_cursor}`);
    expect(idsOf(young)).toEqual([id]);
    advance(9_000);
    const again = await page(`cursor=${young.next_cursor}`);
    expect(idsOf(again)).toEqual([id]);
    advance(1_001);
    const last = await page(`cursor=${again.next_cursor}`);
    expect(idsOf(last)).toEqual([id]);
    expect(idsOf(await page(`cursor=${last.next_cursor}`))).toEqual([]);
    advance(86_400_000);
    expect(idsOf(await page(`cursor=${settled.next_cursor}`))).toEqual([id]);
    expect(await page(`cursor=${last.next_cursor}`)).toMatchObject({ consents: [], has_more: false });
  });

  it('pages through young choices too, and from a page begun among them goes back to where it was sure', async () => {
    const started = await startPublished();
    const { page } = reader(started);
    const { db, services, advance } = started;
    const add = async (ms = 0) =>
      (await recordChoice(db, choice, undefined, new Date(services.now().getTime() + ms))).record.id;
    const ids = [await add(), await add(), await add()];
    const one = await page('limit=2');
    expect([idsOf(one), one.has_more]).toEqual([ids.slice(0, 2), true]);
    const two = await page(`limit=2&cursor=${one.next_cursor}`);
    expect([idsOf(two), two.has_more]).toEqual([ids.slice(2), false]);
    const late = await add(-3_000);
    advance(86_400_000);
    const resumed = await page(`limit=2&cursor=${one.next_cursor}`);
    expect(idsOf(resumed)).toEqual(ids.slice(2));
    expect(idsOf(await page(`cursor=${resumed.next_cursor}`))).toEqual([late, ...ids]);
    expect(idsOf(await page(`cursor=${two.next_cursor}`))).toEqual([late, ...ids]);
  });

  it('finds the few that a filter leaves of many, step by step, and others have their turn between the steps', async () => {
    const started = await startPublished();
    const { page, stream } = reader(started);
    const [count, at_once] = [24_500, 500];
    const rare = new Set([0, 1_999, 2_000, 19_999, 20_000, 22_345, count - 1]);
    const chosen_at = noon.toISOString();
    const texts = {
      shown: '[]',
      granted: '[]',
      policy_version: '2026-01',
      locale: 'en',
      once_key: null,
      fingerprint: null,
    };
    const rows = Array.from({ length: count }, (_, n) => ({
      id: newId(noon),
      visitor_id: visitor(n),
      source: rare.has(n) ? 'withdrawal' : 'banner',
      ...{ ...texts, chosen_at, received_at: chosen_at, expires_at: chosen_at },
    }));
    for (let at = 0; at < count; at += at_once)
      await started.db
        .insertInto('consents')
        .values(rows.slice(at, at + at_once))
        .execute();
    started.advance(minute_ms);
    const wanted = rows.filter(({ source }) => source === 'withdrawal').map(({ id }) => id);
    const turnsOf = async <T>(work: Promise<T>): Promise<[T, number]> => {
      let turns = 0;
      let next = setImmediate(function count() {
        turns += 1;
        next = setImmediate(count);
      });
      const result = await work;
      clearImmediate(next);
      return [result, turns];
    };

    const [first, turns] = await turnsOf(page('source=withdrawal'));
    expect([idsOf(first), first.has_more]).toEqual([wanted.slice(0, 4), true]);
    expect(turns).toBeGreaterThanOrEqual(10);
    const second = await page(`source=withdrawal&cursor=${first.next_cursor}`);
    expect([idsOf(second), second.has_more]).toEqual([wanted.slice(4), false]);
    expect((await page(`source=withdrawal&cursor=${second.next_cursor}`)).consents).toEqual([]);

    const [lines, turns_of_all] = await turnsOf(stream().then(response => response.text()));
    expect(lines.trimEnd().split('\n')).toHaveLength(count);
    expect(turns_of_all).toBeGreaterThanOrEqual(count / at_once);
  });

  it('streams any number in constant memory, with the cursor as of its start', async () => {
    const started = await startPublished();
    const { page, stream } = reader(started);
    const { db, services, advance } = started;
    for (let at = 0; at < 1_200; at += 100)
      await Promise.all(Array.from({ length: 100 }, () => recordChoice(db, choice, undefined, services.now())));
    advance(minute_ms);
    const response = await stream();
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
    const body = response.body!.getReader();
    const { value } = await body.read();
    expect(new TextDecoder().decode(value).trimEnd().split('\n')).toHaveLength(500);
    const { record } = await recordChoice(db, choice, undefined, services.now());
    let lines = 500;
    for (let part = await body.read(); !part.done; part = await body.read())
      lines += new TextDecoder().decode(part.value).trimEnd().split('\n').length;
    expect(lines).toBe(1_201);
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link')!)!;
    expect(idsOf(await page(next!.split('?')[1]))).toEqual([record.id]);
    expect(await readProblem(await stream('cursor=x'))).toMatchObject({ errors: ['cursor not_allowed'] });

    const begun = (await stream()).body!.getReader();
    await begun.read();
    await revokeToken(db, (await started.token('auditor')).split('_')[1]!, operator, services.now());
    await expect(begun.read()).rejects.toThrow();
  });

  it.each([
    ['visitor_id=x', 'visitor_id invalid'],
    ['policy_version=%00', 'policy_version invalid'],
    ['locale=fr', 'locale invalid'],
    ['source=form', 'source invalid'],
    ['received_to=x', 'received_to invalid'],
    ['limit=0', 'limit invalid'],
    ['cursor=x', 'cursor invalid'],
    ['order=desc', 'order unknown_field'],
  ])('refuses %s', async (query, error) => {
    const { pull } = await startPublished();
    expect(await readProblem(await pull(`/consents?${query}`))).toMatchObject({ status: 422, errors: [error] });
  });

  it('is for privacy officers and auditors, and so are the figures', async () => {
    const { pull, get } = await startPublished();
    for (const path of ['/consents', '/consents/stats']) {
      for (const role of ['viewer', 'sales', 'admin'] as const) expect((await pull(path, role)).status).toBe(403);
      expect((await get(path)).status).toBe(401);
    }
  });
});
