import { type LeadStatus, lead_statuses } from '../lead.ts';

/** What became of leads by now. Leads that are erased or restricted are in no list, and so not in here. */
export interface Outcomes {
  received: number;
  /** How many came by each form. */
  forms: Record<string, number>;
  /** How many have each status. */
  statuses: { [Name in LeadStatus]: number };
  /** How many have ever reached a status, or a later one. */
  reached: { [Name in Exclude<LeadStatus, 'new'>]: number };
  /** How many are closed for each reason. */
  reasons: Record<string, number>;
  /** How long first contacts took: by class of length, how many and their sum in milliseconds. */
  waits: Record<string, [count: number, sum_ms: number]>;
  /** The longest of them, and its lead. */
  slowest: { ms: number; lead_id: string } | null;
}

/** Classes of lengths of time in which a length is doubled. A mean of a class is within some percent of each in it. */
const classes_per_doubling = 8;

export function addWait(outcomes: Outcomes, lead_id: string, ms: number) {
  const key = Math.round(Math.log2(1 + Math.max(0, ms) / 1_000) * classes_per_doubling);
  const [count, sum] = outcomes.waits[key] ?? [0, 0];
  outcomes.waits[key] = [count + 1, sum + ms];
  if (!outcomes.slowest || ms > outcomes.slowest.ms) outcomes.slowest = { ms, lead_id };
}

/** Returns the median of waits, within a few percent; null where there is none. */
export function medianOf(waits: Outcomes['waits']): number | null {
  const classes = Object.entries(waits).sort(([one], [other]) => Number(one) - Number(other));
  const total = classes.reduce((all, [, [count]]) => all + count, 0);
  if (total === 0) return null;
  const at = (place: number) => {
    let passed = 0;
    const [, [count, sum]] = classes.find(([, [some]]) => {
      passed += some;
      return passed > place;
    })!;
    return sum / count;
  };
  return (at((total - 1) >> 1) + at(total >> 1)) / 2;
}

export function noOutcomes(): Outcomes {
  const statuses = Object.fromEntries(lead_statuses.map(status => [status, 0])) as Outcomes['statuses'];
  const reached = { contacted: 0, qualified: 0, closed: 0 };
  return { received: 0, forms: {}, statuses, reached, reasons: {}, waits: {}, slowest: null };
}

export function addOutcomes(sum: Outcomes, more: Outcomes): void {
  sum.received += more.received;
  addCounts(sum.forms, more.forms);
  for (const status of lead_statuses) sum.statuses[status] += more.statuses[status];
  for (const status of ['contacted', 'qualified', 'closed'] as const) sum.reached[status] += more.reached[status];
  addCounts(sum.reasons, more.reasons);
  for (const key in more.waits) {
    const [wait, known] = [more.waits[key]!, sum.waits[key]];
    if (known) {
      known[0] += wait[0];
      known[1] += wait[1];
    } else sum.waits[key] = [...wait];
  }
  if (more.slowest && more.slowest.ms > (sum.slowest?.ms ?? -1)) sum.slowest = more.slowest;
}

function addCounts(sum: Record<string, number>, more: Record<string, number>) {
  for (const name in more) sum[name] = (sum[name] ?? 0) + more[name]!;
}
