import type { Context } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { listConsentStats } from '../../../db/consents/stats.ts';
import { type DaySpan, dayOf, nextDay } from '../../../db/days.ts';
import { readLeadStats } from '../../../db/leads/stats.ts';
import { type App, factory } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import type { Content } from '../../http/page.ts';
import { forms } from '../../shared/fields.ts';
import type { Locale } from '../../shared/locales.ts';
import { consoleLocale, showConsolePage } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { writeSpan } from '../times.ts';
import { renderDayChart, renderFunnel } from './charts.ts';

const day_ms = 86_400_000;
const periods = [7, 30, 90] as const;
const outcomes = ['accepted', 'customised', 'refused', 'withdrawn'] as const;

const asked = z.object({ days: z.catch(z.pipe(z.coerce.number(), z.literal(periods)), 30) });

/** `GET /console/overview`: what came in and what became of it, as far as the role goes. */
export const showOverview = factory.createHandlers(async c => {
  const { days: period } = asked.parse(c.req.query());
  const { overview: text } = console_texts[consoleLocale(c)];
  const { now, settings } = c.var.services;
  const { time_zone } = settings;
  const from_day = dayOf(new Date(now().getTime() - (period - 1) * day_ms), time_zone);
  const span = { from_day, to_day: dayOf(now(), time_zone), time_zone };
  const links = periods.map(
    days =>
      html`<li><a href="/console/overview?days=${days}"${days === period ? html` aria-current="page"` : ''}>${text.days(days)}</a></li>`,
  );
  const [leads, choices] = await Promise.all([
    hasScope(c, 'leads:read') ? renderLeadStats(c, span) : html`<p class="hint">${text.leadsHidden}</p>`,
    hasScope(c, 'consents:read') ? renderChoices(c, span) : '',
  ]);
  return showConsolePage(
    c,
    { title: text.title, section: 'overview' },
    html`<h1>${text.title}</h1><nav class="tabs" aria-label="${text.period}"><ul>${links}</ul></nav>
<div class="cards">${leads}${choices}</div>`,
  );
});

async function renderLeadStats(c: Context<App>, span: DaySpan): Promise<Content> {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  const { overview } = text;
  const { days, funnel, median_first_contact_ms: median } = await readLeadStats(c.var.services.db, span);
  const counts = new Map(days.map(({ day, form, received }) => [`${day} ${form}`, received]));
  const rows = listDays(span).map(day => ({ day, counts: forms.map(form => counts.get(`${day} ${form}`) ?? 0) }));
  const steps = (['received', 'contacted', 'qualified', 'closed'] as const).map(step => ({
    name: step === 'received' ? overview.received : text.statuses[step]!,
    status: step === 'received' ? 'new' : step,
    count: funnel[step],
  }));
  const names = forms.map(form => text.forms[form]!);
  return html`${renderChart(locale, 'leads', overview.leads, names, rows)}
<section class="card"><h2>${overview.funnel}</h2>${renderFunnel(steps)}</section>
<section class="card"><h2>${overview.median}</h2>${median === null ? html`<p>${overview.unknown}</p>` : html`<p class="figure">${writeSpan(median, overview.units)}</p>`}</section>`;
}

async function renderChoices(c: Context<App>, span: DaySpan): Promise<Content> {
  const locale = consoleLocale(c);
  const { overview } = console_texts[locale];
  const { db, now } = c.var.services;
  const counts = new Map<string, number[]>();
  for (const stats of await listConsentStats(db, span, now())) {
    const known = counts.get(stats.day) ?? outcomes.map(() => 0);
    counts.set(
      stats.day,
      outcomes.map((outcome, index) => known[index]! + stats[outcome]),
    );
  }
  const rows = listDays(span).map(day => ({ day, counts: counts.get(day) ?? outcomes.map(() => 0) }));
  const names = outcomes.map(outcome => overview.outcomes[outcome]!);
  return renderChart(locale, 'choices', overview.choices, names, rows);
}

function renderChart(
  locale: Locale,
  id: string,
  title: string,
  names: string[],
  days: { day: string; counts: number[] }[],
): Content {
  const { overview: text } = console_texts[locale];
  const short = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  });
  const labelled = days.map(one => ({ ...one, label: short.format(new Date(one.day)) }));
  const series = names.map((name, index) => ({
    name,
    total: days.reduce((sum, { counts }) => sum + counts[index]!, 0),
  }));
  const total = series.reduce((sum, one) => sum + one.total, 0);
  const sums = labelled.map(({ label, counts }) => ({ label, sum: counts.reduce((all, count) => all + count, 0) }));
  const best = sums.reduce((one, other) => (other.sum > one.sum ? other : one));
  const description = text.describe(total, best.sum, best.label);
  const texts = { table: text.table, day: text.day };
  return html`<section class="card wide"><h2>${title}</h2>${
    total > 0
      ? renderDayChart({ id, title, description, series, days: labelled, texts })
      : html`<p class="hint">${text.none}</p>`
  }</section>`;
}

function listDays({ from_day, to_day }: DaySpan): string[] {
  const days = [];
  for (let day = from_day; day <= to_day; day = nextDay(day)) days.push(day);
  return days;
}
