import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let left = 0;

/**
 * Returns random bytes for keys, nonces and ids; no byte is returned twice. Because each call to the system costs time,
 * it draws 4 KiB at once.
 */
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
