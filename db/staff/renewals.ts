import type { Database } from '../database.ts';
import { digest, lengthPrefixed } from '../digest.ts';
import { decrypt, deriveKey, encrypt, pad } from '../vault/cipher.ts';

/**
 * Time after which a request may ask the provider anew although another one has begun to. It is longer than a request
 * asks for, and leaves a provider that is away some peace.
 */
const claim_ms = 30_000;

/** Time in which the answer to a request is mostly there, so that others wait for it. */
export const answer_ms = 10_000;

/** Time for which the provider's word holds. Then a session is good for nothing until it is renewed. */
export const vouched_ms = 3_600_000;

/**
 * Returns what a session holds of its account once the provider has vouched for it.
 *
 * The provider's token is sealed with a key that is derived from the session's id. The database has only the digest of
 * that id, so nobody who reads the database can ask the provider in a person's name.
 */
export function sealVouched(session_id: string, refresh_token: string | null, at: Date) {
  const plain = refresh_token === null ? undefined : pad(JSON.stringify(refresh_token));
  return {
    vouched_at: at.toISOString(),
    renewal_at: null,
    renewal_sealed: plain ? encrypt(keyOf(session_id), plain, contextOf(session_id)).toString('base64url') : null,
  };
}

/**
 * Claims the right to ask the provider about a session. Because most providers take each token once, one request asks
 * for all that come at the same time.
 *
 * @param vouched_at When the provider last vouched for the session, as the claimant has read it.
 * @returns Undefined when another request asks, has asked since, or has failed to a moment ago, and for a session that
 *   has nothing to ask with; else the provider's token.
 */
export async function claimRenewal(
  db: Database,
  session_id: string,
  vouched_at: string,
  now: Date,
): Promise<{ refresh_token: string } | undefined> {
  const id_sha256 = digest(session_id);
  const before = new Date(now.getTime() - claim_ms).toISOString();
  const [claimed] = await db.atomic([
    db
      .updateTable('console_sessions')
      .set({ renewal_at: now.toISOString() })
      .where('id_sha256', '=', id_sha256)
      .where('ended_at', 'is', null)
      .where('vouched_at', '=', vouched_at)
      .where('renewal_sealed', 'is not', null)
      .where(eb => eb.or([eb('renewal_at', 'is', null), eb('renewal_at', '<=', before)]))
      .compile(),
  ]);
  if (claimed!.changed === 0) return undefined;
  const row = await db
    .selectFrom('console_sessions')
    .select('renewal_sealed')
    .where('id_sha256', '=', id_sha256)
    .executeTakeFirst();
  // Somebody signs out meanwhile.
  if (!row?.renewal_sealed) return undefined;
  const sealed = Buffer.from(row.renewal_sealed, 'base64url');
  return { refresh_token: JSON.parse(decrypt(keyOf(session_id), sealed, contextOf(session_id)).toString('utf8')) };
}

/** Stores that the provider vouched for a session at an instant, with its token for the next time. */
export async function keepRenewal(db: Database, session_id: string, refresh_token: string, at: Date): Promise<void> {
  await db.atomic([
    db
      .updateTable('console_sessions')
      .set(sealVouched(session_id, refresh_token, at))
      .where('id_sha256', '=', digest(session_id))
      .where('ended_at', 'is', null)
      .compile(),
  ]);
}

/** Stores that the provider could not be asked, so that nobody waits for its answer, and none asks again at once. */
export async function failRenewal(db: Database, session_id: string, at: Date): Promise<void> {
  await db.atomic([
    db
      .updateTable('console_sessions')
      .set({ renewal_at: new Date(at.getTime() - answer_ms).toISOString() })
      .where('id_sha256', '=', digest(session_id))
      .compile(),
  ]);
}

function keyOf(session_id: string) {
  return deriveKey(Buffer.from(session_id), 'session renewal');
}

/** Binds what is sealed to its row. */
function contextOf(session_id: string): Buffer {
  return lengthPrefixed('renewal', digest(session_id));
}
