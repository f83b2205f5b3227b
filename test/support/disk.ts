import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Returns whether a program is there, without which a fault cannot be done. */
export function hasProgram(name: 'prlimit' | 'strace'): boolean {
  return spawnSync(name, ['--version']).status === 0;
}

/** Limits the size of the files that a process may write, which to it is a full disk. */
export function limitFiles(pid: number, bytes: number | 'unlimited') {
  const { error, stderr } = spawnSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`], { encoding: 'utf8' });
  if (error || stderr) throw new Error(`prlimit: ${error?.message ?? stderr}`);
}

/** System calls of a disk that does not write, and of one that does not sync. */
export const disk_calls = { write: 'pwrite64', sync: 'fdatasync,fsync' };

/**
 * Makes system calls of processes fail with EIO, in all of their threads, as a broken disk does.
 *
 * @returns A function that makes them succeed again.
 */
export async function failCalls(pids: number[], calls: string): Promise<() => Promise<void>> {
  const processes = pids.flatMap(pid => ['-p', String(pid)]);
  const args = ['-f', ...processes, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`, '-o', '/dev/null'];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'exit');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    strace.stderr.on('data', chunk => {
      said += chunk;
      // strace says of a process that has ended since that it cannot attach to it.
      if (said.match(/attached|attach:/g)?.length === pids.length) resolve();
    });
    ended.then(() => reject(new Error(`strace: ${said}`)));
  });
  return async () => {
    strace.kill('SIGINT');
    await ended;
  };
}

/** A disk in memory, which everybody may write. */
export interface Disk {
  folder: string;
  /** Takes all room that is left. */
  fill(): void;
  /** Gives that room back. */
  empty(): void;
  unmount(): void;
}

/** Returns whether a disk can be mounted, which only Linux's root may. */
export function canMount(): boolean {
  try {
    mountDisk(1_000_000).unmount();
    return true;
  } catch {
    return false;
  }
}

export function mountDisk(bytes: number): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-disk-'));
  const ballast = join(folder, 'ballast');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=777`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'w');
      const page = Buffer.alloc(4_096);
      try {
        for (;;) writeSync(file, page);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(ballast),
    unmount() {
      execFileSync('umount', [folder]);
      rmdirSync(folder);
    },
  };
}
