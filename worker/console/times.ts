import { html } from 'hono/html';
import type { Content } from '../http/page.ts';
import { date_tags, type Locale } from '../shared/locales.ts';
import type { Reader } from './reader.ts';

const minute_ms = 60_000;
const hour_ms = 60 * minute_ms;
const day_ms = 24 * hour_ms;

/** The age up to which a time is written as a count of days. Beyond it a date says more. */
const relative_ms = 14 * day_ms;

const formats = new Map<string, Intl.DateTimeFormat>();
const ago_formats = new Map<string, Intl.RelativeTimeFormat>();

/** Writes an instant in the deployment's time zone: its day, or its day and minute. */
export function writeTime({ locale, time_zone }: Reader, at: string, style: 'date' | 'time' = 'time'): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeZone: time_zone };
  if (style === 'time') options.timeStyle = 'short';
  return formatOf(locale, `${time_zone} ${style}`, options).format(new Date(at));
}

/** Writes a day, `YYYY-MM-DD`, as its reader has it: with its year where that is another one. */
export function writeDay({ locale, today }: Reader, day: string): string {
  const isNear = day.slice(0, 4) === today.slice(0, 4);
  const options: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' };
  if (!isNear) options.year = 'numeric';
  return formatOf(locale, `day ${isNear}`, options).format(new Date(day));
}

/** Writes the days from one, `YYYY-MM-DD`, to another, without their year. */
export function writeDays({ locale }: Reader, from: string, to: string): string {
  const options = { month: 'short', day: 'numeric', timeZone: 'UTC' } as const;
  return formatOf(locale, 'days', options).formatRange(new Date(from), new Date(to));
}

/** Returns the format of a name. It is made once, because that takes 57 µs, and a use 1.3. */
function formatOf(locale: Locale, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(date_tags[locale], options);
  formats.set(key, format);
  return format;
}

/** Writes how long ago an instant was, in words; for an old one its date. */
export function writeAgo(reader: Reader, at: string): string {
  const ago_ms = Math.max(0, reader.now.getTime() - Date.parse(at));
  if (ago_ms >= relative_ms) return writeTime(reader, at, 'date');
  const { locale } = reader;
  const words = ago_formats.get(locale) ?? new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  ago_formats.set(locale, words);
  if (ago_ms < hour_ms) return words.format(-Math.floor(ago_ms / minute_ms), 'minute');
  if (ago_ms < day_ms) return words.format(-Math.floor(ago_ms / hour_ms), 'hour');
  return words.format(-Math.floor(ago_ms / day_ms), 'day');
}

/** Draws how long ago an instant was, with the exact time as its title. */
export function renderAgo(reader: Reader, at: string): Content {
  return html`<time datetime="${at}" title="${writeTime(reader, at)}">${writeAgo(reader, at)}</time>`;
}

/** Draws an instant to the minute. */
export function renderTime(reader: Reader, at: string): Content {
  return html`<time datetime="${at}">${writeTime(reader, at)}</time>`;
}

/**
 * Writes a span of time in its two largest units.
 *
 * @param units Texts for days, hours and minutes, and for less than a minute.
 */
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
