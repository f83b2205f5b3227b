import type { Database } from '../database.ts';

/** What stands outside the numbers of the trail, and its numbers, both inclusive. */
interface Stray {
  what: 'event' | 'subject';
  from_seq: number;
  to_seq: number;
}

/** The numbers between which the trail stands. */
export interface Bounds {
  /** The number of the latest act. */
  head: number;
  /** The number up to which events have been deleted. */
  dropped: number;
  first_event: number | null;
  last_event: number | null;
  first_subject: number | null;
  last_subject: number | null;
}

/** Reads the bounds in one statement, so that they belong to one moment. */
export function readBounds(db: Database): Promise<Bounds> {
  return db
    .selectNoFrom(eb => [
      eb.selectFrom('changes').select('seq').as('head'),
      eb.selectFrom('audit_retention').select('upto').as('dropped'),
      eb
        .selectFrom('audit_events')
        .select(({ fn }) => fn.min<number>('seq').as('seq'))
        .as('first_event'),
      eb
        .selectFrom('audit_events')
        .select(({ fn }) => fn.max<number>('seq').as('seq'))
        .as('last_event'),
      eb
        .selectFrom('audit_subjects')
        .select(({ fn }) => fn.min<number>('seq').as('seq'))
        .as('first_subject'),
      eb
        .selectFrom('audit_subjects')
        .select(({ fn }) => fn.max<number>('seq').as('seq'))
        .as('last_subject'),
    ])
    .executeTakeFirstOrThrow() as Promise<Bounds>;
}

/** Finds an event before the first number, or a subject before the first event. */
export function findLowStray({ first_event, first_subject }: Bounds): Stray | undefined {
  if (first_event !== null && first_event < 1) return { what: 'event', from_seq: first_event, to_seq: first_event };
  if (first_subject !== null && first_subject < (first_event ?? Number.POSITIVE_INFINITY))
    return { what: 'subject', from_seq: first_subject, to_seq: first_subject };
  return undefined;
}

/** Finds an event, or a subject, after the number of the latest act. */
export function findHighStray({ head, last_event, last_subject }: Bounds): Stray | undefined {
  if (last_event !== null && last_event > head) return { what: 'event', from_seq: head + 1, to_seq: last_event };
  if (last_subject !== null && last_subject > head)
    return { what: 'subject', from_seq: last_subject, to_seq: last_subject };
  return undefined;
}
