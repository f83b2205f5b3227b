import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Database } from '../database.ts';
import { digest } from '../digest.ts';
import type { ConsoleSessions, Tokens } from '../schema.ts';
import { prepare } from '../statements.ts';
import { sealVouched } from './renewals.ts';
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

/** Who is signed in. What is of the provider is null for a session of a token. */
export interface Session extends TokenHolder {
  /** When the provider last vouched for the account. */
  vouched_at: string | null;
  /** When a request last began to ask the provider, if it has no answer yet. */
  renewal_at: string | null;
  /** Whether there is something to ask the provider with. */
  is_renewable: boolean;
}

/**
 * Opens a session and returns its id. Because only the SHA-256 of the id is stored, it cannot be read again.
 *
 * @param holder_id Id of a token or an account.
 * @param refresh_token For an account, the provider's token to ask it again with; null where it gave none.
 */
export async function openSession(
  db: Database,
  holder_id: string,
  now: Date,
  refresh_token?: string | null,
): Promise<string> {
  const id = randomBytes(id_bytes).toString('base64url');
  const at = now.toISOString();
  const vouched = refresh_token === undefined ? {} : sealVouched(id, refresh_token, now);
  await db.atomic([
    db
      .insertInto('console_sessions')
      .values({ id_sha256: digest(id), holder_id, created_at: at, last_seen_at: at, ...vouched })
      .compile(),
  ]);
  return id;
}

/**
 * Finds who is signed in.
 *
 * @param active Whether a person asked for the page, which keeps the session alive; a page that asks by
 *   itself does not.
 * @returns Undefined when the session is unknown, ended or idle for too long, its token has expired or was revoked, or its
 *   account has ended.
 */
export async function findSession(
  db: Database,
  presented: string,
  now: Date,
  active: boolean,
): Promise<Session | undefined> {
  if (!shape.test(presented)) return undefined;
  const id_sha256 = digest(presented);
  const [row] = (await db.read(selectSession(db, { id_sha256 }))) as SessionRow[];
  if (!row || row.ended_at || row.holder === null || row.role === null) return undefined;
  if (row.revoked_at || (row.expires_at && row.expires_at <= now.toISOString()) || row.account_ended_at)
    return undefined;
  const unseen_ms = now.getTime() - Date.parse(row.last_seen_at);
  if (unseen_ms >= idle_ms) return undefined;
  if (active && unseen_ms >= seen_ms) await noteUse(db, id_sha256, row, now);
  const { holder_id: id, holder, role, vouched_at, renewal_at } = row;
  return { id, holder, role, vouched_at, renewal_at, is_renewable: row.renewal_sealed !== null };
}

type SessionRow = Selectable<ConsoleSessions> &
  Pick<Selectable<Tokens>, 'revoked_at' | 'last_used_at'> & {
    [Name in 'holder' | 'role' | 'expires_at' | 'account_ended_at']: string | null;
  };

const selectSession = prepare<{ id_sha256: string }>(['id_sha256'], (db, { id_sha256 }) =>
  db
    .selectFrom('console_sessions')
    .leftJoin('tokens', 'tokens.id', 'console_sessions.holder_id')
    .leftJoin('accounts', 'accounts.id', 'console_sessions.holder_id')
    .selectAll('console_sessions')
    .select(['expires_at', 'revoked_at', 'tokens.last_used_at', 'accounts.ended_at as account_ended_at'])
    .select(({ fn }) => [
      fn.coalesce('tokens.holder', 'accounts.holder').as('holder'),
      fn.coalesce('tokens.role', 'accounts.role').as('role'),
    ])
    .where('id_sha256', '=', id_sha256)
    .compile(),
);

/** Notes the use of the session, and at most hourly that of its token: work in the console is use of the token too. */
async function noteUse(db: Database, id_sha256: string, { holder_id, last_used_at }: SessionRow, now: Date) {
  const at = now.toISOString();
  const isOld = !last_used_at || now.getTime() - Date.parse(last_used_at) >= hour_ms;
  await db.atomic([
    db.updateTable('console_sessions').set({ last_seen_at: at }).where('id_sha256', '=', id_sha256).compile(),
    ...(isOld ? [db.updateTable('tokens').set({ last_used_at: at }).where('id', '=', holder_id).compile()] : []),
  ]);
}

/** Ends one session, and deletes what it kept. Safe to run twice. */
export async function endSession(db: Database, presented: string, now: Date): Promise<void> {
  const id_sha256 = digest(presented);
  const ended = db.updateTable('console_sessions').set({ ended_at: now.toISOString(), renewal_sealed: null });
  await db.atomic([
    ended.where('id_sha256', '=', id_sha256).where('ended_at', 'is', null).compile(),
    ...kept_tables.map(table => db.deleteFrom(table).where('session_sha256', '=', id_sha256).compile()),
  ]);
}

/** Ends every session that was opened with a token or of an account, and deletes what they kept. */
export async function endSessions(db: Database, holder_id: string, now: Date): Promise<void> {
  const ended = db.updateTable('console_sessions').set({ ended_at: now.toISOString(), renewal_sealed: null });
  const sessions = db.selectFrom('console_sessions').select('id_sha256').where('holder_id', '=', holder_id);
  await db.atomic([
    ended.where('holder_id', '=', holder_id).where('ended_at', 'is', null).compile(),
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
