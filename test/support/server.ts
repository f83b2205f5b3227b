import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tuning } from '../../worker/node/tuning.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Characters of a server's output that are kept. Because a server under load logs a line per request, the
 * rest is dropped.
 */
const output_kept = 1_000_000;

/** Folder of compiled code that programs share, which halves the time of their start. */
const compiled = join(root, 'node_modules/.cache/compiled');

/** A server in a process of its own, on a port of its own, in a temporary folder. */
export interface RunningServer {
  pid: number;
  url: string;
  token: string;
  /** Returns what it has printed so far. */
  output(): string;
  /** Stops reading what it prints, like a log collector that has died. */
  closeOutput(): void;
  /** Returns the most memory that it has held, in MB (Linux only). */
  residentMb(): number;
  /** Sends a signal, unless it has ended already, and waits for its end. Returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function makeFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-server-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the Node host as `npm start` does, and waits until it listens. */
export function startServer(folder: string, environment: Record<string, string> = {}): Promise<RunningServer> {
  const database = { PORT: '0', DRAIN_SECONDS: '0', DATABASE_URL: `file:${join(folder, 'leads.db')}` };
  const ready = environment.NODE_ENV === 'production' ? /"listening"/ : /Ctrl-C/;
  const { flags, environment: tuned } = tuning.start!;
  return startProcess([...flags, 'worker/node.ts'], { ...tuned, ...database, ...environment }, ready);
}

/** Starts a program that prints where it listens, as the Node host does. */
export async function startProcess(
  args: string[],
  environment: Record<string, string>,
  ready = /"listening"/,
  cwd = root,
): Promise<RunningServer> {
  const { child, output } = environment.OUTPUT_FILE
    ? runIntoFile(args, environment, cwd)
    : runIntoMemory(args, environment, cwd);
  const url = /"url":"([^"]+)"/;
  while (!ready.test(output()) || !url.test(output())) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`);
    await wait(10);
  }
  return {
    pid: child.pid!,
    url: url.exec(output())![1]!,
    token: /lc_\w+/.exec(output())?.[0] ?? '',
    output,
    closeOutput: () => child.stdout!.destroy(),
    residentMb() {
      const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Math.round(Number(kib) / 1024);
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

function runIntoMemory(args: string[], environment: Record<string, string>, cwd: string) {
  const child = runNode(args, environment, 'pipe', cwd);
  let printed = '';
  child.stdout!.on('data', chunk => {
    if (printed.length < output_kept) printed += chunk;
  });
  return { child, output: () => printed };
}

/** Runs a program whose output goes into a file, so that a process that sends it a load need not read its log. */
function runIntoFile(args: string[], environment: Record<string, string>, cwd: string) {
  const path = environment.OUTPUT_FILE!;
  const child = runNode(args, environment, openSync(path, 'w'), cwd);
  return { child, output: () => readFileSync(path, 'utf8') };
}

/** Runs one of the project's programs to its end. */
export async function run(args: string[], environment: Record<string, string> = {}, folder = root) {
  const child = runNode(args, environment, 'pipe', folder);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr!.on('data', chunk => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function runNode(
  args: string[],
  environment: Record<string, string>,
  stdout: number | 'pipe',
  cwd: string,
): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, NODE_COMPILE_CACHE: compiled, ...environment },
    stdio: ['ignore', stdout, 'pipe'],
  });
}
