import { html } from 'hono/html';
import type { Content } from '../../http/page.ts';

/** A chart of bars with a number for each series. */
interface BarChart {
  id: string;
  title: string;
  /** Says what the chart shows, for a person who does not see it. */
  description: string;
  series: { name: string; total: number; address: string | undefined }[];
  /** `said` is what a bar is called: its place with all its numbers. */
  bars: { label: string; counts: number[]; said: string }[];
}

/** Widths of a place and of its bar, and the height of the chart, in units of its viewBox. */
const [place_width, bar_width, height] = [10, 7, 100];

/** Draws a bar for each place with a colour for each series. */
export function renderBarChart({ id, title, description, series, bars: places }: BarChart): Content {
  const most = Math.max(1, ...places.map(({ counts }) => sum(counts)));
  const bars = places.map(({ counts, said }, at) => {
    let top = height;
    const parts = counts.map((count, index) => {
      const tall = (count / most) * height;
      top -= tall;
      return count > 0
        ? html`<rect class="s${index}" x="${at * place_width + 1.5}" y="${round(top)}" width="${bar_width}" height="${round(tall)}"/>`
        : '';
    });
    return html`<g><title>${said}</title>${parts}<rect class="hit" x="${at * place_width}" y="0" width="${place_width}" height="${height}"/></g>`;
  });
  const keys = series.map(
    ({ name, total, address }, index) =>
      html`<li><i class="key s${index}"></i>${name} <b>${renderNumber(total, address)}</b></li>`,
  );
  return html`<figure class="chart"><figcaption><ul class="legend">${keys}</ul></figcaption>
<div class="plot"><span class="most">${most}</span><svg role="img" aria-labelledby="${id}-t" aria-describedby="${id}-d" viewBox="0 0 ${places.length * place_width} ${height}" preserveAspectRatio="none"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${bars}</svg>
<p class="ends"><span>${places[0]?.label ?? ''}</span><span>${places.at(-1)?.label ?? ''}</span></p></div></figure>`;
}

/** Draws steps that fewer and fewer reach, each with its number and its share of the first. */
export function renderFunnel(steps: { name: string; status: string; count: number; address: string }[]): Content {
  const whole = Math.max(1, steps[0]?.count ?? 0);
  const rows = steps.map(({ name, status, count, address }) => {
    const share = Math.min(100, (count / whole) * 100);
    return html`<li><span>${name}</span> <b>${renderNumber(count, address)}</b> <small>${Math.round(share)}%</small><svg aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none"><rect class="rest" width="100" height="1"/><rect class="${status}" width="${round(share)}" height="1"/></svg></li>`;
  });
  return html`<ol class="funnel">${rows}</ol>`;
}

/** Draws a number as a link to its list; plain where there is no list, or nothing in it. */
export function renderNumber(count: number, address: string | undefined): Content {
  return address && count > 0 ? html`<a href="${address}">${count}</a>` : html`${count}`;
}

/**
 * Draws a table of numbers, each row under its first cell. Because numbers are compared by column, it stays a table on a
 * phone, and scrolls there.
 */
export function renderNumbers(label: string, heads: string[], rows: Content[][]): Content {
  const lines = rows.map(
    ([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`,
  );
  return html`<div class="table numbers" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function round(number: number): string {
  return String(Math.round(number * 100) / 100);
}
