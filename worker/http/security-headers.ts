import { factory } from '../context.ts';

/** Sets the headers that every answer has. A content policy or a referrer policy that a route has set stays. */
export const setSecurityHeaders = factory.createMiddleware(async (c, next) => {
  await next();
  const { headers } = c.res;
  headers.set('X-Content-Type-Options', 'nosniff');
  if (!headers.has('Referrer-Policy')) headers.set('Referrer-Policy', 'strict-origin-when-cross-origin');
  headers.set('Permissions-Policy', permissions);
  headers.set('X-Request-Id', c.get('request_id'));
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', data_policy);
  if (c.get('services').settings.public_url.startsWith('https:'))
    headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
});

/** The features that no page here needs, nor anything that it could be made to load. */
const permissions = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';

/** The content policy of an answer that is not a page. */
const data_policy = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

interface Allowed {
  /** Sources that the page's forms may lead to; none by default. */
  forms?: string[];
  /** What the page loads from its own origin besides styles and its icon. */
  loads?: ('script' | 'connect' | 'manifest')[];
}

/**
 * Writes the content policy of a page: its own styles and icon and what is allowed, in no frame, and no text
 * that becomes markup.
 */
export function pagePolicy({ forms = ["'none'"], loads = [] }: Allowed = {}): string {
  return [
    "default-src 'none'",
    ...['style', 'img', ...loads].map(kind => `${kind}-src 'self'`),
    `form-action ${forms.join(' ')}`,
    ...["base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"],
  ].join('; ');
}
