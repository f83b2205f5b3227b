import { factory } from '../context.ts';
import { problem } from '../http/problems/problem.ts';
import { locales } from '../shared/locales.ts';
import { console_texts } from './texts/texts.ts';

const small = { src: '/console-192.png', sizes: '192x192', type: 'image/png' };
const large = { src: '/console-512.png', sizes: '512x512', type: 'image/png' };

/**
 * `GET /console/manifest/{locale}` says how a phone keeps the console among its apps. It is the same for everybody, and
 * browsers ask for it without a session.
 *
 * @see https://www.w3.org/TR/appmanifest/
 */
export const showManifest = factory.createHandlers(c => {
  const locale = locales.find(one => one === c.req.param('locale'));
  if (!locale) return problem(c, 'not-found');
  const { name, nav } = console_texts[locale];
  const manifest = {
    ...{ name, short_name: nav.leads, lang: locale },
    ...{ id: '/console', start_url: '/console', scope: '/console', display: 'standalone' },
    ...{ background_color: '#ffffff', theme_color: '#ffffff' },
    icons: [small, large, { ...large, purpose: 'maskable' }],
  };
  const headers = { 'Content-Type': 'application/manifest+json', 'Cache-Control': 'public, max-age=86400' };
  return c.body(JSON.stringify(manifest), 200, headers);
});
