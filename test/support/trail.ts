import { sql } from 'kysely';
import type { Database } from '../../db/database.ts';

type Table = 'audit_events' | 'audit_subjects' | 'audit_seals' | 'audit_retention' | 'changes';
/** The tables of the trail. */
export const tables: Table[] = ['audit_events', 'audit_subjects', 'audit_seals', 'audit_retention', 'changes'];

/** Takes off all that keeps these tables from being changed, as somebody does who edits the file. */
export async function takeOffGuards(db: Database, engine: string) {
  const run = (text: string) => sql.raw(text).execute(db);
  if (engine === 'PostgreSQL') for (const table of tables) await run(`alter table ${table} disable trigger user`);
  else {
    const of = tables.map(table => `'${table}'`).join();
    const query = sql.raw<{ name: string }>(
      `select name from sqlite_master where type = 'trigger' and tbl_name in (${of})`,
    );
    for (const { name } of (await query.execute(db)).rows) await run(`drop trigger ${name}`);
  }
  await run('drop index audit_seals_by_prev');
  await run('drop index audit_seals_by_end');
}
