import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Database } from '../database.ts';
import { digest } from '../digest.ts';
import type { ConsoleSessions, Tokens } from '../schema.ts';
import { prepare } from '../statements.ts';
import type { TokenHolder } from './tokens.ts';

const hour_ms = 3_600_000;

/** Period after the last page that a person asked for, at whose end the session is over. */
const idle_ms = 8 * hour_ms;

/**
 * Age at which the time of last use is written again. Because a page should not cost a write, it is not
 * written each time.
 */
const seen_ms = 5 * 60_000;

const id_bytes = 32;
const shape = /^[\w-]{43}$/;

/** The tables of what a session keeps, and loses at its end. */
const kept_tables = ['session_notes', 'session_reveals'] as const;

/**
 * Opens a session of a token and returns its id. Because only the SHA-256 of the id is stored, it cannot be read again.
 */
export async function openSession(db: Database, token_id: string, now: Date): Promise<string> {
  const id = randomBytes(id_bytes).toString('base64url');
  const at = now.toISOString();
  await db.atomic([
    db
      .insertInto('console_sessions')
      .values({ id_sha256: digest(id), token_id, created_at: at, last_seen_at: at })
      .compile(),
  ]);
  return id;
}

/**
 * Finds who is signed in.
 *
 * @param active Whether a person asked for the page, which keeps the session alive; a page that asks by
 *   itself does not.
 * @returns Undefined when the session is unknown, ended or idle for too long, or its token has expired or was revoked.
 */
export async function findSession(
  db: Database,
  presented: string,
  now: Date,
  active: boolean,
): Promise<TokenHolder | undefined> {
  if (!shape.test(presented)) return undefined;
  const id_sha256 = digest(presented);
  const [row] = (await db.read(selectSession(db, { id_sha256 }))) as SessionRow[];
  const at = now.toISOString();
  if (!row || row.ended_at || row.revoked_at || row.expires_at <= at) return undefined;
  const unseen_ms = now.getTime() - Date.parse(row.last_seen_at);
  if (unseen_ms >= idle_ms) return undefined;
  if (active && unseen_ms >= seen_ms) await noteUse(db, id_sha256, row, now);
  return { id: row.token_id, holder: row.holder, role: row.role };
}

type SessionRow = Selectable<ConsoleSessions> &
  Pick<Selectable<Tokens>, 'holder' | 'role' | 'expires_at' | 'revoked_at' | 'last_used_at'>;

const selectSession = prepare<{ id_sha256: string }>(['id_sha256'], (db, { id_sha256 }) =>
  db
    .selectFrom('console_sessions')
    .innerJoin('tokens', 'tokens.id', 'console_sessions.token_id')
    .selectAll('console_sessions')
    .select(['holder', 'role', 'expires_at', 'revoked_at', 'last_used_at'])
    .where('id_sha256', '=', id_sha256)
    .compile(),
);

/** Notes the use of the session, and at most hourly that of its token: work in the console is use of the token too. */
async function noteUse(db: Database, id_sha256: string, { token_id, last_used_at }: SessionRow, now: Date) {
  const at = now.toISOString();
  const isOld = !last_used_at || now.getTime() - Date.parse(last_used_at) >= hour_ms;
  await db.atomic([
    db.updateTable('console_sessions').set({ last_seen_at: at }).where('id_sha256', '=', id_sha256).compile(),
    ...(isOld ? [db.updateTable('tokens').set({ last_used_at: at }).where('id', '=', token_id).compile()] : []),
  ]);
}

/** Ends one session, and deletes what it kept. Safe to run twice. */
export async function endSession(db: Database, presented: string, now: Date): Promise<void> {
  const id_sha256 = digest(presented);
  const ended = db.updateTable('console_sessions').set({ ended_at: now.toISOString() });
  await db.atomic([
    ended.where('id_sha256', '=', id_sha256).where('ended_at', 'is', null).compile(),
    ...kept_tables.map(table => db.deleteFrom(table).where('session_sha256', '=', id_sha256).compile()),
  ]);
}

/** Ends every session that was opened with a token, and deletes what they kept. */
export async function endSessions(db: Database, token_id: string, now: Date): Promise<void> {
  const ended = db.updateTable('console_sessions').set({ ended_at: now.toISOString() });
  const sessions = db.selectFrom('console_sessions').select('id_sha256').where('token_id', '=', token_id);
  await db.atomic([
    ended.where('token_id', '=', token_id).where('ended_at', 'is', null).compile(),
    ...kept_tables.map(table => db.deleteFrom(table).where('session_sha256', 'in', sessions).compile()),
  ]);
}

/**
 * Deletes sessions that have been idle for too long with what they kept, and returns how many; with `dry_run`, how many
 * it would.
 */
export async function forgetIdleSessions(db: Database, now: Date, { dry_run = false } = {}): Promise<number> {
  const limit = new Date(now.getTime() - idle_ms).toISOString();
  const idle = db.selectFrom('console_sessions').select('id_sha256').where('last_seen_at', '<=', limit);
  if (dry_run) return (await idle.execute()).length;
  const outcomes = await db.atomic([
    ...kept_tables.map(table => db.deleteFrom(table).where('session_sha256', 'in', idle).compile()),
    db.deleteFrom('console_sessions').where('last_seen_at', '<=', limit).compile(),
  ]);
  return outcomes.at(-1)!.changed;
}
