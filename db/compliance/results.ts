import type { Database } from '../database.ts';
import { writeDeliveries } from '../notices/write.ts';
import type { PromiseChecks, PublicKeys } from '../schema.ts';

/** Figures, dates and names of settings that a sentence has. */
export type Figures = Record<string, number | string>;

/** What the latest check of a promise found. `code` names a sentence. */
export interface PromiseCheck extends Omit<PromiseChecks, 'figures'> {
  figures: Figures;
}

/**
 * Stores what checks found, in place of what earlier ones did. Where a promise is broken that was not before, channels
 * are told.
 *
 * @returns Whether there is something to tell.
 */
export async function storeChecks(
  db: Database,
  checks: PromiseCheck[],
  earlier: PromiseCheck[],
  now: Date,
): Promise<boolean> {
  const wasBroken = (id: string) => earlier.some(({ promise, state }) => promise === id && state === 'broken');
  const isNews = checks.some(({ promise, state }) => state === 'broken' && !wasBroken(promise));
  const outcomes = await db.atomic([
    ...checks.map(({ figures, ...check }) => {
      const row = { ...check, figures: JSON.stringify(figures) };
      const { promise: _, ...values } = row;
      return db
        .insertInto('promise_checks')
        .values(row)
        .onConflict(conflict => conflict.column('promise').doUpdateSet(values))
        .compile();
    }),
    ...(isNews ? [writeDeliveries(db, { event: 'compliance.broken' }, now)] : []),
  ]);
  return isNews && outcomes.at(-1)!.changed > 0;
}

/** Lists what the latest check of each promise found. */
export async function listChecks(db: Database): Promise<PromiseCheck[]> {
  const rows = await db.selectFrom('promise_checks').selectAll().execute();
  return rows.map(row => ({ ...row, figures: JSON.parse(row.figures) as Figures }));
}

/** Notes the public keys that belong to the settings, and that those of earlier settings are retired. */
export async function notePublicKeys(
  db: Database,
  keys: Pick<PublicKeys, 'signs' | 'public_key'>[],
  now: Date,
): Promise<void> {
  const at = now.toISOString();
  const known = await listPublicKeys(db);
  const isListed = ({ signs, public_key }: (typeof keys)[number]) =>
    keys.some(key => key.signs === signs && key.public_key === public_key);
  const isKnown = (key: (typeof keys)[number]) =>
    known.some(one => one.signs === key.signs && one.public_key === key.public_key && !one.retired_at);
  const changes = [
    ...keys
      .filter(key => !isKnown(key))
      .map(key =>
        db
          .insertInto('public_keys')
          .values({ ...key, noted_at: at, retired_at: null })
          .onConflict(conflict => conflict.columns(['signs', 'public_key']).doUpdateSet({ retired_at: null }))
          .compile(),
      ),
    ...known
      .filter(key => !key.retired_at && !isListed(key))
      .map(({ signs, public_key }) =>
        db
          .updateTable('public_keys')
          .set({ retired_at: at })
          .where('signs', '=', signs)
          .where('public_key', '=', public_key)
          .compile(),
      ),
  ];
  if (changes.length > 0) await db.atomic(changes);
}

/** Lists the public keys of this deployment, present ones and retired ones. */
export async function listPublicKeys(db: Database): Promise<PublicKeys[]> {
  return db.selectFrom('public_keys').selectAll().orderBy('signs', 'desc').orderBy('noted_at').execute();
}
