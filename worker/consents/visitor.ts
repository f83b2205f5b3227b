import type { Context } from 'hono';
import * as z from 'zod/mini';
import { type ChoicePlace, listChoices } from '../../db/consents/record.ts';
import type { App } from '../context.ts';

/** A UUID of RFC 9562, the nil and max ones included. */
export const visitorId = z.uuid().check(z.lowercase());

/** Lists the choices of the visitor whom the path names, the latest first. */
export async function listVisitorChoices(c: Context<App>, limit: number, after?: ChoicePlace) {
  const visitor_id = c.req.param('visitor_id') ?? '';
  return visitorId.safeParse(visitor_id).success ? listChoices(c.var.services.db, visitor_id, limit, after) : [];
}
