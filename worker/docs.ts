import { factory, type Services } from './context.ts';
import { renderFilings } from './http/footer.ts';
import { localeOf } from './http/language.ts';
import { problem } from './http/problems/problem.ts';
import { pagePolicy } from './http/security-headers.ts';
import type { Locale } from './shared/locales.ts';

/** `GET /docs` returns the description of the service as a page, which was rendered at build time. */
export const showDocs = factory.createHandlers(async c => {
  const locale = localeOf(c);
  const found = await findDocs(c.var.services, locale, c.req.raw);
  if (!found) return problem(c, 'not-found');
  return c.newResponse(found.body, found.status as 200 | 304, {
    ...Object.fromEntries(found.headers),
    'Content-Language': locale,
    'Content-Security-Policy': pagePolicy(),
    Vary: 'Accept-Encoding, Accept-Language',
  });
});

/** Finds the built page. Where the website has filing numbers, which the build does not know, they are written in. */
async function findDocs({ findAsset, settings }: Services, locale: Locale, request: Request) {
  const address = new URL(`/docs.${locale}.html`, request.url);
  const filings = renderFilings(settings);
  if (!filings) return findAsset(new Request(address, { headers: request.headers }));
  const found = await findAsset(new Request(address));
  if (!found) return undefined;
  const page = await new Response(found.body).text();
  const text = page.replace('</body>', () => `<footer class="foot">${filings}</footer>\n</body>`);
  const type = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'public, max-age=300' };
  return new Response(text, { headers: type });
}
