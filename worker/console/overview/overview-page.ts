import { html } from 'hono/html';
import type { Channel } from '../../../db/notices/channels.ts';
import type { Content } from '../../http/page.ts';
import { date_tags } from '../../shared/locales.ts';
import type { Page } from '../layout.ts';
import { notice_texts } from '../notices/texts.ts';
import type { Reader } from '../reader.ts';
import { writeSpan, writeTime } from '../times.ts';
import { renderDayChart, renderFunnel } from './charts.ts';

/** A number for each day and name. */
export interface DayCounts {
  names: readonly string[];
  /** The counts stand in the order of the names. */
  days: { day: string; counts: number[] }[];
}

interface LeadNumbers {
  /** Leads received, by form. */
  received: DayCounts;
  funnel: { received: number; contacted: number; qualified: number; closed: number };
  median_first_contact_ms: number | null;
}

type FailingChannel = Pick<Channel, 'id' | 'name' | 'off_at' | 'failing_since'>;

interface Overview {
  /** Number of days shown, and the numbers to choose from. */
  period: number;
  periods: readonly number[];
  /** Undefined for a reader who may not see leads. */
  leads: LeadNumbers | undefined;
  /** Cookie choices by outcome; undefined for a reader who may not see them. */
  choices: DayCounts | undefined;
  /** Channels whose receivers take nothing. */
  failing: FailingChannel[];
}

/** Draws the numbers of the last days. */
export function overviewPage(reader: Reader, { period, periods, leads, choices, failing }: Overview): Page {
  const { overview: text, forms } = reader.text;
  const links = periods.map(
    days =>
      html`<li><a href="/console/overview?days=${days}"${days === period ? html` aria-current="page"` : ''}>${text.days(days)}</a></li>`,
  );
  return {
    title: text.title,
    section: 'overview',
    content: html`<h1>${text.title}</h1>${leads || choices ? html`<nav class="tabs" aria-label="${text.period}"><ul>${links}</ul></nav>` : ''}
${renderFailing(reader, failing)}
<div class="cards">${
      leads
        ? html`${renderChart(reader, 'leads', text.leads, forms, leads.received)}
${renderOutcome(reader, leads)}`
        : html`<p class="hint">${text.leadsHidden}</p>`
    }${choices ? renderChart(reader, 'choices', text.choices, text.outcomes, choices) : ''}</div>`,
  };
}

/** Draws which channels take nothing, for whoever may see channels; to others, that there are some. */
function renderFailing(reader: Reader, failing: FailingChannel[]): Content {
  const text = notice_texts[reader.locale];
  if (!reader.scopes.includes('channels:manage'))
    return failing.length > 0 ? html`<p class="notice">${text.someFailing}</p>` : html``;
  if (failing.length === 0) return html`<p class="hint">${text.noneFailing}</p>`;
  const lines = failing.map(({ id, name, off_at, failing_since }) => {
    const since = writeTime(reader, (off_at ?? failing_since)!);
    return html`<li><a href="/console/notices/${id}">${name}</a> · ${off_at ? text.off(since) : text.failingSince(since)}</li>`;
  });
  return html`<ul class="notice alarm">${lines}</ul>`;
}

/** Draws what became of the leads. */
function renderOutcome({ text }: Reader, { funnel, median_first_contact_ms: median }: LeadNumbers): Content {
  const { overview, statuses } = text;
  const steps = (['received', 'contacted', 'qualified', 'closed'] as const).map(step => ({
    name: step === 'received' ? overview.received : statuses[step]!,
    status: step === 'received' ? 'new' : step,
    count: funnel[step],
  }));
  return html`<section class="card"><h2>${overview.funnel}</h2>${renderFunnel(steps)}</section>
<section class="card"><h2>${overview.median}</h2>${median === null ? html`<p>${overview.unknown}</p>` : html`<p class="figure">${writeSpan(median, overview.units)}</p>`}</section>`;
}

function renderChart(
  { locale, text }: Reader,
  id: string,
  title: string,
  labels: Record<string, string>,
  { names, days: counted }: DayCounts,
): Content {
  const { overview } = text;
  const short = new Intl.DateTimeFormat(date_tags[locale], {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  });
  const days = counted.map(one => ({ ...one, label: short.format(new Date(one.day)) }));
  const series = names.map((name, index) => ({
    name: labels[name]!,
    total: days.reduce((sum, { counts }) => sum + counts[index]!, 0),
  }));
  const total = series.reduce((sum, one) => sum + one.total, 0);
  const sums = days.map(({ label, counts }) => ({ label, sum: counts.reduce((all, count) => all + count, 0) }));
  const best = sums.reduce((one, other) => (other.sum > one.sum ? other : one));
  const description = overview.describe(total, best.sum, best.label);
  const texts = { table: overview.table, day: overview.day };
  return html`<section class="card wide"><h2>${title}</h2>${
    total > 0
      ? renderDayChart({ id, title, description, series, days, texts })
      : html`<p class="hint">${overview.none}</p>`
  }</section>`;
}
