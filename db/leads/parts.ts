import type { CompiledQuery } from 'kysely';
import { subject_tables } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';

/** The tables whose Conflict says that a lead, its holds or a request about it are not what was read. */
export const hold_tables = ['holds', 'leads', 'subject_requests', ...subject_tables];

/**
 * A part of a unit. Because other units lock rows of a lead before they take a number, the `locks` of all parts stand
 * before the first of the `acts`.
 */
export interface Part {
  locks: CompiledQuery[];
  acts: CompiledQuery[];
}

/**
 * Attempts at an act before it gives up. Because others may place and release holds meanwhile, one may not be enough.
 */
export const attempts = 50;

/** Runs parts as one unit, and returns whether the lead and its holds were as the parts expect. */
export async function run(db: Database, parts: Part[]): Promise<boolean> {
  try {
    await db.atomic([...parts.flatMap(({ locks }) => locks), ...parts.flatMap(({ acts }) => acts)]);
    return true;
  } catch (error) {
    if (error instanceof Conflict && hold_tables.includes(error.table)) return false;
    throw error;
  }
}
