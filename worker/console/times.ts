import { html } from 'hono/html';
import type { Content } from '../http/page.ts';
import type { Locale } from '../shared/locales.ts';

const minute_ms = 60_000;
const hour_ms = 60 * minute_ms;
const day_ms = 24 * hour_ms;

/** Beyond this a date says more than a count of days. */
const relative_ms = 14 * day_ms;

const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant in the deployment's time zone, to the minute. */
export function writeTime(at: string, locale: Locale, time_zone: string, style: 'date' | 'time' = 'time'): string {
  const key = `${locale} ${time_zone} ${style}`;
  const options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeZone: time_zone };
  if (style === 'time') options.timeStyle = 'short';
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, options);
  formats.set(key, format);
  return format.format(new Date(at));
}

/** How long ago an instant was, in words; long ago, the date. */
export function writeAgo(at: string, locale: Locale, time_zone: string, now: Date): string {
  const ago_ms = Math.max(0, now.getTime() - Date.parse(at));
  if (ago_ms >= relative_ms) return writeTime(at, locale, time_zone, 'date');
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  if (ago_ms < hour_ms) return words.format(-Math.floor(ago_ms / minute_ms), 'minute');
  if (ago_ms < day_ms) return words.format(-Math.floor(ago_ms / hour_ms), 'hour');
  return words.format(-Math.floor(ago_ms / day_ms), 'day');
}

/** A time as people like it, and the exact one for whoever asks. */
export function renderAgo(at: string, locale: Locale, time_zone: string, now: Date): Content {
  return html`<time datetime="${at}" title="${writeTime(at, locale, time_zone)}">${writeAgo(at, locale, time_zone, now)}</time>`;
}

/** A span of time in its two largest units. */
export function writeSpan(ms: number, units: string[]): string {
  const minutes = Math.floor(ms / minute_ms);
  const parts = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const first = parts.findIndex(part => part > 0);
  if (first < 0) return units[3]!;
  return parts
    .map((part, index) => (part > 0 && index >= first && index <= first + 1 ? `${part} ${units[index]}` : ''))
    .filter(Boolean)
    .join(' ');
}
