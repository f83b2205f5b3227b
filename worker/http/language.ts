import type { Context } from 'hono';
import type { App } from '../context.ts';
import { default_locale, type Locale, locales, matchLocale } from '../shared/locales.ts';
import { readHeader } from './header.ts';

/** Characters of a tag that are read: as many as RFC 5646 asks software to take. */
const longest_tag = 35;

/** Ranges of `Accept-Language` that are read. Because `Intl` takes microseconds for each, a request gets no more. */
const most_ranges = 16;

/**
 * Returns the language of a request's answer. Because `Intl` takes its time and many answers have no words, it is found
 * when first asked for.
 */
export function localeOf(c: Context<App>): Locale {
  const locale = c.get('locale') ?? chooseLocale(c);
  c.set('locale', locale);
  return locale;
}

/** Chooses the language for a visitor: the one asked for, else the best of `Accept-Language`, else the default. */
export function chooseLocale(c: Context, asked?: unknown): Locale {
  return (
    readTag(asked) ??
    readTag(c.req.query('lang')) ??
    readAcceptLanguage(readHeader(c, 'Accept-Language') ?? '') ??
    default_locale
  );
}

/** Returns the locale for a tag. Because most requests name one exactly, that needs no `Intl`. */
function readTag(tag: unknown): Locale | undefined {
  return (
    locales.find(locale => locale === tag) ??
    (typeof tag === 'string' ? matchLocale(tag.slice(0, longest_tag)) : undefined)
  );
}

/**
 * Returns the locale that `Accept-Language` prefers.
 *
 * @see RFC 9110 §12.5.4
 */
function readAcceptLanguage(header: string): Locale | undefined {
  const ranges = header
    .split(',', most_ranges)
    .map(range => {
      const [tag, quality] = range.trim().split(/\s*;\s*q=/i);
      return { tag, quality: Number(quality ?? 1) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of ranges) {
    const locale = readTag(tag);
    if (locale) return locale;
  }
}
