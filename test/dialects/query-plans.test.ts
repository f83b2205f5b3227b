import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { CompiledQuery } from 'kysely';
import { expect, it, vi } from 'vitest';
import { expireAudit } from '../../db/audit/expire.ts';
import { findExports } from '../../db/audit/list.ts';
import { verifyTrail } from '../../db/audit/verify.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { listAssigned } from '../../db/leads/assigned.ts';
import { changeSeveral, undoChange } from '../../db/leads/bulk/change.ts';
import { countMatches, countSome } from '../../db/leads/count.ts';
import { readOutcomes } from '../../db/leads/figures/outcome-stats.ts';
import { readLeadDays } from '../../db/leads/figures/stats.ts';
import { countWaiting } from '../../db/leads/figures/waiting.ts';
import { listStandingRestrictions } from '../../db/leads/holds/restrict.ts';
import { listChosen, listMatches } from '../../db/leads/read.ts';
import { measureOutboxes } from '../../db/notices/backlog.ts';
import { countQueues, retryDead } from '../../db/notices/queues.ts';
import { channel_events } from '../../db/notices/write.ts';
import { expireRequests } from '../../db/requests/expire.ts';
import { listRequests } from '../../db/requests/find.ts';
import { countQueue, listQueue } from '../../db/requests/queue.ts';
import { listAccounts } from '../../db/staff/accounts.ts';
import { hasMade } from '../../db/staff/makers.ts';
import { rotateToken } from '../../db/staff/rotate-token.ts';
import { countSessions, endAll, endListed, listSessions } from '../../db/staff/session-list.ts';
import { openSession } from '../../db/staff/sessions.ts';
import { listTokens, revokeToken } from '../../db/staff/tokens.ts';
import { findKeyMistakes } from '../../db/vault/check.ts';
import { rewrapKeys } from '../../db/vault/rotate.ts';
import { expireAll } from '../../worker/retention.ts';
import { runDueJobs } from '../../worker/run-jobs.ts';
import { lead, noon, operator, start, startPublished, test_keys } from '../support/harness.ts';

/** Tables of a handful of rows, for which a scan is the best plan. */
const small = [
  'key_checks',
  'changes',
  'policies',
  'policy_documents',
  'policy_forms',
  'tokens',
  'accounts',
  'console_sessions',
  'calendar_years',
  'channels',
  'assignment_rules',
  'quotas',
  'tallies',
  'bisection',
  'assigned',
  'audit_retention',
  'calendar_years',
  'promise_checks',
  'jobs',
  'public_keys',
];

/**
 * Returns whether a plan walks a table in the order of its key, with a limit. Because a table without rowid is its own
 * index, such a walk reads no more than a page.
 */
function isWalkByKey(detail: string, sql: string): boolean {
  const [, table] = /^SCAN (leads|keys|consents|audit_events|audit_seals|deliveries)$/.exec(detail) ?? [];
  const isWholeKey = /^select [^(]* from "\w+"( left join [^(]*)? order by [^(]* limit \d+( offset \d+)?$/.test(sql);
  if (isWholeKey && /^SCAN \w+$/.test(detail)) return true;
  return (
    table !== undefined && new RegExp(`order by ("${table}"\\.)?"(id|seq|from_seq|subject_id)"( \\w+)? limit`).test(sql)
  );
}

it('every statement on every path uses an index', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-plans-'));
  const path = join(folder, 'leads.db');
  const db = await sqlite.open(path);
  const seen = new Map<string, readonly unknown[]>();
  const { atomic, read } = db;
  db.atomic = statements => {
    for (const { sql, parameters } of statements) seen.set(sql, parameters);
    return atomic(statements);
  };
  const executor = db.getExecutor();
  const watch = <R>(query: CompiledQuery<R>) => {
    seen.set(query.sql, query.parameters);
    return query;
  };
  const { executeQuery: execute } = executor;
  executor.executeQuery = ((query: CompiledQuery) =>
    execute.call(executor, watch(query))) as typeof executor.executeQuery;
  db.read = query => read(watch(query));

  await useEveryPath(db);
  const connection = new Sqlite(path, { readonly: true });
  const plans = [...seen].map(([sql, parameters]) => {
    const rows = connection.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    return { sql, details: rows.map(({ detail }) => detail) };
  });
  const isSmall = (text: string) => small.some(table => new RegExp(`\\b${table}\\b`).test(text));
  const isOfSome = (sql: string) => / from \(select .* limit \d+\) as "some"( group by |$)/.test(sql);
  const scans = plans.filter(({ sql, details }) =>
    details.some(
      detail =>
        /^SCAN (?!numbered|some$)\w/.test(detail) &&
        !/CONSTANT|INDEX/.test(detail) &&
        !isSmall(detail) &&
        !isWalkByKey(detail, sql) &&
        !isOfSome(sql),
    ),
  );
  // A walk through all leads for the few that match takes seconds, and other requests wait for it.
  const isLong = (sql: string, details: string[]) =>
    (/ where .*"closed_reason" = /.test(sql) && !details.some(detail => /leads_by_(assignee_)?reason/.test(detail))) ||
    (/ where .*follow_up_on <= /.test(sql) && !details.some(detail => /leads_by_(assignee_)?follow_up/.test(detail))) ||
    (/ where .*"assigned_to" = .*follow_up_on <= /.test(sql) && !/leads_by_assignee_follow_up/.test(String(details))) ||
    (/ where .*"assigned_to" (=|is) .*"closed_reason" = /.test(sql) &&
      !/leads_by_reason_assignee/.test(String(details))) ||
    (/ where .*"status" = .*"assigned_to" = /.test(sql) && !/leads_by_assignee_status/.test(String(details))) ||
    (/ where .*"contacted_at" is not null/.test(sql) && !details.some(detail => /leads_by_contacted/.test(detail)));
  expect(plans.filter(({ sql, details }) => isLong(sql, details))).toEqual([]);
  // The counts of the tabs read an index alone: a lead that is looked up is a page of the file.
  const isCount = (sql: string) => /as "looked_at".*("status" =|"assigned_to" =|follow_up_on <=)/.test(sql);
  const counts = plans.filter(({ sql }) => isCount(sql));
  expect(counts.length).toBeGreaterThan(10);
  expect(counts.filter(({ details }) => !/COVERING INDEX leads_by_/.test(String(details)))).toEqual([]);
  const isOfOnePerson = (details: string[]) =>
    details.some(detail => /keys_by_(phone|email)|consents_by_visitor/.test(detail));
  // What waits for channels or is dead is read whole: it is as long as receivers are behind.
  const isOfQueue = (details: string[]) =>
    details.some(detail => detail.endsWith('deliveries_by_channel (channel_id=? AND state=?)'));
  const isOfDeliveries = (sql: string) => / "deliveries" /.test(sql);
  const isWalk = (detail: string) => /^SCAN (?!numbered|some$)\w/.test(detail);
  const sorts = plans.filter(
    ({ sql, details }) =>
      details.some(detail => /TEMP B-TREE/.test(detail)) &&
      (!isSmall(sql) || isOfDeliveries(sql)) &&
      !isOfOnePerson(details) &&
      !isOfQueue(details) &&
      !isOfSome(sql),
  );
  const unbounded = plans.filter(
    ({ sql, details }) =>
      /^select .* order by /s.test(sql) && !/ limit /.test(sql) && details.some(isWalk) && !isSmall(sql),
  );
  const replanned = [...seen].filter(([sql, parameters]) => isPlannedAnew(connection, sql, parameters));
  const bare = isPlannedAnew(connection, 'select * from consents limit ?', [1]);
  connection.close();
  await db.destroy();
  rmSync(folder, { recursive: true });
  expect(seen.size).toBeGreaterThan(30);
  expect(scans).toEqual([]);
  expect(sorts).toEqual([]);
  expect(unbounded).toEqual([]);
  expect(replanned).toEqual([]);
  expect(bare).toBe(true);
});

/**
 * Returns whether SQLite plans a statement anew when it runs again. It is false where the statement finds no row, because
 * what shows it is that better-sqlite3 then compiles anew what makes rows.
 */
function isPlannedAnew(connection: Sqlite.Database, sql: string, parameters: readonly unknown[]): boolean {
  const statement = connection.prepare(sql);
  if (!statement.reader || statement.all(...parameters).length === 0) return false;
  const compile = vi.spyOn(globalThis, 'Function');
  statement.all(...parameters);
  const { length } = compile.mock.calls;
  compile.mockRestore();
  return length > 0;
}

/** Keys of which each is being turned. */
const turning_keys = {
  INDEX_KEY: `${test_keys.INDEX_KEY},${Buffer.alloc(32, 6).toString('base64')}`,
  SIGNING_KEY: `${test_keys.SIGNING_KEY},${Buffer.alloc(32, 7).toString('base64')}`,
};

/** Runs every query of visitors, staff, operators and timers, with every filter and both orders. */
async function useEveryPath(db: Awaited<ReturnType<typeof sqlite.open>>) {
  const started = await startPublished({ FORM_QUOTA_PER_MINUTE: '100', OUTBOUND_HOSTS: '127.0.0.1' }, db);
  const { post, pull, ask, get, services, token, app, advance } = started;
  const key = { 'Idempotency-Key': 'k' };
  const visitor_id = '3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e';
  const choice = { visitor_id, policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
  const channel = { name: 'x', events: channel_events, address: 'http://127.0.0.1:1/' };
  for (const kind of ['webhook', 'wecom']) await ask('POST', '/channels', { kind, ...channel }, 'admin');
  const receipts = [];
  for (const phone of ['13800138000', '13800138001']) {
    const response = await post('/forms/mini-ai-experience', { ...lead, phone }, { 'Idempotency-Key': phone });
    receipts.push((await response.json()) as { id: string; receipt_code: string });
  }
  await post('/forms/mini-ai-experience', { ...lead, phone: '13800138000' }, { 'Idempotency-Key': '13800138000' });
  const filters = [
    '',
    'form=mini-ai-experience',
    'status=new',
    'assigned_to=x',
    'received_from=2026-01-01&received_to=2027-01-01',
  ];
  filters.push('phone=13800138000', 'email=a@example.com', 'phone=13800138000&status=new');
  filters.push('phone=13800138000&email=a@example.com', 'status=new&form=mini-ai-experience');
  filters.push('assigned_to=x&status=new', 'assigned_to=x&form=mini-ai-experience&status=new&received_from=2026-01-01');
  for (const filter of filters)
    for (const order of ['asc', 'desc']) {
      const query = `${filter}&order=${order}&limit=1`;
      const page = (await (await pull(`/leads?${query}`)).json()) as { next_cursor: string | null };
      if (page.next_cursor) await pull(`/leads?${query}&cursor=${page.next_cursor}&view=clear`);
      const headers = { Accept: 'text/csv', Authorization: `Bearer ${await token('sales')}` };
      await (await app.request(`https://leads.example.com/leads?${query}`, { headers })).text();
    }
  for (const filter of filters)
    for (const order of ['asc', 'desc']) {
      const query = `/leads?${filter}&order=${order}&limit=1&q=xiao`;
      const page = (await (await pull(query)).json()) as { next_cursor: string | null };
      if (page.next_cursor) await pull(`${query}&cursor=${page.next_cursor}`);
    }
  const turning = await start(turning_keys, db);
  for (let n = 0; n < 2; n++) {
    await turning.post('/forms/mini-ai-experience', lead, key);
    await turning.post('/consents', { ...choice, chosen_at: noon.toISOString() }, key);
  }
  for (const filter of ['phone=13800138000', 'email=a@example.com', 'phone=13800138000&email=a@example.com'])
    for (const order of ['asc', 'desc']) await turning.pull(`/leads?${filter}&order=${order}`);
  await rewrapKeys(turning.services);
  await pull(`/leads/${receipts[0]!.id}?view=clear`);
  await ask('PATCH', `/leads/${receipts[0]!.id}`, { status: 'contacted', name: 'x', phone: '13800138009' });
  await ask('PATCH', `/leads/${receipts[1]!.id}`, { follow_up_on: '2026-11-23', note: 'x' });
  await ask('PUT', '/assignment-rules/mini-ai-experience', { holders: ['x', 'y'] }, 'admin');
  await useSeveral(services, receipts[1]!.id);
  const times = 'recorded_from=2026-01-01&recorded_to=2027-01-01';
  const events = ['', `lead_id=${receipts[0]!.id}`, 'action=lead.created', 'action=lead.revealed', 'actor=visitor'];
  events.push('actor=operator', 'actor=operator&action=lead.created', times, `${times}&actor=operator`);
  for (const filter of events)
    for (const order of ['asc', 'desc']) {
      const query = `/audit-events?${filter}&order=${order}&limit=1`;
      const page = (await (await pull(query)).json()) as { next_cursor: string | null };
      if (page.next_cursor) await pull(`${query}&cursor=${page.next_cursor}`);
    }
  await findExports(db, ['x', 'y']);
  await listAssigned(db);
  for (const filter of [{}, { assigned_to: 'x' }, { form: 'mini-ai-experience', status: 'new' }])
    for (const order of ['asc', 'desc'] as const) {
      const due = { due_by: '2026-11-23', order, limit: 50, ...filter };
      for (const after of [undefined, { seq: 0, id: '0', follow_up_on: '2026-11-20' }])
        await listMatches(services, due, after, { masked: true }, noon);
      await countMatches(services, due, 1_000);
    }
  for (let n = 0; n < 2; n++) await post('/consents', { ...choice, chosen_at: noon.toISOString() }, key);
  await get(`/consents/${visitor_id}`);
  await post(`/consents/${visitor_id}/withdrawal`, '');
  const choices = ['', `visitor_id=${visitor_id}`, 'policy_version=2026-01', 'locale=en', 'source=banner'];
  choices.push('source=withdrawal', 'received_from=2026-01-01&received_to=2027-01-01', 'locale=en&source=preferences');
  for (const filter of choices) {
    const { next_cursor } = (await (await pull(`/consents?${filter}&limit=1`)).json()) as { next_cursor: string };
    await pull(`/consents?${filter}&cursor=${next_cursor}`);
  }
  advance(60_000);
  await pull('/consents/stats?from=2026-01-01');
  const year = { from_day: '2026-01-01', to_day: '2026-12-31', time_zone: 'Asia/Shanghai' };
  await readLeadDays(db, year);
  await readOutcomes(db, year);
  await countWaiting(db, year.time_zone, services.now());
  const figures = [
    ...[{ reached: 'closed' }, { reached: 'qualified', form: 'mini-ai-experience' }, { unassigned: true }],
    ...[{ status: 'closed', closed_reason: 'won' }, { closed_reason: 'won' }, { status: 'new', reached: 'closed' }],
    ...[
      { closed_reason: 'won', assigned_to: 'x' },
      { closed_reason: 'won', unassigned: true, reached: 'qualified' },
    ],
    ...[
      { status: 'new', assigned_to: 'x' },
      { assigned_to: 'x', closed_reason: 'won' },
    ],
  ] as const;
  for (const more of figures)
    for (const span of [{}, { received_from: '2026-01-01', received_to: '2027-01-01' }])
      await listMatches(services, { ...more, ...span, order: 'desc', limit: 1 }, undefined, { masked: true }, noon);
  await get('/policies/2026-01');
  await get('/health');
  await post('/withdrawals', { receipt_code: receipts[0]!.receipt_code });
  const hold = { ground: 'law', reference: '7', review_on: '2027-05-23' };
  const holds = [];
  for (let n = 0; n < 3; n++)
    holds.push((await (await ask('POST', `/leads/${receipts[1]!.id}/holds`, hold)).json()) as { id: string });
  const page = (await (await pull('/holds?limit=1')).json()) as { next_cursor: string };
  await pull(`/holds?limit=1&cursor=${page.next_cursor}`);
  for (const { id } of holds) await ask('DELETE', `/leads/${receipts[1]!.id}/holds/${id}`, { reason: 'x' });
  await ask('DELETE', `/leads/${receipts[1]!.id}`);
  await useRequests(db, started);
  const { id: channel_id } = receipts[0]!;
  for (const channel of ['', `channel_id=${channel_id}&`])
    for (const state of ['', 'state=queued&', 'state=sent&', 'state=dead&'])
      await pull(`/deliveries?${channel}${state}limit=1`, 'admin');
  await countQueues(db);
  await measureOutboxes(db);
  await retryDead(db, channel_id, noon);
  await runDueJobs(services);
  await verifyTrail(db, { now: services.now() });
  await expireAudit(db, services.now(), { dry_run: true });
  await expireAll(services, services.now(), { dry_run: true });
  await findKeyMistakes(db, services.vault, services.settings, noon);
  const [first] = await listTokens(db);
  const act = { days: 1, overlap_days: 0, session: 'x' };
  await rotateToken(db, first!.id, act, operator, noon);
  await hasMade(db, 'operator', first!.id);
  const own = await openSession(db, first!.id, noon);
  const [session] = await listSessions(db, first!.id, own, noon);
  await countSessions(db, noon);
  await endListed(db, first!.id, session!.id, operator, noon);
  await openSession(db, first!.id, noon);
  await endAll(db, first!.id, own, operator, noon);
  await listAccounts(db);
  await revokeToken(db, first!.id, operator, noon);
}

/** Changes leads at once, undoes that, lists them and counts those of the tabs. */
async function useSeveral(services: Awaited<ReturnType<typeof startPublished>>['services'], id: string) {
  const seen = [{ id, status: 'new', assigned_to: null }];
  const actor = { ...operator, request_id: 'several' };
  const { former, events } = await changeSeveral(services, seen, { status: 'qualified' }, actor, noon);
  expect([former.length, events]).toEqual([1, 1]);
  await undoChange(services, former, { actor_id: actor.id, request_id: 'several', events }, actor, noon);
  await listChosen(services, [id], undefined, { masked: true }, noon);
  const spans = { received_from: '2026-01-01', received_to: '2027-01-01' };
  for (const form of [undefined, 'mini-ai-experience'])
    for (const more of [{}, { assigned_to: 'x' }, spans, { assigned_to: 'x', ...spans }])
      for (const tab of [{ status: 'new' }, { due_by: '2026-11-23' }, {}])
        await countSome(services, { form, order: 'desc', limit: 1, ...more, ...tab }, 99);
}

/** Runs every query of requests. */
async function useRequests(
  db: Awaited<ReturnType<typeof sqlite.open>>,
  { post, pull, ask, get, services }: Awaited<ReturnType<typeof startPublished>>,
) {
  const path = '/forms/mini-ai-experience';
  const person = { email: 'r@example.com', phone: '13800138005' };
  const { receipt_code } = (await (await post(path, { ...lead, ...person })).json()) as { receipt_code: string };
  for (const contact of [{ email: person.email }, { phone: person.phone }, person, { receipt_code }]) {
    const sent = { type: 'access', ...contact };
    for (let n = 0; n < 2; n++) {
      const answer = await post('/requests', sent, { 'Idempotency-Key': JSON.stringify(contact) });
      const { reference } = (await answer.json()) as { reference: string };
      await get(`/requests/${reference}`);
    }
  }
  const filters = ['', 'state=received', 'type=access', 'due_before=2027-01-01', 'state=verified&type=access'];
  for (const filter of filters) {
    const list = (await (await pull(`/subject-requests?limit=1&${filter}`)).json()) as { next_cursor: string | null };
    if (list.next_cursor) await pull(`/subject-requests?limit=1&${filter}&cursor=${list.next_cursor}`);
  }
  const bounds = { due_from: '2026-12-01', due_to: '2027-01-01' };
  for (const filter of [{}, bounds, { state: 'received', type: 'access' } as const, { refusal_asked: true }])
    for (const after of [undefined, { due: '2026-12-14', id: '0' }])
      await listQueue(db, { ...filter, limit: 1 }, after);
  await listRequests(db, { order: 'desc', limit: 1 }, { due_on: '2026-12-14', id: '0' });
  for (const some of [bounds, { due_to: '2026-12-01' }, {}]) await countQueue(db, some);
  const act = async (type: string, acts: [string, object?][]) => {
    const taken = await ask('POST', '/subject-requests', { type, channel: 'phone', ...person });
    const { id } = (await taken.json()) as { id: string };
    await pull(`/subject-requests/${id}?view=clear`);
    let last: { copy_url?: string; lead_ids?: string[] } = {};
    for (const [name, sent] of acts)
      last = (await (await ask('POST', `/subject-requests/${id}/${name}`, sent)).json()) as typeof last;
    return last;
  };
  const verify: [string, object] = ['verification', { by: 'callback' }];
  await act('access', [
    ['extension', { reason: 'x', due_on: '2027-03-01' }],
    ['refusal', { code: 'R1', explanation: 'x' }],
    ['approval'],
  ]);
  await act('rectification', [verify, ['fulfilment', { values: { name: 'y' } }]]);
  const { copy_url } = await act('copy', [verify, ['fulfilment']]);
  await post(new URL(copy_url!).pathname, '');
  const { lead_ids } = await act('restriction', [verify, ['fulfilment']]);
  for (const after of [undefined, '0']) await listStandingRestrictions(db, 1, after);
  await ask('DELETE', `/leads/${lead_ids![0]}/restriction`, { reason: 'x' });
  await act('erasure', [verify, ['fulfilment']]);
  await expireRequests(db, new Date(services.now().getTime() + 4 * 366 * 86_400_000), { dry_run: true });
}
