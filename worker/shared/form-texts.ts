import type { Form, LeadField } from './fields.ts';
import type { Locale } from './locales.ts';

export interface CommonFormTexts {
  /** The name of each form. */
  titles: Record<Form, string>;
  required: string;
  labels: Record<LeadField, string>;
  hints: Partial<Record<LeadField, string>>;
  submit: string;
  thanks: { title: string; body: string; code: string; keep: string; withdraw: string };
}

/** Texts that the forms' pages and the widget have in common, so that a form says the same wherever it stands. */
export const common_form_texts: Record<Locale, CommonFormTexts> = {
  'zh-CN': {
    titles: { 'mini-ai-experience': 'Mini AI 算法体验申请', 'ecological-cooperation': '生态合作咨询' },
    required: '以下各项均为必填。',
    labels: { name: '姓名', phone: '联系电话', email: '电子邮箱', company: '公司名称' },
    hints: { phone: '座机加区号；境外号码以 + 和国家代码开头。' },
    submit: '提交',
    thanks: {
      title: '提交成功，感谢您的信任',
      body: '我们会尽快与您联系。',
      code: '回执码',
      keep: '请妥善保存，此码只显示这一次。凭此码可随时撤回同意并删除您的信息。',
      withdraw: '撤回同意',
    },
  },
  en: {
    titles: {
      'mini-ai-experience': 'Mini AI experience request',
      'ecological-cooperation': 'Cooperation inquiry',
    },
    required: 'Please fill in all four fields.',
    labels: { name: 'Name', phone: 'Phone', email: 'Email', company: 'Company' },
    hints: { phone: 'Landlines with area code. Outside mainland China begin with +.' },
    submit: 'Send',
    thanks: {
      title: 'Thank you, we’ve got it',
      body: 'Our team will be in touch soon.',
      code: 'Receipt code',
      keep: 'Keep this code: it is shown only once. With it you can withdraw your consent and have your details erased at any time.',
      withdraw: 'Withdraw consent',
    },
  },
};
