/** Milliseconds after which what has not come is taken to be stuck. */
const patience_ms = 5_000;

/** Waits for something, but only so long. Returns undefined where it has not come by then. */
export function inTime<T>(coming: Promise<T> | undefined, ms = patience_ms): Promise<T | undefined> {
  return Promise.race([coming, new Promise<undefined>(resolve => setTimeout(resolve, ms))]);
}
