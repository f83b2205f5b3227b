import * as z from 'zod/mini';
import { type ConsentRecord, listChoices } from '../../../db/consents/record.ts';
import { documentIn, listPolicies, type Policy } from '../../../db/policies.ts';
import { visitorId } from '../../consents/visitor.ts';
import { factory } from '../../context.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { choicesPage, type NamedChoice } from './choices-page.ts';

const choices_per_page = 50;

/** What the address may carry: an id as it was typed, and the place after which a page begins. */
const fields = z.object({
  visitor_id: z.catch(z.string().check(z.trim(), z.toLowerCase(), z.maxLength(100)), ''),
  after: z.catch(z.optional(z.string().check(z.regex(/^[\dT:.-]{23}Z_[0-9a-f-]{36}$/))), undefined),
});

/** `GET /console/choices` shows what a visitor chose about cookies, the latest first, and the receipt of it. */
export const showChoices = factory.createHandlers(async c => {
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

/** Names the purposes of a choice in the reader's language, but for those that leave no choice. */
function nameChoice(choice: ConsentRecord & { locale: string }, policies: Policy[], locale: string): NamedChoice {
  const policy = policies.find(({ version }) => version === choice.policy_version);
  const purposes = policy ? documentIn(policy, locale).purposes : [];
  const shown = purposes.filter(({ id, required }) => !required && choice.shown.includes(id));
  const names = (isGranted: boolean) =>
    shown.filter(({ id }) => choice.granted.includes(id) === isGranted).map(({ name }) => name);
  return { ...choice, granted_names: names(true), refused_names: names(false) };
}
