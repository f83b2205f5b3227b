import type { Context } from 'hono';
import { readCalendar } from '../../../db/calendar/years.ts';
import { listChecks } from '../../../db/compliance/results.ts';
import { addDays } from '../../../db/days.ts';
import { listIncidents } from '../../../db/incidents/find.ts';
import { listStandingHolds } from '../../../db/leads/holds/list.ts';
import { countQueue, listQueue } from '../../../db/requests/queue.ts';
import { type App, factory } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { judgeDue, lastDayWithin, soon_days, todayInChina } from '../requests/due.ts';
import { deskPage } from './desk-page.ts';

/** Requests, holds and incidents that the desk names; the rest is one click away. */
const shown = 5;

/** `GET /console/privacy` shows what is due about the people in the database, as far as the reader's scopes go. */
export const showDesk = factory.createHandlers(async c => {
  const { services } = c.var;
  const [requests, holds, incidents, checks] = await Promise.all([
    loadRequests(c),
    hasScope(c, 'holds:manage') ? listStandingHolds(services, shown, undefined) : undefined,
    hasScope(c, 'incidents:manage') ? listIncidents(services, shown, undefined) : undefined,
    listChecks(services.db),
  ]);
  const count = (state: string) => checks.filter(check => check.state === state).length;
  return answerPage(
    c,
    deskPage(readerOf(c), {
      ...requests,
      holds: holds?.holds,
      incidents: incidents?.incidents.filter(({ noticed_at }) => noticed_at === null),
      now: services.now(),
      today: todayInChina(services.now()),
      promises: { kept: count('kept'), broken: count('broken'), unproven: count('unproven') },
    }),
  );
});

async function loadRequests(c: Context<App>) {
  const { db, now } = c.var.services;
  const calendar = await readCalendar(db);
  const today = todayInChina(now());
  const within = (days: number) => countQueue(db, { due_from: today, due_to: lastDayWithin(calendar, now(), days) });
  const [overdue, soon, near, open, approvals, next] = await Promise.all([
    countQueue(db, { due_to: addDays(today, -1) }),
    within(soon_days.soon),
    within(soon_days.near),
    countQueue(db, {}),
    countQueue(db, { refusal_asked: true }),
    listQueue(db, { limit: shown }, undefined),
  ]);
  const requests = next.requests.map(request => ({ ...request, urgency: judgeDue(calendar, request, now()) }));
  return { counts: { overdue, soon, near, open }, approvals, requests };
}
