import type { Context } from 'hono';
import type { App } from '../context.ts';

/**
 * Returns the name and options of a cookie of the console. The prefix makes browsers refuse the cookie from any other
 * host, any script, and any plain-http page.
 *
 * Over plain http, as in development, it has neither prefix nor `Secure`: WebKit and old Chromium would drop it there.
 *
 * @param sameSite `Lax` for a cookie that goes along when another site leads back.
 */
export function consoleCookie(c: Context<App>, bare: string, sameSite: 'Strict' | 'Lax' = 'Strict') {
  const secure = c.var.services.settings.public_url.startsWith('https:');
  return {
    name: `${secure ? '__Host-' : ''}${bare}`,
    options: { path: '/', httpOnly: true, secure, sameSite } as const,
  };
}
