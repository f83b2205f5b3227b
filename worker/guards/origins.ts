import { factory, type Services } from '../context.ts';
import { readHeader } from '../http/header.ts';
import { problem } from '../http/problems/problem.ts';

const preflight_seconds = 7_200;

/**
 * Lets pages of the allowed websites read the answers, with cookies. No other origin is ever named.
 *
 * Because hono/cors calls `c.header` after the answer too, the Node host would send every answer as a stream: 0.3 ms
 * against 0.2. Headers of the answer itself cost nothing.
 */
export const allowSites = factory.createMiddleware(async (c, next) => {
  const origin = readHeader(c, 'Origin');
  const isAllowed = origin !== undefined && isAllowedOrigin(c.get('services'), origin);
  if (origin && !isAllowed) logRefused(c.get('services'), origin);
  if (isAllowed) {
    c.header('Access-Control-Allow-Origin', origin);
    c.header('Access-Control-Allow-Credentials', 'true');
    c.header('Access-Control-Expose-Headers', 'Retry-After, RateLimit, RateLimit-Policy');
    if (c.req.method === 'OPTIONS') {
      c.header('Access-Control-Allow-Methods', 'GET, HEAD, POST');
      c.header('Access-Control-Allow-Headers', 'Content-Type, Idempotency-Key');
      c.header('Access-Control-Max-Age', String(preflight_seconds));
    }
  }
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { Vary: 'Origin' });
  await next();
  if (!/\bOrigin\b/.test(c.res.headers.get('Vary') ?? '')) c.res.headers.append('Vary', 'Origin');
});

/** The origins that each server has logged within the last minute, oldest first. */
const logged = new WeakMap<Services, Map<string, number>>();

/** Number of origins that are logged within a minute: whoever makes up more fills neither the memory nor the log. */
const most_logged = 20;

/** Logs a refused origin, once a minute: most often it is a website that `SITE_ORIGINS` should name. */
function logRefused(services: Services, origin: string) {
  const now = services.now().getTime();
  const logged_at = logged.get(services) ?? new Map<string, number>();
  logged.set(services, logged_at);
  for (const [other, at] of logged_at) if (Math.abs(now - at) >= 60_000) logged_at.delete(other);
  const name = origin.slice(0, 200);
  if (logged_at.has(name) || logged_at.size >= most_logged) return;
  logged_at.set(name, now);
  services.log('warn', 'origin_refused', { origin: name, setting: 'SITE_ORIGINS' });
}

/**
 * Refuses a request that another website makes a visitor's browser send.
 *
 * Because browsers name the page's origin with every cross-site POST, a request without an origin comes from no
 * browser of today.
 */
export const requireOrigin = factory.createMiddleware(async (c, next) => {
  const origin = readHeader(c, 'Origin');
  const from = readHeader(c, 'Sec-Fetch-Site');
  const isForeign = origin === undefined ? from === 'cross-site' : !isAllowedOrigin(c.get('services'), origin);
  if (isForeign && !isHiddenOwn(origin, from)) return problem(c, 'origin-not-allowed');
  await next();
});

/** Returns whether a page of our own sent a request whose origin its browser hides, as a policy of no referrer makes it. */
function isHiddenOwn(origin: string | undefined, from: string | undefined): boolean {
  return origin === 'null' && from === 'same-origin';
}

/**
 * Returns whether pages of an origin may post here, embed the widget and be returned to. In development every page of
 * this machine may, so that the widget can be tried in any site under construction.
 */
function isAllowedOrigin({ settings }: Services, origin: string): boolean {
  return (
    origin === settings.public_url ||
    settings.site_origins.includes(origin) ||
    (!settings.production && /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin))
  );
}

/** Characters of an address to return to. */
const longest_address = 2_000;

/**
 * Reads the address to which a visitor may be sent afterwards: one of the product or of an allowed
 * website; else undefined. Because `blob:` has the origin of the page that made it, the protocol counts too.
 */
export function readReturn(services: Services, address: unknown): string | undefined {
  if (typeof address !== 'string' || address.length > longest_address || !URL.canParse(address)) return undefined;
  const { protocol, origin, username, password, href } = new URL(address);
  const isPlain = /^https?:$/.test(protocol) && !username && !password;
  return isPlain && isAllowedOrigin(services, origin) ? href : undefined;
}
