import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Mistake } from './command.ts';

/**
 * Reads a file as UTF-8. Because what is read is stored as it is, a file in another encoding is refused, not guessed at.
 *
 * @param undone Ends the refusal: says what was not done.
 * @throws Mistake for a file that is not UTF-8, and the error of the system for one that can't be read.
 */
export function readText(path: string, undone: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Mistake(`${basename(path)}: not UTF-8; ${undone}`);
    throw error;
  }
}
