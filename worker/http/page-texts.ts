import type { Locale } from '../shared/locales.ts';

interface PageTexts {
  languages: string;
  trap: string;
  mistakes(count: number): string;
  slower(seconds: number): string;
}

/** Tells a person that nothing must be typed again. */
export const entries_kept: Record<Locale, string> = {
  'zh-CN': '您填写的内容都还在。',
  en: 'Everything you entered is still here.',
};

/** Texts of every page without a script. Each page has its other texts beside it. */
export const page_texts: Record<Locale, PageTexts> = {
  'zh-CN': {
    languages: '语言',
    trap: '请勿填写此项',
    mistakes: count => `有 ${count} 项需要填写或修改`,
    slower: seconds => `提交过于频繁，请在 ${seconds} 秒后再试。${entries_kept['zh-CN']}`,
  },
  en: {
    languages: 'Languages',
    trap: 'Leave this empty',
    mistakes: count => (count === 1 ? 'One entry needs your attention' : `${count} entries need your attention`),
    slower: seconds =>
      `Too many attempts for now. ${entries_kept.en} Please wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} and send again.`,
  },
};
