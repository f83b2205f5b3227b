import type { CompiledQuery } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as postgres from '../../db/dialects/postgres.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { startPublished } from '../support/harness.ts';

let started: Awaited<ReturnType<typeof startPublished>>;
let client: pg.Client;
let asked: CompiledQuery[] = [];

/** Inserts enough leads for the planner to choose an index. They have no values, because only plans are looked at. */
const fill = `
insert into leads (id, form, status, sealed, policy_version, policy_sha256, locale, receipt_hash, received_at, changed_at, created_seq, seq)
select lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000', case when n % 3 = 0 then 'mini-ai-experience' else 'ecological-cooperation' end,
  case when n % 50 = 0 then 'closed' else 'new' end, 'x', '2026-01', 'x', 'en', n::text, moment, moment, n, n
from generate_series(1, 60000) n, to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') moment;
insert into keys select 'lead', id, 'k', 'x', md5(id), md5(id), '1' from leads;
analyze leads, keys;
set plan_cache_mode = force_generic_plan`;

beforeAll(async () => {
  const address = await createPostgresDatabase();
  started = await startPublished({}, await postgres.open(address));
  client = new pg.Client(address);
  await client.connect();
  await client.query(fill);
  const { db } = started;
  db.read = async query => {
    asked.push(query);
    const { rows } = await client.query(query.sql, query.parameters as unknown[]);
    return / "leads" /.test(query.sql) ? [] : rows;
  };
});
afterAll(async () => {
  await client.end();
  await started.db.destroy();
});

const filters = ['', 'form=mini-ai-experience', 'status=closed', 'assigned_to=x', 'assigned_to=x&status=new'];
filters.push('status=new&form=mini-ai-experience', 'received_from=2026-01-05', 'received_to=2026-01-05');
const pages = filters.flatMap(filter =>
  ['asc', 'desc'].flatMap(order => {
    const isFeed = order === 'asc' && /^(form=[\w-]+)?$/.test(filter);
    const end = isFeed ? 'feed 15000 ' : `${order} 00003a98-0000-7000-8000-000000000000`;
    const cursor = Buffer.from(end).toString('base64url');
    return [50, 200].flatMap(limit => {
      const first = `/leads?${filter}&order=${order}&limit=${limit}`;
      return [first, `${first}&cursor=${cursor}`];
    });
  }),
);

it.each(pages)('PostgreSQL keeps one plan for %s: a walk along one index', async path => {
  asked = [];
  expect((await started.pull(path)).status).toBe(200);
  const { sql, parameters } = asked.find(({ sql }) => / "leads" /.test(sql))!;
  await client.query(`prepare page as ${sql}`);
  const values = parameters.length ? `(${parameters.map(value => pg.escapeLiteral(String(value))).join(', ')})` : '';
  const { rows } = await client.query(`explain execute page${values}`);
  await client.query('deallocate page');
  const plan = rows.map(row => row['QUERY PLAN']).join('\n');
  expect(plan).not.toMatch(/Sort|Seq Scan|Hash|Bitmap/);
  expect(Number(/rows=(\d+)/.exec(plan)![1])).toBeLessThan(300);
});
