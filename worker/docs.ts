import { factory } from './context.ts';
import { chooseLocale } from './http/language.ts';
import { problem } from './http/problem.ts';

/** `GET /docs`: the description of the service as a page, made when the product was built. */
export const showDocs = factory.createHandlers(async c => {
  const locale = chooseLocale(c);
  const address = new URL(`/docs.${locale}.html`, c.req.url);
  const found = await c.var.services.findAsset(new Request(address, { headers: c.req.raw.headers }));
  if (!found) return problem(c, 'not-found');
  return c.newResponse(found.body, found.status as 200 | 304, {
    ...Object.fromEntries(found.headers),
    'Content-Language': locale,
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    Vary: 'Accept-Encoding, Accept-Language',
  });
});
