import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

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
