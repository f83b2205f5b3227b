import { type CompiledQuery, type SelectQueryBuilder, sql } from 'kysely';
import { type AuditEvent, recordEvent, system, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { MailAbout, Mails, Schema } from '../schema.ts';
import { type Attempt, retry_after_ms } from './attempts.ts';

/** Time for which a server that has taken a mail has it for itself. */
const lease_ms = 60_000;

/** Mails that are looked at at once. */
const due_at_once = 20;

/** How a person is told: by a mail, or where she gets none by the announcement. */
export type TellBy = 'mail' | 'announcement';

export type MailKind = 'code' | 'copy' | 'policy' | 'incident';

/**
 * Returns the statement that queues a mail to a person, in the unit of the act itself. The row holds ids: who is meant,
 * where she is reached and what she reads is found out when it is sent. There is one mail of a kind about a subject.
 */
export function queueMail(db: Database, about: MailAbout, subject_id: string, now: Date): CompiledQuery {
  const at = now.toISOString();
  return db
    .insertInto('mails')
    .values({
      ...{ about, subject_id, state: 'queued', attempts: 0, last_status: null, last_error: null },
      ...{ queued_at: at, next_at: at, sent_at: null, lead_id: null, tries: 0, is_bulk: 0 },
    })
    .compile();
}

/** Returns the statement that queues a mail about something to each of many subjects. They wait for what is urgent. */
export function queueBulk(
  db: Database,
  about: MailAbout,
  subjects: SelectQueryBuilder<Schema, never, { subject_id: string }>,
  now: Date,
): CompiledQuery {
  const at = sql<string>`cast(${now.toISOString()} as text)`;
  return db
    .insertInto('mails')
    .columns(['subject_id', 'about', 'state', 'attempts', 'queued_at', 'next_at', 'tries', 'is_bulk'])
    .expression(
      db
        .selectFrom(subjects.as('subjects'))
        .select('subject_id')
        .select([sql<MailAbout>`cast(${about} as text)`.as('about'), sql<'queued'>`'queued'`.as('state')])
        .select([sql<number>`0`.as('attempts'), at.as('queued_at'), at.as('next_at')])
        .select([sql<number>`0`.as('tries'), sql<number>`1`.as('is_bulk')]),
    )
    .compile();
}

/** Lists mails that are to be sent now, those that have waited longest first, and what is one of
 * many last. */
export function listDueMails(db: Database, now: Date): Promise<Mails[]> {
  return db
    .selectFrom('mails')
    .selectAll()
    .where('state', '=', sql.lit('queued'))
    .where('next_at', '<=', now.toISOString())
    .orderBy('is_bulk')
    .orderBy('next_at')
    .orderBy('subject_id')
    .limit(due_at_once)
    .execute();
}

/** Takes a mail for this server, and returns whether no other was quicker. */
export async function takeMail(db: Database, mail: Mails, now: Date): Promise<boolean> {
  const [outcome] = await db.atomic([
    selectOne(db, mail)
      .set({ next_at: new Date(now.getTime() + lease_ms).toISOString() })
      .where('next_at', '=', mail.next_at)
      .compile(),
  ]);
  return outcome!.changed > 0;
}

/**
 * Records what came of a mail, in one unit with the event of its success. What failed is tried again later, or is dead
 * after the last attempt, or once it would come after `until`.
 *
 * @param attempt Undefined where there was nobody to send it to: it counts as sent, but has no time. `lead_id` is the lead
 *   whose address it went to.
 * @param draftEnd Returns the statements that go with it once it was sent (`mail`), or given up (`announcement`).
 */
export async function recordMail(
  db: Database,
  mail: Mails,
  attempt: (Pick<Attempt, 'is' | 'status' | 'error'> & { lead_id?: string | undefined }) | undefined,
  now: Date,
  { until, draftEnd }: { until?: Date | undefined; draftEnd?: ((by: TellBy) => CompiledQuery[]) | undefined } = {},
): Promise<void> {
  const attempts = mail.attempts + 1;
  const wait_ms = retry_after_ms[mail.attempts];
  const next = wait_ms === undefined ? undefined : new Date(now.getTime() + wait_ms);
  const isOver = !next || (until !== undefined && next > until);
  const set =
    attempt?.is === 'failed'
      ? { attempts, ...(isOver ? ({ state: 'dead', next_at: null } as const) : { next_at: next.toISOString() }) }
      : ({ attempts, state: 'sent', next_at: null, sent_at: attempt ? now.toISOString() : null } as const);
  const { status: last_status = null, error: last_error = null, lead_id = null } = attempt ?? {};
  const facts = { last_status, last_error, lead_id };
  const isSent = attempt?.is === 'sent';
  await db.atomic([
    selectOne(db, mail)
      .set({ ...set, ...facts })
      .compile(),
    ...('state' in set ? (draftEnd?.(isSent ? 'mail' : 'announcement') ?? []) : []),
    ...(isSent && lead_id ? [takeNumber(db), ...recordEvent(db, system, sentEvent(mail, lead_id), now)] : []),
  ]);
}

/** Returns the event of a mail that its server has taken: the request, version or incident, and what kind of mail. */
function sentEvent({ about, subject_id }: Mails, lead_id: string): AuditEvent {
  const [kind, id = subject_id] = splitAbout(about);
  return { action: 'mail.sent', fields: id, purpose: kind, lead_ids: [lead_id] };
}

/** Returns the kind of a mail and, where there are several of it, which one: `policy` and `2026-02` of `policy.2026-02`. */
export function splitAbout(about: MailAbout): [MailKind, string?] {
  const at = about.indexOf('.');
  return at < 0 ? [about as MailKind] : [about.slice(0, at) as MailKind, about.slice(at + 1)];
}

/**
 * Counts a try at the code of a mail.
 *
 * @returns When the mail was sent, or null where it went to nobody; undefined where it had its tries.
 */
export async function spendTry(
  db: Database,
  subject_id: string,
  most: number,
): Promise<{ sent_at: string | null } | undefined> {
  const mail = { about: 'code', subject_id } as const;
  const [outcome] = await db.atomic([
    selectOne(db, mail).set({ tries: sql`tries + 1` }).where('tries', '<', most).compile(),
  ]);
  if (outcome!.changed === 0) return undefined;
  return db
    .selectFrom('mails')
    .select('sent_at')
    .where('subject_id', '=', subject_id)
    .where('about', '=', mail.about)
    .executeTakeFirst();
}

/**
 * Ends the mails that wait in a database that was restored, but for the addresses of copies. `last_error` says why.
 *
 * Because most of what waited when the backup was made has been sent since, and nobody knows which, none of it goes out
 * again. The address of a copy does: a person has it from nowhere else, and it is the same address.
 */
export function endMails(db: Database): CompiledQuery {
  return db
    .updateTable('mails')
    .set({ state: 'dead', next_at: null, last_error: 'restored' })
    .where('state', '=', sql.lit('queued'))
    .where('about', '<>', sql.lit('copy'))
    .compile();
}

/** Deletes mails queued before an instant that are no longer so, and returns how many. */
export async function forgetMails(db: Database, before: Date): Promise<number> {
  const [outcome] = await db.atomic([
    db
      .deleteFrom('mails')
      .where('queued_at', '<', before.toISOString())
      .where('state', '<>', sql.lit('queued'))
      .compile(),
  ]);
  return outcome!.changed;
}

function selectOne(db: Database, { about, subject_id }: Pick<Mails, 'about' | 'subject_id'>) {
  return db.updateTable('mails').where('subject_id', '=', subject_id).where('about', '=', about);
}
