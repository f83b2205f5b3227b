import * as z from 'zod/mini';
import type { ChoicePlace, ConsentRecord } from '../../db/consents/record.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { factory } from '../context.ts';
import { useLimit } from '../guards/rate-limit.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { problem } from '../http/problems/problem.ts';
import { cursor, uuid } from '../http/query-fields.ts';
import { invalidFields, query } from '../http/validate.ts';
import { choices_per_receipt, describeReceipt } from './receipt.ts';
import { listVisitorChoices } from './visitor.ts';

/** Choices of a visitor in one answer. */
const choices_per_page = 50;

export const historyQuery = z.object({ cursor });

/** `GET /consents/{visitor_id}` returns what is valid now and what was chosen, the latest first, in pages. */
export const showConsents = factory.createHandlers(query(historyQuery), async c => {
  const { now } = c.var.services;
  const { cursor } = c.req.valid('query');
  const after = cursor === undefined ? undefined : readPlace(cursor);
  if (cursor !== undefined && !after) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const limited = await useLimit(c, 'consent', 'consents');
  if (limited) return problem(c, 'too-many-requests', { headers: limited });
  const found = await listVisitorChoices(c, choices_per_page + 1, after);
  const [latest] = after ? await listVisitorChoices(c, 1) : found;
  if (!latest) return problem(c, 'not-found');
  const history = found.slice(0, choices_per_page).map(withoutLocale);
  const next_cursor = found.length > choices_per_page ? writePlace(history.at(-1)!) : null;
  const current = latest.expires_at > now().toISOString() ? withoutLocale(latest) : null;
  return c.json({ visitor_id: latest.visitor_id, current, history, next_cursor }, 200, {
    'Cache-Control': 'private, no-store',
  });
});

function withoutLocale({ locale: _, ...record }: ConsentRecord & { locale: string }): ConsentRecord {
  return record;
}

function writePlace({ chosen_at, id }: ChoicePlace): string {
  return encodeCursor(`history ${chosen_at} ${id}`);
}

function readPlace(cursor: string): ChoicePlace | undefined {
  const [kind, chosen_at = '', id = '', ...rest] = decodeCursor(cursor).split(' ');
  const isGood = kind === 'history' && /^[\dT:.-]{23}Z$/.test(chosen_at) && uuid.test(id) && rest.length === 0;
  return isGood ? { chosen_at, id } : undefined;
}

/**
 * `GET /consents/{visitor_id}/receipt` returns the same with the texts that were shown, as a file for the
 * visitor to keep.
 */
export const showReceipt = factory.createHandlers(async c => {
  const { db, now, settings } = c.var.services;
  const limited = await useLimit(c, 'consent', 'consents');
  if (limited) return problem(c, 'too-many-requests', { headers: limited });
  const choices = await listVisitorChoices(c, choices_per_receipt + 1);
  if (!choices.length) return problem(c, 'not-found');
  return c.json(describeReceipt(choices, await listPolicies(db), settings, now()), 200, {
    'Cache-Control': 'private, no-store',
    'Content-Disposition': 'attachment; filename="consent-receipt.json"',
  });
});
