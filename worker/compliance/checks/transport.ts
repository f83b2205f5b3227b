import { Hono } from 'hono';
import type { App } from '../../context.ts';
import { setSecurityHeaders } from '../../http/security-headers.ts';
import { isLoopback } from '../../settings.ts';
import { broken, type Check, type Checked, kept, unproven } from '../finding.ts';

/** The headers that an answer must have where it travels encrypted. */
const required = ['Strict-Transport-Security', 'X-Content-Type-Options', 'Content-Security-Policy', 'Referrer-Policy'];

/** The address is https, and an answer tells browsers to use nothing else. */
export const P1: Check = async ({ services }) => {
  const { public_url } = services.settings;
  if (!public_url) return unproven('address_unknown');
  if (!public_url.startsWith('https:'))
    return isLoopback(public_url) ? unproven('address_local') : broken('address_plain');
  const headers = await askOwn(services);
  const missing = required.filter(name => !headers.has(name));
  if (missing.length > 0) return broken('headers_missing', { headers: missing.join(', ') });
  return kept('encrypted', { seconds: /max-age=(\d+)/.exec(headers.get('Strict-Transport-Security')!)![1]! });
};

/** Asks for an answer that passes what every answer of the server passes, and returns its headers. */
async function askOwn(services: Checked): Promise<Headers> {
  const app = new Hono<App>();
  app.use(async (c, next) => {
    c.set('services', services as App['Variables']['services']);
    await next();
  });
  app.use(setSecurityHeaders);
  app.get('*', c => c.body(null, 204));
  return (await app.request(services.settings.public_url)).headers;
}
