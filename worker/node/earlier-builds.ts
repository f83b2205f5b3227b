import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Files = Map<string, string | Uint8Array>;

/** The file that lists the chunks of the latest builds, the newest build first. */
const list = 'builds.json';

/** Number of builds before the present one that are kept. */
const kept = 2;

/**
 * Adds the chunks of the builds before to what a folder is to hold. Because an open page, a copy of the script in a browser,
 * and a server that runs load their chunks by the names of their own build.
 *
 * @param files The files of the present build, by their path in the folder.
 * @param chunk Matches the paths of chunks.
 */
export function keepEarlierChunks(folder: string, files: Files, chunk: RegExp): Files {
  const read = (path: string) => {
    const file = join(folder, path);
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const chunks = [...files.keys()].filter(path => chunk.test(path));
  const earlier: string[][] = JSON.parse(read(list)?.toString() ?? '[]');
  const builds = [chunks, ...earlier.filter(one => `${one}` !== `${chunks}`)].slice(0, kept + 1);
  const found = builds.flat().map(path => [path, files.get(path) ?? read(path)] as const);
  const there = found.filter((entry): entry is [string, string | Buffer] => entry[1] !== undefined);
  return new Map([...files, ...there, [list, JSON.stringify(builds)]]);
}

/** Lists what a folder holds beside the present build, one path on each line, as `.npmignore` leaves it out of a package. */
export function listEarlier(files: Files, whole: Files): string {
  return [...whole.keys()].filter(path => !files.has(path)).join('\n');
}
