import type { Context } from 'hono';
import { default_locale, type Locale, matchLocale } from '../shared/locales.ts';

/** Most characters of `Accept-Language` that are read. */
const longest_header = 500;

/** The language for a visitor: the one asked for, else the best of `Accept-Language`, else the default. */
export function chooseLocale(c: Context, asked?: unknown): Locale {
  return (
    (typeof asked === 'string' ? matchLocale(asked) : undefined) ??
    matchLocale(c.req.query('lang')) ??
    readAcceptLanguage(c.req.header('Accept-Language') ?? '') ??
    default_locale
  );
}

/** @see RFC 9110 §12.5.4 */
function readAcceptLanguage(header: string): Locale | undefined {
  const ranges = header
    .slice(0, longest_header)
    .split(',')
    .map(range => {
      const [tag, quality] = range.trim().split(/\s*;\s*q=/i);
      return { tag, quality: Number(quality ?? 1) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of ranges) {
    const locale = matchLocale(tag);
    if (locale) return locale;
  }
}
