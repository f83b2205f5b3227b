import { readFileSync } from 'node:fs';
import type { Environment } from '../../settings.ts';

/** How often the parents are looked at. */
const look_ms = 500;

/**
 * Calls back once npm, or the shell in which it started this process, has ended. Because such a shell does not pass on the
 * signal that ends it, the server would go on without anybody who could stop it. A server that npm did not start, be it by
 * a shell, systemd or Docker, outlives whoever started it.
 */
export function watchNpm(environment: Environment, ended: () => void): void {
  const script = environment.npm_lifecycle_script;
  if (!script || !/(lead-consent(\.[jt]s)?['"]?( start|$)|worker\/dev\.ts)/.test(script)) return;
  const shell = process.ppid;
  const isShell = readProcess(shell, 'cmdline').split('\0')[2]?.startsWith(script);
  const parents = () => `${process.ppid} ${isShell ? readParent(shell) : ''}`;
  const first = parents();
  const timer = setInterval(() => {
    if (parents() === first && isAlive(shell)) return;
    clearInterval(timer);
    ended();
  }, look_ms).unref();
}

/** Returns the parent of a process; empty where the system does not tell. @see proc_pid_stat(5) */
function readParent(pid: number): string {
  return /\) \S (\d+)/.exec(readProcess(pid, 'stat'))?.[1] ?? '';
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Because Windows gives no new parent to a process whose own has ended. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
