import { sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { failUnless } from '../statements.ts';
import type { NoticeWords } from './incident.ts';

/** A notice of an incident. `until` is the end of the time in which it is announced. */
export interface Notice {
  contact: string;
  until: string;
  texts: Record<string, NoticeWords>;
}

/**
 * Publishes the notice of an incident, and records of each person whom it affects that she was told by it, in one unit
 * with its event. A notice never changes.
 *
 * @returns Whether it was done; false when there is no such incident, or it has its notice.
 */
export async function giveNotice(
  db: Database,
  incident_id: string,
  { contact, until, texts }: Notice,
  actor: Actor,
  now: Date,
): Promise<boolean> {
  const at = now.toISOString();
  const words = Object.entries(texts).map(([locale, parts]) => ({ incident_id, locale, ...parts }));
  try {
    const outcomes = await db.atomic([
      db
        .updateTable('incident_leads')
        .set({ told_at: at, told_by: 'announcement' })
        .where('incident_id', '=', incident_id)
        .where('told_at', 'is', null)
        .compile(),
      db.insertInto('incident_texts').values(words).compile(),
      takeNumber(db),
      db
        .updateTable('incidents')
        .set({ noticed_at: at, until, contact, seq: failUnless(sql`noticed_at is null`, takenNumber()) })
        .where('id', '=', incident_id)
        .compile(),
      ...recordEvent(db, actor, { action: 'incident.noticed', fields: incident_id }, now),
    ]);
    return outcomes[3]!.changed > 0;
  } catch (error) {
    if (error instanceof Conflict && ['incidents', 'incident_texts'].includes(error.table)) return false;
    throw error;
  }
}
