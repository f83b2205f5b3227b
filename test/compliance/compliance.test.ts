import { CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { sealTrail } from '../../db/audit/seal.ts';
import { Stopped } from '../../db/background.ts';
import type { Database } from '../../db/database.ts';
import { lengthPrefixed } from '../../db/digest.ts';
import { newId } from '../../db/ids.ts';
import { changeLead } from '../../db/leads/change.ts';
import { encrypt } from '../../db/vault/cipher.ts';
import { promise_ids } from '../../worker/compliance/finding.ts';
import { checkPromises } from '../../worker/compliance/run.ts';
import type { HostFiles } from '../../worker/context.ts';
import { openAssets } from '../../worker/node/assets.ts';
import type { Environment } from '../../worker/settings.ts';
import { locales } from '../../worker/shared/locales.ts';
import { engines } from '../support/engines.ts';
import { browser_accept, lead, noon, operator, start, startPublished } from '../support/harness.ts';

const day_ms = 86_400_000;
const findAsset = openAssets();
/** A fresh install waits for this: its first backup. */
const waiting = ['P5'];
const today = noon.toISOString().slice(0, 10);

/** A production install has these, with the documented settings. */
const documented = { BACKUP_DIR: '/nowhere/backups', LOG_DIR: '/nowhere/log' };

/** Files of a host as texts, by name; a log's begins with its day. */
function createFiles(database: Record<string, string> = {}, logs: Record<string, string> = { [today]: '{}\n' }) {
  const list = (files: Record<string, string>) =>
    Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.byteLength(text) }));
  const files: HostFiles = {
    host: 'one',
    listDatabase: async () => list(database),
    listLogs: async () => list(logs).map(file => ({ ...file, day: file.path })),
    async *read(path, from) {
      const bytes = Buffer.from(database[path] ?? logs[path]!).subarray(from);
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  };
  return files;
}

/** Starts a production install with a policy and two leads, and returns how to check it through the front door. */
async function open(overrides: Environment = {}, files: HostFiles | undefined = createFiles(), database?: Database) {
  const started = await startPublished({ ...documented, ...overrides }, database);
  const { services, db, post, get } = started;
  Object.assign(services, { findAsset, files });
  const sent = [];
  for (const form of ['mini-ai-experience', 'ecological-cooperation'])
    sent.push((await (await post(`/forms/${form}`, lead)).json()) as { id: string; receipt_code: string });
  const read = async (locale = 'en') =>
    (await (await get(`/compliance?lang=${locale}`, { Accept: 'application/json' })).json()) as {
      checked_at: string | null;
      promises: { id: string; title: string; state: string; checked_at: string | null; evidence: string }[];
      public_keys: { signs: string; public_key: string; retired_at: string | null }[];
    };
  return {
    ...started,
    sent,
    read,
    /** Checks now, and returns the promises that are in a state. */
    async check(state = 'broken') {
      await checkPromises(services);
      return (await read()).promises.filter(promise => promise.state === state).map(({ id }) => id);
    },
    run: (...statements: string[]) =>
      statements.reduce(
        (before, text) => before.then(() => db.executeQuery(CompiledQuery.raw(text))),
        Promise.resolve<unknown>(undefined),
      ),
  };
}

describe('GET /compliance', () => {
  it('shows all promises of a fresh install as kept, but those that need a first backup', async () => {
    const { check, read } = await open();
    expect(await check('unproven')).toEqual(waiting);
    const { promises, checked_at, public_keys } = await read();
    expect(promises.map(({ id }) => id)).toEqual([...promise_ids]);
    expect(promises.filter(({ state }) => state === 'broken')).toEqual([]);
    expect(checked_at).toBe(noon.toISOString());
    expect(promises.find(({ id }) => id === 'C4')!.evidence).toMatch(/ 2, which is all of them/);
    expect(public_keys.map(({ signs, retired_at }) => [signs, retired_at])).toEqual([
      ['checkpoint', null],
      ['backup', null],
    ]);
  });

  it('is a page in each language without a script, and tells nobody’s data', async () => {
    const { check, read, get } = await open();
    await check();
    for (const locale of locales) {
      const page = await (await get(`/compliance?lang=${locale}`, { Accept: browser_accept })).text();
      const { promises } = await read(locale);
      for (const { title, evidence } of promises) {
        expect(page).toContain(title);
        expect(evidence).not.toMatch(/[{}]/);
      }
      expect(page.match(/data-state="kept"/g)).toHaveLength(promise_ids.length - waiting.length);
      expect(page).not.toMatch(/<script|13800138078|Zhang\.San|欧阳小明/);
      expect(page.match(/<code>MCowBQYDK2Vw/g)).toHaveLength(2);
    }
  });

  it('says before the first check that there was none, and a day after the last that it proves nothing', async () => {
    const { read, check, advance } = await open();
    expect((await read()).promises.map(({ state }) => state)).toEqual(promise_ids.map(() => 'unproven'));
    await check();
    advance(day_ms + 1);
    const { promises } = await read();
    expect(promises.every(({ state }) => state === 'unproven')).toBe(true);
  });

  it('keeps the public keys of retired signing keys', async () => {
    const { check, db } = await open();
    await check();
    const next = await start(
      {
        ...documented,
        SIGNING_KEY: `${Buffer.alloc(32, 4).toString('base64')},${Buffer.alloc(32, 9).toString('base64')}`,
      },
      db,
    );
    await checkPromises(next.services);
    const last = await start({ ...documented, SIGNING_KEY: Buffer.alloc(32, 9).toString('base64') }, db);
    await checkPromises(last.services);
    const { public_keys } = (await (await last.get('/compliance')).json()) as Awaited<
      ReturnType<Awaited<ReturnType<typeof open>>['read']>
    >;
    expect(public_keys.map(({ signs, retired_at }) => [signs, retired_at !== null]).sort()).toEqual([
      ['backup', false],
      ['backup', true],
      ['checkpoint', false],
      ['checkpoint', true],
    ]);
  });
});

it.each(engines)('every check works on $engine', async ({ open: openDatabase }) => {
  const { db, close } = await openDatabase();
  const { services, read, check } = await open({}, createFiles(), db);
  await check();
  expect((await read()).promises.filter(({ state }) => state !== 'kept').map(({ id }) => id)).toEqual(waiting);
  Object.assign(services, { files: undefined });
  await check();
  const { promises } = await read();
  expect(promises.filter(({ state }) => state !== 'kept').map(({ id }) => id)).toEqual([
    'P5',
    'P6',
    'P10',
    ...waiting.slice(1),
  ]);
  await close();
});

describe('a check is a read that is on record', () => {
  it('[A1] one event says how many were opened, by nobody’s name', async () => {
    const { check, pull } = await open();
    await check();
    const { audit_events } = (await (await pull('/audit-events?action=system.checked')).json()) as {
      audit_events: unknown[];
    };
    expect(audit_events).toMatchObject([
      { actor: 'system', role: 'system', fields: 'name,phone,email,company of 3', lead_count: 0 },
    ]);
  });

  it('[C5] the made-up lead is withdrawn once a day, and is in no feed, search, export, count or delivery', async () => {
    const { check, advance, pull, db, post, ask, services } = await open({ OUTBOUND_HOSTS: 'hooks.example.com' });
    await ask(
      'POST',
      '/channels',
      { kind: 'webhook', name: 'x', address: 'https://hooks.example.com/', events: ['lead.created'], locale: 'en' },
      'admin',
    );
    for (let hour = 0; hour < 25; hour++) {
      await check();
      advance(day_ms / 24);
    }
    const made = db
      .selectFrom('leads')
      .select(['id', 'sealed', 'withdrawn_at'])
      .where('form', '=', 'self-check')
      .orderBy('id');
    const rows = await made.execute();
    expect(rows.map(({ sealed, withdrawn_at }) => [sealed, withdrawn_at !== null])).toEqual([
      [null, true],
      [null, true],
    ]);
    await post('/forms/mini-ai-experience', lead);
    for (const path of ['/leads', '/leads?order=desc', '/leads?status=new', '/leads?form=mini-ai-experience'])
      expect(await (await pull(path)).text()).not.toContain(rows[0]!.id);
    expect((await pull(`/leads/${rows[0]!.id}`)).status).toBe(404);
    expect(await db.selectFrom('deliveries').select('event').execute()).toHaveLength(1);
    const { jobs } = await import('../../worker/jobs.ts');
    await jobs.find(({ name }) => name === 'count_days')!.run(services, services.now());
    const days = await db.selectFrom('lead_days').select(['form']).execute();
    expect(new Set(days.map(({ form }) => form))).toEqual(new Set(['mini-ai-experience', 'ecological-cooperation']));
  });

  it('[C5] erases a made-up lead that a killed check has left behind', async () => {
    const { check, db, services, advance } = await open();
    const { beginTrial } = await import('../../worker/compliance/self-check.ts');
    await beginTrial(services, services.now());
    advance(11 * 60_000);
    await check();
    const left = db.selectFrom('leads').select('id').where('form', '=', 'self-check').where('erased_at', 'is', null);
    expect(await left.execute()).toEqual([]);
  });

  it('[C5] leaves no made-up lead behind when its server stops in the middle', async () => {
    const { db, services, check, read } = await open();
    const stopped = Object.assign(db.withoutPlugins(), db, { rest: () => Promise.reject(new Stopped()) });
    await expect(checkPromises({ ...services, db: stopped })).rejects.toThrow(Stopped);
    const made = db.selectFrom('leads').select(['sealed', 'withdrawn_at']).where('form', '=', 'self-check');
    expect(await made.execute()).toEqual([{ sealed: null, withdrawn_at: noon.toISOString() }]);
    await check();
    expect((await read()).promises.find(({ id }) => id === 'C5')).toMatchObject({ state: 'kept' });
  });
});

it('two checks at once break no promise', async () => {
  const { services, read } = await open();
  await Promise.all([checkPromises(services), checkPromises(services)]);
  expect((await read()).promises.filter(({ state }) => state === 'broken')).toEqual([]);
});

it('channels are told once of a promise that is newly broken', async () => {
  const { check, run, ask, db, services } = await open({ OUTBOUND_HOSTS: 'hooks.example.com' });
  const hook = { kind: 'webhook', name: 'x', address: 'https://hooks.example.com/', locale: 'en' };
  await ask('POST', '/channels', { ...hook, events: ['compliance.broken'] }, 'admin');
  let notified = 0;
  services.notify = () => (notified += 1);
  await check();
  expect(notified).toBe(0);
  await run(insertChoice({ granted: '["marketing"]' }));
  await check();
  await check();
  const told = db.selectFrom('deliveries').select(['event', 'lead_id', 'request_id']);
  expect(await told.execute()).toEqual([{ event: 'compliance.broken', lead_id: null, request_id: null }]);
  expect(notified).toBe(1);
});

describe('a promise that is broken is seen', () => {
  it('[C1] [C2] [C3] by a column that nobody declared', async () => {
    const { run, check } = await open();
    await run('alter table leads add column referrer text');
    expect(await check()).toEqual(['C1', 'C2', 'C3']);
  });

  it('but not by a column of newer software, which has servers of its own to tell', async () => {
    const { run, check } = await open();
    await run('alter table leads add column later text', "insert into migrations values ('9999_add_later.sql', '')");
    expect(await check()).toEqual([]);
    expect(await check('unproven')).toEqual(expect.arrayContaining(['C1', 'C2', 'C3']));
  });

  it('[C2] by a lead that holds a fifth value', async () => {
    const { check, db, services, sent } = await open();
    const { id } = sent[1]!;
    const key = await db
      .selectFrom('keys')
      .select(['kek_id', 'wrapped'])
      .where('subject_id', '=', id)
      .executeTakeFirstOrThrow();
    const { createSecretKey } = await import('node:crypto');
    const own = createSecretKey(services.vault.unwrap(id, key));
    const values = JSON.stringify({
      name: 'x',
      phone: '+8613800138000',
      email: 'a@example.com',
      company: 'y',
      page: 'z',
    });
    const sealed = encrypt(own, Buffer.from(values), lengthPrefixed('lead', id, '1'));
    await db
      .updateTable('leads')
      .set({ sealed: `1.${sealed.toString('base64url')}` })
      .where('id', '=', id)
      .execute();
    expect(await check()).toEqual(['C2']);
  });

  it('[C4] by a lead whose document is another one than was archived', async () => {
    const { run, check } = await open();
    await run(
      'drop trigger leads_no_other_consent',
      `update leads set policy_sha256 = 'ff' where form = 'mini-ai-experience'`,
    );
    expect(await check()).toEqual(['C4']);
  });

  it('[C5] by a key that came back after a withdrawal', async () => {
    const { db, check, post, sent } = await open();
    const key = await db.selectFrom('keys').selectAll().where('subject_id', '=', sent[0]!.id).executeTakeFirstOrThrow();
    await post('/withdrawals', { receipt_code: sent[0]!.receipt_code });
    await db.insertInto('keys').values(key).execute();
    expect(await check()).toEqual(['C5']);
  });

  it('[C5] by a withdrawal that erases nothing', async () => {
    const { run, check } = await open();
    await run(`create trigger stubborn before delete on keys begin select raise(ignore); end`);
    expect(await check()).toContain('C5');
  });

  it('[C6] by a refusal that holds for a week', async () => {
    const { run, check } = await open();
    await run(insertChoice({ expires_at: '2026-11-30T04:00:00.000Z' }));
    expect(await check()).toEqual(['C6']);
  });

  it('[K1] by styles under which no browser has drawn the buttons', async () => {
    const { services, check } = await open();
    services.findAsset = async request => {
      const asset = await findAsset(request);
      const text = await new Response(asset!.body).text();
      return { ...asset!, body: new Response(`${text}.lc-button:nth-child(2){opacity:.4}`).body };
    };
    expect(await check()).toEqual(['K1']);
  });

  it('[K2] by a withdrawal that takes nothing back', async () => {
    const { run, check } = await open();
    await run(insertChoice({ source: 'withdrawal', shown: '["necessary","analytics"]', granted: '["analytics"]' }));
    expect(await check()).toEqual(['K2']);
  });

  it('[K3] by a choice that grants what was not shown', async () => {
    const { run, check } = await open();
    await run(insertChoice({ granted: '["marketing"]' }));
    expect(await check()).toEqual(['K3']);
  });

  it('[S1] by a host that was called and that no setting names, whatever a command finds later', async () => {
    const { services, check } = await open();
    const request = { url: new URL('https://127.0.0.1:1/'), method: 'POST' as const, headers: {}, body: '' };
    await services.connect(request, () => 'private-address', { timeout_ms: 50, answer_bytes: 1 }).catch(() => {});
    expect(await check()).toEqual(['S1']);
    const { called: _, ...command } = services;
    await checkPromises(command);
    expect((await check('kept')).includes('S1')).toBe(true);
  });

  it('[S1] by a delivery that holds a phone number', async () => {
    const { run, check } = await open();
    await run(
      `insert into deliveries (id, channel_id, event, state, attempts, last_error) values ('x', 'y', 'lead.created', 'dead', 1, 'tel 13800138078')`,
    );
    expect(await check()).toEqual(['S1']);
  });

  it('[P1] by an address that is plain http, and on the own machine nothing is proven', async () => {
    const development = { NODE_ENV: 'development' };
    expect(await (await open({ ...development, PUBLIC_URL: 'http://leads.example.com' })).check()).toEqual(['P1']);
    const local = await open({ ...development, PUBLIC_URL: 'http://127.0.0.1:8787' });
    expect(await local.check('unproven')).toContain('P1');
  });

  it.each([
    ['in a column', {}, `insert into once (key, expires_at) values ('Zhang.San@example.com', '2027')`],
    [
      'in the files, in hexadecimal digits',
      { 'leads.db': `...${Buffer.from('+8613800138078').toString('hex')}...` },
      'select 1',
    ],
  ])('[P2] by a value in clear %s', async (_, files, statement) => {
    const { run, check } = await open({}, createFiles(files));
    await run(statement);
    expect(await check()).toEqual(['P2']);
  });

  it('[P2] by a note in clear', async () => {
    const { run, check, services } = await open();
    const { id } = await services.db.selectFrom('leads').select('id').limit(1).executeTakeFirstOrThrow();
    const note = 'Wants two offers, and a visit';
    await changeLead(services, id, { note }, operator, services.now());
    expect(await check()).toEqual([]);
    await run(`insert into once (key, expires_at) values ('${note}', '2027')`);
    expect(await check()).toEqual(['P2']);
  });

  it('[P2] by a lead without its key', async () => {
    const { run, check } = await open();
    await run(`delete from keys where subject_kind = 'lead' and subject_id = (select max(id) from leads)`);
    expect(await check()).toEqual(['P2']);
  });

  it('[P3] by a sight in the console that no event tells of, and by a reveal of a role that may not', async () => {
    const one = await open();
    await one.run(`insert into session_reveals values ('x', 'y', 1, '2026-11-23T04:10:00.000Z')`);
    expect(await one.check()).toEqual(['P3']);
    const other = await open();
    await other.run(
      'update changes set seq = seq + 1',
      `insert into audit_events (seq, recorded_at, actor, role, action) select seq, '${noon.toISOString()}', 'x', 'viewer', 'lead.revealed' from changes`,
    );
    expect(await other.check()).toEqual(['P3']);
  });

  it('[A1] by an event that was edited', async () => {
    const { run, check, db } = await open();
    await sealTrail(db, noon);
    await run('drop trigger audit_events_no_update', `update audit_events set actor = 'nobody' where seq = 2`);
    expect(await check()).toEqual(['A1']);
  });

  it('[P5] by no BACKUP_DIR, and by a backup that is late; one that passed its drill is proof', async () => {
    expect(await (await open({ BACKUP_DIR: '' })).check()).toEqual(['P5']);
    const { run, check, advance } = await open();
    await run(`insert into jobs (name, last_success_at) values ('back_up', '${noon.toISOString()}')`);
    expect(await check()).toEqual([]);
    expect(await check('kept')).toContain('P5');
    advance(1.2 * day_ms);
    expect(await check()).toContain('P5');
  });

  it('[P6] by a region that is not declared', async () => {
    const { services, check } = await open();
    services.settings.data_region = undefined;
    expect(await check()).toEqual(['P6']);
  });

  it('[P8] by a lead that is older than its period', async () => {
    const { run, check } = await open();
    await run(
      'drop trigger leads_no_other_consent',
      `update leads set received_at = '2024-11-01T00:00:00.000Z'`,
      `update leads set id = '0192e5a0-0000-7000-8000-000000000000' where id = (select min(id) from leads)`,
    );
    expect(await check()).toContain('P8');
  });

  it('[P8] by a job that has erased nothing for a day', async () => {
    const { check, advance, run } = await open();
    await run(`insert into jobs (name, last_success_at) values ('expire', '${noon.toISOString()}')`);
    expect(await check()).toEqual([]);
    advance(day_ms + 1);
    expect(await check()).toContain('P8');
  });

  it('[P10] by a log with an e-mail address in it, by one that stopped, and by one whose days are gone', async () => {
    expect(await (await open({}, createFiles({}, { [today]: '{"to":"Zhang.San@example.com"}' }))).check()).toEqual([
      'P10',
    ]);
    expect(await (await open({}, createFiles({}, { '2026-11-20': '{}' }))).check()).toEqual(['P10']);
    const { check, services, advance } = await open();
    await check();
    advance(2 * day_ms);
    const other = createFiles({}, { '2026-11-25': '{}' });
    services.files = { ...other, host: 'another' };
    expect(await check()).not.toContain('P10');
    services.files = createFiles({}, { [today]: '{}', '2026-11-25': '{}' });
    await check();
    services.files = other;
    expect(await check()).toContain('P10');
  });

  it.each([
    ['R1', 'access'],
    ['R1', 'explanation'],
    ['R1', 'complaint'],
    ['R2', 'copy'],
    ['R2', 'portability'],
    ['R3', 'rectification'],
    ['R4', 'erasure'],
    ['R4', 'restriction'],
    ['R5', 'withdrawal'],
  ])('[R1] [R2] [R3] [R4] [R5] %s by a request for %s that is open after its day', async (id, type) => {
    const { check, ask, db, read } = await open();
    const sent = { type, channel: 'phone', phone: lead.phone };
    expect((await ask('POST', '/subject-requests', sent)).status).toBe(201);
    expect(await check()).toEqual([]);
    await db.updateTable('subject_requests').set({ due_on: '2026-11-22' }).execute();
    expect(await check()).toEqual([id]);
    expect((await read()).promises.find(promise => promise.id === id)!.evidence).toMatch(/overdue: 1, of 1 that/);
  });

  it('[R1] [R4] by a request that nobody verified only when it has not ended by itself a day after its day', async () => {
    const { check, ask, post, db, services } = await open();
    Object.assign(services.settings, { smtp_url: new URL('smtps://mail.example.com') });
    await post('/requests', { type: 'access', email: 'nobody@example.com' });
    const sent = { type: 'erasure', channel: 'phone', phone: lead.phone };
    const { id } = (await (await ask('POST', '/subject-requests', sent)).json()) as { id: string };
    await ask('POST', `/subject-requests/${id}/verification`, { by: 'callback', failed: true });
    const due = (due_on: string) => db.updateTable('subject_requests').set({ due_on }).execute();
    await due('2026-11-22');
    expect((await check()).filter(one => one.startsWith('R'))).toEqual([]);
    await due('2026-11-21');
    expect((await check()).filter(one => one.startsWith('R'))).toEqual(['R1', 'R4']);
  });

  it('[V1] by a document that is gone from the archive, and by one that was altered', async () => {
    const gone = await open();
    await gone.run('drop trigger policy_documents_no_delete', `delete from policy_documents where locale = 'en'`);
    expect(await gone.check()).toContain('V1');
    const altered = await open();
    await altered.run(
      'drop trigger policy_documents_no_update',
      `update policy_documents set html = html || '!' where locale = 'en'`,
    );
    expect(await altered.check()).toContain('V1');
  });

  it('[V2] by a significant change that took effect before it was published', async () => {
    const { publish, check } = await open();
    await publish('2026-02', { effective_at: '2026-11-24T00:00:00.000Z' });
    expect(await check()).toEqual([]);
    await publish('2026-03', { effective_at: '2026-10-01T00:00:00.000Z' });
    expect(await check()).toEqual(['V2']);
  });

  it('[V2] by a significant change of which nobody was told what it changes', async () => {
    const { publish, run, check } = await open();
    await publish('2026-02', { effective_at: '2026-11-24T00:00:00.000Z' });
    await run(
      'drop trigger policy_documents_no_update',
      `update policy_documents set summary = null where version = '2026-02' and locale = 'en'`,
    );
    expect(await check()).toEqual(['V2']);
  });

  it('[V2] by a significant change of which nobody was mailed', async () => {
    const { services, publish, check, advance } = await open();
    services.settings.smtp_url = { secure: true, host: 'smtp.example.com', port: 465, login: undefined };
    advance(1);
    await publish('2026-02', { effective_at: '2026-11-24T00:00:00.000Z' });
    advance(3_599_000);
    expect(await check()).toEqual([]);
    advance(2_000);
    expect(await check()).toEqual(['V2']);
    await services.db.insertInto('mailings').values({ about: 'policy.2026-02', reached: 'x' }).execute();
    expect(await check()).toEqual([]);
  });

  it('[V2] not by a significant version that never comes into force, of which nobody is told', async () => {
    const { services, publish, check, advance } = await open();
    services.settings.smtp_url = { secure: true, host: 'smtp.example.com', port: 465, login: undefined };
    advance(1);
    await publish('2026-11', { effective_at: '2026-11-23T00:00:00.000Z', change_class: 'minor' });
    advance(1);
    await publish('mistyped-month', { effective_at: '2026-02-15T00:00:00.000Z' });
    await publish('mistyped-day', { effective_at: '2026-11-22T00:00:00.000Z' });
    await publish('mistyped-year', { effective_at: '2025-11-24T00:00:00.000Z' });
    advance(3_601_000);
    expect(await check()).toEqual([]);
  });

  it('[M1] by a lead that is known to be a child’s', async () => {
    const { run, check } = await open();
    await run(`update leads set child_at = '${noon.toISOString()}' where form = 'mini-ai-experience'`);
    expect(await check()).toEqual(['M1']);
  });
});

/** Writes the statement that appends a choice of now, as another program would. */
function insertChoice(more: Record<string, string>): string {
  const at = noon.toISOString();
  const row = {
    ...{ id: newId(noon), visitor_id: '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b' },
    ...{ policy_version: '2026-01', locale: 'en', shown: '["necessary","analytics"]', granted: '[]', source: 'banner' },
    ...{ chosen_at: at, received_at: at, expires_at: new Date(noon.getTime() + 182 * day_ms).toISOString(), ...more },
  };
  return `insert into consents (${Object.keys(row).join()}) values (${Object.values(row)
    .map(value => `'${value}'`)
    .join()})`;
}
