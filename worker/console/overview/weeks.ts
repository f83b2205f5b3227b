import { html } from 'hono/html';
import type { Content } from '../../http/page.ts';
import type { Reader } from '../reader.ts';
import { writeDays } from '../times.ts';
import { renderBarChart, renderNumber, renderNumbers } from './charts.ts';

/** A number for each week and name. */
export interface WeekCounts {
  names: readonly string[];
  /** Weeks from Monday to Sunday, the latest last. The counts stand in the order of the names. */
  weeks: { monday: string; sunday: string; counts: number[] }[];
}

type Week = WeekCounts['weeks'][number];

interface WeekChart {
  id: string;
  title: string;
  labels: Record<string, string>;
  counted: WeekCounts;
  /** Number of the week before the first one; without it weeks are not compared. */
  before?: number;
  /** Returns the address of the list that a number stands for, where there is one; of all names without one. */
  linkTo?: (week: Pick<Week, 'monday' | 'sunday'>, name?: string) => string;
}

/** Draws a bar for each week, and the same numbers as a table, each week beside its change from the one before. */
export function renderWeeks(reader: Reader, { id, title, labels, counted, before, linkTo }: WeekChart): Content {
  const { overview } = reader.text;
  const { names, weeks } = counted;
  const sums = weeks.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
  const total = sums.reduce((sum, one) => sum + one, 0);
  if (total === 0 && !before) return html`<p class="hint">${overview.none}</p>`;
  const { colon, comma } = reader.text;
  const bars = weeks.map(({ monday, sunday, counts }) => {
    const label = writeDays(reader, monday, sunday);
    const said = names.map((name, at) => `${labels[name] ?? name} ${counts[at]}`).join(comma);
    return { label, counts, said: `${label}${colon}${said}` };
  });
  const best = Math.max(...sums);
  const description = overview.describe(total, best, bars[sums.indexOf(best)]!.label);
  const series = names.map((name, at) => ({
    name: labels[name] ?? name,
    total: weeks.reduce((sum, { counts }) => sum + counts[at]!, 0),
    address: linkTo?.({ monday: weeks[0]!.monday, sunday: weeks.at(-1)!.sunday }, name),
  }));
  const compared = before === undefined ? [] : [overview.change];
  const heads = [overview.week, ...series.map(({ name }) => name), overview.total, ...compared];
  const rows = weeks.map((week, at) => {
    const link = (count: number, name?: string) => renderNumber(count, linkTo?.(week, name));
    const last = at === weeks.length - 1;
    const change = last ? overview.soFar : writeChange(sums[at]!, at > 0 ? sums[at - 1]! : (before ?? 0));
    return [
      html`${bars[at]!.label}`,
      ...week.counts.map((count, index) => link(count, names[index])),
      link(sums[at]!),
      ...(before === undefined ? [] : [html`${change}`]),
    ];
  });
  return html`${renderBarChart({ id, title, description, series, bars })}${renderNumbers(title, heads, rows.toReversed())}`;
}

/** Writes by how many percent a number differs from the one before. */
export function writeChange(count: number, before: number): string {
  if (before === 0) return '–';
  const percent = Math.round((count / before - 1) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)}%`;
}
