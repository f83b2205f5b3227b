import { randomBytes } from 'node:crypto';
import { sealTrail } from '../audit/seal.ts';
import type { Database, Snapshot, Table } from '../database.ts';
import { newId } from '../ids.ts';
import type { CheckpointKey } from '../vault/checkpoint-key.ts';
import { countKeys } from '../vault/count.ts';
import type { Vault, WrappedKey } from '../vault/vault.ts';
import { type Bytes, countBytes, packLines, sealBytes } from './bytes.ts';
import { draftDeployment } from './deployment.ts';
import { countLeads, draftHead, draftLeads, type End, end_queries, readEnd } from './end.ts';
import { writeKeyFile } from './key-file.ts';
import type { BackupFile, Manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';
import { countRows, draftRows, isNumbered, keyOf, listTaken, readRows, valuesOf } from './tables.ts';

export interface DumpOptions {
  vault: Vault;
  /** Signs the file of keys. */
  key: CheckpointKey;
  now: Date;
  /** The deployment and the keys of the backups that stand beside the new one. */
  beside: { deployment: string; backups: Record<string, WrappedKey> } | undefined;
  /** Writes a file of the backup. */
  write(name: string, bytes: Bytes): Promise<void>;
  /** Writes the file of keys aside; it takes its place only when the backup is whole. */
  writeKeys(bytes: Bytes): Promise<void>;
  /** Hears how many rows are done, of how many. */
  onProgress?: ((done: number, whole: number) => void) | undefined;
}

/** A dump that has begun. */
interface Dump extends DumpOptions {
  db: Database;
  snapshot: Snapshot;
  /** The key of this backup. */
  data_key: Buffer;
  files: BackupFile[];
  /** Counts rows that are done. */
  count(rows: number): void;
}

/** Rows of a table that are read at once where one call must see one moment. */
const rows_per_call = 1_000;

/**
 * Dumps a database, whatever its engine, as it stands at one moment while others write.
 *
 * @throws Refusal when there is nothing to dump, the file of keys is another deployment's, or a lead has lost its key.
 */
export async function dump(db: Database, options: DumpOptions): Promise<Omit<Manifest, 'format'>> {
  const { vault, key, now, beside, writeKeys, onProgress = () => {} } = options;
  await sealTrail(db, now);
  // Counted before, because what is wrapped anew meanwhile is wrapped under the last key.
  const kek_ids = [...new Set([...(await countKeys(db)).map(({ kek_id }) => kek_id), vault.kek_id])];
  return db.snapshot(async snapshot => {
    const deployment = await findDeployment(db, snapshot);
    if (beside && beside.deployment !== deployment)
      throw new Refusal('other_deployment', 'there are backups of another deployment in this folder: name another one');
    const id = newId(now);
    const data_key = randomBytes(32);
    const tables = await listTaken(snapshot);
    const keys = (await snapshot.listTables()).find(({ name }) => name === 'keys')!;
    const whole = options.onProgress ? await countRows(db, snapshot, [...tables, keys]) : 0;
    let done = 0;
    const count = (rows: number) => {
      done += rows;
      onProgress(Math.min(done, whole), whole);
    };
    const run: Dump = { ...options, db, snapshot, data_key, files: [], count };
    const end = snapshot.isFixed ? await dumpFixed(run, tables) : await dumpMoving(run, tables);
    const made_at = now.toISOString();
    const backups = { ...beside?.backups, [id]: vault.wrap(id, data_key) };
    const { seq } = end;
    const { index_version } = vault;
    const header = { deployment, made_at, seq, index_version, kek_ids, backups, columns: keys.columns };
    await writeKeys(writeKeyFile(header, counted(readRows(db, snapshot, keys), count), key));
    onProgress(whole, whole);
    const migrations = await snapshot.listMigrations();
    return { id, made_at, deployment, migrations, ...end, files: run.files };
  });
}

async function findDeployment(db: Database, snapshot: Snapshot): Promise<string> {
  const [[first]] = (await snapshot.read([draftDeployment(db).compile()])) as [Record<string, unknown>[]];
  if (!first) throw new Refusal('no_backup', 'there is nothing to back up yet: nothing was ever done here');
  return String(first.hash);
}

/** Dumps a snapshot of which all is of one moment. */
async function dumpFixed(run: Dump, tables: Table[]): Promise<End> {
  const { db, snapshot } = run;
  const end = readEnd(await snapshot.read(draftHead(db)), await countLeads(db, snapshot));
  for (const table of tables) await dumpRows(run, table, readRows(db, snapshot, table));
  return end;
}

/**
 * Dumps a database that goes on while it is read: first the large tables whose rows are numbered, then again and again
 * what has changed in them since, until that is so little that one call reads it together with all the rest. That call
 * sees one moment, and so the dump does.
 *
 * Where a table without numbers has more rows than a call, the later ones follow. Only cookie choices and keys that were
 * used come to so many, and both are only added.
 */
async function dumpMoving(run: Dump, tables: Table[]): Promise<End> {
  const { db, snapshot } = run;
  const numbered = tables.filter(isNumbered);
  const others = tables.filter(table => !isNumbered(table));
  const readSeq = async () =>
    Number((await snapshot.read([db.selectFrom('changes').select('seq').compile()]))[0]![0]!.seq);
  let since = await readSeq();
  for (const table of numbered) await dumpRows(run, table, readRows(db, snapshot, table));
  for (;;) {
    const limit = rows_per_call;
    const read = await snapshot.read([
      ...draftHead(db),
      ...draftLeads(db),
      ...numbered.map(table => draftRows(db, table, { since, limit })),
      ...others.map(table => draftRows(db, table, { limit })),
    ]);
    const changed = read.slice(end_queries, end_queries + numbered.length);
    if (changed.some(rows => rows.length === limit)) {
      const next = await readSeq();
      for (const table of numbered) await dumpRows(run, table, readRows(db, snapshot, table, { since }));
      since = next;
      continue;
    }
    const [counted, lost] = [read[2]![0]!, read[3]!];
    const end = readEnd(read, { leads: Number(counted.leads), lost: lost.map(({ id }) => id) });
    for (const [n, table] of numbered.entries())
      if (changed[n]!.length > 0) await dumpRows(run, table, [changed[n]!.map(valuesOf)]);
    for (const [n, table] of others.entries()) {
      const first = read[end_queries + numbered.length + n]!.map(valuesOf);
      await dumpRows(run, table, continueRows(run, table, first));
    }
    return end;
  }
}

/** Yields the first rows of a table, and when they fill a call, those after them. */
async function* continueRows({ db, snapshot }: Dump, table: Table, first: unknown[][]): AsyncGenerator<unknown[][]> {
  yield first;
  if (first.length === rows_per_call) yield* readRows(db, snapshot, table, { after: keyOf(table, first.at(-1)!) });
}

/** Writes rows into a file of the backup: a line with the columns, then a line for each row. */
async function dumpRows(
  { data_key, files, write, count }: Dump,
  table: Table,
  rows: AsyncIterable<unknown[][]> | unknown[][][],
): Promise<void> {
  const part = files.filter(file => file.table === table.name).length;
  const name = `${table.name}${part === 0 ? '' : `.${part}`}.ndjson.gz.sealed`;
  const file: BackupFile = { name, table: table.name, rows: 0, bytes: 0, sha256: '' };
  async function* lines() {
    yield JSON.stringify(table.columns);
    for await (const some of counted(rows, count)) {
      file.rows += some.length;
      for (const row of some) yield JSON.stringify(row);
    }
  }
  const sealed = sealBytes(data_key, name, packLines(lines()));
  await write(
    name,
    countBytes(sealed, sum => Object.assign(file, sum)),
  );
  files.push(file);
}

async function* counted(rows: AsyncIterable<unknown[][]> | unknown[][][], count: (rows: number) => void) {
  for await (const some of rows) {
    yield some;
    count(some.length);
  }
}
