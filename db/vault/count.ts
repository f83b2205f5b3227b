import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Keys } from '../schema.ts';
import { nextTurn } from '../turn.ts';
import type { Vault } from './vault.ts';

/** Number of subjects of a kind whose keys are wrapped under one key, and whose indexes have one version. */
export type KeyCount = Pick<Keys, 'subject_kind' | 'kek_id' | 'index_version'> & { subjects: number };

/** Rows that one query counts: few enough that requests are not held up. */
const rows_per_query = 20_000;

/** Counts the subjects by what opens and finds them. It walks the whole table, some rows at a time. */
export async function countKeys(db: Database): Promise<KeyCount[]> {
  const counts = new Map<string, KeyCount>();
  for (let after = ''; ; await nextTurn()) {
    const groups = await countSome(db, after);
    for (const { subject_kind, kek_id, index_version, subjects } of groups) {
      const name = JSON.stringify([subject_kind, kek_id, index_version]);
      const before = counts.get(name)?.subjects ?? 0;
      counts.set(name, { subject_kind, kek_id, index_version, subjects: before + subjects });
    }
    const walked = groups.reduce((sum, { subjects }) => sum + subjects, 0);
    if (walked < rows_per_query) return [...counts.values()];
    after = groups
      .map(({ last }) => last)
      .sort()
      .at(-1)!;
  }
}

function countSome(db: Database, after: string) {
  return db
    .selectFrom(
      db
        .selectFrom('keys')
        .select(['subject_kind', 'kek_id', 'index_version', 'subject_id'])
        .where('subject_id', '>', after)
        .orderBy('subject_id')
        .limit(sql.lit(rows_per_query))
        .as('some'),
    )
    .select(({ fn }) => [
      'subject_kind',
      'kek_id',
      'index_version',
      fn.countAll<number>().as('subjects'),
      fn.max('subject_id').as('last'),
    ])
    .groupBy(['subject_kind', 'kek_id', 'index_version'])
    .execute();
}

/** Adds up the subjects that a condition holds for. */
export function sumSubjects(counts: KeyCount[], isMeant: (count: KeyCount) => boolean): number {
  return counts.filter(isMeant).reduce((sum, { subjects }) => sum + subjects, 0);
}

/** Returns whether subjects hang on another key encryption key than the last one. */
export function isWrappedEarlier({ kek_id }: Vault) {
  return (count: KeyCount) => count.kek_id !== kek_id;
}

/** Returns whether subjects are found by indexes of another version than the latest. */
export function isIndexedEarlier({ index_version }: Vault) {
  return (count: KeyCount) => count.index_version !== null && count.index_version !== index_version;
}
