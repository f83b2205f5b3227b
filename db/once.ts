import { type CompiledQuery, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Once } from './schema.ts';
import { failUnless, prepare } from './statements.ts';
import { nextTurn } from './turn.ts';

/** Idempotency key and content of a request, both as HMACs (`signer.ts`). */
export interface Repeatable {
  key: string;
  fingerprint: string;
}

/** A bot check that was passed: its mark, and when it expires by itself. */
export interface Proof {
  proof: string;
  expires_at: Date;
}

/** The first use of a key: its request and the subject that answered it, or only that the subject is erased. */
export type FirstUse = { fingerprint: string; subject_id: string } | 'erased';

/** Finds the first use of a key, unless the key has expired. */
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

/** Claims a key for a subject. A key that is still valid makes the whole unit fail with a Conflict in `once`. */
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

/** Inserts the key, or replaces an expired one. */
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

/** Spends a proof. A proof that is spent already makes the whole unit fail with a Conflict in `once`. */
export function spendProof(db: Database, { proof, expires_at }: Proof): CompiledQuery {
  return insertProof(db, { key: proof, expires_at: expires_at.toISOString() });
}

const insertProof = prepare<Pick<Once, 'key' | 'expires_at'>>(['key', 'expires_at'], (db, row) =>
  db.insertInto('once').values(row).compile(),
);

/**
 * Removes the request and the subject from a subject's key. The key stays used.
 *
 * @param expires_at When the key expires. Because the row is found by it, no index by subject is needed.
 */
export function forgetSubject(db: Database, subject_id: string, expires_at: Date): CompiledQuery {
  return db
    .updateTable('once')
    .set({ fingerprint: null, subject_id: null })
    .where('expires_at', '=', expires_at.toISOString())
    .where('subject_id', '=', subject_id)
    .compile();
}

/** Keys that one unit deletes. */
const keys_per_unit = 1_000;

/**
 * Deletes expired keys, a thousand in a unit. Safe to run at any time, on several servers at once, and to kill.
 *
 * @returns The number of keys deleted here; with `dry_run`, of those that would be.
 */
export async function forgetExpired(
  db: Database,
  now: Date,
  { dry_run = false, mayGoOn = () => true }: { dry_run?: boolean; mayGoOn?(): boolean } = {},
): Promise<number> {
  const expired = db.selectFrom('once').where('expires_at', '<=', now.toISOString());
  if (dry_run) {
    const counted = expired.select(({ fn }) => fn.countAll<number>().as('keys'));
    return Number((await counted.executeTakeFirstOrThrow()).keys);
  }
  const some = expired.select('key').orderBy('expires_at').limit(sql.lit(keys_per_unit));
  const removal = db.deleteFrom('once').where('key', 'in', some).compile();
  let forgotten = 0;
  while (mayGoOn()) {
    const [outcome] = await db.atomic([removal]);
    forgotten += outcome!.changed;
    if (outcome!.changed < keys_per_unit) break;
    await nextTurn();
  }
  return forgotten;
}
