import type { Failure } from '../guards/bot-check.ts';
import { entries_kept } from '../http/page-texts.ts';
import type { Form, LeadField } from '../shared/fields.ts';
import type { Locale } from '../shared/locales.ts';

interface FormTexts {
  titles: Record<Form, string>;
  intro: string;
  required: string;
  labels: Record<LeadField, string>;
  hints: Partial<Record<LeadField, string>>;
  newTab: string;
  trap: string;
  submit: string;
  privacy: string[];
  closed: string;
  unavailable: string;
  failures: Record<Failure, string>;
  thanks: { title: string; body: string; repeated: string; code: string; keep: string; gone: string; withdraw: string };
}

/** Texts of the forms' pages. */
export const form_texts: Record<Locale, FormTexts> = {
  'zh-CN': {
    titles: { 'mini-ai-experience': 'Mini AI 算法体验申请', 'ecological-cooperation': '生态合作咨询' },
    intro: '请留下您的联系方式，我们会尽快与您联系。',
    required: '以下各项均为必填。',
    labels: { name: '姓名', phone: '联系电话', email: '电子邮箱', company: '公司名称' },
    hints: { phone: '手机或带区号的座机均可；境外号码请以 + 和国家代码开头。' },
    newTab: '（在新标签页中打开）',
    trap: '请勿填写此项',
    submit: '提交',
    privacy: [
      '我们只收集以上四项信息，加密保存，且仅用于与您联系。',
      '提交后您会得到一个回执码，凭此码可随时撤回同意并删除您的信息，无需注册账号。',
    ],
    closed: '在线表单暂时无法使用，请稍后再来。',
    unavailable: `暂时无法保存，信息尚未提交。${entries_kept['zh-CN']}请稍后再次点击“提交”。`,
    failures: {
      missing: `未能完成安全校验，信息尚未提交。${entries_kept['zh-CN']}请再次点击“提交”。`,
      wrong: `未能通过安全校验，信息尚未提交。${entries_kept['zh-CN']}请再次点击“提交”。`,
      early: `提交得太快了，信息尚未提交。${entries_kept['zh-CN']}请稍等几秒，再次点击“提交”。`,
      expired: `此页面打开的时间太久，信息尚未提交。${entries_kept['zh-CN']}请再次点击“提交”。`,
      spent: '此页面已经成功提交过一次。如需另行提交，请核对内容后再次点击“提交”。',
    },
    thanks: {
      title: '提交成功，感谢您的信任',
      body: '我们会尽快与您联系。',
      repeated: '您已提交过同样的内容，我们只保存了一份。',
      code: '回执码',
      keep: '请妥善保存，此码只显示这一次。凭此码可随时撤回同意并删除您的信息，无需注册账号。',
      gone: '回执码只在提交后显示一次，且需浏览器允许 Cookie。',
      withdraw: '撤回同意',
    },
  },
  en: {
    titles: {
      'mini-ai-experience': 'Mini AI experience request',
      'ecological-cooperation': 'Cooperation inquiry',
    },
    intro: 'Tell us how to reach you, and our team will be in touch.',
    required: 'Please fill in all four fields.',
    labels: { name: 'Name', phone: 'Phone', email: 'Email', company: 'Company' },
    hints: {
      phone: 'A mobile, or a landline with its area code. Outside mainland China, begin with + and the country code.',
    },
    newTab: '(opens in a new tab)',
    trap: 'Leave this empty',
    submit: 'Send',
    privacy: [
      'We ask for these four details only, keep them encrypted, and use them only to get in touch with you.',
      'After sending, you get a receipt code. With it you can withdraw your consent and have your details erased at any time, without an account.',
    ],
    closed: 'This form can’t be used right now. Please come back later.',
    unavailable: `We can’t store this just now, so nothing has been sent yet. ${entries_kept.en} Please press Send again in a moment.`,
    failures: {
      missing: `We couldn’t complete a security check, so nothing has been sent yet. ${entries_kept.en} Please press Send once more.`,
      wrong: `The security check failed, so nothing has been sent yet. ${entries_kept.en} Please press Send once more.`,
      early: `That was faster than we expect of a person, so nothing has been sent yet. ${entries_kept.en} Please wait a few seconds and press Send once more.`,
      expired: `This page was open for too long, so nothing has been sent yet. ${entries_kept.en} Please press Send once more.`,
      spent:
        'This page has been sent once already. To send another inquiry, check the entries and press Send once more.',
    },
    thanks: {
      title: 'Thank you, we’ve got it',
      body: 'Our team will be in touch soon.',
      repeated: 'You had sent the same details before; we kept them once.',
      code: 'Receipt code',
      keep: 'Keep this code: it is shown only once. With it you can withdraw your consent and have your details erased at any time, without an account.',
      gone: 'The receipt code is shown once, right after sending, in browsers that accept cookies.',
      withdraw: 'Withdraw consent',
    },
  },
};
