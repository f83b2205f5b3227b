import type { Failure } from '../guards/bot-check.ts';
import type { Form, LeadField } from '../shared/fields.ts';
import type { Locale } from '../shared/locales.ts';

interface PageTexts {
  languages: string;
  newTab: string;
  mistakes(count: number): string;
  slower(seconds: number): string;
  form: {
    titles: Record<Form, string>;
    intro: string;
    required: string;
    labels: Record<LeadField, string>;
    hints: Partial<Record<LeadField, string>>;
    /** What the box says, around `{policy}`. */
    trap: string;
    submit: string;
    privacy: string[];
    closed: string;
    unavailable: string;
    failures: Record<Failure, string>;
  };
  thanks: { title: string; body: string; repeated: string; code: string; keep: string; gone: string; withdraw: string };
  withdrawal: {
    title: string;
    intro: string;
    label: string;
    hint: string;
    submit: string;
    wrong: string[];
    done: { title: string; body: string; at: string; again: string };
  };
}

const keep_entries: Record<Locale, string> = {
  'zh-CN': '您填写的内容都还在。',
  en: 'Everything you entered is still here.',
};

/** Every text of the pages that work without a script. */
export const page_texts: Record<Locale, PageTexts> = {
  'zh-CN': {
    languages: '语言',
    newTab: '（在新标签页中打开）',
    mistakes: count => `有 ${count} 项需要填写或修改`,
    slower: seconds => `提交过于频繁，请在 ${seconds} 秒后再试。${keep_entries['zh-CN']}`,
    form: {
      titles: { 'mini-ai-experience': 'Mini AI 算法体验申请', 'ecological-cooperation': '生态合作咨询' },
      intro: '请留下您的联系方式，我们会安排专人与您联系。',
      required: '以下各项均为必填。',
      labels: { name: '姓名', phone: '联系电话', email: '电子邮箱', company: '公司名称' },
      hints: { phone: '手机或带区号的座机均可；境外号码请以 + 和国家代码开头。' },
      trap: '请勿填写此项',
      submit: '提交',
      privacy: [
        '我们只收集以上四项信息，加密保存，且仅用于与您联系。',
        '提交后您会得到一个回执码。凭它可随时撤回同意并删除您的信息，无需注册账号。',
      ],
      closed: '在线表单暂时无法使用，请稍后再来。',
      unavailable: `暂时无法保存，信息尚未提交。${keep_entries['zh-CN']}请稍后再次点击“提交”。`,
      failures: {
        missing: `未能完成安全校验，信息尚未提交。${keep_entries['zh-CN']}请再次点击“提交”。`,
        wrong: `未能通过安全校验，信息尚未提交。${keep_entries['zh-CN']}请再次点击“提交”。`,
        early: `提交得太快了，信息尚未提交。${keep_entries['zh-CN']}请稍等几秒，再次点击“提交”。`,
        expired: `此页面打开的时间太久，信息尚未提交。${keep_entries['zh-CN']}请再次点击“提交”。`,
        spent: '此页面已经成功提交过一次。如需另行提交，请核对内容后再次点击“提交”。',
      },
    },
    thanks: {
      title: '提交成功，感谢您的信任',
      body: '我们会尽快安排专人与您联系。',
      repeated: '您已提交过同样的内容，我们只保存了一份。',
      code: '回执码',
      keep: '请妥善保存：此码仅在这里显示一次。日后如需撤回同意并删除您的信息，凭它即可办理，无需注册账号。',
      gone: '回执码只在提交后显示一次，且需浏览器允许 Cookie。',
      withdraw: '撤回同意',
    },
    withdrawal: {
      title: '撤回同意并删除信息',
      intro: '请输入提交表单后得到的回执码。确认后，您的姓名、电话、邮箱和公司名称会立即删除，无法恢复。',
      label: '回执码',
      hint: '20 位字母和数字，分为四组；大小写和连字符均可忽略。',
      submit: '撤回并删除',
      wrong: [
        '没有找到与此回执码对应的信息。',
        '请逐位核对：回执码共 20 位，不含字母 I、L、O、U。如果之前已经撤回，信息早已删除，无需再次操作。',
      ],
      done: {
        title: '已撤回，您的信息已删除',
        body: '您的姓名、电话、邮箱和公司名称已删除，我们已无法再据此与您联系。',
        at: '撤回时间：',
        again: '此回执码已失效。',
      },
    },
  },
  en: {
    languages: 'Languages',
    newTab: '(opens in a new tab)',
    mistakes: count => (count === 1 ? 'One entry needs your attention' : `${count} entries need your attention`),
    slower: seconds =>
      `Too many attempts for now. ${keep_entries.en} Please wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} and send again.`,
    form: {
      titles: {
        'mini-ai-experience': 'Mini AI experience request',
        'ecological-cooperation': 'Cooperation inquiry',
      },
      intro: 'Tell us how to reach you, and someone from our team will be in touch.',
      required: 'Please fill in all four fields.',
      labels: { name: 'Name', phone: 'Phone', email: 'Email', company: 'Company' },
      hints: {
        phone: 'A mobile, or a landline with its area code. Outside mainland China, begin with + and the country code.',
      },
      trap: 'Leave this empty',
      submit: 'Send',
      privacy: [
        'We ask for these four details only, keep them encrypted, and use them only to get in touch with you.',
        'After sending, you get a receipt code. With it you can withdraw your consent and have your details erased at any time, without an account.',
      ],
      closed: 'This form can’t be used right now. Please come back later.',
      unavailable: `We can’t store this just now, so nothing has been sent yet. ${keep_entries.en} Please press Send again in a moment.`,
      failures: {
        missing: `We couldn’t complete a security check, so nothing has been sent yet. ${keep_entries.en} Please press Send once more.`,
        wrong: `The security check failed, so nothing has been sent yet. ${keep_entries.en} Please press Send once more.`,
        early: `That was faster than we expect of a person, so nothing has been sent yet. ${keep_entries.en} Please wait a few seconds and press Send once more.`,
        expired: `This page was open for too long, so nothing has been sent yet. ${keep_entries.en} Please press Send once more.`,
        spent:
          'This page has been sent once already. To send another inquiry, check the entries and press Send once more.',
      },
    },
    thanks: {
      title: 'Thank you, we’ve got it',
      body: 'Someone from our team will be in touch soon.',
      repeated: 'You had sent the same details before; we kept them once.',
      code: 'Receipt code',
      keep: 'Keep this code: it is shown only here, and only once. With it you can withdraw your consent and have your details erased at any time, without an account.',
      gone: 'The receipt code is shown once, right after sending, in browsers that accept cookies.',
      withdraw: 'Withdraw consent',
    },
    withdrawal: {
      title: 'Withdraw consent and erase your details',
      intro:
        'Enter the receipt code that you were given after sending the form. Your name, phone, email and company are then erased at once and can’t be brought back.',
      label: 'Receipt code',
      hint: '20 letters and digits in four groups. Capitals and dashes don’t matter.',
      submit: 'Withdraw and erase',
      wrong: [
        'We found nothing for this receipt code.',
        'Please compare it letter by letter: it has 20 letters and digits, and never I, L, O or U. If you have withdrawn before, your details are gone already and there is nothing left to do.',
      ],
      done: {
        title: 'Withdrawn, and your details are erased',
        body: 'Your name, phone, email and company are erased, so we can no longer contact you by them.',
        at: 'Withdrawn:',
        again: 'This receipt code no longer works.',
      },
    },
  },
};
