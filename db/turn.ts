/**
 * Waits until the event loop has come round, between the parts of long work.
 *
 * Because SQLite is read on the thread that answers, other requests get no turn while one read follows upon another.
 */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/**
 * Waits between the units of long work in the background.
 *
 * Because another process that waits for SQLite's lock only looks for it now and then, the lock must be free for a while.
 */
export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
