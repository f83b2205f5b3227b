import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { settleNotices } from '../incidents/notice.ts';
import { endDeliveries } from '../notices/deliveries.ts';
import { endMails } from '../notices/mails.ts';
import { nextTurn } from '../turn.ts';
import type { Vault } from '../vault/vault.ts';
import { type Bytes, countBytes, openBytes, unpackLines } from './bytes.ts';
import { createFiller, type Filling } from './fill.ts';
import { isIndexed, type KeyFile } from './key-file.ts';
import type { BackupFile, Manifest } from './manifest.ts';
import { copy_again, Refusal } from './refusal.ts';
import { replayErasures, replayRequestErasures } from './replay.ts';
import { openLeads, verifyRestored } from './sound.ts';
import { unwrapKey } from './wrapped-keys.ts';

/** A backup as it is read. */
export interface Backup {
  manifest: Manifest;
  keys: KeyFile;
  /** Ids of leads that were erased, noted since the file of keys was written. */
  erased: string[];
  read(name: string): Bytes;
}

export interface RestoreOptions {
  vault: Vault;
  now: Date;
  /** Hears how many rows and leads are done, of how many. */
  onProgress?: ((done: number, whole: number) => void) | undefined;
}

/** What was restored, and found sound. */
export interface Restored {
  made_at: string;
  /** Leads that opened. */
  leads: number;
  /** Leads that were erased after the backup was made, and here again. */
  erased_since: number;
  rows: number;
  /** Number of the latest act in the audit trail that was verified. */
  seq: number;
}

/**
 * Restores a backup into an empty database of any engine, verifies the audit trail, opens every lead, and erases again
 * who was erased since.
 *
 * @param db A database on which all that is done is undone when it throws.
 * @throws Refusal when the database is not empty, or the backup is not whole, does not fit it, or is not sound.
 */
export async function restore(db: Database, backup: Backup, options: RestoreOptions): Promise<Restored> {
  const { manifest, keys } = backup;
  const { vault, now, onProgress = () => {} } = options;
  const data_key = unwrapDataKey(vault, backup);
  const filler = await createFiller(db, manifest);
  const rows = manifest.files.reduce((sum, file) => sum + file.rows, 0);
  // The keys count as rows that are not known before; each lead has one.
  const whole = rows + 2 * manifest.leads;
  let done = 0;
  const count = (more: number) => {
    done += more;
    onProgress(Math.min(done, whole), whole);
  };

  for (const file of manifest.files) await restoreFile(backup, file, data_key, filler.table(file), count);
  await filler.finish();
  await restoreKeys(db, keys, vault, filler.keys(keys.header.columns), count);
  await verifyRestored(db, manifest, now, () => count(0));
  const erased = new Set(backup.erased);
  const leads = await openLeads(db, vault, erased, count);
  const erased_since = await replayErasures(db, erased, now);
  await replayRequestErasures(db, now);
  await endDeliveries(db);
  await db.atomic([endMails(db), settleNotices(db, now)]);
  onProgress(whole, whole);
  return { made_at: manifest.made_at, leads, erased_since, rows, seq: manifest.seq };
}

function unwrapDataKey(vault: Vault, { manifest, keys }: Backup): Buffer {
  const { deployment, backups } = keys.header;
  if (deployment !== manifest.deployment)
    throw new Refusal(
      'other_deployment',
      'the backup is of another deployment than the file of keys beside it: put it into a folder of its own, with the file of keys of its deployment',
    );
  const wrapped = backups[manifest.id];
  if (!wrapped)
    throw new Refusal(
      'half',
      'the file of keys beside the backup does not know it: bring the one that was written with it, or later',
    );
  return unwrapKey(vault, manifest.id, wrapped);
}

/** Restores the rows of one file. It must be, byte for byte, the one that the manifest names. */
async function restoreFile(
  { read }: Backup,
  file: BackupFile,
  data_key: Buffer,
  { columns, add, end }: Filling,
  count: (rows: number) => void,
) {
  let sum = { bytes: 0, sha256: '' };
  const sealed = countBytes(read(file.name), all => {
    sum = all;
  });
  let isFirst = true;
  let rows = 0;
  for await (const lines of unpackLines(file.name, openBytes(data_key, file.name, sealed))) {
    if (isFirst) columns(JSON.parse(lines.shift()!) as string[]);
    isFirst = false;
    const values = lines.map(line => JSON.parse(line) as unknown[]);
    await add(values);
    rows += values.length;
    count(values.length);
    await nextTurn();
  }
  await end();
  if (sum.bytes !== file.bytes || sum.sha256 !== file.sha256 || rows !== file.rows)
    throw new Refusal('damaged', `${file.name}: not the file that the manifest names. ${copy_again}`);
}

/** Restores the keys of leads and requests that are in the backup and not erased. */
async function restoreKeys(
  db: Database,
  { header, rows }: KeyFile,
  vault: Vault,
  { add, end }: Pick<Filling, 'add' | 'end'>,
  count: (rows: number) => void,
) {
  if (!isIndexed(header, vault))
    throw new Refusal(
      'wrong_key',
      'INDEX_KEY: another one than when the latest backup here was made; nobody would be found by phone or e-mail. List that one too, before the last',
    );
  for await (const some of rows) {
    await add(some);
    count(some.length);
    await nextTurn();
  }
  await end();
  const isLive = sql`exists (select 1 from leads where id = subject_id and erased_at is null)`;
  const isOpen = sql`exists (select 1 from subject_requests where id = subject_id and erased_at is null)`;
  await db.atomic([
    db.deleteFrom('keys').where('subject_kind', '=', 'lead').where(sql<boolean>`not ${isLive}`).compile(),
    db.deleteFrom('keys').where('subject_kind', '=', 'request').where(sql<boolean>`not ${isOpen}`).compile(),
  ]);
}
