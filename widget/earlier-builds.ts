import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file that lists the chunks of the latest builds, the newest build first. */
const list = 'builds.json';

/** Number of builds before the present one that are kept. */
const kept = 2;

/**
 * Adds the chunks of the builds before to what a folder is to hold. Because a page that is open, or a copy of the script in a browser, loads
 * its chunks by the names of its own build.
 *
 * @param files The files of the present build, by their path in the folder.
 */
export function keepEarlierChunks(folder: string, files: Map<string, string>): Map<string, string> {
  const read = (path: string) => {
    const file = join(folder, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const chunks = [...files.keys()].filter(path => path.startsWith('widget/'));
  const earlier: string[][] = JSON.parse(read(list) ?? '[]');
  const builds = [chunks, ...earlier.filter(one => `${one}` !== `${chunks}`)].slice(0, kept + 1);
  const found = builds.flat().map(path => [path, files.get(path) ?? read(path)] as const);
  const there = found.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new Map([...files, ...there, [list, JSON.stringify(builds)]]);
}
