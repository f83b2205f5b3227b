import { createHash } from 'node:crypto';
import type { CheckpointKey } from '../vault/checkpoint-key.ts';
import type { Vault, WrappedKey } from '../vault/vault.ts';
import { type Bytes, packLines, unpackLines } from './bytes.ts';
import type { IsSigned } from './manifest.ts';
import { Refusal } from './refusal.ts';

/** First line of the file of keys. */
export interface KeyHeader {
  format: typeof format;
  deployment: string;
  made_at: string;
  /** Number of the latest act: whoever was erased by then has no key here. */
  seq: number;
  index_version: string;
  /** The key encryption keys under which the keys of the rows are wrapped. */
  kek_ids: string[];
  /** The key of each backup that stands beside the file, by the backup's id. */
  backups: Record<string, WrappedKey>;
  /** The columns of each row, in order. */
  columns: string[];
}

/** The file of keys, as it is read: the header first, then the rows, some at a time. */
export interface KeyFile {
  header: KeyHeader;
  rows: AsyncIterable<unknown[][]>;
}

/** Last line of the file. */
interface KeyEnd {
  rows: number;
  /** Ed25519 signature of the SHA-256 of all lines before. */
  signature: string;
}

export const key_file_name = 'keys.ndjson.gz';
const format = 'lead-consent-keys-1';

/**
 * Writes the file of keys: what opens the backups beside it, and nothing whose subject was erased.
 *
 * The keys stand in it as in the database, wrapped under ENCRYPTION_KEYS.
 */
export function writeKeyFile(
  header: Omit<KeyHeader, 'format'>,
  rows: AsyncIterable<unknown[][]>,
  key: CheckpointKey,
): Bytes {
  async function* lines() {
    const sum = createHash('sha256');
    let count = 0;
    const add = (value: unknown) => {
      const line = JSON.stringify(value);
      sum.update(`${line}\n`);
      return line;
    };
    yield add({ format, ...header } satisfies KeyHeader);
    for await (const some of rows)
      for (const row of some) {
        count += 1;
        yield add(row);
      }
    yield JSON.stringify({ rows: count, signature: key.sign(sum.digest('hex')) } satisfies KeyEnd);
  }
  return packLines(lines());
}

/**
 * Reads the file of keys. The rows must be read to their end, where the signature is checked.
 *
 * @throws Refusal when the file is not whole, or signed by somebody else.
 */
export async function readKeyFile(bytes: Bytes, isSigned: IsSigned): Promise<KeyFile> {
  const sum = createHash('sha256');
  const parts = readLines(bytes);
  const [line = '', ...first] = ((await parts.next()).value as string[] | undefined) ?? [];
  const header = readHeader(line);
  sum.update(`${line}\n`);
  let end: string | undefined;
  let count = 0;

  function take(lines: string[]): unknown[][] {
    const rows: unknown[][] = [];
    for (const one of lines) {
      if (end !== undefined) throw damaged();
      if (one.startsWith('[')) {
        sum.update(`${one}\n`);
        rows.push(JSON.parse(one) as unknown[]);
      } else end = one;
    }
    count += rows.length;
    return rows;
  }

  async function* rows() {
    yield take(first);
    for await (const lines of parts) yield take(lines);
    const { rows: written, signature } = readEnd(end);
    if (written !== count) throw damaged();
    if (!isSigned(sum.digest('hex'), signature))
      throw new Refusal(
        'wrong_key',
        `SIGNING_KEY: this key did not sign ${key_file_name}. The key has turned since: put the key of then first in the list, and run ops keys rotate. Or the file was altered: ${remedy.toLowerCase()}`,
      );
  }
  return { header, rows: rows() };
}

async function* readLines(bytes: Bytes): AsyncGenerator<string[]> {
  try {
    yield* unpackLines(key_file_name, bytes);
  } catch (error) {
    throw error instanceof Refusal ? damaged() : error;
  }
}

/**
 * Reads the first line of the file of keys and no more. Its signature, which stands at the end, is not checked.
 *
 * @throws Refusal when it is no file of keys.
 */
export async function peekKeyHeader(bytes: Bytes): Promise<KeyHeader> {
  for await (const [line = ''] of readLines(bytes)) return readHeader(line);
  throw damaged();
}

/** Tells whether INDEX_KEY lists the key of the indexes in a file of keys: without it nobody would be found after a restore. */
export function isIndexed({ index_version }: KeyHeader, { index_versions }: Pick<Vault, 'index_versions'>): boolean {
  return index_versions.map(indexKeyOf).includes(indexKeyOf(index_version));
}

/** Returns the id of the key of an index version. A job makes the indexes of an earlier rule anew. */
function indexKeyOf(version: string): string {
  return version.split('.')[1]!;
}

function readHeader(line: string): KeyHeader {
  if (!line.startsWith(`{"format":"${format}"`)) throw damaged();
  return JSON.parse(line) as KeyHeader;
}

function readEnd(line: string | undefined): KeyEnd {
  if (!line?.startsWith('{')) throw damaged();
  return JSON.parse(line) as KeyEnd;
}

/** What to do about a file of keys that is not sound. */
const remedy =
  'Copy it again from where it is whole; or move all of the folder away, and make a backup into an empty one';

function damaged(): Refusal {
  return new Refusal(
    'damaged',
    `${key_file_name} is not whole, or was altered: without it no backup beside it opens. ${remedy}`,
  );
}
