import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { Conflict, type Database } from '../database.ts';
import { asText, digest, lengthPrefixed } from '../digest.ts';
import type { AuditSeals } from '../schema.ts';
import { type RecordedEvent, readTrail } from './trail.ts';

/** The end of the sealed part of the trail: the number of its last event, and the hash of its last range. */
type SealedEnd = Pick<AuditSeals, 'to_seq' | 'hash'>;

/**
 * Seals the events that no seal holds yet, range by range. Safe to run at any time, on several servers at once, and to
 * kill: of two that seal the same, the database refuses one, because they meet on `prev`.
 *
 * @returns The number of events sealed here.
 */
export async function sealTrail(db: Database, now: Date): Promise<number> {
  for (let sealed = 0; ; await db.rest()) {
    const end = await findSealedEnd(db);
    const { events, isLast } = await readTrail(db, end.to_seq);
    if (events.length === 0) return sealed;
    try {
      await db.atomic([
        db
          .insertInto('audit_seals')
          .values(makeSeal(end, events, now))
          .compile(),
      ]);
      sealed += events.length;
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'audit_seals')) throw error;
    }
    if (isLast) return sealed;
  }
}

/** Finds the end of the sealed part of the trail: 0 and an empty hash while nothing is sealed. */
export async function findSealedEnd(db: Database): Promise<SealedEnd> {
  const last = await db
    .selectFrom('audit_seals')
    .select(['to_seq', 'hash'])
    .orderBy('from_seq', 'desc')
    .limit(sql.lit(1))
    .executeTakeFirst();
  return last ?? { to_seq: 0, hash: '' };
}

/** Finds the seal of the range that holds an event; undefined until it is made. */
export function findSealOf(db: Database, seq: number) {
  return db
    .selectFrom('audit_seals')
    .select(['from_seq', 'to_seq', 'hash', 'sealed_at'])
    .where('to_seq', '>=', seq)
    .orderBy('to_seq')
    .limit(sql.lit(1))
    .executeTakeFirst();
}

function makeSeal({ to_seq, hash: prev }: SealedEnd, events: RecordedEvent[], now: Date): AuditSeals {
  const sum = createHash('sha256');
  for (const { bytes } of events) sum.update(bytes);
  const seal = {
    from_seq: to_seq + 1,
    to_seq: events.at(-1)!.seq,
    prev,
    sealed_at: now.toISOString(),
    events_sha256: sum.digest('hex'),
    marks: events.map(markEvent).join(''),
  };
  return { ...seal, hash: hashSeal(seal) };
}

/**
 * Returns the hash of a seal: a SHA-256 over all its other columns.
 *
 * Because the events stand in it as their SHA-256, a seal is checked by itself also after its events are gone.
 */
export function hashSeal(seal: Omit<AuditSeals, 'hash'>): string {
  const { from_seq, to_seq, prev, sealed_at, events_sha256, marks } = seal;
  return digest(
    lengthPrefixed(...['seal', prev, String(from_seq), String(to_seq), sealed_at, events_sha256, marks].map(asText)),
  );
}

/** Length of an event's mark. */
export const mark_digits = 8;

/**
 * Returns an event's mark: an FNV-1a checksum of all but its number, in hexadecimal digits.
 *
 * Because the SHA-256 of the range proves that something is wrong, a mark only has to name the event, and tells one that
 * was moved from one that was edited.
 */
export function markEvent({ seq, bytes }: RecordedEvent): string {
  let sum = 0x811c9dc5;
  for (let at = lengthPrefixed(String(seq)).length; at < bytes.length; at++)
    sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return (sum >>> 0).toString(16).padStart(mark_digits, '0');
}
