import { type CompiledQuery, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Once } from './schema.ts';
import { failUnless, prepare } from './statements.ts';

/** A request that may be repeated: HMACs of its key and of what it asks for (`signer.ts`). */
export interface Repeatable {
  key: string;
  fingerprint: string;
}

/** A bot check that was passed: its mark, and when it would have ended by itself. */
export interface Proof {
  proof: string;
  expires_at: Date;
}

/** What a key was used for first. Of an erased subject nothing is left but that the key was used. */
export type FirstUse = { fingerprint: string; subject_id: string } | 'erased';

/** Finds what a key was used for first, unless that has expired. */
export async function findFirstUse(db: Database, key: string, now: Date): Promise<FirstUse | undefined> {
  const [first] = (await db.read(selectUse(db, { key, now: now.toISOString() }))) as Once[];
  if (!first) return undefined;
  const { fingerprint, subject_id } = first;
  return fingerprint && subject_id ? { fingerprint, subject_id } : 'erased';
}

const selectUse = prepare<{ key: string; now: string }>(['key', 'now'], (db, { key, now }) =>
  db
    .selectFrom('once')
    .select(['fingerprint', 'subject_id'])
    .where('key', '=', key)
    .where('expires_at', '>', now)
    .compile(),
);

/** Claims a key for a subject. A key that is taken fails the whole unit with a Conflict in `once`, unless it has expired. */
export function claimKey(
  db: Database,
  { key, fingerprint }: Repeatable,
  subject_id: string,
  expires_at: Date,
  now: Date,
): CompiledQuery {
  return insertUse(db, {
    key,
    fingerprint,
    subject_id,
    expires_at: expires_at.toISOString(),
    now: now.toISOString(),
  });
}

/** A plain insert would need the expired row deleted first. */
const insertUse = prepare<Once & { now: string }>(
  ['key', 'fingerprint', 'subject_id', 'expires_at', 'now'],
  (db, { now, ...use }) =>
    db
      .insertInto('once')
      .values(use)
      .onConflict(conflict =>
        conflict.column('key').doUpdateSet({
          fingerprint: sql`excluded.fingerprint`,
          subject_id: sql`excluded.subject_id`,
          expires_at: failUnless(sql`once.expires_at <= ${now}`, sql<string>`excluded.expires_at`),
        }),
      )
      .compile(),
);

/** Spends a proof. One that is spent fails the whole unit with a Conflict in `once`. */
export function spendProof(db: Database, { proof, expires_at }: Proof): CompiledQuery {
  return insertProof(db, { key: proof, expires_at: expires_at.toISOString() });
}

const insertProof = prepare<Pick<Once, 'key' | 'expires_at'>>(['key', 'expires_at'], (db, row) =>
  db.insertInto('once').values(row).compile(),
);

/**
 * Forgets what a subject was asked for, and keeps that its key was used.
 *
 * @param expires_at When the key expires: its row is found by that, so that no index by subject is needed.
 */
export function forgetSubject(db: Database, subject_id: string, expires_at: Date): CompiledQuery {
  return db
    .updateTable('once')
    .set({ fingerprint: null, subject_id: null })
    .where('expires_at', '=', expires_at.toISOString())
    .where('subject_id', '=', subject_id)
    .compile();
}

/** Deletes what has expired. Safe to run at any time, on several servers at once. */
export async function forgetExpired(db: Database, now: Date): Promise<number> {
  const [outcome] = await db.atomic([db.deleteFrom('once').where('expires_at', '<=', now.toISOString()).compile()]);
  return outcome!.changed;
}
