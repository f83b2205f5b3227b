import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A server as a process of its own, on a port of its own, in a folder that goes with it. */
export interface RunningServer {
  url: string;
  token: string;
  folder: string;
  /** What it has printed so far. */
  output(): string;
  /** Sends a signal and waits for the end; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function makeFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-server-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the Node host and waits until it listens. */
export async function startServer(folder: string, environment: Record<string, string> = {}): Promise<RunningServer> {
  const child = runNode(['worker/node.ts'], {
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'leads.db')}`,
    ...environment,
  });
  let printed = '';
  child.stdout!.on('data', chunk => {
    printed += chunk;
  });
  const development = environment.NODE_ENV !== 'production';
  while (!(development ? /Ctrl-C/ : /"listening"/).test(printed)) {
    const [end] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(([code]) => [{ code }])]);
    if (!Buffer.isBuffer(end)) throw new Error(`the server ended with ${JSON.stringify(end)}:\n${printed}`);
  }
  return {
    url: /"url":"([^"]+)"/.exec(printed)![1]!,
    token: /lc_\w+/.exec(printed)?.[0] ?? '',
    folder,
    output: () => printed,
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
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
