import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { digest } from '../../db/digest.ts';
import type { App } from '../context.ts';
import { readBearer } from '../guards/access.ts';
import { useLimit } from '../guards/rate-limit.ts';

/** Returns whether a request presents `METRICS_TOKEN`. A wrong token is logged, and counts against the address. */
export async function mayReadFigures(c: Context<App>): Promise<boolean> {
  const { settings, log } = c.var.services;
  const given = readBearer(c);
  if (!settings.metrics_token || !given) return false;
  if (timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(settings.metrics_token)))) return true;
  const limited = (await useLimit(c, 'token', 'tokens')) !== undefined;
  log('warn', 'token_refused', { request_id: c.var.request_id, limited });
  return false;
}
