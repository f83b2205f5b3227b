import { sql } from 'kysely';
import type { Once } from '../schema.ts';
import { failUnless, prepare } from '../statements.ts';

/** Inserts a key, or replaces an expired one. A key that is still valid fails the unit with a Conflict in `once`. */
export const insertUse = prepare<Once & { now: string }>(
  ['key', 'fingerprint', 'subject_id', 'receipt', 'expires_at', 'now'],
  (db, { now, ...use }) =>
    db
      .insertInto('once')
      .values(use)
      .onConflict(conflict =>
        conflict.column('key').doUpdateSet({
          fingerprint: sql`excluded.fingerprint`,
          subject_id: sql`excluded.subject_id`,
          receipt: sql`excluded.receipt`,
          expires_at: failUnless(sql`once.expires_at <= ${now}`, sql<string>`excluded.expires_at`),
        }),
      )
      .compile(),
);
