import { takeRandom } from './vault/random.ts';

/** The last counter of a millisecond: RFC 9562 leaves it 12 bits. */
const last_counter = 0xfff;

let millisecond = 0;
let borrowed = 0;
let counter = 0;

/**
 * Makes an id: UUIDv7, so that the order of ids is that of the instants in them, and of one process that in which they were made.
 *
 * @param now The instant that the id carries; `timeOf` reads it again, later by a millisecond where 4,096 ids filled that one.
 * @see RFC 9562 §5.7, §6.2 method 1: a 12-bit counter within the millisecond.
 */
export function newId(now: Date): string {
  const bytes = takeRandom(16);
  if (now.getTime() !== millisecond) {
    millisecond = now.getTime();
    borrowed = 0;
    counter = bytes.readUInt8(0) & 0x7f;
  } else if (counter === last_counter) {
    borrowed += 1;
    counter = 0;
  } else counter += 1;
  bytes.writeUIntBE(millisecond + borrowed, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return format(bytes.toString('hex'));
}

/** Reads the instant that an id carries. */
export function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/**
 * Returns the bound between the ids made before an instant and those made since, itself no id.
 *
 * Because ids are in order of time, a range of times is a range of ids, and no index by time is needed.
 */
export function firstIdAt(instant: Date): string {
  const ms = Math.min(Math.max(instant.getTime(), 0), 0xffff_ffff_ffff);
  return format(ms.toString(16).padStart(12, '0').padEnd(32, '0'));
}

function format(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
