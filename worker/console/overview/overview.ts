import type { Context } from 'hono';
import * as z from 'zod/mini';
import { listConsentStats } from '../../../db/consents/stats.ts';
import { type DaySpan, dayOf, nextDay } from '../../../db/days.ts';
import { readLeadStats } from '../../../db/leads/stats.ts';
import { listFailing } from '../../../db/notices/channels.ts';
import { type App, factory } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import { forms } from '../../shared/fields.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { type DayCounts, overviewPage } from './overview-page.ts';

const day_ms = 86_400_000;
const periods = [7, 30, 90] as const;
const outcomes = ['accepted', 'customised', 'refused', 'withdrawn'] as const;

const asked = z.object({ days: z.catch(z.pipe(z.coerce.number(), z.literal(periods)), 30) });

/** `GET /console/overview` shows what came in and what became of it, as far as the reader's scopes go. */
export const showOverview = factory.createHandlers(async c => {
  const { days: period } = asked.parse(c.req.query());
  const { now, settings } = c.var.services;
  const { time_zone } = settings;
  const from_day = dayOf(new Date(now().getTime() - (period - 1) * day_ms), time_zone);
  const span = { from_day, to_day: dayOf(now(), time_zone), time_zone };
  const [leads, choices, failing] = await Promise.all([
    hasScope(c, 'leads:read') ? loadLeads(c, span) : undefined,
    hasScope(c, 'consents:read') ? loadChoices(c, span) : undefined,
    listFailing(c.var.services.db, now()),
  ]);
  return answerPage(c, overviewPage(readerOf(c), { period, periods, leads, choices, failing }));
});

async function loadLeads(c: Context<App>, span: DaySpan) {
  const { days, ...stats } = await readLeadStats(c.var.services.db, span);
  const counted = days.map(({ day, form, received }) => ({ day, name: form, count: received }));
  return { ...stats, received: sumDays(span, forms, counted) };
}

async function loadChoices(c: Context<App>, span: DaySpan): Promise<DayCounts> {
  const { db, now } = c.var.services;
  const stats = await listConsentStats(db, span, now());
  const counted = stats.flatMap(one => outcomes.map(name => ({ day: one.day, name, count: one[name] })));
  return sumDays(span, outcomes, counted);
}

/** Sums counts by day and name. Every day of the span has its numbers, because a chart draws the empty days too. */
function sumDays(
  span: DaySpan,
  names: readonly string[],
  counted: { day: string; name: string; count: number }[],
): DayCounts {
  const sums = new Map<string, number>();
  for (const { day, name, count } of counted) sums.set(`${day} ${name}`, (sums.get(`${day} ${name}`) ?? 0) + count);
  const days = [];
  for (let day = span.from_day; day <= span.to_day; day = nextDay(day))
    days.push({ day, counts: names.map(name => sums.get(`${day} ${name}`) ?? 0) });
  return { names, days };
}
