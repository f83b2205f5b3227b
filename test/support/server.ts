import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
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
  /** Returns what it has printed on stderr so far. */
  errors(): string;
  /** Stops reading what it prints, like a log collector that has died. */
  closeOutput(): void;
  /** Leaves what it prints unread, like a collector that hangs, or reads on. */
  holdOutput(isHeld: boolean): void;
  /** Returns the most memory that it has held, in MB (Linux only). */
  residentMb(): number;
  /** Sends a signal, unless it has ended already, and waits for its end. Returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function makeFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-server-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Starts the Node host from its sources, and waits until it listens.
 *
 * @param onError Hears what it says on stderr meanwhile, with its process id.
 */
export function startServer(
  folder: string,
  environment: Record<string, string> = {},
  onError?: (said: string, pid: number) => void,
): Promise<RunningServer> {
  const { flags, environment: tuned } = tuning.start!;
  return startHost([...flags, 'worker/node.ts'], folder, { ...tuned, ...environment }, onError);
}

/** Starts the Node host as `npm start` does: what is built, which holds less memory than what Node strips of its types. */
export function startBuiltServer(folder: string, environment: Record<string, string> = {}): Promise<RunningServer> {
  return startHost(['dist/server/lead-consent.js', 'start'], folder, environment);
}

function startHost(
  args: string[],
  folder: string,
  environment: Record<string, string>,
  onError?: (said: string, pid: number) => void,
): Promise<RunningServer> {
  const database = { PORT: '0', DRAIN_SECONDS: '0', DATABASE_URL: `file:${join(folder, 'leads.db')}` };
  const ready = environment.NODE_ENV === 'production' ? /"listening"/ : /Ctrl-C/;
  return startProcess(args, { ...database, ...environment }, ready, root, onError);
}

/** Starts a program that prints where it listens, as the Node host does. */
export async function startProcess(
  args: string[],
  environment: Record<string, string>,
  ready = /"listening"/,
  cwd = root,
  onError = (_said: string, _pid: number) => {},
): Promise<RunningServer> {
  const { child, output, errors } = environment.OUTPUT_FILE
    ? runIntoFile(args, environment, cwd)
    : runIntoMemory(args, environment, cwd);
  child.stderr!.on('data', chunk => onError(String(chunk), child.pid!));
  const url = /"url":"([^"]+)"/;
  while (!ready.test(output()) || !url.test(output())) {
    await throwIfEnded(child, output, errors);
    await wait(10);
  }
  return {
    pid: child.pid!,
    url: url.exec(output())![1]!,
    token: /lc_\w+/.exec(output())?.[0] ?? '',
    output,
    errors,
    closeOutput: () => child.stdout!.destroy(),
    holdOutput: isHeld => void (isHeld ? child.stdout!.pause() : child.stdout!.resume()),
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

/** Throws once a program has ended, with all that it printed. */
async function throwIfEnded(child: ChildProcess, output: () => string, errors: () => string) {
  if (child.exitCode === null && child.signalCode === null) return;
  // Because what is printed may be read after the end is heard of.
  if (child.stderr!.readable) await once(child.stderr!, 'close');
  throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${output()}${errors()}`);
}

function runIntoMemory(args: string[], environment: Record<string, string>, cwd: string) {
  const child = runNode(args, environment, 'pipe', cwd);
  return { child, output: keep(child.stdout!), errors: keep(child.stderr!) };
}

/** Reads a stream, and returns what returns the beginning of it. */
function keep(stream: Readable, most = output_kept): () => string {
  let printed = '';
  stream.on('data', chunk => {
    if (printed.length < most) printed += chunk;
  });
  return () => printed;
}

/** Runs a program whose output goes into a file, so that a process that sends it a load need not read its log. */
function runIntoFile(args: string[], environment: Record<string, string>, cwd: string) {
  const path = environment.OUTPUT_FILE!;
  const child = runNode(args, environment, openSync(path, 'w'), cwd);
  return { child, output: () => readFileSync(path, 'utf8'), errors: keep(child.stderr!) };
}

/** Runs one of the project's programs to its end. */
export async function run(args: string[], environment: Record<string, string> = {}, folder = root) {
  const child = runNode(args, environment, 'pipe', folder);
  const [stdout, stderr] = [child.stdout!, child.stderr!].map(stream => keep(stream, Number.POSITIVE_INFINITY));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout!(), stderr: stderr!() };
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
