import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import { digest, lengthPrefixed } from '../digest.ts';
import { newId } from '../ids.ts';
import { decrypt, deriveKey, encrypt, pad } from '../vault/cipher.ts';

/** The use of a note; a note of one kind is never read as another. */
export type NoteKind =
  | 'search'
  | 'correction'
  /** A note on a lead that was refused. */
  | 'note'
  | 'token'
  | 'export'
  /** Leads that were chosen for an export. */
  | 'chosen'
  /** What was done to several leads. */
  | 'bulk'
  | 'channel'
  /** A form about a request that was refused. */
  | 'request'
  /** A search for requests. */
  | 'sought'
  /** A request that the session sees in clear. */
  | 'shown'
  /** Where a form has led, for one that is sent twice. */
  | 'answer'
  /** The address of a copy. */
  | 'copy'
  /** An export of the access log. */
  | 'audit'
  /** A form about an incident that was refused. */
  | 'incident'
  /** The files of a policy version that is not published yet. */
  | 'policy';

/** Notes that a session keeps. The oldest goes when one more is written. */
const notes_kept = 50;

/** Notes that a session keeps of one kind, where fewer do: files of a policy take a megabyte. */
const kept_of: Partial<Record<NoteKind, number>> = { policy: 3 };

/**
 * Writes a note of a session: what a post leaves for the page that it leads to.
 *
 * Because a search or a correction holds personal data, the note is sealed with a key that is derived from the
 * session's id. The database has only the digest of that id: once the browser has forgotten it, nobody opens the note.
 *
 * @param content Any JSON value.
 * @returns The note's id, which says nothing of the content.
 */
export async function writeNote(
  db: Database,
  session_id: string,
  kind: NoteKind,
  content: unknown,
  now: Date,
): Promise<string> {
  const id = newId(now);
  await db.atomic(keepNote(db, session_id, kind, id, content));
  return id;
}

/** Returns the statements that write a note under an id, or anew, so that a unit can hold it with what it tells of. */
export function keepNote(
  db: Database,
  session_id: string,
  kind: NoteKind,
  id: string,
  content: unknown,
): CompiledQuery[] {
  const session_sha256 = digest(session_id);
  const boxed = encrypt(deriveNoteKey(session_id), pad(JSON.stringify(content)), context(kind, id));
  const sealed = boxed.toString('base64url');
  const own = db.selectFrom('session_notes').select('id').where('session_sha256', '=', session_sha256);
  const gone = db.deleteFrom('session_notes').where('session_sha256', '=', session_sha256);
  const kept = own.orderBy('id', 'desc').limit(sql.lit(notes_kept));
  const most = kept_of[kind];
  return [
    db
      .insertInto('session_notes')
      .values({ session_sha256, id, kind, sealed })
      .onConflict(conflict => conflict.columns(['session_sha256', 'id']).doUpdateSet({ sealed }))
      .compile(),
    gone.where('id', 'not in', kept).compile(),
    ...(most ? [deleteOld(kind, most)] : []),
  ];

  function deleteOld(kind: NoteKind, most: number) {
    const kept = own.where('kind', '=', kind).orderBy('id', 'desc').limit(sql.lit(most));
    return gone.where('kind', '=', kind).where('id', 'not in', kept).compile();
  }
}

/** Reads a note of a session; undefined when the session has none of that kind and id. */
export async function readNote<Content>(
  db: Database,
  session_id: string,
  kind: NoteKind,
  id: string,
): Promise<Content | undefined> {
  const row = await db
    .selectFrom('session_notes')
    .select('sealed')
    .where('session_sha256', '=', digest(session_id))
    .where('id', '=', id)
    .where('kind', '=', kind)
    .executeTakeFirst();
  if (!row) return undefined;
  const plain = decrypt(deriveNoteKey(session_id), Buffer.from(row.sealed, 'base64url'), context(kind, id));
  return JSON.parse(plain.toString('utf8'));
}

/** Reads a note and deletes it first, so that it is read once. */
export async function takeNote<Content>(
  db: Database,
  session_id: string,
  kind: NoteKind,
  id: string,
): Promise<Content | undefined> {
  const content = await readNote<Content>(db, session_id, kind, id);
  const [deleted] = await db.atomic([
    db
      .deleteFrom('session_notes')
      .where('session_sha256', '=', digest(session_id))
      .where('id', '=', id)
      .where('kind', '=', kind)
      .compile(),
  ]);
  return deleted!.changed > 0 ? content : undefined;
}

function deriveNoteKey(session_id: string) {
  return deriveKey(Buffer.from(session_id), 'session note');
}

/** Binds what is sealed to its row. */
function context(kind: NoteKind, id: string): Buffer {
  return lengthPrefixed('note', kind, id);
}
