import type { FieldErrorCode, LeadField, Locale } from '../worker/fields.ts';

interface FormTexts {
  forms: Record<string, { label: string; agreement: string }>;
  required: string;
  labels: Record<LeadField, string>;
  errors: Record<LeadField, Record<FieldErrorCode, string>>;
  agree: string;
  policy: string;
  agreeError: string;
  opensNewTab: string;
  submit: string;
  sending: string;
  retry: string;
  review(count: number): string;
  unreachable: string;
  tooMany: string;
  failed: string;
  unavailable: string;
  done: { title: string; body: string; code: string; codeUse: string; withdraw: string };
}

export const formTexts: Record<Locale, FormTexts> = {
  'zh-CN': {
    forms: {
      'mini-ai-experience': { label: 'Mini AI 算法体验申请', agreement: '用于就 Mini AI 算法体验与我联系' },
      'ecological-cooperation': { label: '生态合作咨询', agreement: '用于就业务合作或产品咨询与我联系' },
    },
    required: '以下各项均为必填。',
    labels: { name: '姓名', phone: '联系电话', email: '电子邮箱', company: '公司名称' },
    errors: {
      name: {
        required: '请填写您的姓名',
        too_long: '姓名请控制在 100 个字以内',
        invalid: '姓名中含有无法识别的字符，请检查',
      },
      phone: {
        required: '请填写联系电话',
        too_long: '电话号码过长，请检查',
        invalid: '请填写有效的电话号码，如 13800138000',
      },
      email: {
        required: '请填写电子邮箱',
        too_long: '邮箱地址过长，请检查',
        invalid: '请填写有效的邮箱地址，如 name@example.com',
      },
      company: {
        required: '请填写公司名称',
        too_long: '公司名称请控制在 200 个字以内',
        invalid: '公司名称中含有无法识别的字符，请检查',
      },
    },
    policy: '《隐私政策》',
    agree: '我已阅读并同意{policy}，同意将以上信息',
    agreeError: '请阅读隐私政策并勾选同意',
    opensNewTab: '（在新标签页中打开）',
    submit: '提交',
    sending: '正在提交…',
    retry: '重新提交',
    review: count => `有 ${count} 项需要填写或修改，请检查后再提交。`,
    unreachable: '网络似乎不通，信息尚未提交。您填写的内容都还在，请稍后重试。',
    tooMany: '提交过于频繁，请稍等片刻再试。您填写的内容都还在。',
    failed: '暂时无法提交。您填写的内容都还在，请稍后重试。',
    unavailable: '在线表单暂时无法提交，您可以稍后再试，或使用下方链接：',
    done: {
      title: '提交成功，感谢您的信任',
      body: '我们会尽快安排专人与您联系。',
      code: '回执码',
      codeUse: '请妥善保存。日后如需撤回同意并删除您的信息，凭此回执码即可办理，无需注册账号。',
      withdraw: '撤回同意',
    },
  },
  en: {
    forms: {
      'mini-ai-experience': {
        label: 'Mini AI experience request',
        agreement: 'to contact me about the Mini AI experience',
      },
      'ecological-cooperation': {
        label: 'Cooperation inquiry',
        agreement: 'to contact me about business cooperation or my inquiry',
      },
    },
    required: 'Please fill in all four fields.',
    labels: { name: 'Name', phone: 'Phone', email: 'Email', company: 'Company' },
    errors: {
      name: {
        required: 'Enter your name',
        too_long: 'Keep your name under 100 characters',
        invalid: 'Check your name: it contains a character we can’t read',
      },
      phone: {
        required: 'Enter your phone number',
        too_long: 'Check the number: it is too long',
        invalid: 'Enter a valid number, like 13800138000',
      },
      email: {
        required: 'Enter your email address',
        too_long: 'Check the address: it is too long',
        invalid: 'Enter an address like name@example.com',
      },
      company: {
        required: 'Enter your company',
        too_long: 'Keep the company under 200 characters',
        invalid: 'Check the company: it contains a character we can’t read',
      },
    },
    policy: 'privacy policy',
    agree: 'I have read the {policy} and agree to the use of these details ',
    agreeError: 'Tick the box if you agree to the privacy policy',
    opensNewTab: '(opens in a new tab)',
    submit: 'Send',
    sending: 'Sending…',
    retry: 'Try again',
    review: count => (count === 1 ? 'One entry needs your attention.' : `${count} entries need your attention.`),
    unreachable: 'We couldn’t reach the server, so nothing has been sent. Your entries are kept; please try again.',
    tooMany: 'Too many attempts for now. Your entries are kept; please wait a moment and try again.',
    failed: 'We couldn’t send this just now. Your entries are kept; please try again.',
    unavailable: 'This form can’t be sent right now. Please come back later, or use this link:',
    done: {
      title: 'Thank you, we’ve got it',
      body: 'Someone from our team will be in touch soon.',
      code: 'Receipt code',
      codeUse:
        'Keep this code. With it you can withdraw your consent and have your details erased at any time, without an account.',
      withdraw: 'Withdraw consent',
    },
  },
};
