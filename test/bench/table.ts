import type { Case } from './cases.ts';
import type { Load } from './load.ts';
import { sumProcessorUs } from './processor.ts';
import type { Rows } from './report.ts';

/** A case with the results of each round, and those of its floor in the same rounds. */
export interface Measured extends Omit<Case, 'measure' | 'floor' | 'servers' | 'warm'> {
  rounds: Load[];
  floor?: Load[] | undefined;
}

/** Longest time in which a case is warmed, for a host that is slow. */
const warm_ms = 20_000;

/**
 * Warms all cases, and measures them in turn, round by round. Because a slow moment of the machine then falls on a case
 * and its floor alike, their ratio stays right.
 */
export async function measureRounds(cases: Case[], rounds: number): Promise<Measured[]> {
  const loads = new Map<string, Load[]>(cases.map(({ name }) => [name, []]));
  for (const { warm = 0, measure } of cases)
    for (let [answered, begun] = [0, performance.now()]; answered < warm && performance.now() - begun < warm_ms; )
      answered += (await measure()).answered;
  for (let round = 0; round < rounds; round++)
    for (const one of cases) loads.get(one.name)!.push(await measureProcessor(one));
  return cases.map(({ name, unit, floor }) => ({
    name,
    unit,
    rounds: loads.get(name)!,
    floor: floor === undefined ? undefined : loads.get(floor),
  }));
}

async function measureProcessor({ measure, servers = [] }: Case): Promise<Load> {
  const before_us = sumProcessorUs(servers);
  const measured = await measure();
  const used_us = sumProcessorUs(servers) - before_us;
  return used_us > 0 ? { cpu_us: used_us / measured.answered, ...measured } : measured;
}

/** Returns a row for each case: medians, and the ratios to the floor: their median, least and most. */
export function describeCases(measured: Measured[]): Rows {
  return Object.fromEntries(measured.map(one => [one.name, describe(one)]));
}

function describe({ unit, rounds, floor }: Measured) {
  const cpu_us = median(rounds.map(one => one.cpu_us ?? 0));
  const ratios = floor && sort(rounds.map(({ rate }, n) => rate / floor[n]!.rate)).map(ratio => ratio.toFixed(2));
  return {
    rate: `${Math.round(median(rounds.map(one => one.rate))).toLocaleString('en')} ${unit}`,
    'p50 ms': median(rounds.map(one => one.p50)),
    'p99 ms': median(rounds.map(one => one.p99)),
    'cpu µs': cpu_us ? Math.round(cpu_us) : '',
    'of floor': ratios ? `${median(ratios)} (${ratios[0]}–${ratios.at(-1)})` : '',
    failed: rounds.reduce((sum, one) => sum + one.failed, 0),
  };
}

function median<T extends number | string>(values: T[]): T {
  return sort(values)[Math.floor(values.length / 2)]!;
}

function sort<T extends number | string>(values: T[]): T[] {
  return values.toSorted((a, b) => Number(a) - Number(b));
}
