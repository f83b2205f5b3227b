/** Tries of each size. Because a busy machine only adds time, the least of them counts. */
const tries = 7;

/** Growth below which work is not quadratic, with room for a clock that is coarse. */
export const linear = 10;

/**
 * Measures how many times as long work takes with a text four times as long: at most 4 where it is linear, 16 where it is
 * quadratic.
 *
 * @param size Length of the shorter text.
 * @param times How often each try does the work, so that it takes longer than the clock is coarse.
 */
export function measureGrowth(make: (size: number) => string, work: (text: string) => void, size: number, times = 20) {
  const [short, long] = [make(size), make(4 * size)];
  let [short_ms, long_ms] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < tries; n++) {
    short_ms = Math.min(
      short_ms,
      time(() => work(short), times),
    );
    long_ms = Math.min(
      long_ms,
      time(() => work(long), times),
    );
  }
  return long_ms / short_ms;
}

function time(work: () => void, times: number): number {
  const begun = performance.now();
  for (let n = 0; n < times; n++) work();
  return performance.now() - begun;
}
