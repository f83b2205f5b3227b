import * as z from 'zod/mini';
import { listKeyIds } from '../../../db/incidents/affected.ts';
import { listIncidents } from '../../../db/incidents/find.ts';
import { listHolders } from '../../../db/staff/holders.ts';
import { factory } from '../../context.ts';
import { uuid } from '../../http/query-fields.ts';
import { body } from '../../http/validate.ts';
import { newIncident, record } from '../../incidents/incidents.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { readDraft, refuseForm, statusOf } from './drafts.ts';
import { incidentsPage } from './incidents-page.ts';
import { readLocal, readLocalEnd, writeLocal } from './local-time.ts';
import { newPage } from './new-page.ts';

const incidents_per_page = 50;

/** What the address of the list may carry. */
const place = z.object({ before: z.catch(z.optional(z.string().check(z.regex(uuid))), undefined) });

/** `GET /console/incidents` shows all incidents, the newest first. */
export const showIncidents = factory.createHandlers(async c => {
  const { before } = place.parse(c.req.query());
  const { incidents, has_more } = await listIncidents(c.var.services, incidents_per_page, before);
  const next = has_more ? incidents.at(-1)!.id : undefined;
  return answerPage(c, incidentsPage(readerOf(c), { incidents, isFirst: !before, next }));
});

/** `GET /console/incidents/new` shows the form that records an incident. */
export const askIncident = factory.createHandlers(async c => {
  const { db, now, settings } = c.var.services;
  const [draft, tokens, keys] = await Promise.all([readDraft(c), listHolders(db), listKeyIds(db)]);
  const typed = draft?.typed ?? { to: writeLocal(now(), settings.time_zone) };
  return answerPage(c, newPage(readerOf(c), { typed, draft, tokens, keys }), statusOf(draft));
});

const scopes = ['token_id', 'key_id', 'lead_ids', 'all'] as const;
const text = z._default(z.string(), '');

/** The form as it is sent: of token, key and leads only the one that the scope names counts. */
const form = z.object({
  from: text,
  to: text,
  cause: text,
  scope: z.enum(scopes),
  token_id: text,
  key_id: text,
  lead_ids: text,
});

/** `POST /console/incidents` records an incident, and shows whom it affects. */
export const makeIncident = factory.createHandlers(body(form, { form: true, refuse: refuseForm }), once, async c => {
  const { time_zone } = c.var.services.settings;
  const { from, to, cause, scope, ...named } = c.req.valid('json');
  const value = {
    token_id: named.token_id,
    key_id: named.key_id,
    lead_ids: named.lead_ids.split(/[\s,;，；]+/).filter(Boolean),
    all: true,
  }[scope];
  const sent = { from: readLocal(from, time_zone), to: readLocalEnd(to, time_zone), cause, scope: { [scope]: value } };
  const read = newIncident.safeParse(sent);
  if (!read.success) {
    const fields = new Set(
      read.error.issues.map(({ path }) => (path[0] === 'scope' ? `scope.${scope}` : String(path[0]))),
    );
    const typed: Record<string, string> = { from, to, cause };
    const codeOf = (field: string) => (typed[field]?.trim() === '' ? ('required' as const) : ('invalid' as const));
    const errors = [...fields].map(field => ({ field, code: codeOf(field) }));
    return refuseForm(c, errors);
  }
  const recorded = await record(c, read.data);
  if ('errors' in recorded) return refuseForm(c, recorded.errors);
  return c.redirect(`/console/incidents/${recorded.id}?done=recorded`, 303);
});
