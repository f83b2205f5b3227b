import { html } from 'hono/html';
import type { DaySpan } from '../../../db/days.ts';
import type { Outcomes } from '../../../db/leads/figures/outcomes.ts';
import type { Waiting } from '../../../db/leads/figures/waiting.ts';
import type { Warning } from '../../health/hints.ts';
import type { Content } from '../../http/page.ts';
import { renderLanguage } from '../elements.ts';
import type { Page } from '../layout.ts';
import { type Filters, leadAddress, writeFilters } from '../leads/filters.ts';
import { choicesAddress } from '../privacy/choice-list-page.ts';
import type { Reader } from '../reader.ts';
import { renderAgo, writeSpan } from '../times.ts';
import { type FailingChannel, renderFailing, renderUnpublished, renderWarned } from './alarms.ts';
import { renderFunnel, renderNumber, renderNumbers } from './charts.ts';
import { renderWeeks, type WeekCounts, writeChange } from './weeks.ts';

/** What became of leads, with the median time to first contact. */
type Became = Omit<Outcomes, 'waits'> & { median_ms: number | null };

interface LeadNumbers {
  /** Leads received, by form. */
  received: WeekCounts;
  /** Number of leads received in the week before. */
  before: number;
  /** Numbers of leads received in this week so far, and in the last one by the same day. */
  thisWeek: number;
  lastWeek: number;
  all: Became;
  /** Number of those that were received and are erased or restricted, and so counted nowhere else. */
  gone: number;
  /** The same by whose the leads are, an empty name for nobody's. */
  people: (Became & { assigned_to: string })[];
  isBehind: boolean;
  waiting: Waiting;
}

type Choices = WeekCounts & {
  /** Choices by policy version and language. The counts stand in the order of the names. */
  rates: { policy_version: string; locale: string; counts: number[] }[];
};

interface Overview {
  /** Number of weeks shown, and the numbers to choose from. */
  period: number;
  periods: readonly number[];
  span: DaySpan;
  /** Undefined for a reader who may not see leads. */
  leads: LeadNumbers | undefined;
  /** Cookie choices by outcome; undefined for a reader who may not see them. */
  choices: Choices | undefined;
  /** Channels whose receivers take nothing. */
  failing: FailingChannel[];
  /** Whether no policy is in force; said to readers who may publish one. */
  isUnpublished: boolean;
  /** What `/health` warns of; empty for a reader who does not see the settings. */
  warnings: Warning[];
}

/** Draws the numbers of the last weeks. Each leads to the list of what it counts, where there is one. */
export function overviewPage(reader: Reader, overview: Overview): Page {
  const { period, periods, span, leads, choices, failing, isUnpublished, warnings } = overview;
  const { overview: text } = reader.text;
  const links = periods.map(
    weeks =>
      html`<li><a href="/console/overview?weeks=${weeks}"${weeks === period ? html` aria-current="page"` : ''}>${text.weeks(weeks)}</a></li>`,
  );
  return {
    title: text.title,
    section: 'overview',
    content: html`<h1>${text.title}</h1>${leads || choices ? html`<nav class="tabs" aria-label="${text.period}"><ul>${links}</ul></nav>` : ''}
${isUnpublished ? renderUnpublished(reader) : ''}${renderWarned(reader, warnings)}${renderFailing(reader, failing)}
<div class="cards">${leads ? renderLeadNumbers(reader, span, leads) : html`<p class="hint">${text.leadsHidden}</p>`}${choices ? renderChoices(reader, span, choices) : ''}</div>`,
  };
}

/**
 * Draws what came in, what waits, and what became of it. Until the first count it draws no figure of those counted, because
 * each would be a nought that is not true.
 */
function renderLeadNumbers(reader: Reader, span: DaySpan, leads: LeadNumbers): Content {
  const { text } = reader;
  const { overview, forms } = text;
  const { received, before, thisWeek, lastWeek, all, gone, people, isBehind, waiting } = leads;
  if (isBehind && all.received === 0)
    return html`<section class="card"><h2>${overview.leads}</h2><p class="hint">${overview.behind}</p></section>${renderWaiting(reader, waiting)}`;
  const link = linkWithin(span);
  const linkTo = ({ monday, sunday }: { monday: string; sunday: string }, form?: string) =>
    listOf({ form: form as Filters['form'], from: monday, to: sunday });
  const weeks = renderWeeks(reader, {
    ...{ id: 'leads', title: overview.leads, labels: forms, counted: received, before },
    linkTo,
  });
  return html`<section class="card"><h2>${overview.leads}</h2>
<p><b class="figure">${renderNumber(thisWeek, linkTo(received.weeks.at(-1)!))}</b> ${overview.thisWeek(lastWeek, lastWeek > 0 ? writeChange(thisWeek, lastWeek) : undefined)}</p>${isBehind ? html`<p class="hint">${overview.behind}</p>` : ''}${weeks}${gone > 0 ? html`<p class="hint">${overview.gone(gone)}</p>` : ''}</section>
<div class="cards-stack">${renderWaiting(reader, waiting)}${renderFirstContact(reader, all)}${renderProgress(reader, all, link)}</div>
<section class="card wide"><h2>${overview.people}</h2>${people.length > 0 ? renderPeople(reader, people, link) : html`<p class="hint">${overview.none}</p>`}
${isBehind ? '' : html`<p class="hint">${overview.counted}</p>`}</section>`;
}

type Link = (filters: Partial<Filters>) => string;

function listOf(filters: Partial<Filters>): string {
  return `/console${writeFilters({ order: 'desc', ...filters } as Filters)}`;
}

/** Returns what writes the addresses of lists of the leads that were received in a span of days. */
function linkWithin({ from_day, to_day }: DaySpan): Link {
  return filters => listOf({ from: from_day, to: to_day, ...filters });
}

function renderWaiting(reader: Reader, { count, has_more, to_day, oldest }: Waiting): Content {
  const { overview } = reader.text;
  const address = listOf({ status: 'new', to: to_day, order: 'asc' });
  return html`<section class="card"><h2>${overview.waiting}</h2>${
    oldest
      ? html`<p class="figure alarm"><a href="${address}">${count}${has_more ? '+' : ''}</a></p><p class="hint">${overview.waitingHint} ${overview.oldest} <a href="${leadAddress(oldest.lead_id, '')}">${renderAgo(reader, oldest.received_at.toISOString())}</a></p>`
      : html`<p class="hint">${overview.noneWaiting}</p>`
  }</section>`;
}

function renderFirstContact({ text: { overview } }: Reader, { median_ms, slowest }: Became): Content {
  return html`<section class="card"><h2>${overview.median}</h2>${
    median_ms === null || !slowest
      ? html`<p class="hint">${overview.unknown}</p>`
      : html`<p class="figure">${writeSpan(median_ms, overview.units)}</p><p class="hint">${overview.slowest} <a href="${leadAddress(slowest.lead_id, '')}">${writeSpan(slowest.ms, overview.units)}</a></p>`
  }</section>`;
}

/** Draws how far the leads got, and why those that are closed are. */
function renderProgress({ text }: Reader, { received, reached, reasons }: Became, link: Link): Content {
  const { overview, statuses } = text;
  const steps = [
    { name: overview.received, status: 'new', count: received, address: link({}) },
    ...(['contacted', 'qualified', 'closed'] as const).map(step => ({
      ...{ name: statuses[step]!, status: step, count: reached[step], address: link({ reached: step }) },
    })),
  ];
  const named = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  const rows = named.map(
    ([reason, count]) =>
      html`<li>${text.closed_reasons[reason] ?? reason} <b>${renderNumber(count, link({ status: 'closed', closed_reason: reason as Filters['closed_reason'] }))}</b></li>`,
  );
  return html`<section class="card"><h2>${overview.funnel}</h2>${renderFunnel(steps)}${rows.length > 0 ? html`<h3>${text.fields.closed_reason}</h3><ul class="reasons">${rows}</ul>` : ''}</section>`;
}

function renderPeople({ text }: Reader, people: LeadNumbers['people'], link: Link): Content {
  const { overview, statuses, fields } = text;
  const shown = ['new', 'contacted', 'qualified', 'closed'] as const;
  const heads = [
    fields.assigned_to!,
    overview.received,
    ...shown.map(one => statuses[one]!),
    overview.typical,
    overview.slow,
  ];
  const rows = people.map(({ assigned_to, received, statuses: counts, median_ms, slowest }) => {
    const who: Partial<Filters> = assigned_to ? { assigned_to } : { unassigned: '1' };
    return [
      html`${assigned_to || text.nobody}`,
      renderNumber(received, link(who)),
      ...shown.map(status => renderNumber(counts[status], link({ ...who, status }))),
      html`${median_ms === null ? '–' : writeSpan(median_ms, overview.units)}`,
      slowest
        ? html`<a href="${leadAddress(slowest.lead_id, '')}">${writeSpan(slowest.ms, overview.units)}</a>`
        : html`–`,
    ];
  });
  return renderNumbers(overview.people, heads, rows);
}

/** Draws cookie choices by week, and by policy version and language what share of them had each outcome. */
function renderChoices(reader: Reader, { from_day, to_day }: DaySpan, choices: Choices): Content {
  const { overview } = reader.text;
  const { names, rates } = choices;
  const labels: Record<string, string> = overview.outcomes;
  const heads = [overview.version, overview.language, overview.total, ...names.map(name => labels[name]!)];
  const rows = rates.map(({ policy_version, locale, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const link = (outcome?: string) => choicesAddress({ from: from_day, to: to_day, policy_version, locale, outcome });
    return [
      html`<a href="/policies/${policy_version}?lang=${locale}">${policy_version}</a>`,
      renderLanguage(locale),
      renderNumber(total, link()),
      ...counts.map(
        (count, at) =>
          html`${Math.round((count / Math.max(1, total)) * 100)}% <small>${renderNumber(count, link(names[at]))}</small>`,
      ),
    ];
  });
  const weeks = {
    ...{ id: 'choices', title: overview.choices, labels, counted: choices },
    linkTo: ({ monday, sunday }: { monday: string; sunday: string }, outcome?: string) =>
      choicesAddress({ from: monday, to: sunday, outcome }),
  };
  return html`<section class="card wide"><h2>${overview.choices}</h2>${renderWeeks(reader, weeks)}${rows.length > 0 ? html`<h3>${overview.rates}</h3>${renderNumbers(overview.rates, heads, rows)}` : ''}</section>`;
}
