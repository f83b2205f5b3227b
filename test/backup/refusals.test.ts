import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBytes, sealBytes } from '../../db/backup/bytes.ts';
import { type Manifest, writeManifest } from '../../db/backup/manifest.ts';
import type { Database } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { countBackupKeys, rewrapBackupKeys } from '../../worker/node/backup/key-file.ts';
import { createKeyring } from '../../worker/node/backup/keyring.ts';
import { withLock } from '../../worker/node/backup/lock.ts';
import { restoreBackup } from '../../worker/node/backup/restore.ts';
import { openStore } from '../../worker/node/store.ts';
import { backUp, keyring, keysOf, openAll, readAll, startFilled, withStore } from '../support/backup.ts';
import { createPostgresDatabase } from '../support/engines.ts';
import { noon, startPublished } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
const out = join(folder, 'out');
let db: Database;
let name: string;

beforeAll(async () => {
  db = await sqlite.open(join(folder, 'leads.db'));
  await startFilled(db);
  name = (await backUp(db, out)).folder.slice(out.length + 1);
});
afterAll(async () => {
  await db.destroy();
  remove();
});

const base64 = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const keyringOf = (overrides: Record<string, string>) => createKeyring(keysOf(overrides));

/** Rewrites the manifest of a backup, signed as it must be. */
function forge(path: string, change: (manifest: Manifest) => object) {
  const file = join(path, name, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8').split('\n')[0]!) as Manifest;
  writeFileSync(file, writeManifest({ ...manifest, ...change(manifest) }, keyring.key));
}

function flipByte(path: string, at: number) {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

const leads = 'leads.ndjson.gz.sealed';

interface Case {
  what: string;
  code: string;
  says: RegExp;
  harm?(path: string): unknown;
  keys?: Record<string, string>;
}

const cases: Case[] = [
  {
    what: 'an empty folder',
    code: 'no_backup',
    says: /there is no backup here: name the folder/,
    harm: path => rmSync(join(path, name), { recursive: true }),
  },
  {
    what: 'a newest one whose copy broke off before its manifest',
    code: 'half',
    says: /manifest\.json is missing in .*20261123T030000\.000Z\. Copy it again, or name an earlier one/,
    harm: path => {
      const earlier = join(path, '20261123T020000.000Z');
      cpSync(join(path, name), earlier, { recursive: true });
      cpSync(join(path, name), join(path, '20261123T030000.000Z'), { recursive: true });
      rmSync(join(path, '20261123T030000.000Z', 'manifest.json'));
      rmSync(join(path, name), { recursive: true });
    },
  },
  {
    what: 'a file that is missing',
    code: 'half',
    says: /leads\.ndjson.* is missing.*Copy it again, or name an earlier one/,
    harm: path => rmSync(join(path, name, leads)),
  },
  {
    what: 'a file that is cut off',
    code: 'half',
    says: /leads\.ndjson.* is cut off.*Copy it again, or name an earlier one/,
    harm: path => truncateSync(join(path, name, leads), 100),
  },
  {
    what: 'a file that was altered',
    code: 'damaged',
    says: /leads\.ndjson.*altered.*Copy it again, or name an earlier one/,
    harm: path => flipByte(join(path, name, leads), 50),
  },
  {
    what: 'files that changed places',
    code: 'half',
    says: /is cut off.*Copy it again, or name an earlier one/,
    harm: path => cpSync(join(path, name, 'once.ndjson.gz.sealed'), join(path, name, leads)),
  },
  {
    what: 'a manifest that was altered',
    code: 'wrong_key',
    says: /SIGNING_KEY.*put the key of then first/,
    harm: path => flipByte(join(path, name, 'manifest.json'), 60),
  },
  {
    what: 'no file of keys',
    code: 'half',
    says: /file of keys.* is missing.*copy the one that was written with it/,
    harm: path => rmSync(join(path, 'keys.ndjson.gz')),
  },
  {
    what: 'a file of keys that is cut off',
    code: 'damaged',
    says: /keys\.ndjson\.gz is not whole.*Copy it again/,
    harm: path => truncateSync(join(path, 'keys.ndjson.gz'), 400),
  },
  {
    what: 'a note of erasures that cannot be read',
    code: 'damaged',
    says: /erased: cannot be read \(EISDIR\).*see to /,
    harm: path => mkdirSync(join(path, 'erased')),
  },
  {
    what: 'a backup that the file of keys does not know',
    code: 'half',
    says: /does not know it: bring the one/,
    harm: path => forge(path, () => ({ id: 'x' })),
  },
  {
    what: 'a backup of another deployment',
    code: 'other_deployment',
    says: /another deployment.*put it into a folder of its own/,
    harm: path => forge(path, () => ({ deployment: 'x' })),
  },
  {
    what: 'a newer schema',
    code: 'newer_schema',
    says: /9999_later\.sql, newer than this software: update it first/,
    harm: path => forge(path, ({ migrations }) => ({ migrations: [...migrations, '9999_later.sql'] })),
  },
  {
    what: 'a trail that ends elsewhere',
    code: 'wrong_trail',
    says: /audit trail.*(ops audit verify|name an earlier backup)/,
    harm: path => forge(path, ({ sealed }) => ({ sealed: { ...sealed, hash: '0'.repeat(64) } })),
  },
  {
    what: 'a missing key',
    code: 'wrong_key',
    says: /ENCRYPTION_KEYS: key new is missing.*list it too/,
    keys: { ENCRYPTION_KEYS: `old:${base64(1)}` },
  },
  {
    what: 'another key of that name',
    code: 'wrong_key',
    says: /ENCRYPTION_KEYS: key new is another one.*set that one/,
    keys: { ENCRYPTION_KEYS: `new:${base64(9)}` },
  },
  {
    what: 'another INDEX_KEY',
    code: 'wrong_key',
    says: /INDEX_KEY: another one.*List that one too/,
    keys: { INDEX_KEY: base64(9) },
  },
  {
    what: 'another SIGNING_KEY',
    code: 'wrong_key',
    says: /SIGNING_KEY: this key did not sign.*run ops keys rotate/,
    keys: { SIGNING_KEY: base64(9) },
  },
];

describe.each(['SQLite', 'PostgreSQL'])('a restore into %s refuses, and changes nothing:', engine => {
  let url: string;
  let before: unknown;
  beforeAll(async () => {
    url = engine === 'SQLite' ? `file:${join(folder, 'target', 'leads.db')}` : await createPostgresDatabase();
    before = await withStore(url, readAll);
  });

  it.each(cases)('$what', async ({ what, code, says, harm, keys = {} }) => {
    const path = join(folder, engine, what.replaceAll(' ', '-'));
    cpSync(out, path, { recursive: true });
    harm?.(path);
    const restored = restoreBackup(url, { path, keyring: keyringOf(keys), now: noon });
    await expect(restored).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(await withStore(url, readAll)).toEqual(before);
  });

  it('a database that is not empty', async () => {
    const full = engine === 'SQLite' ? `file:${join(folder, 'full.db')}` : await createPostgresDatabase();
    const filled = await withStore(full, async other => {
      await startPublished({}, other);
      return readAll(other);
    });
    const restored = restoreBackup(full, { path: out, keyring, now: noon });
    await expect(restored).rejects.toMatchObject({
      code: 'not_empty',
      message: expect.stringContaining('audit_events'),
    });
    expect(await withStore(full, readAll)).toEqual(filled);
  });
});

it('a restore takes a backup of newer software that has only added what a backup does not hold', async () => {
  const path = join(folder, 'added');
  cpSync(out, path, { recursive: true });
  forge(path, ({ migrations }) => ({ migrations: [...migrations, '9999_add_index.sql'] }));
  const url = `file:${join(folder, 'added.db')}`;
  expect(await restoreBackup(url, { path, keyring, now: noon })).toMatchObject({ leads: 4 });
});

it('a restore refuses a file that a server has open', async () => {
  const url = `file:${join(folder, 'open', 'leads.db')}`;
  const server = await openStore(url);
  const restored = restoreBackup(url, { path: out, keyring, now: noon });
  await expect(restored).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining('stop the server') });
  await server.destroy();
});

describe('a backup is refused, and those that are there stay as they were:', () => {
  it('while a live lead lacks its key, which is named', async () => {
    const other = await sqlite.open(':memory:');
    const { ids } = await startFilled(other);
    await other.deleteFrom('keys').where('subject_id', '=', ids[4]!).execute();
    const path = join(folder, 'lost');
    await expect(backUp(other, path)).rejects.toMatchObject({
      code: 'lost_key',
      message: expect.stringContaining(ids[4]!),
    });
    await expect(restoreBackup('file:x', { path, keyring, now: noon })).rejects.toMatchObject({ code: 'no_backup' });
  });

  it('into the folder of another deployment', async () => {
    const other = await sqlite.open(':memory:');
    await startFilled(other);
    const keys = readFileSync(join(out, 'keys.ndjson.gz'));
    await expect(backUp(other, out)).rejects.toMatchObject({ code: 'other_deployment' });
    expect(readFileSync(join(out, 'keys.ndjson.gz'))).toEqual(keys);
  });

  it('of a database in which nothing was ever done', async () => {
    await expect(backUp(await sqlite.open(':memory:'), join(folder, 'none'))).rejects.toMatchObject({
      code: 'no_backup',
    });
  });

  it('while another is being made, also after a process has died at it', async () => {
    const path = join(folder, 'locked');
    mkdirSync(path);
    await withLock(path, () => expect(backUp(db, path)).rejects.toMatchObject({ code: 'busy' }));
    writeFileSync(join(path, '.lock'), `${(await import('node:os')).hostname()} 999999999`);
    mkdirSync(join(path, `${name}.part`));
    writeFileSync(join(path, 'keys.ndjson.gz.part'), 'x');
    expect(await backUp(db, path)).toMatchObject({ leads: 4 });
    expect(readdirSync(path).sort()).toEqual([name, 'keys.ndjson.gz']);
  });
});

it('keys that turn: the file of keys is wrapped anew, and opens every backup under the last key alone', async () => {
  const path = join(folder, 'turned');
  cpSync(out, path, { recursive: true });
  const last = `2027:${base64(8)}`;
  const both = keyringOf({ ENCRYPTION_KEYS: `new:${base64(2)},${last}` });
  expect(await rewrapBackupKeys(path, both)).toBe(1 + 4);
  expect(await rewrapBackupKeys(path, both)).toBe(0);
  expect([...(await countBackupKeys([path], both))]).toEqual([['2027', { backups: 1, subjects: 4 }]]);
  const alone = keyringOf({ ENCRYPTION_KEYS: last });
  const url = `file:${join(folder, 'turned.db')}`;
  expect(await restoreBackup(url, { path, keyring: alone, now: noon })).toMatchObject({ leads: 4 });
  await withStore(url, async copy => {
    expect(await openAll(copy, alone.vault)).toEqual(await openAll(db));
  });
});

it('a backup is made beside one whose manifest is damaged, and that one opens once it is copied anew', async () => {
  const path = join(folder, 'beside');
  cpSync(out, path, { recursive: true });
  writeFileSync(join(path, name, 'manifest.json'), '');
  const later = new Date(noon.getTime() + 1_000);
  await backUp(db, path, later);
  cpSync(join(out, name, 'manifest.json'), join(path, name, 'manifest.json'));
  const url = `file:${join(folder, 'beside.db')}`;
  expect(await restoreBackup(url, { path: join(path, name), keyring, now: later })).toMatchObject({ leads: 4 });
});

describe('sealed bytes', () => {
  const key = Buffer.alloc(32, 5);
  const collect = async (bytes: AsyncIterable<Uint8Array>) => {
    const pieces: Buffer[] = [];
    for await (const piece of bytes) pieces.push(Buffer.from(piece));
    return pieces;
  };
  async function* give(...pieces: Uint8Array[]) {
    yield* pieces;
  }
  const plain = Buffer.alloc(200_000, 'lead');

  it('open whole, whatever the pieces, and only so', async () => {
    const sealed = await collect(sealBytes(key, 'a', give(plain)));
    expect(sealed.length).toBe(4);
    const all = Buffer.concat(sealed);
    const open = (...pieces: Uint8Array[]) => collect(openBytes(key, 'a', give(...pieces)));
    expect(Buffer.concat(await open(all.subarray(0, 7), all.subarray(7)))).toEqual(plain);
    const [one, two, three, four] = sealed as [Buffer, Buffer, Buffer, Buffer];
    for (const pieces of [
      [one, two, three],
      [two, one, three, four],
      [one, three, four],
      [one, two, three, four, one],
      [],
    ])
      await expect(open(...pieces)).rejects.toMatchObject({ code: 'damaged' });
    await expect(collect(openBytes(key, 'b', give(all)))).rejects.toMatchObject({ code: 'damaged' });
  });
});
