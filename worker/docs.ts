import { factory } from './context.ts';
import { localeOf } from './http/language.ts';
import { problem } from './http/problem.ts';
import { pagePolicy } from './http/security-headers.ts';

/** `GET /docs` returns the description of the service as a page, which was rendered at build time. */
export const showDocs = factory.createHandlers(async c => {
  const locale = localeOf(c);
  const address = new URL(`/docs.${locale}.html`, c.req.url);
  const found = await c.var.services.findAsset(new Request(address, { headers: c.req.raw.headers }));
  if (!found) return problem(c, 'not-found');
  return c.newResponse(found.body, found.status as 200 | 304, {
    ...Object.fromEntries(found.headers),
    'Content-Language': locale,
    'Content-Security-Policy': pagePolicy(),
    Vary: 'Accept-Encoding, Accept-Language',
  });
});
