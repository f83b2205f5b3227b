import { type CompiledQuery, sql } from 'kysely';
import type { Database } from './database.ts';

/** A bot check that was passed: its mark, and when it would have ended by itself. */
export interface Proof {
  proof: string;
  expires_at: Date;
}

/** The statement that spends a proof. One that is spent makes the whole unit fail with a Conflict in `spent_proofs`. */
export function spendProof(db: Database, { proof, expires_at }: Proof): CompiledQuery {
  return db.insertInto('spent_proofs').values({ proof, expires_at: expires_at.toISOString() }).compile();
}

/**
 * The statement that counts one lead against a form's quota for this minute. One row per form, whoever sends.
 *
 * A full quota puts null where none may be, so that the whole unit fails with a Conflict in `form_quotas`.
 */
export function takeQuota(db: Database, form: string, quota: number, now: Date): CompiledQuery {
  const minute = now.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
  const isLater = sql<boolean>`excluded.minute > form_quotas.minute`;
  return db
    .insertInto('form_quotas')
    .values({ form, minute, taken: 1 })
    .onConflict(conflict =>
      conflict.column('form').doUpdateSet({
        minute: sql`case when ${isLater} then excluded.minute else form_quotas.minute end`,
        taken: sql`case when ${isLater} then 1 when form_quotas.taken < ${quota} then form_quotas.taken + 1 end`,
      }),
    )
    .compile();
}

/** Deletes the marks of proofs that have ended by themselves. Safe to run at any time, on several servers at once. */
export async function forgetSpentProofs(db: Database, now: Date): Promise<number> {
  const [outcome] = await db.atomic([
    db.deleteFrom('spent_proofs').where('expires_at', '<=', now.toISOString()).compile(),
  ]);
  return outcome!.changed;
}
