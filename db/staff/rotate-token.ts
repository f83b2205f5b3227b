import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { digest } from '../digest.ts';
import { makeSecret, type NewSecret } from './token-secret.ts';
import { inDays } from './tokens.ts';

/**
 * Creates a token for the holder and the role of an old one, which stays valid for a while, so that its user
 * can change over.
 *
 * @param overlap_days Days for which the old token stays valid, at most until its own expiry; 0 ends it at once.
 * @param session Id of a session of the old token that goes on with the new one.
 * @returns The new token; undefined when the old one is unknown, revoked or expired, or the new one is there already.
 */
export async function rotateToken(
  db: Database,
  old_id: string,
  { days, overlap_days, session }: { days: number; overlap_days: number; session?: string | undefined },
  actor: Actor,
  now: Date,
  { id, secret_sha256, token }: NewSecret = makeSecret(),
): Promise<string | undefined> {
  const created_at = now.toISOString();
  const last_good = inDays(now, overlap_days);
  const ofOld = (column: 'holder' | 'role') =>
    db
      .selectFrom('tokens')
      .select(column)
      .where('id', '=', old_id)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', created_at);
  try {
    await db.atomic([
      db
        .insertInto('tokens')
        .values({
          id,
          holder: ofOld('holder'),
          role: ofOld('role'),
          secret_sha256,
          created_at,
          expires_at: inDays(now, days),
        })
        .compile(),
      db
        .updateTable('tokens')
        .set({ expires_at: last_good })
        .where('id', '=', old_id)
        .where('expires_at', '>', last_good)
        .compile(),
      ...(session ? [moveSession(db, session, old_id, id)] : []),
      takeNumber(db),
      ...recordEvent(db, actor, { action: 'token.rotated', fields: `${old_id},${id}` }, now),
    ]);
    return token;
  } catch (error) {
    if (error instanceof Conflict && error.table === 'tokens') return undefined;
    throw error;
  }
}

/** Returns the statement by which a session of one token becomes one of another. */
function moveSession(db: Database, session: string, old_id: string, new_id: string) {
  return db
    .updateTable('console_sessions')
    .set({ holder_id: new_id })
    .where('id_sha256', '=', digest(session))
    .where('holder_id', '=', old_id)
    .compile();
}
