import type { Form, LeadField } from '../../worker/shared/fields.ts';
import type { Locale } from '../../worker/shared/locales.ts';

interface FormTexts {
  /** The name of each form. */
  forms: Record<Form, string>;
  fill: string;
  labels: Record<LeadField, string>;
  submit: string;
  sending: string;
  retry: string;
  review: string;
  /** Why nothing was sent, and whether the form tries again by itself. */
  reasons: Record<'offline' | 'tooMany' | 'failed', string>;
  keeps(reason: string, isLater: boolean): string;
  thanks: string;
  next: string;
  code: string;
  copy: string;
  use: string;
  withdraw: string;
}

export const formTexts: Record<Locale, FormTexts> = {
  'zh-CN': {
    forms: {
      'mini-ai-experience': 'Mini AI 算法体验申请',
      'ecological-cooperation': '生态合作咨询',
    },
    fill: '以下各项均为必填。',
    labels: { name: '姓名', phone: '联系电话', email: '电子邮箱', company: '公司名称' },
    submit: '提交',
    sending: '正在提交…',
    retry: '重新提交',
    review: '请检查标出的内容后再提交。',
    reasons: {
      offline: '网络已断开',
      tooMany: '提交过于频繁',
      failed: '暂时无法提交',
    },
    keeps: (reason, isLater) => `${reason}。您填写的内容都还在，${isLater ? '我们会继续尝试提交' : '请稍后重新提交'}。`,
    thanks: '提交成功，感谢您的信任',
    next: '我们会尽快与您联系。',
    code: '回执码',
    copy: '复制',
    use: '请妥善保存，此码只显示这一次。凭此码可随时撤回同意并删除您的信息。',
    withdraw: '撤回同意',
  },
  en: {
    forms: {
      'mini-ai-experience': 'Mini AI experience request',
      'ecological-cooperation': 'Cooperation inquiry',
    },
    fill: 'Please fill in all four fields.',
    labels: { name: 'Name', phone: 'Phone', email: 'Email', company: 'Company' },
    submit: 'Send',
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
    thanks: 'Thank you, we’ve got it',
    next: 'Our team will be in touch soon.',
    code: 'Receipt code',
    copy: 'Copy',
    use: 'Keep this code: it is shown only once. With it you can withdraw your consent and have your details erased at any time.',
    withdraw: 'Withdraw consent',
  },
};
