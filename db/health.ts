import type { Database } from './database.ts';

/**
 * Size of the probe, as much as a lead's unit takes. Because a full disk may still have a free page, a smaller
 * write could succeed.
 */
const room_bytes = 32_768;

/** Writes as much as a lead needs and deletes it again. Throws when the database cannot take it. */
export async function probeWrite(db: Database): Promise<void> {
  const probe = { key: 'health', fingerprint: '0'.repeat(room_bytes), expires_at: '' };
  await db.atomic([
    db.insertInto('once').values(probe).compile(),
    db.deleteFrom('once').where('key', '=', probe.key).compile(),
  ]);
}
