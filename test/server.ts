import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Characters of a server's output that are kept: under load it logs a line per request. */
const output_kept = 1_000_000;

/** Where each program finds what an earlier one has compiled: half of its start. */
const compiled = join(root, 'node_modules/.cache/compiled');

/** A server as a process of its own, on a port of its own, in a folder that goes with it. */
export interface RunningServer {
  pid: number;
  url: string;
  token: string;
  /** What it has printed so far. */
  output(): string;
  /** Stops reading what it prints, as a log collector that has died. */
  closeOutput(): void;
  /** The most memory that it has held, in MB (Linux). */
  residentMb(): number;
  /** Sends a signal and waits for the end; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function makeFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-server-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the Node host as `npm start` does, and waits until it listens. V8's young heap is kept small: 90 MB less for 8 % more CPU. */
export function startServer(folder: string, environment: Record<string, string> = {}): Promise<RunningServer> {
  const database = { PORT: '0', DATABASE_URL: `file:${join(folder, 'leads.db')}` };
  const ready = environment.NODE_ENV === 'production' ? /"listening"/ : /Ctrl-C/;
  return startProcess(['--max-semi-space-size=8', 'worker/node.ts'], { ...database, ...environment }, ready);
}

/** Starts a program that says where it listens, as the Node host does. */
export async function startProcess(
  args: string[],
  environment: Record<string, string>,
  ready = /"listening"/,
): Promise<RunningServer> {
  const child = runNode(args, environment);
  let printed = '';
  child.stdout!.on('data', chunk => {
    if (printed.length < output_kept) printed += chunk;
  });
  const url = /"url":"([^"]+)"/;
  while (!ready.test(printed) || !url.test(printed)) {
    const [end] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(([code]) => [{ code }])]);
    if (!Buffer.isBuffer(end)) throw new Error(`the server ended with ${JSON.stringify(end)}:\n${printed}`);
  }
  return {
    pid: child.pid!,
    url: url.exec(printed)![1]!,
    token: /lc_\w+/.exec(printed)?.[0] ?? '',
    output: () => printed,
    closeOutput: () => child.stdout!.destroy(),
    residentMb() {
      const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Math.round(Number(kib) / 1024);
    },
    async stop(signal = 'SIGTERM') {
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

/** Runs one of the project's programs to its end. */
export async function run(args: string[], environment: Record<string, string> = {}) {
  const child = runNode(args, environment);
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

function runNode(args: string[], environment: Record<string, string>): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE: compiled, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
