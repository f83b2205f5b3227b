import { type CompiledQuery, sql } from 'kysely';
import type { Database } from './database.ts';
import type { IdempotencyKeys } from './schema.ts';
import { prepare } from './statements.ts';

/** A request that may be repeated: HMACs of its key and of what it asks for (`signer.ts`). */
export interface Repeatable {
  key: string;
  fingerprint: string;
}

/** The first answer to a key: same fingerprint, same answer; another one is a reuse. */
export interface FirstAnswer {
  fingerprint: string;
  subject_id: string;
}

/** Finds what was answered to a key first, unless it has expired. */
export async function findFirstAnswer(db: Database, key: string, now: Date): Promise<FirstAnswer | undefined> {
  const [first] = await db.read(selectAnswer(db, { key, now: now.toISOString() }));
  return first as FirstAnswer | undefined;
}

const selectAnswer = prepare<{ key: string; now: string }>((db, { key, now }) =>
  db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'subject_id'])
    .where('key', '=', key)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .compile(),
);

/**
 * The statement that remembers an answer. A key that is taken makes the whole unit fail with a Conflict, unless it has expired.
 *
 * @param expires_at null for as long as the record lives.
 */
export function rememberAnswer(
  db: Database,
  { key, fingerprint }: Repeatable,
  subject_id: string,
  expires_at: Date | null,
  now: Date,
): CompiledQuery {
  const expiry = expires_at?.toISOString() ?? null;
  return insertAnswer(db, { key, fingerprint, subject_id, expires_at: expiry, now: now.toISOString() });
}

/** Null where none may be refuses a key that is taken; a plain insert would need the expired one deleted first. */
const insertAnswer = prepare<IdempotencyKeys & { now: string }>(
  (db, { key, fingerprint, subject_id, expires_at, now }) =>
    db
      .insertInto('idempotency_keys')
      .values({ key, fingerprint, subject_id, expires_at })
      .onConflict(conflict =>
        conflict.column('key').doUpdateSet({
          fingerprint: sql`case when idempotency_keys.expires_at <= ${now} then excluded.fingerprint end`,
          subject_id: sql`excluded.subject_id`,
          expires_at: sql`excluded.expires_at`,
        }),
      )
      .compile(),
);

/** Deletes the keys that have expired. Safe to run at any time, on several servers at once. */
export async function forgetExpiredKeys(db: Database, now: Date): Promise<number> {
  const [outcome] = await db.atomic([
    db.deleteFrom('idempotency_keys').where('expires_at', '<=', now.toISOString()).compile(),
  ]);
  return outcome!.changed;
}
