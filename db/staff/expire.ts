import { type ExpressionBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';
import { monthsBefore } from '../days.ts';
import type { Schema } from '../schema.ts';
import { goodTimes, isPassedOver } from './passed-over.ts';

/**
 * Months for which a holder is known after their token has ended, or their account was last used: as long as the audit
 * trail is kept at least, which names both by their ids.
 */
const holder_months = 36;

/**
 * Forgets the holders of tokens and accounts that ended long ago. Safe to run at any time, on several servers at once,
 * and to kill. Rules of assignment forget them too, because a name that nobody has would not be passed over.
 *
 * @returns The number of holders forgotten here; with `dry_run`, of those that would be.
 */
export async function forgetHolders(db: Database, now: Date, { dry_run = false } = {}): Promise<number> {
  const before = monthsBefore(now, holder_months).toISOString();
  const isPast = (eb: ExpressionBuilder<Schema, 'tokens'>) =>
    eb.and([eb('tokens.holder', '<>', ''), eb.or([eb('expires_at', '<=', before), eb('revoked_at', '<=', before)])]);
  const isUnused = (eb: ExpressionBuilder<Schema, 'accounts'>) =>
    eb.and([eb('accounts.holder', '<>', ''), eb('last_used_at', '<=', before)]);
  if (dry_run) {
    const tokens = await db.selectFrom('tokens').select('id').where(isPast).execute();
    const accounts = await db.selectFrom('accounts').select('id').where(isUnused).execute();
    return tokens.length + accounts.length;
  }
  // The id stands in for the subject, because an index demands that issuer and subject differ.
  const nobody = (eb: ExpressionBuilder<Schema, 'accounts'>) => ({ holder: '', issuer: '', subject: eb.ref('id') });
  const gone = (eb: ExpressionBuilder<Schema, 'assignment_rules'>) =>
    eb
      .selectFrom('tokens')
      .select('tokens.holder')
      .where(isPast)
      .union(eb.selectFrom('accounts').select('accounts.holder').where(isUnused));
  const [, ...outcomes] = await db.atomic([
    db
      .deleteFrom('assignment_rules')
      .where('assignment_rules.holder', 'in', gone)
      .where(isPassedOver(sql.ref('assignment_rules.holder'), goodTimes(now)))
      .compile(),
    db.updateTable('tokens').set({ holder: '' }).where(isPast).compile(),
    db.updateTable('accounts').set(nobody).where(isUnused).compile(),
  ]);
  const forgotten = outcomes.reduce((sum, { changed }) => sum + changed, 0);
  if (forgotten > 0) await db.scrub();
  return forgotten;
}
