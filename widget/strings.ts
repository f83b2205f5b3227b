/** Every text of the widget, in both languages. Each bundle takes in only the tables that it reads. */
import type { FieldErrorCode, LeadField, Locale } from '../worker/fields.ts';

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

interface PreferencesTexts {
  title: string;
  intro: string;
  alwaysOn: string;
  signal: string;
  cookies(count: number): string;
  provider: string;
  lifetime: string;
  purpose: string;
  save: string;
  close: string;
}

export const preferencesTexts: Record<Locale, PreferencesTexts> = {
  'zh-CN': {
    title: 'Cookie 偏好设置',
    intro: '您可以逐项选择是否允许以下用途，也可以随时回来更改。',
    alwaysOn: '始终启用',
    signal: '您的浏览器已发出“全局隐私控制”（GPC）信号，因此默认关闭。',
    cookies: count => `查看所用的 ${count} 个 Cookie`,
    provider: '提供方',
    lifetime: '有效期',
    purpose: '用途',
    save: '保存选择',
    close: '关闭',
  },
  en: {
    title: 'Cookie preferences',
    intro: 'Choose what you allow, one purpose at a time. You can come back and change this whenever you like.',
    alwaysOn: 'Always on',
    signal: 'Off because your browser sends the Global Privacy Control signal.',
    cookies: count => (count === 1 ? 'Show the 1 cookie used' : `Show the ${count} cookies used`),
    provider: 'Provider',
    lifetime: 'Lifetime',
    purpose: 'Used for',
    save: 'Save choices',
    close: 'Close',
  },
};

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
