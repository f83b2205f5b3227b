import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import { pause } from '../turn.ts';
import type { Unopened } from './lost-key.ts';

/** Rows that one query walks past, and subjects that one unit writes: few enough that requests are not held up. */
const rows_per_step = 5_000;
const subjects_per_unit = 50;

/** Time between two units in which others write. */
const rest_ms = 5;

/** A part of the table: the subjects after one id up to another, or to the end; at most so many of them. */
export interface Range {
  after: string;
  end: string | undefined;
  limit: number;
}

/** What becomes of the rows of `keys` that are out of date. */
export interface Renewal<Row extends { subject_id: string; kek_id: string }> {
  /** Selects rows that are out of date, by id. */
  select(range: Range): Promise<Row[]>;
  /**
   * Drafts the update of a row, which changes nothing when the row was changed or deleted since it was read.
   *
   * @throws When the row does not open.
   */
  draft(row: Row): CompiledQuery;
}

export interface Renewed {
  renewed: number;
  unopened: Unopened[];
}

/**
 * Renews all rows of `keys` that are out of date, in units of fifty.
 *
 * Because a row that is done is no longer out of date, the walk may be killed and begun again, and two servers may walk
 * at once.
 *
 * @param onProgress Hears how many rows were renewed since it was last called.
 */
export async function renewKeys<Row extends { subject_id: string; kek_id: string }>(
  db: Database,
  { select, draft }: Renewal<Row>,
  onProgress: (count: number) => void = () => {},
): Promise<Renewed> {
  const done: Renewed = { renewed: 0, unopened: [] };
  for (let after = ''; ; await pause(rest_ms)) {
    const end = await findEnd(db, after);
    const stale = await select({ after, end, limit: subjects_per_unit });
    const updates = stale.map(row => {
      try {
        return draft(row);
      } catch {
        done.unopened.push({ subject_id: row.subject_id, key_id: row.kek_id });
        return undefined;
      }
    });
    const statements = updates.filter(update => update !== undefined);
    const outcomes = statements.length > 0 ? await db.atomic(statements) : [];
    const changed = outcomes.reduce((sum, { changed }) => sum + changed, 0);
    done.renewed += changed;
    onProgress(changed);
    const isFull = stale.length === subjects_per_unit;
    if (!isFull && end === undefined) return done;
    after = isFull ? stale.at(-1)!.subject_id : end!;
  }
}

/** Finds where a step ends; undefined for the last one. */
async function findEnd(db: Database, after: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('keys')
    .select('subject_id')
    .where('subject_id', '>', after)
    .orderBy('subject_id')
    .limit(sql.lit(1))
    .offset(sql.lit(rows_per_step - 1))
    .executeTakeFirst();
  return row?.subject_id;
}
