import { randomBytes } from 'node:crypto';
import type { CompiledQuery, ExpressionBuilder, Selectable } from 'kysely';
import type { Database } from '../database.ts';
import { digest } from '../digest.ts';
import type { ConsoleSessions, Schema, Tokens } from '../schema.ts';
import { prepare } from '../statements.ts';
import { sealVouched } from './renewals.ts';
import type { TokenHolder } from './tokens.ts';

const hour_ms = 3_600_000;

/** Period after the last page that a person asked for, at whose end the session is over. */
const idle_ms = 8 * hour_ms;

/** Period after which a session is over however much it is used. A week, because so a salesperson signs in on one day of it. */
const longest_ms = 7 * 24 * hour_ms;

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
  /** When the person signed in. */
  created_at: string;
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
 * @returns Undefined when the session is unknown, has ended or is over, its token has expired or was revoked, or its account
 *   has ended.
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
  if (isOver(row, now)) return undefined;
  if (active && timeBetween(row.last_seen_at, now) >= seen_ms) await noteUse(db, id_sha256, row, now);
  const { holder_id: id, holder, role, created_at, vouched_at, renewal_at } = row;
  return { id, holder, role, created_at, vouched_at, renewal_at, is_renewable: row.renewal_sealed !== null };
}

/** Returns whether a session is over: idle for too long, or begun too long ago. */
export function isOver({ created_at, last_seen_at }: Pick<ConsoleSessions, 'created_at' | 'last_seen_at'>, now: Date) {
  return timeBetween(last_seen_at, now) >= idle_ms || timeBetween(created_at, now) >= longest_ms;
}

/**
 * Returns the time between an instant and now, in milliseconds. It counts whichever comes first, because a session that
 * was begun by a clock that was ahead would otherwise last longer by as much.
 */
function timeBetween(at: string, now: Date): number {
  return Math.abs(now.getTime() - Date.parse(at));
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
  await db.atomic(draftEnds(db, holder_id, {}, now));
}

/**
 * Returns the statements that end sessions of a token or an account, and delete what they kept.
 *
 * @param which The digest of the `only` session to end, or of one that is to go on. Without either, all of them end.
 */
export function draftEnds(
  db: Database,
  holder_id: string,
  { only, but }: { only?: string; but?: string },
  now: Date,
): CompiledQuery[] {
  const isMeant = (eb: ExpressionBuilder<Schema, 'console_sessions'>) =>
    eb.and([
      eb('holder_id', '=', holder_id),
      ...(only === undefined ? [] : [eb('id_sha256', '=', only)]),
      ...(but === undefined ? [] : [eb('id_sha256', '<>', but)]),
    ]);
  const ended = db.updateTable('console_sessions').set({ ended_at: now.toISOString(), renewal_sealed: null });
  const sessions = db.selectFrom('console_sessions').select('id_sha256').where(isMeant);
  return [
    ended.where(isMeant).where('ended_at', 'is', null).compile(),
    ...kept_tables.map(table => db.deleteFrom(table).where('session_sha256', 'in', sessions).compile()),
  ];
}

/**
 * Deletes sessions that are over with what they kept, and returns how many; with `dry_run`, how many it would. What a
 * clock that was hours ahead has written goes too, because such a session would begin again once its time has come.
 */
export async function forgetOldSessions(db: Database, now: Date, { dry_run = false } = {}): Promise<number> {
  const from = (ms: number) => new Date(now.getTime() + ms).toISOString();
  const isOld = (eb: ExpressionBuilder<Schema, 'console_sessions'>) =>
    eb.or([
      eb('last_seen_at', '<=', from(-idle_ms)),
      eb('last_seen_at', '>=', from(idle_ms)),
      eb('created_at', '<=', from(-longest_ms)),
    ]);
  const old = db.selectFrom('console_sessions').select('id_sha256').where(isOld);
  if (dry_run) return (await old.execute()).length;
  const outcomes = await db.atomic([
    ...kept_tables.map(table => db.deleteFrom(table).where('session_sha256', 'in', old).compile()),
    db.deleteFrom('console_sessions').where(isOld).compile(),
  ]);
  return outcomes.at(-1)!.changed;
}
