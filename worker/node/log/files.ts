import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { monthsBefore } from '../../../db/days.ts';
import type { Log } from '../../context.ts';
import { log_file_name } from './name.ts';

/** The files of the log, one a day. */
export interface LogFiles {
  /** Takes whole lines, their line breaks included. It never waits and never throws. */
  write(lines: string): void;
  /** Returns whether the files cannot be written just now. It tries again if the latest try is a while ago. */
  isFailing(): boolean;
  /** Writes what waits, and closes the file. */
  close(): Promise<void>;
}

interface Options {
  /** The folder, which servers may share. It is created (0700) when it is not there. */
  folder: string;
  /** The server's port, which tells apart the servers of one machine. */
  port: number;
  /** Calendar months for which a day is kept. */
  months: number;
  now(): Date;
  /** Says what goes wrong with the files. */
  log: Log;
}

/** Time after a failure before the files are tried again. */
const retry_ms = 1_000;

/** Characters of lines that wait while the files cannot be written. Further ones are on stdout only. */
const most_waiting = 1_000_000;

/**
 * Opens the files of the log: `lead-consent.DAY.HOST-PORT.log`, 0600. A day is one of UTC, as in the lines. At the start
 * and with each new day, the days that are past their months are deleted, those of servers that are gone included.
 *
 * While the files cannot be written, the lines wait and nothing else does.
 */
export function openLogFiles({ folder, port, months, now, log }: Options): LogFiles {
  const server = `${hostname().replace(/[^\w.-]/g, '_')}-${port}`;
  let stream: RotatingFileStream | undefined;
  let waiting = '';
  let lost = 0;
  let failed_at: number | undefined;
  let running: Promise<void> | undefined;

  /** Writes what waits; after a failure only when a while has passed. One such run is under way at a time. */
  function run(): Promise<void> {
    running ??= writeWaiting().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function writeWaiting() {
    if (failed_at !== undefined && Math.abs(now().getTime() - failed_at) < retry_ms) return;
    try {
      stream ??= await open();
      while (waiting) {
        const lines = waiting;
        waiting = '';
        await append(stream, lines).catch(error => {
          // A disk that became full may have taken the beginning of a line.
          waiting = `\n${lines}${waiting}`;
          throw error;
        });
      }
      if (failed_at !== undefined || lost > 0) log('notice', 'log_files_written_again', { lines_lost: lost });
      failed_at = undefined;
      lost = 0;
    } catch (error) {
      stream?.destroy();
      stream = undefined;
      const { code, name } = error as NodeJS.ErrnoException;
      if (failed_at === undefined) log('error', 'log_files_failed', { code: code ?? name, setting: 'LOG_DIR' });
      failed_at = now().getTime();
    }
  }

  async function open(): Promise<RotatingFileStream> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const nameOf = (time: Date | number | null) => `lead-consent.${dayOf(new Date(time ?? now()))}.${server}.log`;
    const options = { path: folder, interval: '1d', intervalUTC: true, immutable: true, mode: 0o600 } as const;
    const opened = createStream(nameOf, options);
    opened.on('open', deleteOld);
    await once(opened, 'open');
    // The event says nothing new, because the writer is told of the error.
    opened.on('error', () => {});
    return opened;
  }

  function deleteOld() {
    deleteBefore(folder, dayOf(monthsBefore(now(), months))).catch(({ code }) =>
      log('error', 'log_files_not_deleted', { code, setting: 'LOG_DIR' }),
    );
  }

  run();
  return {
    write(lines) {
      if (waiting.length + lines.length <= most_waiting) waiting += lines;
      else lost += lines.split('\n').length - 1;
      run();
    },
    isFailing() {
      run();
      return failed_at !== undefined;
    },
    async close() {
      await run();
      await run();
      if (stream) await new Promise<void>(resolve => stream!.end(() => resolve()));
    },
  };
}

function append(stream: RotatingFileStream, lines: string): Promise<void> {
  return new Promise((resolve, reject) => stream.write(lines, error => (error ? reject(error) : resolve())));
}

/** Deletes the files of the days before one. Another server may do the same at the same time. */
async function deleteBefore(folder: string, oldest_day: string) {
  for (const name of await readdir(folder)) {
    const [, day] = log_file_name.exec(name) ?? [];
    if (day && day < oldest_day) await rm(join(folder, name), { force: true });
  }
}

/** Returns the day of UTC on which an instant falls. */
function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 'YYYY-MM-DD'.length);
}
