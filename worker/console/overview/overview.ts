import type { Context } from 'hono';
import * as z from 'zod/mini';
import { listConsentStats } from '../../../db/consents/stats.ts';
import { addDays, type DaySpan, dayOf, mondayOf } from '../../../db/days.ts';
import { readOutcomes } from '../../../db/leads/figures/outcome-stats.ts';
import { medianOf, type Outcomes } from '../../../db/leads/figures/outcomes.ts';
import { readLeadDays } from '../../../db/leads/figures/stats.ts';
import { countWaiting } from '../../../db/leads/figures/waiting.ts';
import { listFailing } from '../../../db/notices/channels.ts';
import { currentPolicy } from '../../../db/policies/force.ts';
import { listPolicies } from '../../../db/policies/read.ts';
import { type App, factory } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import { listWarnings } from '../../health/warnings.ts';
import { forms } from '../../shared/fields.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { overviewPage } from './overview-page.ts';
import type { WeekCounts } from './weeks.ts';

/** Numbers of weeks to choose from, the present one included. The job keeps one week more than the longest (`weeks_kept`). */
const periods = [4, 8, 13] as const;
const outcomes = ['accepted', 'customised', 'refused', 'withdrawn'] as const;

/** People of whom the table has a row. The others with the fewest leads are left out. */
const most_people = 20;

const asked = z.object({ weeks: z.catch(z.pipe(z.coerce.number(), z.literal(periods)), 4) });

/** `GET /console/overview` shows what came in and what became of it, as far as the reader's scopes go. */
export const showOverview = factory.createHandlers(async c => {
  const { weeks: period } = asked.parse(c.req.query());
  const { db, now, settings } = c.var.services;
  const { time_zone } = settings;
  const today = dayOf(now(), time_zone);
  const span = { from_day: addDays(mondayOf(today), -7 * (period - 1)), to_day: today, time_zone };
  const [leads, choices, failing, policies, warnings] = await Promise.all([
    hasScope(c, 'leads:read') ? loadLeads(c, span) : undefined,
    hasScope(c, 'consents:read') ? loadChoices(c, span) : undefined,
    listFailing(db, now()),
    hasScope(c, 'policies:publish') ? listPolicies(db) : undefined,
    seesSettings(c) ? listWarnings(c.var.services) : [],
  ]);
  const isUnpublished = policies !== undefined && !currentPolicy(policies, now());
  const shown = { period, periods, span, leads, choices, failing, isUnpublished, warnings };
  return answerPage(c, overviewPage(readerOf(c), shown));
});

/** Returns whether a reader sees the page that says what to do about warnings. */
function seesSettings(c: Context<App>): boolean {
  return hasScope(c, 'tokens:manage') || hasScope(c, 'channels:manage');
}

async function loadLeads(c: Context<App>, span: DaySpan) {
  const { db, now } = c.var.services;
  // One week more, because the first one is compared with it.
  const { days, all, people, isBehind } = await readOutcomes(db, span, addDays(span.from_day, -7));
  const counted = days.map(({ day, form, received }) => ({ day, name: form, count: received }));
  const everReceived = (await readLeadDays(db, span)).reduce((sum, { received }) => sum + received, 0);
  const lastWeek = { from: addDays(mondayOf(span.to_day), -7), to: addDays(span.to_day, -7) };
  return {
    received: sumWeeks(span, forms, counted),
    before: sumOf(counted, addDays(span.from_day, -7), addDays(span.from_day, -1)),
    thisWeek: sumOf(counted, mondayOf(span.to_day), span.to_day),
    lastWeek: sumOf(counted, lastWeek.from, lastWeek.to),
    all: describeOutcomes(all),
    gone: isBehind ? 0 : Math.max(0, everReceived - all.received),
    people: people
      .slice(0, most_people)
      .map(({ assigned_to, outcomes }) => ({ assigned_to, ...describeOutcomes(outcomes) })),
    isBehind,
    waiting: await countWaiting(db, span.time_zone, now()),
  };
}

function describeOutcomes({ waits, ...outcomes }: Outcomes) {
  return { ...outcomes, median_ms: medianOf(waits) };
}

async function loadChoices(c: Context<App>, span: DaySpan) {
  const { db, now } = c.var.services;
  const stats = await listConsentStats(db, span, now());
  const counted = stats.flatMap(one =>
    outcomes.map(name => ({ day: one.day, name: name as string, count: one[name] })),
  );
  const rates = new Map<string, { policy_version: string; locale: string; counts: number[] }>();
  for (const { policy_version, locale, ...counts } of stats) {
    const key = `${policy_version} ${locale}`;
    const rate = rates.get(key) ?? { policy_version, locale, counts: outcomes.map(() => 0) };
    rates.set(key, { ...rate, counts: rate.counts.map((count, at) => count + counts[outcomes[at]!]) });
  }
  const listed = [...rates].sort(([one], [other]) => (one < other ? 1 : -1)).map(([, rate]) => rate);
  return { ...sumWeeks(span, outcomes, counted), rates: listed };
}

type Counted = { day: string; name: string; count: number }[];

/** Sums counts by week and name. Every week of the span has its numbers, because a chart draws the empty ones too. */
function sumWeeks({ from_day, to_day }: DaySpan, names: readonly string[], counted: Counted): WeekCounts {
  const weeks = [];
  for (let monday = from_day; monday <= to_day; monday = addDays(monday, 7)) {
    const sunday = addDays(monday, 6);
    const counts = names.map(name =>
      sumOf(
        counted.filter(one => one.name === name),
        monday,
        sunday,
      ),
    );
    weeks.push({ monday, sunday, counts });
  }
  return { names, weeks };
}

function sumOf(counted: Counted, from: string, to: string): number {
  return counted.reduce((sum, { day, count }) => (day >= from && day <= to ? sum + count : sum), 0);
}
