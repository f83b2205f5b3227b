import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { asText, lengthPrefixed } from '../digest.ts';
import type { AuditEvents } from '../schema.ts';
import { nextTurn } from '../turn.ts';

/** An event with its subjects, as the bytes that are sealed. */
export interface RecordedEvent {
  seq: number;
  /** The number, the columns and the subjects in ascending order, each after its length. */
  bytes: Buffer;
}

/** Largest number of events in a page, and so in a sealed range: reading and sealing them takes some milliseconds. */
const events_per_page = 500;

/** Largest number of subjects in a page, unless its only event has more. */
const subjects_per_page = 1_000;

/** A page of the trail; the last page holds the latest event. */
interface TrailPage {
  events: RecordedEvent[];
  isLast: boolean;
}

/**
 * Reads the events after a number in the order of numbers, each with its subjects.
 *
 * Because an act holds the number's row until its commit, who sees an event sees all events with lower numbers: what is
 * read has no holes from acts that are under way.
 */
export async function readTrail(db: Database, after: number): Promise<TrailPage> {
  const rows = await db
    .selectFrom('audit_events')
    .selectAll()
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(sql.lit(events_per_page))
    .execute();
  const last = rows.at(-1)?.seq;
  if (last === undefined) return { events: [], isLast: true };
  const subjects = await selectSubjects(db, after, last).limit(sql.lit(subjects_per_page)).execute();
  const isCut = subjects.length === subjects_per_page;
  const whole = isCut ? rows.filter(({ seq }) => seq < subjects.at(-1)!.seq) : rows;
  if (whole.length > 0) return { events: encode(whole, subjects), isLast: !isCut && rows.length < events_per_page };
  const first = rows.slice(0, 1);
  return { events: encode(first, await selectSubjects(db, after, first[0]!.seq).execute()), isLast: false };
}

function selectSubjects(db: Database, after: number, upto: number) {
  return db
    .selectFrom('audit_subjects')
    .select(['seq', 'lead_id'])
    .where('seq', '>', after)
    .where('seq', '<=', upto)
    .orderBy('seq')
    .orderBy('lead_id');
}

/** Reads ranges of the trail, one after the other. */
export type Trail = ReturnType<typeof openTrail>;

/** What was read of a range. */
interface Read {
  /** The first number that has no event; undefined when each has one. */
  hole: number | undefined;
  /** SHA-256 of the events. */
  sum: string;
  /** The first of the events. */
  events: RecordedEvent[];
}

/** Opens the trail after a number, to read the rest of it in pages, whatever ranges are asked for. */
export function openTrail(db: Database, begin = 0) {
  let page: RecordedEvent[] = [];
  let at = 0;
  let after = begin;
  let first: number | undefined;
  let ahead = readAhead(db, after);

  async function next(upto: number): Promise<RecordedEvent[]> {
    if (at === page.length) {
      const { events } = await ahead;
      await nextTurn();
      page = events.length > 0 ? events : (await readTrail(db, after)).events;
      at = 0;
      after = page.at(-1)?.seq ?? after;
      first ??= page[0]?.seq;
      ahead = readAhead(db, after);
    }
    const begin = at;
    while (at < page.length && page[at]!.seq <= upto) at += 1;
    return page.slice(begin, at);
  }

  return {
    /** Returns the number of the first event that was read. */
    first: () => first,
    /**
     * Reads a range, which must begin behind the one before.
     *
     * @param kept How many of its events are returned.
     */
    async read(from_seq: number, to_seq: number, kept: number): Promise<Read> {
      const sum = createHash('sha256');
      const events: RecordedEvent[] = [];
      let expected = from_seq;
      let hole: number | undefined;
      for (let some = await next(to_seq); some.length > 0; some = await next(to_seq))
        for (const event of some) {
          if (event.seq !== expected) hole ??= expected;
          expected = event.seq + 1;
          sum.update(event.bytes);
          if (events.length < kept) events.push(event);
        }
      if (expected <= to_seq) hole ??= expected;
      return { hole, sum: sum.digest('hex'), events };
    },
  };
}

/**
 * Begins to read a page before it is asked for, so that PostgreSQL reads while this process hashes. Because perhaps
 * nobody asks for it, its error is only for whoever does.
 */
function readAhead(db: Database, after: number): Promise<TrailPage> {
  const page = readTrail(db, after);
  page.catch(() => {});
  return page;
}

function encode(rows: AuditEvents[], subjects: { seq: number; lead_id: string }[]): RecordedEvent[] {
  const bySeq = Map.groupBy(subjects, ({ seq }) => seq);
  return rows.map(({ seq, recorded_at, actor, role, action, fields, purpose, request_id, lead_id }) => {
    const leads = (bySeq.get(seq) ?? []).map(subject => subject.lead_id).sort();
    const columns = [recorded_at, actor, role, action, fields, purpose, request_id, lead_id];
    return {
      seq,
      bytes: lengthPrefixed(String(seq), ...columns.map(asText), String(leads.length), ...leads.map(asText)),
    };
  });
}
