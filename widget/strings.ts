import type { Locale } from '../worker/fields.ts';

/** The language that fits a tag like `zh-Hans-CN` best; whoever does not read Chinese gets English. */
export function chooseLocale(tag: string): Locale {
  return /^zh\b/i.test(tag) ? 'zh-CN' : 'en';
}

export interface BannerTexts {
  label: string;
  title: string;
  body(purposes: string[]): string;
  policy: string;
  acceptAll: string;
  rejectAll: string;
  customize: string;
}

export const bannerTexts: Record<Locale, BannerTexts> = {
  'zh-CN': {
    label: 'Cookie 设置提示',
    title: '您的隐私，由您决定',
    body: purposes =>
      `为保障网站正常运行，我们会使用必要的 Cookie。经您同意，我们还会将 Cookie 用于：${purposes.join('、')}。在您作出选择之前，这些 Cookie 都不会启用。`,
    policy: '隐私政策',
    acceptAll: '全部接受',
    rejectAll: '全部拒绝',
    customize: '自定义',
  },
  en: {
    label: 'Cookie choices',
    title: 'Your privacy, your choice',
    body: purposes =>
      `This site uses the cookies it needs to work. With your permission, we would also use cookies for: ${purposes.join(', ')}. None of these are used before you choose.`,
    policy: 'Privacy policy',
    acceptAll: 'Accept all',
    rejectAll: 'Reject all',
    customize: 'Customise',
  },
};
