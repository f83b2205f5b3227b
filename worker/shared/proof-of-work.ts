/**
 * The proof of work that a page solves while a person types. It imports nothing, because the widget carries it along.
 */

/**
 * Hashes in one step of a solver: 1 ms on a desktop, some 8 ms on a slow phone. The caller decides how many steps to
 * take in a row.
 */
const hashes_per_step = 500;

/**
 * Creates a solver for a challenge of `GET /challenge`.
 *
 * A challenge asks for `count` numbers: the n-th makes SHA-256(seed ‖ n ‖ number), in words of 32 bits, begin with
 * `bits` zeros. Because one large puzzle takes some people five times as long as others, there are many small ones,
 * which take everyone about the same time. Because Web Crypto is asynchronous and missing on plain http, the hash
 * is computed here.
 *
 * @param challenge `count.bits.….seed`, the seed in 32 hexadecimal digits.
 * @returns One step of the work. It returns undefined until the last step, which returns the value for
 *   the field `challenge`.
 */
export function createSolver(challenge: string): () => string | undefined {
  const [count, bits] = challenge.split('.').map(Number) as [number, number];
  const words = new Int32Array(64);
  words.set(
    challenge
      .slice(-32)
      .match(/.{8}/g)!
      .map(digits => Number(`0x${digits}`)),
  );
  words[6] = 1 << 31;
  words[15] = 6 * 32;
  const found: string[] = [];
  return () => {
    for (let hashes = 0; hashes < hashes_per_step && found.length < count; hashes++) {
      words[4] = found.length;
      if (hashBlock(words) >>> (32 - bits)) words[5]!++;
      else {
        found.push(words[5]!.toString(36));
        words[5] = 0;
      }
    }
    return found.length < count ? undefined : `${challenge}.${found.join('-')}`;
  };
}

const start: number[] = [];
const round: number[] = [];
for (let n = 2; round.length < 64; n++) {
  let divisor = 2;
  while (n % divisor) divisor++;
  if (divisor === n) {
    start.push((n ** 0.5 * 2 ** 32) | 0);
    round.push((n ** (1 / 3) * 2 ** 32) | 0);
  }
}

/**
 * Returns the first word of the SHA-256 of one padded block.
 *
 * @see FIPS 180-4 §6.2.2
 */
function hashBlock(w: Int32Array): number {
  let [a, b, c, d, e, f, g, h] = start as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    if (t > 15) {
      const x = w[t - 15]!;
      const y = w[t - 2]!;
      w[t] =
        (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)) +
        w[t - 7]! +
        (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) +
        w[t - 16]!;
    }
    const s = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + round[t]! + w[t]!) | 0;
    const m = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + s) | 0;
    d = c;
    c = b;
    b = a;
    a = (s + m) | 0;
  }
  return (start[0]! + a) | 0;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
