import type { Context } from 'hono';
import { digest } from '../../../db/digest.ts';
import { readNote, takeNote, writeNote } from '../../../db/staff/notes.ts';
import type { App } from '../../context.ts';
import type { SentFile } from '../../http/body.ts';
import { uuid } from '../../http/query-fields.ts';
import { readSessionId } from '../session.ts';

/** A file of a version that is not published yet. */
export interface DraftFile {
  name: string;
  bytes: Buffer;
  /** SHA-256 of the bytes, in hexadecimal. */
  sha256: string;
  /** The text, or undefined where the bytes are not UTF-8. */
  text: string | undefined;
}

/** Characters of a file's name that are kept. */
const name_length = 100;

/** Keeps the files of a version, sealed for the session, until it is published, and returns their id. */
export function keepFiles(c: Context<App>, files: SentFile[]): Promise<string> {
  const { db, now } = c.var.services;
  // In base64, because any byte then takes as much room as another.
  const content = files.map(({ name, bytes }) => [name.slice(0, name_length), Buffer.from(bytes).toString('base64')]);
  return writeNote(db, readSessionId(c)!, 'policy', content, now());
}

/** Reads the files that the address names; undefined where this session has none. */
export async function readDraftFiles(c: Context<App>): Promise<DraftFile[] | undefined> {
  const id = c.req.param('id') ?? '';
  if (!uuid.test(id)) return undefined;
  const content = await readNote<[string, string][]>(c.var.services.db, readSessionId(c)!, 'policy', id);
  return content?.map(([name, base64]) => {
    const bytes = Buffer.from(base64, 'base64');
    return { name, bytes, sha256: digest(bytes), text: decode(bytes) };
  });
}

/** Deletes the files that the address names. */
export async function forgetFiles(c: Context<App>): Promise<void> {
  await takeNote(c.var.services.db, readSessionId(c)!, 'policy', c.req.param('id')!);
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
