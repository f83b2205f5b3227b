import type { Database } from './database.ts';

/** Writes without changing anything; throws when the database can't take a write. */
export async function probeWrite(db: Database): Promise<void> {
  await db.atomic([
    db
      .updateTable('changes')
      .set(eb => ({ seq: eb.ref('seq') }))
      .where('id', '=', 1)
      .compile(),
  ]);
}
