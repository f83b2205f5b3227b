import { readSecretFiles } from '../../node/start/secret-files.ts';
import type { Environment } from '../../settings.ts';
import { Mistake } from './command.ts';

/**
 * Returns the variables of this process, with the secrets that they name files of.
 *
 * @throws Mistake for a file that does not hold one.
 */
export function readOwnEnvironment(): Environment {
  const { environment, unread } = findOwnEnvironment();
  if (unread.size > 0) throw new Mistake([...unread.values()].join('\n'));
  return environment;
}

/** Returns the same, and what is wrong with the files. */
export function findOwnEnvironment() {
  return readSecretFiles(process.env);
}
