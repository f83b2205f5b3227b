import type { Context } from 'hono';
import * as z from 'zod/mini';
import { type ConsentRecord, listChoices } from '../../../db/consents/record.ts';
import { listCounted, outcomes } from '../../../db/consents/stats.ts';
import { nextDay, startOfDay } from '../../../db/days.ts';
import { documentIn, type Policy } from '../../../db/policies/policy.ts';
import { listPolicies } from '../../../db/policies/read.ts';
import { visitorId } from '../../consents/visitor.ts';
import { type App, factory } from '../../context.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { uuid } from '../../http/query-fields.ts';
import { cookie_name } from '../../shared/consent-cookie.ts';
import { locales } from '../../shared/locales.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { choiceListPage } from './choice-list-page.ts';
import { choicesPage, type NamedChoice } from './choices-page.ts';

const choices_per_page = 50;

/** Characters that are looked at of what is pasted: a browser's whole header of cookies. */
const longest_pasted = 8_000;
const ids = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

/** Our cookie in a header, in quotes, in the table of a browser's tools or as JSON. */
const own_cookie = new RegExp(`(?<![\\w.-])${cookie_name}["']?\\s*[=:\\t]\\s*["']?v1\\.(${ids.source})\\.`);

/** What the address may carry: an id as it was typed, alone or within the cookie's value, and the place after which a page begins. */
const fields = z.object({
  visitor_id: z.catch(
    z.pipe(
      z.string(),
      z.transform(typed => readVisitorId(typed.slice(0, longest_pasted).trim().toLowerCase())),
    ),
    '',
  ),
  after: z.catch(z.optional(z.string().check(z.regex(/^[\dT:.-]{23}Z_[0-9a-f-]{36}$/))), undefined),
});

const day = z.catch(z.optional(z.iso.date().check(z.regex(/^20\d\d-/))), undefined);

/**
 * Reads a visitor's id that was typed, alone or among cookies: that of our cookie, or the only one there is. Of anything
 * else it returns the beginning, which the page shows again.
 */
function readVisitorId(typed: string): string {
  const [, own] = own_cookie.exec(typed) ?? [];
  const [id, other] = new Set(typed.match(ids));
  return own ?? (id && !other ? id : typed.slice(0, 100));
}

/** Filters of a list of choices. A value that is not valid is left out. */
const filterFields = z.object({
  from: day,
  to: day,
  policy_version: z.catch(z.optional(z.string().check(z.regex(/^[A-Za-z0-9-]{1,32}$/))), undefined),
  locale: z.catch(z.optional(z.enum(locales)), undefined),
  outcome: z.catch(z.optional(z.enum(outcomes)), undefined),
});

/**
 * `GET /console/choices` shows what a visitor chose about cookies, the latest first, and the receipt of it; with filters,
 * the choices of all visitors that a number of the overview counts.
 */
export const showChoices = factory.createHandlers(async c => {
  const filters = filterFields.parse(c.req.query());
  if (!c.req.query('visitor_id') && Object.values(filters).some(Boolean)) return showList(c, filters);
  const { db } = c.var.services;
  const { visitor_id, after } = fields.parse(c.req.query());
  const isId = visitorId.safeParse(visitor_id).success;
  const [chosen_at, id] = after?.split('_') ?? [];
  const place = chosen_at && id ? { chosen_at, id } : undefined;
  const found = isId ? await listChoices(db, visitor_id, choices_per_page + 1, place) : [];
  const [latest] = isId && place ? await listChoices(db, visitor_id, 1) : found;
  const policies = await listPolicies(db);
  const reader = readerOf(c);
  const choices = found.slice(0, choices_per_page).map(choice => nameChoice(choice, policies, reader.locale));
  const last = found.length > choices_per_page ? choices.at(-1) : undefined;
  const next = last && `${last.chosen_at}_${last.id}`;
  const page = choicesPage(reader, { visitor_id, isId, choices, latest, isFirst: !place, next });
  return answerPage(c, page, { status: visitor_id && !isId ? 422 : 200 });
});

async function showList(c: Context<App>, filters: z.output<typeof filterFields>) {
  const { db, settings } = c.var.services;
  const { from, to, ...columns } = filters;
  const cursor = decodeCursor(c.req.query('cursor') ?? '');
  const after = uuid.test(cursor) ? cursor : undefined;
  const query = {
    ...columns,
    received_from: from && startOfDay(from, settings.time_zone).toISOString(),
    received_to: to && startOfDay(nextDay(to), settings.time_zone).toISOString(),
    limit: choices_per_page,
  };
  const { choices, more_after } = await listCounted(db, query, after);
  const policies = await listPolicies(db);
  const reader = readerOf(c);
  const listed = {
    ...{ filters, outcomes, isFirst: !after, versions: policies.map(({ version }) => version) },
    choices: choices.map(choice => nameChoice(choice, policies, reader.locale)),
    next: more_after && encodeCursor(more_after),
  };
  return answerPage(c, choiceListPage(reader, listed));
}

/** Names the purposes of a choice in the reader's language, but for those that leave no choice. */
function nameChoice(choice: ConsentRecord & { locale: string }, policies: Policy[], locale: string): NamedChoice {
  const policy = policies.find(({ version }) => version === choice.policy_version);
  const purposes = policy ? documentIn(policy, locale).purposes : [];
  const shown = purposes.filter(({ id, required }) => !required && choice.shown.includes(id));
  const names = (isGranted: boolean) =>
    shown.filter(({ id }) => choice.granted.includes(id) === isGranted).map(({ name }) => name);
  return { ...choice, granted_names: names(true), refused_names: names(false) };
}
