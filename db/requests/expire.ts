import { sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { addDays, dayOf, monthsBefore } from '../days.ts';
import { type RunOptions, retention } from '../leads/expire.ts';
import { run } from '../leads/parts.ts';
import { writeDeliveries } from '../notices/write.ts';
import { spendProof } from '../once/spend.ts';
import { failUnless } from '../statements.ts';
import { draftAct } from './act.ts';
import { due_zone, dueDay, endsUnverified, type RequestRow } from './request.ts';

/** Months after its end for which a request's contact and words are kept. */
const kept_months = 36;

/** Time for which it is remembered that a reminder was sent: longer than it could be sent again. */
const remembered_ms = 30 * 24 * 3_600_000;

/** Requests read at a time. */
const requests_per_page = 200;

/**
 * Erases the contact and the words of requests that ended 36 months ago; the rest stays, as proof that they were
 * answered. Safe to run at any time, on several servers at once, and to kill.
 *
 * @returns The number erased here; with `dry_run`, of those that would be.
 */
export async function expireRequests(
  db: Database,
  now: Date,
  { dry_run = false, mayGoOn = () => true }: RunOptions = {},
): Promise<number> {
  const ended = monthsBefore(now, kept_months).toISOString();
  let expired = 0;
  for (let after = { closed_at: '', id: '' }; ; await db.rest()) {
    const page = await db
      .selectFrom('subject_requests')
      .select(['id', 'seq', sql<string>`closed_at`.as('closed_at')])
      .where('closed_at', 'is not', null)
      .where('erased_at', 'is', null)
      .where('closed_at', '<=', ended)
      .where(eb => eb(eb.refTuple('closed_at', 'id'), '>', eb.tuple(after.closed_at, after.id)))
      .orderBy('closed_at')
      .orderBy('id')
      .limit(requests_per_page)
      .execute();
    for (const request of page) {
      if (!mayGoOn()) return expired;
      if (dry_run || (await eraseRequest(db, request, retention, now))) expired += 1;
    }
    if (page.length < requests_per_page) break;
    after = page.at(-1)!;
  }
  if (expired > 0 && !dry_run) await db.scrub();
  return expired;
}

/** Erases the contact and the words of a request, in every backup too, and returns whether it was done here. */
export function eraseRequest(
  db: Database,
  { id, seq }: Pick<RequestRow, 'id' | 'seq'>,
  actor: Actor,
  now: Date,
): Promise<boolean> {
  return run(db, [
    {
      locks: [db.deleteFrom('keys').where('subject_kind', '=', 'request').where('subject_id', '=', id).compile()],
      acts: [
        takeNumber(db),
        db
          .updateTable('subject_requests')
          .set({
            sealed: null,
            erased_at: now.toISOString(),
            seq: failUnless(sql`subject_requests.seq = ${seq} and erased_at is null`, takenNumber()),
          })
          .where('id', '=', id)
          .compile(),
        ...recordEvent(db, actor, { action: 'request.erased', fields: id }, now),
      ],
    },
  ]);
}

/** Who ends requests, as the actor of an event. */
const clock: Actor = { id: 'retention', role: 'retention', request_id: null };

/**
 * Ends the requests whose due day is over, whose person was asked to verify, and who never did: nothing could be matched
 * to a verified contact, and that is the answer. A request that nobody asked to verify stays open, and is overdue.
 *
 * @returns The number ended here.
 */
export async function endUnverified(db: Database, now: Date): Promise<number> {
  const today = dayOf(now, due_zone);
  const at = now.toISOString();
  let ended = 0;
  for await (const request of walkOpen(db))
    if (dueDay(request) < today && endsUnverified(request)) {
      const set = { state: 'expired', closed_at: at };
      const event = { action: 'request.expired', fields: request.id, purpose: request.type } as const;
      if (await run(db, [draftAct(db, request, set, event, clock, now)])) ended += 1;
    }
  return ended;
}

/** Days before the due day on which channels are reminded, the nearest first. */
const reminders = [0, 2, 5];

/**
 * Reminds channels of the requests that wait for an answer: five days before the due day, two days before, and on it.
 * Because a reminder is spent like a bot check, it is sent once, whoever runs the job and however often.
 *
 * @returns The number of requests of which a channel was told here.
 */
export async function remindOfDue(db: Database, now: Date): Promise<number> {
  const today = dayOf(now, due_zone);
  let reminded = 0;
  for await (const request of walkOpen(db)) {
    const due = dueDay(request);
    const before = due < today ? undefined : reminders.find(days => addDays(due, -days) <= today);
    if (before !== undefined && (await remind(db, request.id, `${due} ${before}`, now))) reminded += 1;
  }
  return reminded;
}

async function remind(db: Database, request_id: string, which: string, now: Date): Promise<boolean> {
  const expires_at = new Date(now.getTime() + remembered_ms);
  const proof = `reminder ${request_id} ${which}`;
  try {
    const [, told] = await db.atomic([
      spendProof(db, { proof, expires_at }),
      writeDeliveries(db, { event: 'request.due', request_id }, now),
    ]);
    return told!.changed > 0;
  } catch (error) {
    if (error instanceof Conflict && error.table === 'once') return false;
    throw error;
  }
}

/** Walks the requests that wait for an answer, some at a time. */
async function* walkOpen(db: Database): AsyncGenerator<RequestRow> {
  for (let after = ''; ; await db.rest()) {
    const page = await db
      .selectFrom('subject_requests')
      .selectAll()
      .where('closed_at', 'is', null)
      .where('id', '>', after)
      .orderBy('id')
      .limit(requests_per_page)
      .execute();
    yield* page;
    if (page.length < requests_per_page) return;
    after = page.at(-1)!.id;
  }
}
