import { type CompiledQuery, sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { queueBulk, type TellBy } from '../notices/mails.ts';
import { failUnless } from '../statements.ts';
import type { NoticeWords } from './incident.ts';

/** A notice of an incident. `until` is the end of the time in which it is announced. */
export interface Notice {
  contact: string;
  until: string;
  texts: Record<string, NoticeWords>;
}

/** Selects the leads whose persons can be written to: those that are not erased. */
const selectReachable = (db: Database) =>
  db.selectFrom('keys').select('subject_id').where('subject_kind', '=', sql.lit('lead'));

/** Queues one mail to each address: to that of the latest of its leads that the incident affects. */
function queueMails(db: Database, incident_id: string, now: Date) {
  const later = sql<boolean>`not exists (select 1 from keys as later join incident_leads as other on other.lead_id = later.subject_id where other.incident_id = ${incident_id} and later.email_index = keys.email_index and later.subject_kind = 'lead' and later.subject_id > keys.subject_id)`;
  return queueBulk(
    db,
    `incident.${incident_id}`,
    db
      .selectFrom('incident_leads')
      .innerJoin('keys', 'keys.subject_id', 'incident_leads.lead_id')
      .select('incident_leads.lead_id as subject_id')
      .where('incident_id', '=', incident_id)
      .where('keys.subject_kind', '=', sql.lit('lead'))
      .where(later),
    now,
  );
}

/** Returns the statement that records how the person of a lead was told of an incident, for each of her leads that it affects. */
export function draftTold(db: Database, incident_id: string, lead_id: string, by: TellBy, now: Date): CompiledQuery {
  return db
    .updateTable('incident_leads')
    .set({ told_at: now.toISOString(), told_by: by })
    .where('incident_id', '=', incident_id)
    .where('told_at', 'is', null)
    .where(eb =>
      eb.or([
        eb('lead_id', '=', lead_id),
        eb(
          'lead_id',
          'in',
          sql<string>`(select same.subject_id from keys join keys as same on same.email_index = keys.email_index and same.subject_kind = 'lead' where keys.subject_id = ${lead_id} and keys.subject_kind = 'lead')`,
        ),
      ]),
    )
    .compile();
}

/**
 * Returns the statement that records, once no mail about an incident waits any more, of whom none is recorded that she was
 * told by the announcement, while it is in force. After that she stays among those who were not told.
 */
export function settleNotices(db: Database, now: Date): CompiledQuery {
  const at = now.toISOString();
  const announced = db.selectFrom('incidents').select('id').where('noticed_at', 'is not', null).where('until', '>', at);
  return db
    .updateTable('incident_leads')
    .set({ told_at: at, told_by: 'announcement' })
    .where('told_at', 'is', null)
    .where('incident_id', 'in', announced)
    .compile();
}

/**
 * Publishes the notice of an incident, in one unit with its event. Each person whom it affects gets a mail where mails go
 * out and her lead is there; of all others it is recorded that they were told by it. A notice never changes.
 *
 * @returns Whether it was done; false when there is no such incident, or it has its notice.
 */
export async function giveNotice(
  db: Database,
  incident_id: string,
  { contact, until, texts }: Notice,
  { mails }: { mails: boolean },
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
        .$if(mails, rows => rows.where('lead_id', 'not in', selectReachable(db)))
        .compile(),
      db.insertInto('incident_texts').values(words).compile(),
      takeNumber(db),
      db
        .updateTable('incidents')
        .set({ noticed_at: at, until, contact, seq: failUnless(sql`noticed_at is null`, takenNumber()) })
        .where('id', '=', incident_id)
        .compile(),
      ...recordEvent(db, actor, { action: 'incident.noticed', fields: incident_id }, now),
      ...(mails ? [queueMails(db, incident_id, now)] : []),
    ]);
    return outcomes[3]!.changed > 0;
  } catch (error) {
    if (error instanceof Conflict && ['incidents', 'incident_texts'].includes(error.table)) return false;
    throw error;
  }
}
