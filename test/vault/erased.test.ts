import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBytes, unpackLines } from '../../db/backup/bytes.ts';
import { readManifest } from '../../db/backup/manifest.ts';
import { unwrapKey } from '../../db/backup/wrapped-keys.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { createSearch, type Search } from '../../db/traces.ts';
import { listBackups, manifest_name, readBytes } from '../../worker/node/backup/files.ts';
import { openKeyFile } from '../../worker/node/backup/key-file.ts';
import { restoreBackup } from '../../worker/node/backup/restore.ts';
import { openLogFiles } from '../../worker/node/log/files.ts';
import { normalizePhone } from '../../worker/shared/phone.ts';
import { backUp, keyring } from '../support/backup.ts';
import { startConsole } from '../support/console.ts';
import { lead, noon, runJobs } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

const erased_count = 1_000;
const kept_count = 250;

/** Months for which leads are kept: those that stay are of the second form. */
const periods = 'mini-ai-experience:12,ecological-cooperation:24';

/** Leads with which staff work; none of them stays. */
const noted = 3;

/** Leads that are sent at the same time. */
const at_once = 50;

/** Makes up a person whose values no other has. */
function person(n: number) {
  const own = String.fromCodePoint(0x4e00 + n, 0x7000 - n);
  return {
    name: `欧阳${own}`,
    phone: `139 ${String(n).padStart(4, '0')} 7${String(997 - (n % 997)).padStart(3, '0')}`,
    email: `Person.${own.codePointAt(1)}.${n}@rare-mailbox.example`,
    company: `${own}智能科技有限公司`,
  };
}

/** What staff write of a person with whom they work. */
const writeNoteOf = (name: string) => `${name}要两套报价`;

/** Returns the values of a person, as they were typed and as they are compared. */
function valuesOf({ name, phone, email, company }: ReturnType<typeof person>): string[] {
  return [name, phone, email, company, writeNoteOf(name), normalizePhone(phone)!, email.toLowerCase()];
}

const { folder, remove } = makeFolder();
const readAll = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)) }));

/** Returns what is found in which file, as `file: value`. */
function findTraces({ find }: Search): string[] {
  return readAll().flatMap(({ name, bytes }) => find(bytes).map(({ value }) => `${name}: ${value}`));
}

describe('[P5] [P10] [R4] [R5] of 1,000 leads that were sent, read, searched for, changed and erased', () => {
  const people = Array.from({ length: erased_count + kept_count }, (_, n) => person(n));
  /** Every fifth lead stays, so that what goes stood beside what stays. */
  const isKept = (n: number) => n % 5 === 0;
  const values = people.flatMap((one, n) => (isKept(n) ? [] : valuesOf(one)));
  const value_search = createSearch(values);
  // These are text that stands as it is, or nowhere.
  const searchText = (texts: string[]) => createSearch(texts, text => [Buffer.from(text)]);
  let secrets: string[];
  let secret_search: Search;
  let kept_secrets: string[];
  let fingerprints: number;
  let found_before: { values: string[]; secrets: number };
  let close: () => Promise<void>;

  beforeAll(async () => {
    const db = await sqlite.open(join(folder, 'leads.db'));
    const started = await startConsole({ LOG_LEVEL: 'debug', LEAD_RETENTION_MONTHS: periods }, db);
    const { post, pull, ask, services, lines, advance } = started;
    const submit = async (one: object, n: number) =>
      (
        await post(
          `/forms/${isKept(n) ? 'ecological-cooperation' : 'mini-ai-experience'}`,
          { ...lead, ...one },
          { 'Idempotency-Key': `key-${n}` },
        )
      ).json() as Promise<(typeof receipts)[number]>;
    const receipts: { id: string; receipt_code: string }[] = [];
    for (let n = 0; n < people.length; n += at_once)
      receipts.push(...(await Promise.all(people.slice(n, n + at_once).map((one, k) => submit(one, n + k)))));
    const ids = receipts.map(({ id }) => id);
    const gone = ids.filter((_, n) => !isKept(n));
    await workWith(started, ids);
    expect(await submit(people[1]!, 1)).toEqual(receipts[1]);
    expect(await (await pull('/leads?view=clear&order=desc&limit=200')).text()).toContain(people.at(-1)!.email);
    for (const one of people.slice(1, 5))
      for (const [name, value] of Object.entries({ phone: one.phone, email: one.email }))
        expect((await pull(`/leads?view=clear&${name}=${encodeURIComponent(value)}`)).status).toBe(200);
    // The writer's log still holds it all, and the file does after this.
    const aside = new Sqlite(join(folder, 'leads.db'));
    aside.pragma('wal_checkpoint(PASSIVE)');
    aside.close();
    const of = (
      rows: ({ wrapped: string } & Record<'phone_index' | 'email_index' | 'sealed' | 'note', string | null>)[],
    ) =>
      rows.flatMap(row => [
        row.wrapped,
        row.phone_index!,
        row.email_index!,
        row.sealed!.slice(0, 60),
        row.sealed!.slice(-60),
        ...(row.note ? [row.note.slice(0, 60), row.note.slice(-60)] : []),
      ]);
    const rows = await db
      .selectFrom('leads')
      .innerJoin('keys', 'keys.subject_id', 'leads.id')
      .select(['leads.id', 'wrapped', 'phone_index', 'email_index', 'sealed', 'note'])
      .execute();
    const once = await db
      .selectFrom('once')
      .select('fingerprint')
      .where('subject_id', 'in', gone.slice(0, 900))
      .execute();
    secrets = [...of(rows.filter(({ id }) => gone.includes(id))), ...once.map(({ fingerprint }) => fingerprint!)];
    fingerprints = once.length;
    kept_secrets = of(rows.filter(({ id }) => !gone.includes(id)));
    secret_search = searchText(secrets);
    found_before = {
      values: findTraces(value_search),
      secrets: new Set(findTraces(secret_search).map(trace => trace.split(': ')[1])).size,
    };

    const backups = join(folder, 'backups');
    const older = await backUp(db, backups);
    const [withdrawn, deleted, rest] = [gone.slice(0, 20), gone.slice(20, 40), gone.slice(40)];
    for (const id of withdrawn)
      expect((await post('/withdrawals', { receipt_code: receipts[ids.indexOf(id)]!.receipt_code })).status).toBe(200);
    for (const id of deleted) expect((await ask('DELETE', `/leads/${id}`)).status).toBeLessThan(300);
    advance(13 * 31 * 86_400_000);
    await runJobs(services);
    const left = await db.selectFrom('leads').select('id').where('erased_at', 'is', null).execute();
    expect(left.map(({ id }) => id).toSorted()).toEqual(ids.filter((_, n) => isKept(n)).toSorted());
    expect(rest.length).toBeGreaterThan(900);
    await backUp(db, backups, services.now());
    const files = openLogFiles({
      folder: join(folder, 'logs'),
      port: 0,
      months: 6,
      now: () => noon,
      log: services.log,
    });
    files.write(lines.join(''));
    await files.close();
    const url = `file:${join(folder, 'restored.db')}`;
    expect(await restoreBackup(url, { path: older.folder, keyring, now: services.now() })).toMatchObject({
      leads: kept_count,
      erased_since: erased_count,
    });
    close = () => db.destroy();
  }, 120_000);
  afterAll(remove);

  it('no value stands in any file, before or after', () => {
    expect(found_before.values).toEqual([]);
    expect(findTraces(value_search)).toEqual([]);
  });

  it('no value stands in a backup that is opened, and in an older one nothing that opens what was erased since', async () => {
    const { keys, ...backups } = await openBackups(join(folder, 'backups'));
    const [older, newer] = Object.values(backups);
    for (const bytes of [keys!, older!, newer!]) expect(value_search.find(bytes)).toEqual([]);
    const found = (bytes: Buffer) => new Set(secret_search.find(bytes).map(({ value }) => value)).size;
    // The older one holds the sealed values, beginning and end of each, notes among them, and the fingerprints: no key, no index.
    expect([found(keys!), found(older!), found(newer!)]).toEqual([0, 2 * (erased_count + noted) + fingerprints, 0]);
    expect(searchText(kept_secrets).find(keys!)).toHaveLength(3 * kept_count);
  });

  it('no wrapped key, blind index, fingerprint or sealed value stands in any file, though each did', async () => {
    expect(secrets.length).toBeGreaterThan(5 * erased_count + 800);
    expect(found_before.secrets).toBe(secrets.length);
    expect(findTraces(secret_search)).toEqual([]);
    await close();
    expect(findTraces(secret_search)).toEqual([]);
    expect(findTraces(value_search)).toEqual([]);
    // The kept values stand in the database, and in the restored one.
    expect(findTraces(searchText(kept_secrets))).toHaveLength(2 * kept_secrets.length);
  });

  it('pieces of a few blind indexes may, and VACUUM leaves none of them', () => {
    const { find } = searchText(secrets.flatMap(cutPieces));
    const files = ['leads.db', 'restored.db'].map(name => join(folder, name));
    const piecesIn = () => files.flatMap(path => find(readFileSync(path)));
    expect(piecesIn().length).toBeLessThan(secrets.length / 50);
    for (const path of files) {
      const file = new Sqlite(path);
      file.exec('vacuum');
      file.close();
    }
    expect(piecesIn()).toEqual([]);
  });
});

/** Cuts a text into pieces of eight characters that overlap, so that half of a blind index holds one whole. */
function cutPieces(text: string): string[] {
  return Array.from({ length: Math.floor((text.length - 8) / 2) + 1 }, (_, n) => text.slice(2 * n, 2 * n + 8));
}

/** Returns what stands in the backups of a folder once they are opened, and in the file of keys. */
async function openBackups(folder: string): Promise<Record<string, Buffer>> {
  const opened: Record<string, string[]> = { keys: [] };
  const file = (await openKeyFile(folder, keyring))!;
  for await (const rows of file.rows) opened.keys!.push(...rows.map(row => JSON.stringify(row)));
  for (const name of (await listBackups(folder, noon)).sort()) {
    const { id, files } = readManifest(readFileSync(join(folder, name, manifest_name), 'utf8'), keyring.isSigned);
    const key = unwrapKey(keyring.vault, id, file.header.backups[id]!);
    opened[name] = [];
    for (const { name: part } of files)
      for await (const lines of unpackLines(part, openBytes(key, part, readBytes(join(folder, name, part)))))
        opened[name].push(...lines);
  }
  return Object.fromEntries(Object.entries(opened).map(([name, lines]) => [name, Buffer.from(lines.join('\n'))]));
}

/** What staff do with leads before they are erased: each act could leave something somewhere. */
async function workWith({ open, ask, post }: Awaited<ReturnType<typeof startConsole>>, ids: string[]) {
  const officer = await open('privacy_officer');
  for (let n = 1; n <= noted; n++) {
    const { name, phone, email } = person(n);
    for (const q of [phone, email]) expect((await officer.send('/console/search', { q })).response.status).toBe(200);
    await officer.send(`/console/leads/${ids[n]}/reveal`, { purpose: 'follow-up' }).catch(() => {});
    // What was refused is kept for another try, sealed.
    await officer.post(`/console/leads/${ids[n]}/correction`, { ...person(n), phone: `${phone}-nonsense` });
    await ask('PATCH', `/leads/${ids[n]}`, { status: 'contacted', assigned_to: 'Wang Fang', note: writeNoteOf(name) });
    expect((await ask('PATCH', `/leads/${ids[n]}`, { company: person(n).company })).status).toBe(200);
    await post(`/forms/mini-ai-experience?email=${encodeURIComponent(email)}`, { ...person(n), phone: 'wrong' });
  }
}

describe('[P2] [P5] [P10] the search that finds nothing finds what is planted', () => {
  const encoders: Record<string, (value: string) => Buffer> = {
    'UTF-8': value => Buffer.from(value),
    'UTF-16LE': value => Buffer.from(value, 'utf16le'),
    'UTF-16BE': value => Buffer.from(value, 'utf16le').swap16(),
    hex: value => Buffer.from(Buffer.from(value).toString('hex')),
    HEX: value => Buffer.from(Buffer.from(value).toString('hex').toUpperCase()),
    'hex of UTF-16LE': value => Buffer.from(Buffer.from(value, 'utf16le').toString('hex')),
    ...Object.fromEntries(
      (['base64', 'base64url'] as const).flatMap(spelling =>
        ['', '{', '{"'].map(before => [
          `${spelling}, ${before.length} bytes on`,
          (value: string) => Buffer.from(Buffer.from(`${before}${value}"}`).toString(spelling)),
        ]),
      ),
    ),
    'base64 of UTF-16LE': value => Buffer.from(Buffer.from(value, 'utf16le').toString('base64')),
    'an address': value => Buffer.from(new URLSearchParams({ email: value }).toString()),
  };
  // Each encoder has values of its own, because one search is for all of them.
  const planted = Object.values(encoders).flatMap((encode, n) => {
    const { name, phone, email, company } = person(2_000 + n);
    return [name, phone, email, company].map(value => ({ value, bytes: encode(value.replaceAll(' ', '')) }));
  });
  const values = planted.map(({ value }) => value.replaceAll(' ', ''));
  const { find } = createSearch(values);
  const found = (bytes: Buffer) => new Set(find(bytes).map(({ value }) => value));
  const all = new Set(values);

  it('in the write-ahead log, in the file, and in pages that were freed without being overwritten', () => {
    const own = makeFolder();
    const path = join(own.folder, 'leads.db');
    const db = new Sqlite(path);
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    db.pragma('secure_delete = OFF');
    db.exec('create table planted (bytes blob)');
    db.pragma('wal_checkpoint(TRUNCATE)');
    const insert = db.prepare('insert into planted values (?)');
    for (const { bytes } of planted) insert.run(bytes);
    expect(found(readFileSync(path))).toEqual(new Set());
    expect(found(readFileSync(`${path}-wal`))).toEqual(all);
    db.pragma('wal_checkpoint(TRUNCATE)');
    expect(found(readFileSync(path))).toEqual(all);
    db.exec('drop table planted');
    db.pragma('wal_checkpoint(TRUNCATE)');
    expect(found(readFileSync(path))).toEqual(all);
    db.pragma('secure_delete = ON');
    db.exec('vacuum');
    db.pragma('wal_checkpoint(TRUNCATE)');
    expect(found(readFileSync(path))).toEqual(new Set());
    db.close();
    own.remove();
  });

  it('in a log, at the very beginning and the very end of a file, and once for each value', () => {
    const lines = planted.map(({ bytes }) =>
      Buffer.concat([Buffer.from('{"event":"request","note":"'), bytes, Buffer.from('"}\n')]),
    );
    expect(found(Buffer.concat([...lines, ...lines]))).toEqual(all);
    for (const { value, bytes } of planted) {
      const traces = find(bytes);
      expect(traces.map(trace => trace.value)).toEqual([value.replaceAll(' ', '')]);
      expect(find(bytes.subarray(0, traces[0]!.at + 5))).toEqual([]);
    }
  });
});
