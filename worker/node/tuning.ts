import type { Environment } from '../settings.ts';

/**
 * Flags of V8 that fit each program's heap to two cores and some 200 MB. Without those of `ops`, what a long walk reads
 * goes straight to the old generation and stays there. Because V8 lets a heap that may reach 2 GB grow fourfold between two
 * collections, that of `start` may grow by a quarter only. Because each of its threads would get an arena of the C library,
 * which keeps what it has freed, they share one.
 */
export const tuning: Record<string, { flags: string[]; environment: Record<string, string> }> = {
  start: {
    flags: [
      ...['--max-semi-space-size=8', '--no-parallel-scavenge'],
      ...['--initial-old-space-size=40', '--heap-growing-percent=25'],
    ],
    environment: { MALLOC_ARENA_MAX: '1' },
  },
  ops: {
    flags: ['--max-semi-space-size=2', '--no-allocation-site-pretenuring'],
    environment: { MALLOC_ARENA_MAX: '1' },
  },
};

/**
 * Begins this process anew with the flags of its program, because V8 and the C library read them only at their start.
 * The process stays the same one, so that signals and supervisors find it. Windows cannot do that: there the program
 * runs without them.
 */
export function runTuned(program: string, environment: Environment): void {
  const { flags, environment: variables } = tuning[program]!;
  if (flags.every(flag => process.execArgv.includes(flag)) || process.platform === 'win32') return;
  const args = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve!(process.execPath, args, { ...variables, ...environment } as NodeJS.ProcessEnv);
}
