import { type Announcement, latestInForce } from '../../db/announcements.ts';
import type { Locale } from '../shared/locales.ts';
import type { AnnouncementTexts } from '../shared/written-policies.ts';

const texts: Record<Locale, Record<Announcement['kind'] | 'more' | 'close', string>> = {
  'zh-CN': { policy: '隐私政策有重大更新', incident: '个人信息安全事件告知', more: '了解详情', close: '知道了' },
  en: { policy: 'Our privacy policy has changed', incident: 'A security incident', more: 'Read more', close: 'Got it' },
};

/** Returns the title and the text of an announcement in a language, or else in its first one. */
export function announcementIn({ kind, texts: told }: Announcement, locale: Locale) {
  const { text } = told.find(one => one.locale === locale) ?? told[0]!;
  return { title: texts[locale][kind], text };
}

/** Returns what the widget shows of an announcement in a language. */
export function wordAnnouncement(announcement: Announcement, locale: Locale): AnnouncementTexts {
  const { more, close } = texts[locale];
  return { ...announcementIn(announcement, locale), more, close };
}

/** Returns the announcement that the widget shows now, in one language with its address; undefined without one. */
export function describeLatest(announcements: Announcement[], locale: Locale, public_url: string, now: Date) {
  const latest = latestInForce(announcements, now);
  if (!latest) return undefined;
  const { id, until } = latest;
  return { id, until, ...wordAnnouncement(latest, locale), url: announcementUrl(public_url, id, locale) };
}

/** Returns the address at which an announcement stands on the page of all. */
export function announcementUrl(public_url: string, id: string, locale: Locale): string {
  return `${public_url}/announcements?lang=${locale}#${id}`;
}
