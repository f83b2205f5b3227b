import { date_tags, type Locale } from '../shared/locales.ts';

/** What everyone in China calls its one time, for which `Intl` has only a formal name. */
const beijing: Record<Locale, string> = { 'zh-CN': '北京时间', en: 'Beijing time' };

/** Writes the name of a time zone as people say it, like `Beijing time` and `Central European Time`. */
export function writeZone(locale: Locale, time_zone: string, at: Date): string {
  if (time_zone === 'Asia/Shanghai') return beijing[locale];
  const name = (timeZoneName: 'longGeneric' | 'long') =>
    new Intl.DateTimeFormat(date_tags[locale], { timeZone: time_zone, timeZoneName })
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')!.value;
  const generic = name('longGeneric');
  return generic.startsWith('GMT') ? name('long') : generic;
}

/** Writes an instant to the minute, with the name of its time zone: `23 November 2026, 12:00 Beijing time`. */
export function writeInstant(locale: Locale, time_zone: string, at: Date): string {
  const write = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(date_tags[locale], { ...options, timeZone: time_zone }).format(at);
  const [day, time] = [write({ dateStyle: 'long' }), write({ timeStyle: 'short' })];
  const zone = writeZone(locale, time_zone, at);
  return locale === 'zh-CN' ? `${day} ${zone} ${time}` : `${day}, ${time} ${zone}`;
}

/** Writes a day, given as `YYYY-MM-DD`: `23 November 2026`. */
export function writeDay(locale: Locale, day: string): string {
  const format = new Intl.DateTimeFormat(date_tags[locale], { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${day}T00:00:00Z`));
}
