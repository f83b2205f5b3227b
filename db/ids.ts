import { takeRandom } from './vault/random.ts';

let lastMs = 0;
let counter = 0;

/**
 * A new id: UUIDv7, so that ids made by one process sort in the order in which they were made.
 *
 * @see RFC 9562 §5.7, §6.2 method 1: a 12-bit counter within the millisecond.
 */
export function newId(now: Date): string {
  const bytes = takeRandom(16);
  const ms = Math.max(now.getTime(), lastMs);
  counter = ms === lastMs ? counter + 1 : bytes.readUInt8(0) & 0x7f;
  lastMs = counter > 0xfff ? ms + 1 : ms;
  if (counter > 0xfff) counter = 0;
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
