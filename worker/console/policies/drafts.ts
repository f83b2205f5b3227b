import type { Context } from 'hono';
import { digest } from '../../../db/digest.ts';
import { keepNote, readNote, writeNote } from '../../../db/staff/notes.ts';
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

/** The version that the files of an address have become. */
interface Published {
  published: string;
}

/** Reads the files that the address names, or which version they are by now; undefined where this session has neither. */
export async function readDraftFiles(c: Context<App>): Promise<DraftFile[] | Published | undefined> {
  const id = c.req.param('id') ?? '';
  if (!uuid.test(id)) return undefined;
  const content = await readNote<[string, string][] | Published>(c.var.services.db, readSessionId(c)!, 'policy', id);
  if (!Array.isArray(content)) return content;
  return content.map(([name, base64]) => {
    const bytes = Buffer.from(base64, 'base64');
    return { name, bytes, sha256: digest(bytes), text: decode(bytes) };
  });
}

/** Puts in the place of the files which version they are now, because the browser's "back" leads to their address. */
export async function notePublished(c: Context<App>, published: string): Promise<void> {
  const { db } = c.var.services;
  const content: Published = { published };
  await db.atomic(keepNote(db, readSessionId(c)!, 'policy', c.req.param('id')!, content));
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
