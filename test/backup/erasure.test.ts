import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyTrail } from '../../db/audit/verify.ts';
import type { Database } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { createNotes, readErased } from '../../worker/node/backup/erased.ts';
import { openKeyFile } from '../../worker/node/backup/key-file.ts';
import { restoreBackup } from '../../worker/node/backup/restore.ts';
import { backUp, keyring, openAll, startFilled, targets, withStore } from '../support/backup.ts';
import { noon, start } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

let folder: string;
let remove: () => void;
let db: Database;
beforeEach(async () => {
  ({ folder, remove } = makeFolder());
  db = await sqlite.open(join(folder, 'leads.db'));
});
afterEach(async () => {
  await db.destroy();
  remove();
});

const after = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);
const out = () => join(folder, 'out');

/** Reads which subjects the file of keys holds. */
async function listKeys() {
  const file = (await openKeyFile(out(), keyring))!;
  const ids: unknown[] = [];
  for await (const rows of file.rows) ids.push(...rows.map(row => row[file.header.columns.indexOf('subject_id')]));
  return ids;
}

describe('a lead that is erased', () => {
  it.each(targets)(
    '[P5] [C5] is unreadable in every older backup once the next has replaced the keys, and erased again in $target; every other lead opens, corrected ones too',
    async ({ create }) => {
      const { ask, ids } = await startFilled(db);
      const hold = { ground: 'dispute', reference: 'A-1', review_on: '2027-01-01' };
      const placed = (await (await ask('POST', `/leads/${ids[3]}/holds`, hold)).json()) as { id: string };
      const older = await backUp(db, out());
      expect(await listKeys()).toContain(ids[3]);
      await ask('DELETE', `/leads/${ids[3]}/holds/${placed.id}`, { reason: 'settled' });
      expect((await ask('DELETE', `/leads/${ids[3]}`)).status).toBe(204);
      await ask('PATCH', `/leads/${ids[0]}`, { company: 'Corrected later' });
      await backUp(db, out(), after(1));
      expect(await listKeys()).not.toContain(ids[3]);

      const url = await create(folder);
      const restored = await restoreBackup(url, { path: older.folder, keyring, now: after(2) });
      expect(restored).toMatchObject({ leads: 3, erased_since: 1 });
      await withStore(url, async copy => {
        const opened = new Map(await openAll(copy));
        expect([...opened.keys()].sort()).toEqual([ids[0], ids[1], ids[4]].sort());
        expect(opened.get(ids[0]!)!.company).not.toBe('Corrected later');
        const { pull } = await start({}, copy);
        expect(await copy.selectFrom('holds').select(['id', 'reason']).execute()).toEqual([
          { id: placed.id, reason: 'erased' },
        ]);
        const feed = (await (await pull('/leads')).json()) as { leads: unknown[] };
        expect(feed.leads).toContainEqual({ id: ids[3], erased_at: after(2).toISOString() });
        expect(await verifyTrail(copy, { now: after(2) })).not.toHaveProperty('found');
      });
    },
  );

  it('[P5] is noted by its id alone, erased again from the newest backup, and its line goes after the next one', async () => {
    const { ask, ids } = await startFilled(db);
    const note = createNotes(out(), keyring);
    expect(await note(db)).toBe(0);
    await backUp(db, out());
    expect(await note(db)).toBe(0);
    await ask('DELETE', `/leads/${ids[3]}`);
    expect(await note(db)).toBe(1);
    expect(await note(db)).toBe(0);
    const path = join(out(), 'erased');
    expect(readFileSync(path, 'utf8').trim()).toMatch(/^\d+ [0-9a-f-]{36}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);

    // A crash has cut the last line off; another server goes on.
    appendFileSync(path, '12 01a2');
    await ask('DELETE', `/leads/${ids[4]}`);
    expect(await createNotes(out(), keyring)(db)).toBe(1);
    expect((await readErased(out())).map(({ id }) => id)).toEqual([ids[3], ids[4]]);
    expect(await listKeys()).toContain(ids[4]);
    const url = await targets[0]!.create(folder);
    expect(await restoreBackup(url, { path: out(), keyring, now: noon })).toMatchObject({ leads: 2, erased_since: 2 });
    await withStore(url, async copy => expect((await openAll(copy)).map(([id]) => id)).toEqual([ids[0], ids[1]]));

    await backUp(db, out(), after(1));
    await note(db);
    expect(await readErased(out())).toEqual([]);
  });

  it('[P5] is known from a copy with other ends of lines, and from none that cannot be read', async () => {
    const [one, two] = ['019ada8b-0a41-7400-b6c4-1fa79c595004', '019ae3f1-0bc1-742e-a52a-4cf58602b7b2'];
    const noted = [
      { seq: 7, id: one },
      { seq: 8, id: two },
    ];
    const whole = `7 ${one}\n8 ${two}\n`;
    mkdirSync(out());
    const read = (text: string | Buffer) => {
      writeFileSync(join(out(), 'erased'), text);
      return readErased(out());
    };
    for (const text of [
      whole,
      whole.replaceAll('\n', '\r\n'),
      `\ufeff${whole}`,
      whole.toUpperCase(),
      whole.replaceAll('\n', ' \n'),
    ])
      expect(await read(text)).toEqual(noted);
    const line = `8 ${two}`;
    for (let length = 0; length < line.length; length++)
      for (const rest of ['', '\0\0\0'])
        expect(await read(`7\t${one}\n${line.slice(0, length)}${rest}\n${line}`)).toEqual(noted);
    for (const rubbish of ['xx', `7 ${one} 8`, `seven ${one}`, `7 ${one.slice(0, -1)}g`])
      await expect(read(`${whole}${rubbish}\n`)).rejects.toThrow(/^erased: line 3 cannot be read, .* see to .*erased$/);
    await expect(read(Buffer.from([200, 201, 10, 7]))).rejects.toThrow('line 1');
  });

  it('[P5] is noted again where a line cannot be read, because the database knows it', async () => {
    const { ask, ids } = await startFilled(db);
    await backUp(db, out());
    await ask('DELETE', `/leads/${ids[3]}`);
    expect(await createNotes(out(), keyring)(db)).toBe(1);
    writeFileSync(join(out(), 'erased'), `rubbish\n${readFileSync(join(out(), 'erased'), 'utf8')}more`);
    await expect(readErased(out())).rejects.toThrow('line 1 cannot be read');
    await ask('DELETE', `/leads/${ids[4]}`);
    const note = createNotes(out(), keyring);
    expect(await note(db)).toBe(2);
    expect((await readErased(out())).map(({ id }) => id)).toEqual([ids[3], ids[4]]);
    // A server that runs already reads the file after the next backup.
    writeFileSync(join(out(), 'erased'), 'rubbish');
    await ask('DELETE', `/leads/${ids[0]}`);
    await backUp(db, out(), after(1));
    await ask('DELETE', `/leads/${ids[1]}`);
    expect(await note(db)).toBe(1);
    expect((await readErased(out())).map(({ id }) => id)).toEqual([ids[1]]);
  });
});

describe('while a snapshot of SQLite is read', () => {
  const walBytes = () => statSync(join(folder, 'leads.db-wal')).size;

  it('[C5] an erasure is acknowledged, and the file overwritten when the snapshot ends', async () => {
    const { ask, ids } = await startFilled(db);
    const { sealed } = await db
      .selectFrom('leads')
      .select('sealed')
      .where('id', '=', ids[3]!)
      .executeTakeFirstOrThrow();
    await db.snapshot(async snapshot => {
      await snapshot.listTables();
      expect((await ask('DELETE', `/leads/${ids[3]}`)).status).toBe(204);
      expect(walBytes()).toBeGreaterThan(0);
    });
    expect(walBytes()).toBe(0);
    expect(readFileSync(join(folder, 'leads.db')).includes(sealed!)).toBe(false);
  });

  it('[C5] by another process, an erasure is acknowledged, and the file overwritten soon after', async () => {
    const { ask, ids } = await startFilled(db);
    const other = new Sqlite(join(folder, 'leads.db'), { readonly: true });
    other.exec('begin');
    other.prepare('select count(*) from leads').get();
    expect((await ask('DELETE', `/leads/${ids[3]}`)).status).toBe(204);
    expect(walBytes()).toBeGreaterThan(0);
    other.close();
    await vi.waitFor(() => expect(walBytes()).toBe(0), { timeout: 10_000, interval: 50 });
  });
});
