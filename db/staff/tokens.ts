import { timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import { type Database, isUnavailable } from '../database.ts';
import { digest } from '../digest.ts';
import type { Tokens } from '../schema.ts';
import { prepare } from '../statements.ts';
import { checksum, checksum_length, makeSecret, type NewSecret, shape } from './token-secret.ts';

/** Who presents a token or is signed in with an account: its id, its holder and the holder's role. */
export interface TokenHolder {
  id: string;
  holder: string;
  role: string;
}

export interface TokenRecord extends TokenHolder {
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
}

const day_ms = 86_400_000;
const hour_ms = 3_600_000;

/**
 * Creates a token and returns it. Because only the SHA-256 of its secret is stored, it cannot be read again.
 *
 * @throws Conflict when a token with the id of `made` is there.
 */
export async function createToken(
  db: Database,
  { holder, role, days }: { holder: string; role: string; days: number },
  actor: Actor,
  now: Date,
  { id, secret_sha256, token }: NewSecret = makeSecret(),
): Promise<string> {
  const times = { created_at: now.toISOString(), expires_at: inDays(now, days) };
  await db.atomic([
    db
      .insertInto('tokens')
      .values({ id, holder, role, secret_sha256, ...times })
      .compile(),
    takeNumber(db),
    ...recordEvent(db, actor, { action: 'token.created', fields: id }, now),
  ]);
  return token;
}

/**
 * Finds the holder of a presented token.
 *
 * @returns Undefined when the token is misspelt (told by the checksum), unknown, expired or revoked.
 */
export async function findTokenHolder(db: Database, presented: string, now: Date): Promise<TokenHolder | undefined> {
  const [, id, secret] = shape.exec(presented) ?? [];
  if (!id || !secret) return undefined;
  if (checksum(id, secret.slice(0, -checksum_length)) !== secret.slice(-checksum_length)) return undefined;
  const [row] = (await db.read(selectToken(db, { id }))) as Selectable<Tokens>[];
  if (!row || row.revoked_at || row.expires_at <= now.toISOString()) return undefined;
  if (!timingSafeEqual(Buffer.from(row.secret_sha256), Buffer.from(digest(secret)))) return undefined;
  await noteUse(db, row, now);
  return { id, holder: row.holder, role: row.role };
}

const selectToken = prepare<{ id: string }>(['id'], (db, { id }) =>
  db.selectFrom('tokens').selectAll().where('id', '=', id).compile(),
);

/** Lists all tokens, the newest first. */
export function listTokens(db: Database): Promise<TokenRecord[]> {
  return selectRecords(db).orderBy('created_at', 'desc').orderBy('id').execute();
}

/** Finds what is stored of a token, without its secret; undefined when there is none with this id. */
export function findToken(db: Database, id: string): Promise<TokenRecord | undefined> {
  return selectRecords(db).where('id', '=', id).executeTakeFirst();
}

/** Time in which a post that is sent again leads to the token that it made: a second click, or a line that breaks. */
const again_ms = 30_000;

/** Returns whether a token with this secret was made a moment ago and is still good. */
export async function isJustMade(db: Database, { id, secret_sha256 }: NewSecret, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('tokens')
    .select('id')
    .where('id', '=', id)
    .where('secret_sha256', '=', secret_sha256)
    .where('revoked_at', 'is', null)
    .where('created_at', '>', new Date(now.getTime() - again_ms).toISOString())
    .executeTakeFirst();
  return row !== undefined;
}

function selectRecords(db: Database) {
  return db
    .selectFrom('tokens')
    .select(['id', 'holder', 'role', 'created_at', 'expires_at', 'revoked_at', 'last_used_at']);
}

/**
 * Revokes a token from its next request on. Returns false when there is none with this id, and true again when it
 * is revoked already.
 */
export async function revokeToken(db: Database, id: string, actor: Actor, now: Date): Promise<boolean> {
  const row = await findToken(db, id);
  if (!row || row.revoked_at) return Boolean(row);
  await db.atomic([
    db
      .updateTable('tokens')
      .set({ revoked_at: now.toISOString() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .compile(),
    takeNumber(db),
    ...recordEvent(db, actor, { action: 'token.revoked', fields: id }, now),
  ]);
  return true;
}

/**
 * Notes the use of a token. Because a pull every second should not cost a write every second, it writes at most hourly.
 */
async function noteUse(db: Database, { id, last_used_at }: TokenRecord, now: Date): Promise<void> {
  if (last_used_at && now.getTime() - Date.parse(last_used_at) < hour_ms) return;
  const note = db.updateTable('tokens').set({ last_used_at: now.toISOString() }).where('id', '=', id).compile();
  await db.atomic([note]).catch(error => {
    if (!isUnavailable(error)) throw error;
  });
}

/** Returns the instant that many days later. */
export function inDays(now: Date, days: number): string {
  return new Date(now.getTime() + days * day_ms).toISOString();
}
