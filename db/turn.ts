/**
 * Waits until the event loop has come round, between the parts of long work.
 *
 * Because SQLite is read on the thread that answers, other requests get no turn while one read follows upon another.
 */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
