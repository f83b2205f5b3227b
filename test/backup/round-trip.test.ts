import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealTrail } from '../../db/audit/seal.ts';
import type { Manifest } from '../../db/backup/manifest.ts';
import { left_out } from '../../db/backup/tables.ts';
import type { Database } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { changeLead } from '../../db/leads/change.ts';
import { createLead } from '../../db/leads/create.ts';
import { eraseLeadById } from '../../db/leads/erase.ts';
import { listDeliveries } from '../../db/notices/deliveries.ts';
import { retryDead } from '../../db/notices/queues.ts';
import { takeChannel } from '../../db/notices/turns.ts';
import { jobs } from '../../worker/jobs.ts';
import { drill, restoreBackup } from '../../worker/node/backup/restore.ts';
import { sendMails } from '../../worker/notices/mails.ts';
import { sendDue } from '../../worker/notices/send.ts';
import { runDueJobs } from '../../worker/run-jobs.ts';
import { startMailServer } from '../notices/mail-server.ts';
import { receive, startNoticing } from '../notices/noticing.ts';
import { backUp, keyring, openAll, readAll, startFilled, targets, withStore } from '../support/backup.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, operator, readProblem, start, startPublished } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(() => remove());

const readManifest = (path: string) =>
  JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8').split('\n')[0]!) as Manifest;

describe.each(engines)('a backup of $engine', ({ open }) => {
  it.each(targets)(
    '[P5] restores into $target row by row, opens every lead, and goes on from there',
    async ({ create }) => {
      const { db, close } = await open();
      const { codes } = await startFilled(db);
      await backUp(db, join(folder, 'out'));
      const url = await create(folder);
      const restored = await restoreBackup(url, { path: join(folder, 'out'), keyring, now: noon });
      expect(restored).toMatchObject({ leads: 4, erased_since: 0, made_at: noon.toISOString() });
      await withStore(url, async copy => {
        expect(await readAll(copy)).toEqual(await readAll(db));
        expect(await openAll(copy)).toEqual(await openAll(db));
        const { post, get } = await start({}, copy);
        const uses = copy.selectFrom('audit_events').select('fields').where('action', '=', 'key.first_used');
        expect(await uses.execute()).toEqual([{ fields: 'new' }]);
        expect((await post('/withdrawals', { receipt_code: codes[0] })).status).toBe(200);
        expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
        expect((await get('/policies/current')).status).toBe(200);
      });
      await close();
    },
  );

  it('[P5] holds every table but those left out on purpose, at one moment while leads are stored, corrected and erased, for its owner alone', async () => {
    const { db, close } = await open();
    const { services, ids, advance } = await startFilled(db);
    await sealTrail(db, noon);
    const before = await readAll(db);
    advance(60_000);
    const now = services.now();
    const isFixed = await whileReading(db, async () => {
      const sent = { form: 'mini-ai-experience', policy_version: '2026-01', policy_sha256: 'x', locale: 'en' };
      await createLead(services, { ...sent, values: lead }, {}, operator, now);
      await changeLead(services, ids[0]!, { values: { ...lead, company: 'Later Ltd' } }, operator, now);
      await eraseLeadById(db, ids[3]!, undefined, operator, now);
    });
    const made = await backUp(db, join(folder, 'out'));
    const tables = await db.snapshot(opened => opened.listTables());
    const taken = new Set(readManifest(made.folder).files.map(({ table }) => table));
    expect([...taken, ...Object.keys(left_out)].sort()).toEqual(tables.map(({ name }) => name).sort());
    for (const name of await readdir(join(folder, 'out'), { recursive: true }))
      expect([name, statSync(join(folder, 'out', name)).mode & 0o077]).toEqual([name, 0]);
    const url = await targets[0]!.create(folder);
    await restoreBackup(url, { path: join(folder, 'out'), keyring, now: noon });
    const shown = isFixed() ? before : await readAll(db);
    expect(await withStore(url, readAll)).toEqual(shown);
    await close();
  });
});

it('[P5] a database that nothing holds still is read until what has changed fits one call, however much that is', async () => {
  const db = await sqlite.open(':memory:');
  const { services, ids } = await startFilled(db);
  const [choice] = await db.selectFrom('consents').selectAll().execute();
  const choices = Array.from({ length: 2_500 }, (_, n) => ({ ...choice!, id: `id-${n}`, once_key: null }));
  for (let at = 0; at < choices.length; at += 500)
    await db
      .insertInto('consents')
      .values(choices.slice(at, at + 500))
      .execute();
  await whileReading(db, async () => {
    const sent = { form: 'mini-ai-experience', policy_version: '2026-01', policy_sha256: 'x', locale: 'en' };
    for (let n = 0; n < 1_100; n++) await createLead(services, { ...sent, values: lead }, {}, operator, noon);
    await eraseLeadById(db, ids[3]!, undefined, operator, noon);
  });
  const made = await backUp(db, join(folder, 'out'));
  const parts = readManifest(made.folder).files.filter(({ table }) => table === 'leads');
  expect(parts.map(({ rows }) => rows)).toEqual([5, 1_101]);
  const url = await targets[0]!.create(folder);
  await restoreBackup(url, { path: join(folder, 'out'), keyring, now: noon });
  expect(await withStore(url, readAll)).toEqual(await readAll(db));
});

/** Does some work once, as soon as a snapshot has read the leads. Returns a function that tells whether it is fixed. */
async function whileReading(db: Database, work: () => Promise<void>): Promise<() => boolean> {
  const { snapshot } = db;
  let isFixed: boolean | undefined;
  db.snapshot = inner =>
    snapshot(opened =>
      inner({
        ...opened,
        async read(queries) {
          const rows = await opened.read(queries);
          if (isFixed === undefined && queries.some(({ sql }) => /"sealed".* from "leads"/.test(sql))) {
            isFixed = opened.isFixed;
            await work();
          }
          return rows;
        },
      }),
    );
  return () => isFixed!;
}

it('[P5] a drill restores into a file that is gone afterwards', async () => {
  const { db, close } = await engines[0]!.open();
  await startFilled(db);
  await backUp(db, join(folder, 'out'));
  const url = `file:${join(folder, 'data', 'leads.db')}`;
  expect(await drill(url, { path: join(folder, 'out'), keyring, now: noon })).toMatchObject({ leads: 4 });
  expect(await readdir(join(folder, 'data'))).toEqual([]);
  await close();
});

it('a cursor from before a restore is refused where the numbers begin again before it, and misses nothing else', async () => {
  const { db, close } = await engines[0]!.open();
  const { post, pull } = await startFilled(db);
  type Page = { leads: unknown[]; next_cursor: string };
  const read = async (answer: Response) => (await answer.json()) as Page;
  const early = await read(await pull('/leads?limit=2'));
  await backUp(db, join(folder, 'out'));
  for (let n = 0; n < 5; n++) expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
  const { next_cursor } = await read(await pull('/leads'));
  expect((await read(await pull(`/leads?cursor=${next_cursor}`))).leads).toEqual([]);
  const url = await targets[0]!.create(folder);
  await restoreBackup(url, { path: join(folder, 'out'), keyring, now: noon });
  await withStore(url, async copy => {
    const restored = await start({}, copy);
    for (let n = 0; n < 2; n++) {
      const answer = await restored.pull(`/leads?cursor=${next_cursor}`);
      expect(await readProblem(answer)).toMatchObject({ status: 422, errors: ['cursor invalid'] });
      expect((await restored.post('/forms/mini-ai-experience', lead)).status).toBe(201);
    }
    const later = await read(await restored.pull(`/leads?cursor=${early.next_cursor}`));
    expect(later.leads).toHaveLength(5);
    const { leads } = await read(await restored.pull(`/leads?cursor=${later.next_cursor}`));
    expect(leads).toEqual([]);
  });
  await close();
});

it('a cursor from the first lead after a backup is refused after its restore, because the next change of an earlier lead has its number', async () => {
  const { db, close } = await engines[0]!.open();
  const { post, pull, token } = await startFilled(db);
  const headers = { Authorization: `Bearer ${await token('privacy_officer')}` };
  await backUp(db, join(folder, 'out'));
  expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
  const { next_cursor } = (await (await pull('/leads')).json()) as { next_cursor: string };
  const url = await targets[0]!.create(folder);
  await restoreBackup(url, { path: join(folder, 'out'), keyring, now: noon });
  await withStore(url, async copy => {
    const { get } = await start({}, copy);
    const answer = await get(`/leads?cursor=${next_cursor}`, headers);
    expect(await readProblem(answer)).toMatchObject({ status: 422, errors: ['cursor invalid'] });
  });
  await close();
});

it('what waited for channels when a backup was made is not sent again by itself after a restore, and can be', async () => {
  const { db, close } = await engines[0]!.open();
  const { make, submit, services } = await startNoticing(db);
  const receiver = await receive();
  const { id } = await make(receiver.address);
  await submit();
  expect(await takeChannel(db, id, 'a server', noon)).toBe(true);
  await backUp(db, join(folder, 'out'));
  const url = `file:${join(folder, 'data', 'leads.db')}`;
  await restoreBackup(url, { path: join(folder, 'out'), keyring, now: noon });
  await withStore(url, async copy => {
    const restored = { ...services, db: copy };
    expect(await sendDue(restored)).toBe(0);
    const dead = { state: 'dead', last_error: 'restored', next_at: null };
    expect((await listDeliveries(copy, {}, 9, undefined)).deliveries).toMatchObject([dead]);
    expect(await retryDead(copy, id, noon)).toBe(1);
    expect(await sendDue(restored)).toBe(1);
  });
  expect(receiver.received).toHaveLength(1);
  await close();
});

it('[V2] mails that wait in a backup are not sent again after a restore, but the address of a copy; the notice of an incident then counts as read', async () => {
  const { db, close } = await engines[0]!.open();
  const { environment, mails } = await startMailServer();
  const started = await startPublished(environment, db);
  const { post, ask, publish, advance, services } = started;
  const send = async (sent: object) =>
    ((await (await post('/forms/mini-ai-experience', sent)).json()) as { id: string }).id;
  const [id, other] = [await send(lead), await send({ ...lead, email: 'li.si@example.com', phone: '13900139000' })];
  const parts = ['situation', 'impact', 'measures', 'advice', 'remedies'].map(part => [part, '已告知']);
  const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': Object.fromEntries(parts) } };
  const tell = async (lead_ids: string[], until: string) => {
    const times = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' };
    const made = await ask('POST', '/incidents', { ...times, cause: 'x', scope: { lead_ids } });
    const { id: incident } = (await made.json()) as { id: string };
    await ask('POST', `/incidents/${incident}/notice`, { ...notice, until });
    return incident;
  };
  const later = (hours: number) => new Date(services.now().getTime() + hours * 3_600_000).toISOString();
  const taken = await ask('POST', '/subject-requests', { type: 'copy', channel: 'phone', lead_ids: [id] });
  const { id: request } = (await taken.json()) as { id: string };
  await ask('POST', `/subject-requests/${request}/verification`, { by: 'callback' });
  await ask('POST', `/subject-requests/${request}/fulfilment`);
  await post('/requests', { type: 'access', email: lead.email, locale: 'zh-CN' });
  advance(60_000);
  await publish('2026-02', { change_class: 'significant' });
  await runDueJobs(
    services,
    jobs.filter(({ name }) => name === 'mail_changes'),
  );
  const [announced, over] = [await tell([id, other], later(48)), await tell([other], later(1))];
  await backUp(db, join(folder, 'out'), services.now());
  advance(2 * 3_600_000);
  const url = `file:${join(folder, 'data', 'leads.db')}`;
  await restoreBackup(url, { path: join(folder, 'out'), keyring, now: services.now() });
  await withStore(url, async copy => {
    expect(await sendMails({ ...services, db: copy })).toBe(1);
    expect(mails.map(({ text }) => /requests\/copies\//.test(text))).toEqual([true]);
    const left = await copy.selectFrom('mails').select(['about', 'state', 'last_error']).orderBy('about').execute();
    expect(new Set(left.map(one => JSON.stringify(Object.values(one))))).toEqual(
      new Set(
        [
          ['code', 'dead', 'restored'],
          ['copy', 'sent', null],
          [`incident.${announced}`, 'dead', 'restored'],
          [`incident.${over}`, 'dead', 'restored'],
          ['policy.2026-02', 'dead', 'restored'],
        ].map(one => JSON.stringify(one)),
      ),
    );
    const restored = await start({}, copy);
    const read = async (incident: string) => (await restored.ask('GET', `/incidents/${incident}`)).json();
    const by = { told_at: services.now().toISOString(), by: 'announcement' };
    expect(await read(announced)).toMatchObject({ affected: 2, told: 2, notices: [by, by] });
    expect(await read(over)).toMatchObject({ affected: 1, told: 0, notices: [] });
  });
  await close();
});
