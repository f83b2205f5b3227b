import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let left = 0;

/** Random bytes for keys, nonces and ids, drawn from the system a page at a time: one call to it for many. Used once each. */
export function takeRandom(count: number): Buffer {
  if (left < count) {
    randomFillSync(pool);
    left = pool.length;
  }
  const from = left - count;
  const taken = Buffer.from(pool.subarray(from, left));
  pool.fill(0, from, left);
  left = from;
  return taken;
}
