import type { LeadField, Locale } from '../worker/fields.ts';

type Reason = 'offline' | 'unreachable' | 'tooMany' | 'refused' | 'failed';

interface FormTexts {
  forms: Record<string, { label: string; agreement: string }>;
  required: string;
  labels: Record<LeadField, string>;
  errors: {
    required: Record<LeadField, string>;
    invalid: Record<LeadField, string>;
    too_long(max: number): string;
  };
  /** What the box says, before the link to the policy, in the link and after it. */
  agree: [string, string, string];
  agreeError: string;
  opensNewTab: string;
  submit: string;
  sending: string;
  retry: string;
  review(count: number): string;
  /** Why nothing was sent, and what comes next. */
  reasons: Record<Reason, string>;
  keeps(reason: string, next: string): string;
  next: string;
  nextOnline: string;
  nextAlone(seconds: number): string;
  nextAfter(seconds: number): string;
  unavailable: string;
  done: { title: string; body: string; code: string; copy: string; copied: string; codeUse: string; withdraw: string };
}

const count = (seconds: number) => `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;

export const formTexts: Record<Locale, FormTexts> = {
  'zh-CN': {
    forms: {
      'mini-ai-experience': { label: 'Mini AI 算法体验申请', agreement: '用于就 Mini AI 算法体验与我联系' },
      'ecological-cooperation': { label: '生态合作咨询', agreement: '用于就业务合作或产品咨询与我联系' },
    },
    required: '以下各项均为必填。',
    labels: { name: '姓名', phone: '联系电话', email: '电子邮箱', company: '公司名称' },
    errors: {
      required: {
        name: '请填写您的姓名',
        phone: '请填写联系电话',
        email: '请填写电子邮箱',
        company: '请填写公司名称',
      },
      invalid: {
        name: '姓名中含有无法识别的字符，请检查',
        phone: '请填写有效的电话号码，如 13800138000',
        email: '请填写有效的邮箱地址，如 name@example.com',
        company: '公司名称中含有无法识别的字符，请检查',
      },
      too_long: max => `请控制在 ${max} 个字符以内`,
    },
    agree: ['我已阅读并同意', '《隐私政策》', '，同意将以上信息'],
    agreeError: '请阅读隐私政策并勾选同意',
    opensNewTab: '（在新标签页中打开）',
    submit: '提交',
    sending: '正在提交…',
    retry: '重新提交',
    review: count => `有 ${count} 项需要填写或修改，请检查后再提交。`,
    reasons: {
      offline: '网络已断开',
      unreachable: '暂时无法连接服务器',
      tooMany: '提交过于频繁',
      refused: '未能通过安全校验',
      failed: '暂时无法提交',
    },
    keeps: (reason, next) => `${reason}。您填写的内容都还在，${next}。`,
    next: '请稍后重试',
    nextOnline: '网络恢复后会自动提交',
    nextAlone: seconds => `${seconds} 秒后会自动提交`,
    nextAfter: seconds => `请在 ${seconds} 秒后重试`,
    unavailable: '在线表单暂时无法提交，您可以稍后再试，或使用下方链接：',
    done: {
      title: '提交成功，感谢您的信任',
      body: '我们会尽快安排专人与您联系。',
      code: '回执码',
      copy: '复制',
      copied: '已复制',
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
      required: {
        name: 'Enter your name',
        phone: 'Enter your phone number',
        email: 'Enter your email address',
        company: 'Enter your company',
      },
      invalid: {
        name: 'Check your name: it contains a character we can’t read',
        phone: 'Enter a valid number, like 13800138000',
        email: 'Enter an address like name@example.com',
        company: 'Check the company: it contains a character we can’t read',
      },
      too_long: max => `Keep this under ${max} characters`,
    },
    agree: ['I have read the ', 'privacy policy', ' and agree to the use of these details '],
    agreeError: 'Tick the box if you agree to the privacy policy',
    opensNewTab: '(opens in a new tab)',
    submit: 'Send',
    sending: 'Sending…',
    retry: 'Try again',
    review: count => (count === 1 ? 'One entry needs your attention.' : `${count} entries need your attention.`),
    reasons: {
      offline: 'You are offline',
      unreachable: 'We couldn’t reach the server',
      tooMany: 'Too many attempts for now',
      refused: 'The security check failed',
      failed: 'We couldn’t send this just now',
    },
    keeps: (reason, next) => `${reason}. Your entries are kept; ${next}.`,
    next: 'please try again',
    nextOnline: 'we’ll send them when you’re back online',
    nextAlone: seconds => `we’ll send them in ${count(seconds)}`,
    nextAfter: seconds => `please try again in ${count(seconds)}`,
    unavailable: 'This form can’t be sent right now. Please come back later, or use this link:',
    done: {
      title: 'Thank you, we’ve got it',
      body: 'Someone from our team will be in touch soon.',
      code: 'Receipt code',
      copy: 'Copy',
      copied: 'Copied',
      codeUse:
        'Keep this code. With it you can withdraw your consent and have your details erased at any time, without an account.',
      withdraw: 'Withdraw consent',
    },
  },
};
