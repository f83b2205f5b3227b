import { sql } from 'kysely';
import type { Database } from './database.ts';

/**
 * Size of the probe, as much as a lead's unit takes. Because a full disk may still have a free page, a smaller
 * write could succeed.
 */
const room_bytes = 32_768;

/**
 * Does what a lead needs, on the way of a lead, and leaves nothing: it writes as much, takes the lock of the number,
 * deletes again, and reads. Throws when the database cannot.
 *
 * It reads last, because a write of another connection empties the cache of the one that reads: the disk is asked.
 */
export async function probe(db: Database): Promise<void> {
  const row = { key: 'health', fingerprint: '0'.repeat(room_bytes), expires_at: '' };
  await db.atomic([
    db.insertInto('once').values(row).compile(),
    db.deleteFrom('once').where('key', '=', row.key).compile(),
    db
      .updateTable('changes')
      .set(eb => ({ seq: eb.ref('seq') }))
      .where('id', '=', 1)
      .compile(),
    ...(db.ask_room ?? []).map(statement => statement.compile(db)),
  ]);
  await db.read(db.selectFrom('policies').select('version').limit(1).compile());
  await db.read(db.selectFrom('leads').select('sealed').orderBy('id', 'desc').limit(1).compile());
}

/**
 * Returns whether what PostgreSQL acknowledges is on a standby too. Because a role without `pg_monitor` does not see how a
 * standby is kept, it is then enough that one is connected and that the server asks for one.
 */
export async function isReplicated(db: Database): Promise<boolean> {
  const { rows } = await sql<{ replicated: boolean }>`
    select current_setting('synchronous_standby_names') <> ''
      and exists (select from pg_stat_replication where coalesce(sync_state, 'sync') in ('sync', 'quorum')) as replicated
  `.execute(db);
  return rows[0]!.replicated;
}
