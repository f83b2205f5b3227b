import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** People listed at most. */
const most_people = 200;

/**
 * Lists everybody to whom a lead is assigned, in no order that people know.
 *
 * It asks the index for the first name and then for the next after each. So it reads a row for each person, and not one
 * for each lead.
 */
export async function listAssigned(db: Database): Promise<string[]> {
  const first = sql`select min(assigned_to) from leads where assigned_to is not null and erased_at is null`;
  const { rows } = await sql<{ name: string }>`
    with recursive assigned (name) as (
      ${first}
      union all
      select (${first} and assigned_to > assigned.name) from assigned where assigned.name is not null
    )
    select name from assigned where name is not null limit ${sql.lit(most_people)}`.execute(db);
  return rows.map(({ name }) => name);
}
