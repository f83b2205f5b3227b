import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Mistake } from './command.ts';

/** Reasons why a file cannot be read, by the system's code. */
const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this account may not read it',
};

/**
 * Reads a file as UTF-8. Because what is read is stored as it is, a file in another encoding is refused, not guessed at.
 *
 * @param undone Ends the refusal: says what was not done.
 * @param instead Says what to name in the place of a folder.
 * @throws Mistake for a file that is not UTF-8, or cannot be read.
 */
export function readText(path: string, undone: string, instead?: string): string {
  const bytes = readBytes(path, undone, instead);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Mistake(`${basename(path)}: not UTF-8; ${undone}`);
  }
}

/**
 * Reads a file that an operator has named.
 *
 * @param undone Ends the refusal: says what was not done.
 * @param instead Says what to name in the place of a folder.
 * @throws Mistake that names the file, where it cannot be read.
 */
export function readBytes(path: string, undone: string, instead = 'name one file'): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = code === 'EISDIR' ? `it is a folder, ${instead}` : reasons[code];
    throw new Mistake(`${path}: ${reason ?? 'it cannot be read'} (${code}); ${undone}`);
  }
}
