import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Environment of a server whose clock a file moves.
 *
 * @param path File that holds by how many milliseconds the clock is off.
 */
export function hangClock(path: string): Record<string, string> {
  setClock(path, 0);
  return { CLOCK_FILE: path, NODE_OPTIONS: `--import=${import.meta.url}` };
}

/**
 * Sets the clock of the servers that a file moves. They look at it ten times a second. Because one that read an empty file
 * would go back to the real time, the file is written aside.
 */
export function setClock(path: string, off_ms: number) {
  writeFileSync(`${path}.new`, String(off_ms));
  renameSync(`${path}.new`, path);
}

/** Because the server loads this file first, whatever it reads the clock with is moved. */
function followFile(path: string) {
  const real = Date;
  const read = () => Number(readFileSync(path, 'utf8'));
  let off_ms = read();
  setInterval(() => {
    off_ms = read();
  }, 100).unref();
  const now = () => real.now() + off_ms;
  globalThis.Date = new Proxy(real, {
    construct: (target, args, made) => Reflect.construct(target, args.length > 0 ? args : [now()], made),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
}

if (process.env.CLOCK_FILE && isMainThread) followFile(process.env.CLOCK_FILE);
