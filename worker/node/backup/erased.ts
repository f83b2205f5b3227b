import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listErased, type NotedErasure, readHead } from '../../../db/backup/noted.ts';
import { Refusal } from '../../../db/backup/refusal.ts';
import type { Database } from '../../../db/database.ts';
import { appendText, orUndefined, replaceFile } from './files.ts';
import { keyFileOf, readKeyHeader } from './key-file.ts';
import type { Keyring } from './keyring.ts';

const whole_line = /^(\d+)\s+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The beginning of a line, which is all that a crash may have written of it; a file system may add bytes of nought. */
const cut_line = /^\d*(?:\s+[0-9a-f-]{0,35})?\0*$/;

/**
 * Reads the erasures that were noted in a folder of backups: a line each, with the number of the act and the lead's id.
 * A line that a crash has cut off is no line.
 *
 * @throws Refusal when they cannot be read. Because who was erased would be there again, none is restored then.
 */
export async function readErased(folder: string): Promise<NotedErasure[]> {
  const path = pathOf(folder);
  const { noted, unread } = readLines(await readText(path));
  if (unread !== undefined) throw unreadable(path, `line ${unread} cannot be read`);
  return noted;
}

/**
 * Reads the lines of a file, and the number of the first that is none. A byte order mark, CRLF and capitals, as a copy may
 * have them, change nothing.
 */
function readLines(text: string): { noted: NotedErasure[]; unread: number | undefined } {
  const noted: NotedErasure[] = [];
  let unread: number | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const plain = line.trim().toLowerCase();
    const [, seq, id] = whole_line.exec(plain) ?? [];
    if (id) noted.push({ seq: Number(seq), id });
    else if (!cut_line.test(plain)) unread ??= at + 1;
  }
  return { noted, unread };
}

/**
 * Creates what notes the erasures since the latest backup, so that a restored database erases them again.
 *
 * Because a backup's file of keys has no keys of leads that were erased before, their lines go with the next note. Because
 * the database knows who was erased since, a file with a line that cannot be read is written anew.
 *
 * @returns A function that notes what is new, and returns the number of lines.
 */
export function createNotes(folder: string, keyring: Keyring): (db: Database) => Promise<number> {
  let upto: number | undefined;
  let keys_since: number | undefined;

  return async db => {
    const changed = await changedAt(keyFileOf(folder));
    if (changed === undefined) return 0;
    if (changed !== keys_since) {
      const { seq } = (await readKeyHeader(folder, keyring))!;
      const { noted, unread } = readLines(await readText(pathOf(folder)));
      const whole = unread === undefined ? noted : [];
      const last = whole.at(-1)?.seq ?? 0;
      // After a restore the numbers begin anew from those of the backup. A disk that was away lacks what was noted meanwhile.
      upto = Math.min(Math.max(seq, last), await readHead(db));
      if (keys_since !== undefined || unread !== undefined)
        await write(
          folder,
          whole.filter(one => one.seq > seq),
        );
      keys_since = changed;
    }
    const found = await listErased(db, upto!);
    // A line that a crash has cut off must not swallow the next one.
    if (found.erased.length > 0) await appendText(pathOf(folder), `\n${format(found.erased)}`);
    upto = found.upto;
    return found.erased.length;
  };
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8').catch(orUndefined)) ?? '';
  } catch (error) {
    throw unreadable(path, `cannot be read (${(error as { code?: string }).code})`, error);
  }
}

function unreadable(path: string, fault: string, cause?: unknown): Refusal {
  return new Refusal('damaged', `erased: ${fault}, which says who was erased since: see to ${path}`, cause);
}

async function changedAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(orUndefined))?.mtimeMs;
}

async function write(folder: string, noted: NotedErasure[]) {
  await replaceFile(pathOf(folder), [Buffer.from(format(noted))]);
}

function format(noted: NotedErasure[]): string {
  return noted.map(({ seq, id }) => `${seq} ${id}\n`).join('');
}

function pathOf(folder: string): string {
  return join(folder, 'erased');
}
