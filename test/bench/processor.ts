import { readFileSync } from 'node:fs';

/** Ticks of a second in which Linux counts processor time. */
const ticks_per_second = 100;

/** Reads the processor time that all threads of a server have used, in microseconds. */
export function readProcessorUs({ pid }: { pid: number }): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticks_per_second) * 1_000_000;
}

/** Sums the processor time of several servers, in microseconds. A server without a process of its own has none. */
export function sumProcessorUs(servers: { pid?: number }[]): number {
  return servers.reduce((sum, { pid }) => sum + (pid ? readProcessorUs({ pid }) : 0), 0);
}
