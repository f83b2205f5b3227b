import { sql } from 'kysely';
import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { failUnless } from '../statements.ts';
import { countKeys, sumSubjects } from './count.ts';
import { type Renewed, renewKeys } from './renew.ts';
import type { Vault } from './vault.ts';

/**
 * Wraps every key anew that is wrapped under another key encryption key than the last one. What the keys open stays as it
 * is, so reads and backups go on.
 */
export async function rewrapKeys(
  { db, vault }: { db: Database; vault: Vault },
  onProgress?: (count: number) => void,
): Promise<Renewed> {
  return renewKeys(
    db,
    {
      select: ({ after, end, limit }) =>
        db
          .selectFrom('keys')
          .select(['subject_kind', 'subject_id', 'kek_id', 'wrapped'])
          .where('subject_id', '>', after)
          .$if(end !== undefined, rows => rows.where('subject_id', '<=', end!))
          .where('kek_id', '<>', vault.kek_id)
          .orderBy('subject_id')
          .limit(sql.lit(limit))
          .execute(),
      draft: ({ subject_kind, subject_id, kek_id, wrapped }) =>
        db
          .updateTable('keys')
          .set(vault.wrap(subject_id, vault.unwrap(subject_id, { kek_id, wrapped })))
          .where('subject_kind', '=', subject_kind)
          .where('subject_id', '=', subject_id)
          .where('wrapped', '=', wrapped)
          .compile(),
    },
    onProgress,
  );
}

/**
 * Records the end of the rotation of each key encryption key that was used and that wraps nothing any more, once.
 *
 * With a key's first use, it tells later whom a retired key wrapped.
 *
 * @param renewed Ids of the keys of which this rotation wrapped something anew. Because an earlier rotation may have
 *   ended before, such a key is recorded again.
 * @returns The ids recorded.
 */
export async function noteRotated(
  { db, vault }: { db: Database; vault: Vault },
  renewed: string[],
  actor: Actor,
  now: Date,
): Promise<string[]> {
  const counts = await countKeys(db);
  const used = await db
    .selectFrom('key_checks')
    .select(['number', 'key_id', 'rotated_at'])
    .where('setting', '=', 'ENCRYPTION_KEYS')
    .where('key_id', '<>', vault.kek_id)
    .where('used_at', 'is not', null)
    .orderBy('number')
    .execute();
  const ended = used.filter(
    ({ key_id, rotated_at }) =>
      (rotated_at === null || renewed.includes(key_id)) && sumSubjects(counts, ({ kek_id }) => kek_id === key_id) === 0,
  );
  const noted: string[] = [];
  for (const { number, key_id, rotated_at } of ended) {
    const isAsRead = sql`coalesce(rotated_at, '') = ${rotated_at ?? ''}`;
    try {
      await db.atomic([
        db
          .updateTable('key_checks')
          .set({ rotated_at: now.toISOString(), noted_at: failUnless(isAsRead, sql<string>`noted_at`) })
          .where('setting', '=', 'ENCRYPTION_KEYS')
          .where('number', '=', number)
          .compile(),
        takeNumber(db),
        ...recordEvent(db, actor, { action: 'key.rotated', fields: key_id }, now),
      ]);
      noted.push(key_id);
    } catch (error) {
      // Another rotation that ended at the same time has recorded it.
      if (!(error instanceof Conflict && error.table === 'key_checks')) throw error;
    }
  }
  return noted;
}
