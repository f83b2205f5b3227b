import { default_widget_locale, type Locale, matchLocale } from '../worker/shared/locales.ts';
import type { BannerTexts, TextsByLocale } from './api.ts';

/** Returns the first language that the widget speaks, of those that the page and the browser name. */
export function chooseLocale(tags: readonly (string | undefined)[]): Locale {
  const tag = tags.find(it => matchLocale(it));
  return matchLocale(tag) ?? default_widget_locale;
}

/** Puts values into a text like `Show {count} cookies`. */
export function fillText(text: string, values: Record<string, unknown>): string {
  return text.replace(/{(\w+)}/g, (slot, name) => String(values[name] ?? slot));
}

/** What stands between the names of a list, and before the last one. */
const joints: Record<Locale, [string, string]> = { 'zh-CN': ['、', '和'], en: [', ', ' and '] };

/** Joins names as they stand within a sentence: `a, b and c`. Because `Intl.ListFormat` takes a phone 20 ms, it is done by hand. */
export function joinNames(names: string[], locale: Locale): string {
  const [comma, and] = joints[locale];
  const spoken = locale === 'en' ? names.map(name => name.replace(/^[A-Z](?=[a-z])/, it => it.toLowerCase())) : names;
  return spoken.map((name, at) => (at ? (spoken[at + 1] ? comma : and) : '') + name).join('');
}

/** A table's texts in one language, with the page's own words where it has some. */
export function chooseTexts<T>(table: Record<Locale, T>, locale: Locale, own: TextsByLocale | undefined): T {
  return { ...table[locale], ...own?.[locale] };
}

export const bannerTexts: Record<Locale, BannerTexts> = {
  'zh-CN': {
    label: 'Cookie 设置提示',
    title: '您的隐私，由您决定',
    body: '经您同意，我们会将 Cookie 用于{purposes}。在您作出选择之前，我们仅使用网站运行所必需的 Cookie。',
    changed: '隐私政策有更新：{summary}',
    signal: '您的浏览器已发出“全局隐私控制”（GPC）信号：未经您另行允许，统计分析和营销均为关闭。',
    policy: '隐私政策',
    acceptAll: '全部接受',
    rejectAll: '全部拒绝',
    customize: '自定义',
    held: '此内容需要您同意将 Cookie 用于{purposes}。',
    allow: '允许并显示',
  },
  en: {
    label: 'Cookie choices',
    title: 'Your privacy, your choice',
    body: 'With your permission, we use cookies for {purposes} purposes. Until you choose, we use only the cookies that this site needs to work.',
    changed: 'Our privacy policy has changed: {summary}',
    signal: 'Your browser sends Global Privacy Control: analytics and marketing are off unless you allow them.',
    policy: 'Privacy policy',
    acceptAll: 'Accept all',
    rejectAll: 'Reject all',
    customize: 'Customise',
    held: 'This needs your permission to use cookies for {purposes} purposes.',
    allow: 'Allow and show',
  },
};
