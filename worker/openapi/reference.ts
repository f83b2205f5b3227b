import { locales } from '../shared/locales.ts';
import { writeDocument } from './document.ts';
import type { Described } from './page/described.ts';
import { renderDocs } from './page/page.ts';

/**
 * Returns the files that describe the service, by path: the OpenAPI document, and the page in each language. The build
 * writes them, because no request should wait for them.
 */
export function buildReference(): Map<string, string> {
  const document = writeDocument();
  const pages = locales.map(locale => {
    const page = renderDocs(document as unknown as Described, locale);
    return [`docs.${locale}.html`, page] as const;
  });
  return new Map([['openapi.json', `${JSON.stringify(document)}\n`], ...pages]);
}
