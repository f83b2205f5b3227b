import type { Context } from 'hono';
import type { App, Limited, Limiter } from '../context.ts';
import { readLastEntry } from '../http/header.ts';
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
  return key => {
    const at = now().getTime();
    const next = Math.max(whole_again.get(key) ?? at, at) + interval_ms;
    const early_ms = next - at - minute_ms;
    if (early_ms > 0) return Math.ceil(early_ms / 1000);
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
 * Uses a visitor's limit once more.
 *
 * @param bucket What the visitor asks for; each bucket has the whole limit.
 * @returns The headers of a 429, or undefined while the limit is not reached.
 */
export async function useLimit(c: Context<App>, limited: Limited, bucket: string) {
  const { settings, signer, limiters } = c.var.services;
  const quota = { token_limit_per_minute, ...settings }[`${limited}_limit_per_minute`];
  if (quota === 0) return undefined;
  const seconds = await limiters[limited](signer.sign('address', `${bucket} ${networkOf(readAddress(c))}`));
  return seconds > 0 ? describeLimit(limited, quota, seconds) : undefined;
}

/** Returns the headers of a 429 for a form that has taken all leads of this minute's quota. */
export function describeQuota(quota: number, now: Date) {
  return describeLimit('form-quota', quota, minute_seconds - now.getUTCSeconds());
}

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
  const { settings, peerAddress } = c.var.services;
  return (settings.client_ip_header && readLastEntry(c, settings.client_ip_header)) || peerAddress(c) || 'unknown';
}
