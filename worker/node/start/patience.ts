import { setTimeout as wait } from 'node:timers/promises';

/** Longest time for which a start waits for its database. */
const patience_ms = 10_000;

/** Time between two attempts. */
const pause_ms = 250;

/** SQLite's and PostgreSQL's codes of a database that is locked, full of connections, or about to serve. */
const passing_codes = /^(SQLITE_(BUSY|LOCKED)\w*|53300|55P03|57014|57P03)$/;

/** Words of `pg` where an answer takes too long, which has no code. */
const passing_words = /timeout|timed out/i;

/**
 * Does a step of a start, again and again while the database says what passes by itself: another program holds its lock, or
 * the machine is so busy that an answer is late.
 *
 * @param say Hears of the first such error.
 * @param clock Returns milliseconds.
 * @throws The last error, once the time is over.
 */
export async function whilePassing<T>(
  step: () => Promise<T>,
  say: (error: Error) => void,
  clock = () => performance.now(),
  sleep: (ms: number) => Promise<unknown> = wait,
): Promise<T> {
  const until = clock() + patience_ms;
  for (let attempt = 1; ; attempt++)
    try {
      return await step();
    } catch (error) {
      if (!passes(error as Error) || clock() >= until) throw error;
      if (attempt === 1) say(error as Error);
      await sleep(pause_ms);
    }
}

function passes({ code, message }: Error & { code?: unknown }): boolean {
  return passing_codes.test(String(code)) || passing_words.test(message);
}
