import type { ExpressionBuilder } from 'kysely';
import type { Database } from '../database.ts';
import { monthsBefore } from '../days.ts';
import type { Schema } from '../schema.ts';

/**
 * Months for which the holder of a token is known after the token has ended: as long as the audit trail is kept at
 * least, which names tokens by their ids.
 */
const holder_months = 36;

/**
 * Forgets the holders of tokens that expired or were revoked long ago. Safe to run at any time, on several servers at
 * once, and to kill.
 *
 * @returns The number of holders forgotten here; with `dry_run`, of those that would be.
 */
export async function forgetHolders(db: Database, now: Date, { dry_run = false } = {}): Promise<number> {
  const before = monthsBefore(now, holder_months).toISOString();
  const isPast = (eb: ExpressionBuilder<Schema, 'tokens'>) =>
    eb.and([eb('holder', '<>', ''), eb.or([eb('expires_at', '<=', before), eb('revoked_at', '<=', before)])]);
  if (dry_run) return (await db.selectFrom('tokens').select('id').where(isPast).execute()).length;
  const [outcome] = await db.atomic([db.updateTable('tokens').set({ holder: '' }).where(isPast).compile()]);
  if (outcome!.changed > 0) await db.scrub();
  return outcome!.changed;
}
