import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { HostFiles } from '../context.ts';
import type { Settings } from '../settings.ts';
import { log_file_name } from './log/name.ts';
import { readPath } from './store.ts';

/** Bytes that are read at once: searching them takes about a millisecond. */
const piece_bytes = 262_144;

/** Creates what lists and reads the files that hold what was stored: those of a SQLite database, and the log's. */
export function createHostFiles({ database_url, log_dir }: Pick<Settings, 'database_url' | 'log_dir'>): HostFiles {
  return {
    host: hostname(),
    async listDatabase() {
      if (!database_url.startsWith('file:')) return [];
      const path = readPath(database_url);
      return listFiles(
        dirname(path),
        name => name.startsWith(basename(path)) && /^(-wal|-journal)?$/.test(name.slice(basename(path).length)),
      );
    },
    async listLogs() {
      if (!log_dir) return [];
      const files = await listFiles(log_dir, name => log_file_name.test(name));
      return files.map(file => ({ ...file, day: log_file_name.exec(basename(file.path))![1]! }));
    },
    read: (path, from) => createReadStream(path, { start: from, highWaterMark: piece_bytes }),
  };
}

/** Lists files of a folder by their names, in order. */
async function listFiles(folder: string, isMeant: (name: string) => boolean) {
  const names = (await readdir(folder).catch(() => [])).filter(isMeant).sort();
  const sizes = await Promise.all(names.map(name => stat(join(folder, name)).catch(() => undefined)));
  return names.flatMap((name, n) => (sizes[n] ? [{ path: join(folder, name), bytes: sizes[n].size }] : []));
}
