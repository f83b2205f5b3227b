import type { CompiledQuery } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as postgres from '../../db/dialects/postgres.ts';
import { delivery_states, listDeliveries } from '../../db/notices/deliveries.ts';
import { tellDue } from '../../db/notices/due.ts';
import { listAlike, listNext } from '../../db/notices/outbox.ts';
import { listDueChannels } from '../../db/notices/turns.ts';
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
update changes set seq = 60000;
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

/** Deliveries of four channels: one has a long queue, one only dead ones, one only sent ones, one none. */
const fillDeliveries = `
insert into channels (id, kind, name, address, events, locale, after_hours, sealed, created_at)
select '0000000' || n || '-0000-7000-8000-00000000000' || n, 'wecom', 'x', 'x', '["lead.created", "lead.waiting", "hold.review_due"]', 'en', 4, 'x', '2026-01-01' from generate_series(1, 4) n;
insert into keys select 'channel', id, 'k', 'x' from channels;
insert into deliveries select lpad(to_hex(n), 8, '0') || '-0000-7000-8000-00000000000' || of, '0000000' || of || '-0000-7000-8000-00000000000' || of,
  'lead.created', lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000', null, state, 1, 204, null, case state when 'queued' then '2026-01-02T00:00:00.000Z' end
from generate_series(1, 40000) n, lateral (select n % 3 + 1 as of, (array['queued', 'dead', 'sent'])[n % 3 + 1] as state) kind;
analyze channels, deliveries, keys`;

it('PostgreSQL reads along an index what is sent to channels and what is listed of it, and no more than that', async () => {
  await client.query(fillDeliveries);
  const { db } = started;
  const executor = db.getExecutor();
  const seen = new Map<string, readonly unknown[]>();
  const { executeQuery } = executor;
  executor.executeQuery = ((query: CompiledQuery) => {
    seen.set(query.sql, query.parameters);
    return executeQuery.call(executor, query);
  }) as typeof executeQuery;
  const now = new Date('2026-11-23T04:00:00Z');
  const channel_id = '00000001-0000-7000-8000-000000000001';
  expect(await listDueChannels(db, now)).toEqual([channel_id]);
  expect(await listNext(db, channel_id, now)).toHaveLength(20);
  expect(await listAlike(db, { channel_id, event: 'lead.created' }, now)).toHaveLength(500);
  for (const state of [undefined, ...delivery_states])
    for (const of of [undefined, 1, 2, 3, 4]) {
      const filter = { state, channel_id: of ? channel_id.replaceAll(/1(?=-|$)/g, String(of)) : undefined };
      await listDeliveries(db, filter, 50, undefined);
      await listDeliveries(db, filter, 50, '00004000-0000-7000-8000-000000000000');
    }
  await tellDue(db, { hours: { begin_ms: 0, end_ms: 86_400_000 }, time_zone: 'UTC' }, now);
  executor.executeQuery = executeQuery;
  const plans = [];
  for (const [sql, parameters] of seen) {
    await client.query(`prepare sent as ${sql}`);
    const values = parameters.map(value => pg.escapeLiteral(String(value))).join(', ');
    const { rows } = await client.query(`explain execute sent${values && `(${values})`}`);
    await client.query('deallocate sent');
    plans.push({ sql, plan: rows.map(row => row['QUERY PLAN']).join('\n') });
  }
  expect(plans.length).toBeGreaterThan(12);
  expect(plans.filter(({ plan }) => /Seq Scan on (deliveries|leads|keys|holds)/.test(plan))).toEqual([]);
  const sent = plans.filter(({ sql }) => /"next_at" <= .* limit/.test(sql));
  expect(sent).toHaveLength(2);
  for (const { plan } of sent) expect(plan).not.toMatch(/Sort|Bitmap|Hash/);
});
