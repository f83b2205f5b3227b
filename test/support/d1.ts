import type { D1Database } from '@cloudflare/workers-types';
import { createTestHarness } from 'wrangler';
import type { Sent } from './d1-worker.ts';

const config = {
  name: 'd1',
  main: './test/support/d1-worker.ts',
  compatibility_date: '2026-10-20',
  d1_databases: [{ binding: 'DB', database_name: 'test', database_id: 'test' }],
};

interface Statement {
  sql: string;
  params: unknown[];
}

/**
 * Starts workerd with an empty D1 in memory, and returns as much of its binding as the dialect uses.
 *
 * A unit is one request to a Worker that runs it. Because wrangler's own proxy of a binding makes two blocking calls for
 * each statement, a unit of seven took 25 ms of processor time there, and takes 6 here.
 */
export async function startD1(): Promise<D1Database> {
  const harness = createTestHarness({ workers: [{ config, envFiles: [] }] } as never);
  await harness.listen();
  const worker = harness.getWorker();

  async function send(sent: Sent) {
    if (sent.statements.some(({ params }) => params.includes(undefined))) throw new TypeError('D1 binds no undefined');
    const answer = await worker.fetch('http://d1/', { method: 'POST', body: JSON.stringify(sent) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as object[];
  }

  const prepare = (sql: string, params: unknown[] = []) => ({
    sql,
    params,
    bind: (...bound: unknown[]) => prepare(sql, bound),
    all: async () => (await send({ isUnit: false, statements: [{ sql, params }] }))[0],
  });
  const batch = (statements: Statement[]) =>
    send({ isUnit: true, statements: statements.map(({ sql, params }) => ({ sql, params })) });
  return { prepare, batch } as unknown as D1Database;
}
