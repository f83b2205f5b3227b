import type { Database } from './database.ts';

/** As much room as a lead's unit takes: a full disk may still have a page to spare. */
const room_bytes = 32_768;

/** Writes and takes back as much as a lead needs. Throws when the database can't take it. */
export async function probeWrite(db: Database): Promise<void> {
  const probe = { key: 'health', fingerprint: '0'.repeat(room_bytes), expires_at: '' };
  await db.atomic([
    db.insertInto('once').values(probe).compile(),
    db.deleteFrom('once').where('key', '=', probe.key).compile(),
  ]);
}
