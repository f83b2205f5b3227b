import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { logWarnings } from '../worker/health/warnings.ts';
import { lead, readProblem, start, startPublished } from './support/harness.ts';

/** Limits the pages of the database. SQLite then refuses to grow, as when the disk is full. */
async function limitPages({ db }: Awaited<ReturnType<typeof startPublished>>, pages: number) {
  await db.atomic([sql`pragma max_page_count = ${sql.lit(pages)}`.compile(db)]);
}

describe('when the disk is full', () => {
  it('nothing is acknowledged, health says so, and all recovers when space returns', async () => {
    const started = await startPublished();
    const { post, get, pull, db, advance } = started;
    await limitPages(started, 1);
    const answers = [];
    for (let n = 0; n < 40; n++) answers.push(await post('/forms/mini-ai-experience', lead));
    const stored = await db.selectFrom('leads').select('id').execute();
    const acknowledged = answers.filter(({ status }) => status === 201);
    expect(stored).toHaveLength(acknowledged.length);
    expect(await readProblem(answers.at(-1)!)).toMatchObject({ slug: 'unavailable', status: 503 });
    expect(answers.at(-1)!.headers.get('Retry-After')).toBe('5');
    advance(1_000);
    expect(await readProblem(await get('/health'))).toMatchObject({ slug: 'unavailable', status: 503 });

    await limitPages(started, 1_000_000);
    expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
    advance(1_000);
    expect(await (await get('/health')).json()).toEqual({ status: 'ok', warnings: [] });
    expect((await pull('/leads')).status).toBe(200);
  });

  it('health asks the database at most once a second', async () => {
    const { get, db, advance } = await startPublished();
    let asked = 0;
    const { atomic } = db;
    db.atomic = statements => {
      asked += 1;
      return atomic(statements);
    };
    for (let n = 0; n < 10; n++) await get('/health');
    expect(asked).toBe(1);
    advance(1_000);
    await get('/health');
    expect(asked).toBe(2);
  });
});

it('while no policy is in force health and the log say so, and both what to do', async () => {
  const { services, get, publish, lines, advance } = await start();
  expect(await (await get('/health')).json()).toEqual({ status: 'ok', warnings: ['no-policy'] });
  await logWarnings(services);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ level: 'warn', warning: 'no-policy', hint: expect.any(String) });
  await publish('2026-12', { effective_at: '2026-12-01T00:00:00.000Z' });
  advance(1_000);
  expect(await (await get('/health')).json()).toEqual({ status: 'ok', warnings: ['no-policy'] });
  advance(10 * 86_400_000);
  expect(await (await get('/health')).json()).toEqual({ status: 'ok', warnings: [] });
});
