import type { View } from './visit.ts';

/** What one contender came to in one round. */
export interface Result {
  first: View;
  requests: number;
  connections: number;
  cold: View;
  stale: View;
}

const columns: Record<string, (result: Result) => number | undefined> = {
  'first: banner': ({ first }) => first.banner,
  'first: page': ({ first }) => first.first_paint,
  'first: work': ({ first }) => first.work,
  'first: shift': ({ first }) => first.shift,
  requests: ({ requests }) => requests,
  connections: ({ connections }) => connections,
  'return: gated': ({ cold }) => cold.gated,
  'return: page': ({ cold }) => cold.first_paint,
  'return: work': ({ cold }) => cold.work,
  'hours later: gated': ({ stale }) => stale.gated,
};

/** Measures that are compared with the other contenders, because the page alone has none of them. */
const raced = ['first: banner', 'return: gated', 'hours later: gated'];
const ours = ['this checkout', 'beside'];

/** Prints the medians, then what this checkout's are to the page alone, to the checkout beside it, and to the fastest peer. */
export function printRace(results: Map<string, Result[]>): void {
  const medians = new Map([...results].map(([name, rounds]) => [name, findMedians(rounds)]));
  console.table(Object.fromEntries([...medians].map(([name, row]) => [name, round(row)])));
  const mine = medians.get('this checkout');
  if (!mine) return;
  const peers = [...medians].filter(([name]) => name !== 'page alone' && !ours.includes(name)).map(([, row]) => row);
  const rows: Record<string, Record<string, string>> = {};
  for (const column of Object.keys(columns)) {
    const fastest = Math.min(...peers.map(row => row[column] ?? Number.POSITIVE_INFINITY));
    rows[column] = {
      'to the page alone': raced.includes(column) ? '' : ratio(mine[column], medians.get('page alone')?.[column]),
      'to the checkout beside': ratio(mine[column], medians.get('beside')?.[column]),
      'to the fastest peer': ratio(mine[column], fastest),
    };
  }
  console.table(rows);
}

function findMedians(rounds: Result[]): Record<string, number | undefined> {
  return Object.fromEntries(Object.entries(columns).map(([name, read]) => [name, median(rounds.map(read))]));
}

function median(values: (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}

function round(row: Record<string, number | undefined>) {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value === undefined ? '' : Number(value.toFixed(name.endsWith('shift') ? 3 : 0)),
    ]),
  );
}

function ratio(mine: number | undefined, other: number | undefined): string {
  return mine !== undefined && other && Number.isFinite(other) ? (mine / other).toFixed(2) : '';
}
