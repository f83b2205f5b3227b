import { type CommonFormTexts, common_form_texts } from '../../worker/shared/form-texts.ts';
import type { Locale } from '../../worker/shared/locales.ts';

interface FormTexts extends CommonFormTexts {
  sending: string;
  retry: string;
  review: string;
  /** Why nothing was sent, and whether the form tries again by itself. */
  reasons: Record<'offline' | 'tooMany' | 'failed', string>;
  keeps(reason: string, isLater: boolean): string;
  copy: string;
}

export const formTexts: Record<Locale, FormTexts> = {
  'zh-CN': {
    ...common_form_texts['zh-CN'],
    sending: '正在提交…',
    retry: '重新提交',
    review: '请检查标出的内容。',
    reasons: {
      offline: '网络已断开',
      tooMany: '提交过于频繁',
      failed: '暂时无法提交',
    },
    keeps: (reason, isLater) => `${reason}。您填写的内容都还在，${isLater ? '我们会继续尝试提交' : '请稍后重新提交'}。`,
    copy: '复制',
  },
  en: {
    ...common_form_texts.en,
    sending: 'Sending…',
    retry: 'Try again',
    review: 'Please check the marked entries.',
    reasons: {
      offline: 'You are offline',
      tooMany: 'Too many attempts',
      failed: 'We couldn’t send this just now',
    },
    keeps: (reason, isLater) =>
      `${reason}. Your entries are kept${isLater ? ', and we’ll keep trying to send them' : '; please try again'}.`,
    copy: 'Copy',
  },
};
