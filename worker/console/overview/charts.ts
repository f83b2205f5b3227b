import { html } from 'hono/html';
import type { Content } from '../../http/page.ts';

/** A chart of days with a number for each series. */
export interface DayChart {
  id: string;
  title: string;
  /** Says what the chart shows, for a person who does not see it. */
  description: string;
  series: { name: string; total: number }[];
  days: { day: string; label: string; counts: number[] }[];
  texts: { table: string; day: string };
}

/** Widths of a day and of its bar, and the height of the chart, in units of its viewBox. */
const [day_width, bar_width, height] = [10, 8, 100];

/** Draws a bar for each day with a colour for each series, and the same numbers as a table. */
export function renderDayChart({ id, title, description, series, days, texts }: DayChart): Content {
  const most = Math.max(1, ...days.map(({ counts }) => sum(counts)));
  const bars = days.map(({ label, counts }, at) => {
    let top = height;
    const parts = counts.map((count, index) => {
      const tall = (count / most) * height;
      top -= tall;
      return count > 0
        ? html`<rect class="s${index}" x="${at * day_width + 1}" y="${round(top)}" width="${bar_width}" height="${round(tall)}"/>`
        : '';
    });
    const said = counts.map((count, index) => `${series[index]!.name} ${count}`).join(', ');
    return html`<g><title>${label}: ${said}</title>${parts}<rect class="hit" x="${at * day_width}" y="0" width="${day_width}" height="${height}"/></g>`;
  });
  const keys = series.map(
    ({ name, total }, index) => html`<li><i class="key s${index}"></i>${name} <b>${total}</b></li>`,
  );
  return html`<figure class="chart"><figcaption><ul class="legend">${keys}</ul></figcaption>
<div class="plot"><span class="most">${most}</span><svg role="img" aria-labelledby="${id}-t ${id}-d" viewBox="0 0 ${days.length * day_width} ${height}" preserveAspectRatio="none"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${bars}</svg>
<p class="ends"><span>${days[0]?.label ?? ''}</span><span>${days.at(-1)?.label ?? ''}</span></p></div>
<details><summary>${texts.table}</summary><div class="table" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th scope="col">${texts.day}</th>${series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${days
    .filter(({ counts }) => sum(counts) > 0)
    .map(
      ({ day, counts }) => html`<tr><th scope="row">${day}</th>${counts.map(count => html`<td>${count}</td>`)}</tr>`,
    )}</tbody></table></div></details></figure>`;
}

/** Draws steps that fewer and fewer reach, each with its number and its share of the first. */
export function renderFunnel(steps: { name: string; status: string; count: number }[]): Content {
  const whole = Math.max(1, steps[0]?.count ?? 0);
  const rows = steps.map(({ name, status, count }) => {
    const share = Math.min(100, (count / whole) * 100);
    return html`<li><span>${name}</span> <b>${count}</b> <small>${Math.round(share)}%</small><svg aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none"><rect class="rest" width="100" height="1"/><rect class="${status}" width="${round(share)}" height="1"/></svg></li>`;
  });
  return html`<ol class="funnel">${rows}</ol>`;
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function round(number: number): string {
  return String(Math.round(number * 100) / 100);
}
