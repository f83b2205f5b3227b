import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { monthsBefore } from '../days.ts';
import type { AuditSeals } from '../schema.ts';
import { type Bounds, findHighStray, findLowStray, readBounds } from './bounds.ts';
import type { Checkpoint } from './checkpoint.ts';
import { least_months, readDropped } from './expire.ts';
import { hashSeal, mark_digits, markEvent } from './seal.ts';
import { openTrail, type RecordedEvent, type Trail } from './trail.ts';

/** A trail that is sound. */
export interface SoundTrail {
  /** Numbers of the first and the last event. */
  from_seq: number;
  to_seq: number;
  /** The end of the sealed part. What comes after it is only known to have no holes. */
  sealed_to: number;
  seals: number;
  /** Checkpoints that the trail holds. */
  checkpoints: number;
}

/** The first place of a trail that is wrong. */
export interface WrongPlace {
  found: 'edited' | 'inserted' | 'removed' | 'cut_off' | 'forked';
  /**
   * What it is. An event is edited also when its subjects are; a subject by itself has no event. With `checkpoint`, the
   * trail agrees with itself, but not with a checkpoint.
   */
  what: 'event' | 'subject' | 'seal' | 'checkpoint';
  /** The numbers that it is about, both inclusive. */
  from_seq: number;
  to_seq: number;
}

interface VerifyOptions {
  now: Date;
  /** Looks only at what was sealed from this instant on, and at what is not sealed yet. */
  since?: Date;
  /** Checkpoints that the trail must hold, in any order. Their signatures have been checked. */
  checkpoints?: Checkpoint[];
  /** Hears how many numbers have been looked at, of how many. */
  onProgress?(done: number, whole: number): void;
}

/** Seals that are read at once. */
const seals_per_page = 100;

/**
 * Looks through the whole trail, in constant memory, for the first place where it was changed after the fact.
 *
 * It also works while servers write and events expire.
 */
export async function verifyTrail(db: Database, options: VerifyOptions): Promise<SoundTrail | WrongPlace> {
  const { now, onProgress = () => {} } = options;
  const checkpoints = (options.checkpoints ?? []).toSorted((one, other) => one.seq - other.seq);
  const bounds = await readBounds(db);
  const { head } = bounds;
  const begin = options.since && (await findSealBefore(db, options.since));
  const trail = openTrail(db, begin?.to_seq);
  const kept_since = monthsBefore(now, least_months).toISOString();
  let last = begin;
  let seals = 0;
  let held = 0;

  const low = findLowStray(bounds);
  if (low) return { found: 'inserted', ...low };
  for (let page = await listSeals(db, last); page.length > 0; page = await listSeals(db, last)) {
    for (const seal of page) {
      const wrong = checkSeal(seal, last) ?? (await checkEvents(db, trail, seal, { ...bounds, kept_since }));
      if (wrong) return wrong;
      for (; held < checkpoints.length && checkpoints[held]!.seq <= seal.to_seq; held++) {
        const { seq, hash } = checkpoints[held]!;
        // Two may name one number: of a database that was begun in the place of this one, say.
        const from = Math.min((checkpoints[held - 1]?.seq ?? 0) + 1, seq);
        if (seal.to_seq !== seq || seal.hash !== hash) return place('forked', 'checkpoint', from, seq);
      }
      last = seal;
      seals += 1;
      onProgress(Math.min(seal.to_seq, head), head);
    }
  }
  const sealed_to = last?.to_seq ?? 0;
  const wrong = await checkTail(db, trail, sealed_to, bounds);
  if (wrong) return wrong;
  const high = findHighStray(bounds);
  if (high) return { found: 'inserted', ...high };
  if (held < checkpoints.length) return place('cut_off', 'checkpoint', sealed_to + 1, checkpoints[held]!.seq);
  onProgress(head, head);
  return { from_seq: trail.first() ?? 0, to_seq: Math.max(head, sealed_to), sealed_to, seals, checkpoints: held };
}

function place(found: WrongPlace['found'], what: WrongPlace['what'], from_seq: number, to_seq = from_seq): WrongPlace {
  return { found, what, from_seq, to_seq };
}

/** Finds the last seal that was made before an instant. */
function findSealBefore(db: Database, instant: Date): Promise<AuditSeals | undefined> {
  return db
    .selectFrom('audit_seals')
    .selectAll()
    .where('sealed_at', '<', instant.toISOString())
    .orderBy('from_seq', 'desc')
    .limit(sql.lit(1))
    .executeTakeFirst();
}

function listSeals(db: Database, after: AuditSeals | undefined): Promise<AuditSeals[]> {
  let seals = db.selectFrom('audit_seals').selectAll().orderBy('from_seq').limit(sql.lit(seals_per_page));
  if (after) seals = seals.where('from_seq', '>', after.from_seq);
  return seals.execute();
}

/** Checks that a seal is as it was written, and that it continues the one before. */
function checkSeal(seal: AuditSeals, before: AuditSeals | undefined): WrongPlace | undefined {
  const { from_seq, to_seq, prev, hash } = seal;
  const next = (before?.to_seq ?? 0) + 1;
  if (hashSeal(seal) !== hash) return place('edited', 'seal', from_seq, to_seq);
  if (from_seq > next) return place('removed', 'seal', next, from_seq - 1);
  if (from_seq < next || prev !== (before?.hash ?? '')) return place('forked', 'seal', from_seq, to_seq);
  return undefined;
}

/** Checks that the events of a range are those that were sealed, or that they were deleted because they had expired. */
async function checkEvents(
  db: Database,
  trail: Trail,
  seal: AuditSeals,
  { dropped, kept_since, head }: Bounds & { kept_since: string },
): Promise<WrongPlace | undefined> {
  const { from_seq, to_seq, sealed_at } = seal;
  const { hole, events, sum } = await trail.read(from_seq, to_seq, seal.marks.length / mark_digits);
  if (hole === undefined && sum === seal.events_sha256) return undefined;
  if (sealed_at < kept_since && (to_seq <= dropped || to_seq <= (await readDropped(db)))) {
    // Events that are read while they are deleted are no longer there afterwards.
    const stray = events.length > 0 ? await findEvent(db, from_seq) : undefined;
    return stray === undefined || stray > to_seq ? undefined : place('inserted', 'event', stray);
  }
  return hole === undefined ? nameWrongEvent(seal, events) : describeHole(db, hole, Math.max(to_seq, head));
}

/** Finds the first event that differs by its mark, and tells by its neighbours whether it was edited or all moved. */
function nameWrongEvent({ from_seq, to_seq, marks }: AuditSeals, events: RecordedEvent[]): WrongPlace {
  const sealed = (n: number) => marks.slice(n * mark_digits, (n + 1) * mark_digits);
  const isMarked = (at: number, n: number) => events[at] !== undefined && markEvent(events[at]) === sealed(n);
  const at = events.findIndex((_, n) => !isMarked(n, n));
  if (at === -1) return place('edited', 'event', from_seq, to_seq);
  const isMovedUp = isMarked(at + 1, at);
  const isMovedDown = isMarked(at, at + 1);
  const found = isMovedUp === isMovedDown ? 'edited' : isMovedUp ? 'inserted' : 'removed';
  return place(found, 'event', events[at]!.seq);
}

/** Checks that the numbers after the sealed part have an event each. */
async function checkTail(db: Database, trail: Trail, sealed_to: number, { head }: Bounds) {
  if (head <= sealed_to) return undefined;
  const { hole } = await trail.read(sealed_to + 1, head, 0);
  return hole === undefined ? undefined : describeHole(db, hole, head);
}

async function describeHole(db: Database, hole: number, head: number): Promise<WrongPlace> {
  const next = await findEvent(db, hole);
  return next === undefined ? place('cut_off', 'event', hole, head) : place('removed', 'event', hole, next - 1);
}

/** Finds the first event from a number on. */
async function findEvent(db: Database, from_seq: number): Promise<number | undefined> {
  const event = await db
    .selectFrom('audit_events')
    .select('seq')
    .where('seq', '>=', from_seq)
    .orderBy('seq')
    .limit(sql.lit(1))
    .executeTakeFirst();
  return event?.seq;
}
