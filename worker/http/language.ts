import type { Context } from 'hono';
import { type Locale, locales } from '../shared/locales.ts';

/** The language for a visitor: the one asked for, else the best of `Accept-Language`, else Chinese. */
export function chooseLocale(c: Context, asked?: unknown): Locale {
  return (
    matchLocale(asked) ??
    matchLocale(c.req.query('lang')) ??
    readAcceptLanguage(c.req.header('Accept-Language')) ??
    'zh-CN'
  );
}

/** Our locale for a language tag, `zh` for `zh-CN` included; undefined for other languages. */
function matchLocale(tag: unknown): Locale | undefined {
  if (typeof tag !== 'string') return undefined;
  const primary = tag.trim().toLowerCase().split('-')[0];
  return locales.find(locale => locale.split('-')[0] === primary);
}

function readAcceptLanguage(header: string | undefined): Locale | undefined {
  const ranges = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map(range => {
      const [tag, quality] = range.split(/\s*;\s*q=/i);
      return { locale: matchLocale(tag), quality: Number(quality ?? 1) };
    });
  return ranges
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .find(({ locale }) => locale)?.locale;
}
