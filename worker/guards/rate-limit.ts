import type { Context } from 'hono';
import { type App, factory, type Limited, type Limiter, type Log, type Services } from '../context.ts';
import { readLastEntry } from '../http/header.ts';
import { problem } from '../http/problems/problem.ts';
import { networkOf } from './network.ts';

const minute_ms = 60_000;
const minute_seconds = 60;

/** Keys remembered at once, some 10 MB. Beyond that the one used longest ago is forgotten. */
const keys_kept = 50_000;

/**
 * Creates a limiter in memory. It allows as many uses at once as per minute, and after that one at a time, evenly,
 * rather than none until a minute is over.
 *
 * One instant per key holds its state (generic cell rate algorithm): when the key will have earned back all
 * that it used.
 */
export function createLimiter(per_minute: number, now: () => Date): Limiter {
  const whole_again = new Map<string, number>();
  const interval_ms = minute_ms / per_minute;
  return (key, uses = 1) => {
    const at = now().getTime();
    const before = whole_again.get(key) ?? at;
    if (uses < 0) {
      if (whole_again.has(key)) whole_again.set(key, before - interval_ms);
      return 0;
    }
    // A full one is a minute ahead. One that is further ahead was stored before the clock was set back.
    const next = (before - at > 2 * minute_ms ? at : Math.max(before, at)) + interval_ms;
    const early_ms = next - at - minute_ms;
    if (early_ms > 0) return Math.ceil(early_ms / 1000);
    if (uses === 0) return 0;
    whole_again.delete(key);
    whole_again.set(key, next);
    if (whole_again.size > keys_kept) whole_again.delete(whole_again.keys().next().value!);
    return 0;
  };
}

/**
 * Refused tokens allowed to one address per minute. Nobody mistypes more often, and a script that repeats itself
 * learns to wait.
 */
export const token_limit_per_minute = 10;

/**
 * Uses a visitor's limit once more. `giveBack` of the context undoes it.
 *
 * @param bucket What the visitor asks for; each bucket has the whole limit.
 * @param uses 0 only looks whether the limit is reached.
 * @returns The headers of a 429, or undefined while the limit is not reached.
 */
export async function useLimit(c: Context<App>, limited: Exclude<Limited, 'refused'>, bucket: string, uses: 0 | 1 = 1) {
  const { settings, signer, limiters } = c.get('services');
  const quota = limited === 'token' ? token_limit_per_minute : settings[`${limited}_limit_per_minute`];
  if (quota === 0) return undefined;
  const key = signer.sign('address', `${bucket} ${networkOf(readAddress(c))}`);
  const seconds = await limiters[limited](key, uses);
  if (seconds > 0) return describeLimit(limited, quota, seconds);
  if (uses > 0)
    c.set('giveBack', () => {
      c.set('giveBack', undefined);
      void limiters[limited](key, -1);
    });
  return undefined;
}

/** The minute in which a log was last told that a quota is full, by its setting and form. */
const told_full = new WeakMap<Log, Map<string, number>>();

/**
 * Returns the headers of a 429 for a quota of this minute that is used up. Because everybody is refused then, unlike by the
 * limit of an address, the log says so once in a minute.
 *
 * @param form The form whose quota it is; choices have one for all.
 */
export function describeQuota({ settings, now, log }: Services, of: 'form' | 'consent', form?: string) {
  const quota = settings[`${of}_quota_per_minute`];
  const told = told_full.get(log) ?? new Map<string, number>();
  told_full.set(log, told);
  const minute = Math.floor(now().getTime() / minute_ms);
  const setting = `${of.toUpperCase()}_QUOTA_PER_MINUTE`;
  const full = `${setting} ${form}`;
  if (told.get(full) !== minute) log('warn', 'quota_full', { setting, quota, ...(form && { form }) });
  told.set(full, minute);
  return describeLimit(`${of}-quota`, quota, minute_seconds - now().getUTCSeconds());
}

/**
 * Counts the requests that are refused, and answers 429 to an address that has had more refused than it may, before
 * anything else of it is looked at. A preflight is let through, so that the website's page can read the answer.
 *
 * Because this limit never leaves the process, it knows the address as it is.
 */
export const limitRefused = factory.createMiddleware(async (c, next) => {
  const { settings, limiters } = c.get('services');
  const quota = settings.refused_limit_per_minute;
  if (quota === 0 || c.req.method === 'OPTIONS') return next();
  const network = networkOf(readAddress(c));
  const seconds = await limiters.refused(network, 0);
  if (seconds > 0) return problem(c, 'too-many-requests', { headers: describeLimit('refused', quota, seconds) });
  await next();
  if (c.res.status >= 400 && c.res.status < 500 && c.res.status !== 429) await limiters.refused(network);
});

/**
 * Writes the headers of a limit that is reached.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-10
 */
function describeLimit(name: string, quota: number, seconds: number): Record<string, string> {
  return {
    'Retry-After': String(seconds),
    RateLimit: `"${name}";r=0;t=${seconds}`,
    'RateLimit-Policy': `"${name}";q=${quota};w=${minute_seconds}`,
  };
}

/**
 * Reads the visitor's address: from the header that the trusted proxy sets, else from the connection. No other
 * header is trusted.
 */
function readAddress(c: Context<App>): string {
  const { settings, peerAddress } = c.get('services');
  return (settings.client_ip_header && readLastEntry(c, settings.client_ip_header)) || peerAddress(c) || 'unknown';
}
