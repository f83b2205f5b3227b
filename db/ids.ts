import { takeRandom } from './vault/random.ts';

/**
 * Bits of the counter within a millisecond: 12 before the variant and 14 after it, more ids than any process can make.
 */
const low_bits = 14;
const counter_mask = 0x3ff_ffff;

/** Mask of the counter's random start: the lower half, so that the other half is left to count. */
const seed_mask = 0x1ff_ffff;

let millisecond = 0;
let counter = 0;

/**
 * Creates an id: a UUIDv7. Ids are in the order of their instants; ids of one process are also in the order in which
 * they were created.
 *
 * @param now The instant that the id carries; `timeOf` reads it again.
 * @see RFC 9562 §5.7, §6.2 method 1: a counter within the millisecond.
 */
export function newId(now: Date): string {
  const bytes = takeRandom(16);
  const isSame = now.getTime() === millisecond;
  counter = isSame ? (counter + 1) & counter_mask : bytes.readUInt32BE(0) & seed_mask;
  millisecond = now.getTime();
  bytes.writeUIntBE(millisecond, 0, 6);
  bytes.writeUInt16BE(0x7000 | (counter >>> low_bits), 6);
  bytes.writeUInt16BE(0x8000 | (counter & ((1 << low_bits) - 1)), 8);
  return format(bytes.toString('hex'));
}

/** Reads the instant that an id carries. */
export function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/**
 * Returns the lower bound of the ids created from an instant on; it is itself no id.
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
