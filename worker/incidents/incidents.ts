import type { Context } from 'hono';
import * as z from 'zod/mini';
import { findIncident, listIncidents, listTold } from '../../db/incidents/find.ts';

import { recordIncident, type UnknownScope } from '../../db/incidents/record.ts';
import { type App, factory } from '../context.ts';
import { actorOf } from '../guards/access.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { problem } from '../http/problems/problem.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { cursor, instant, limit, uuid } from '../http/query-fields.ts';
import { body, invalidFields, query, typedText } from '../http/validate.ts';
import { checkDetails, tidyDetails } from '../requests/details.ts';

/** Leads that one incident may name. */
const most_leads = 300;

/** Schema of a text of several lines that must be written. It is stored trimmed. */
export const writtenText = z.pipe(
  typedText(typed => (typed.trim() ? checkDetails(typed) : 'required')),
  z.transform(tidyDetails),
);

const name = z.string().check(z.regex(/^[\w.-]{1,100}$/));

const scope = z.union([
  z.strictObject({ token_id: name }),
  z.strictObject({ key_id: name }),
  z.strictObject({
    lead_ids: z.array(z.string().check(z.regex(uuid))).check(z.minLength(1), z.maxLength(most_leads)),
  }),
  z.strictObject({ all: z.literal(true) }),
]);

export const newIncident = z.strictObject({ from: instant, to: instant, cause: writtenText, scope });

export const incidentQuery = z.strictObject({ limit, cursor });

export const incident_headers = { 'Cache-Control': 'private, no-store' };

/** `POST /incidents` records an incident and finds the people whom it affects. */
export const makeIncident = factory.createHandlers(body(newIncident), async c => {
  const recorded = await record(c, c.req.valid('json'));
  return 'errors' in recorded ? invalidFields(c, recorded.errors) : c.json(recorded, 201, incident_headers);
});

/** Records an incident, or says what is wrong with it. */
export async function record(
  c: Context<App>,
  incident: z.output<typeof newIncident>,
): Promise<{ id: string; affected: number } | { errors: FieldError[] }> {
  const { services } = c.var;
  if (incident.from > incident.to) return { errors: [{ field: 'to', code: 'invalid' }] };
  const outcome = await recordIncident(services, incident, actorOf(c), services.now());
  return typeof outcome === 'string' ? { errors: [{ field: unknown_fields[outcome], code: 'invalid' }] } : outcome;
}

const unknown_fields: Record<UnknownScope, string> = {
  unknown_token: 'scope.token_id',
  unknown_key: 'scope.key_id',
  unknown_lead: 'scope.lead_ids',
};

/** `GET /incidents` lists incidents, the newest first. */
export const pullIncidents = factory.createHandlers(query(incidentQuery), async c => {
  const asked = c.req.valid('query');
  const before = readCursor(asked.cursor);
  if (before === '') return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const { incidents, has_more } = await listIncidents(c.var.services, asked.limit, before);
  const next_cursor = has_more ? encodeCursor(`incidents ${incidents.at(-1)!.id}`) : null;
  const link = next_cursor && { Link: linkNext(c, next_cursor) };
  const described = incidents.map(describeIncident);
  return c.json({ incidents: described, next_cursor, has_more }, 200, { ...incident_headers, ...link });
});

/** `GET /incidents/{id}` returns an incident, its notice, and a page of who was told of it. */
export const showIncident = factory.createHandlers(query(incidentQuery), async c => {
  const { limit, ...asked } = c.req.valid('query');
  const after = readCursor(asked.cursor);
  if (after === '') return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const described = await describe(c, c.req.param('id')!, limit, after);
  if (!described) return problem(c, 'not-found');
  const link = described.next_cursor && { Link: linkNext(c, described.next_cursor) };
  return c.json(described, 200, { ...incident_headers, ...link });
});

/** Describes an incident with a page of those who were told of it, after a lead. */
export async function describe(c: Context<App>, id: string, limit: number, after?: string) {
  const { services } = c.var;
  const incident = uuid.test(id) ? await findIncident(services, id) : undefined;
  if (!incident) return undefined;
  const { notices, has_more } = await listTold(services.db, id, limit, after);
  const next_cursor = has_more ? encodeCursor(`incidents ${notices.at(-1)!.lead_id}`) : null;
  return { ...describeIncident(incident), texts: incident.texts, notices, next_cursor, has_more };
}

/** Returns an incident as the wire has it. */
function describeIncident({
  scope,
  scope_id,
  ...incident
}: Awaited<ReturnType<typeof listIncidents>>['incidents'][number]) {
  return { ...incident, scope: describeScope(scope, scope_id) };
}

/** Because the leads that a scope named are those that it affects, they are not told again. */
function describeScope(scope: string, id: string | null): Partial<Record<string, string | true>> {
  if (scope === 'token' || scope === 'key') return { [`${scope}_id`]: id! };
  return { [scope]: true };
}

/** Reads the id in a cursor; undefined without one, and empty where it is none. */
function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [, id = ''] = /^incidents (\S+)$/.exec(decodeCursor(cursor)) ?? [];
  return uuid.test(id) ? id : '';
}
