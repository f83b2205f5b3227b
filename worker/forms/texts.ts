import type { RefusedTexts } from '../guards/refused.ts';
import { entries_kept } from '../http/page-texts.ts';
import { type CommonFormTexts, common_form_texts } from '../shared/form-texts.ts';
import type { Locale } from '../shared/locales.ts';

interface FormTexts extends CommonFormTexts, RefusedTexts {
  intro: string;
  newTab: string;
  privacy: string[];
  closed: string;
  /** Said in the thanks: of what was sent before, and where the code is not to be had. */
  repeated: string;
  gone: string;
  /** Stands in place of the thanks where nothing was sent. */
  nothing: { title: string; body: string; open: string };
}

/** Texts of the forms' pages. */
export const form_texts: Record<Locale, FormTexts> = {
  'zh-CN': {
    ...common_form_texts['zh-CN'],
    intro: '请留下您的联系方式，我们会尽快与您联系。',
    newTab: '（在新标签页中打开）',
    privacy: [
      '我们只收集以上四项信息，加密保存，且仅用于与您联系。',
      '提交后您会得到一个回执码，凭此码可随时撤回同意并删除您的信息，无需注册账号。',
    ],
    closed: '在线表单暂时无法使用，请稍后再来。',
    tooLong: `内容过长，信息尚未提交。${entries_kept['zh-CN']}请缩短后再次点击“提交”。`,
    unavailable: `暂时无法保存，信息尚未提交。${entries_kept['zh-CN']}请稍后再次点击“提交”。`,
    failures: {
      missing: `未能完成安全校验，信息尚未提交。${entries_kept['zh-CN']}请再次点击“提交”。`,
      wrong: `未能通过安全校验，信息尚未提交。${entries_kept['zh-CN']}请再次点击“提交”。`,
      early: `提交得太快了，信息尚未提交。${entries_kept['zh-CN']}请稍等几秒，再次点击“提交”。`,
      expired: `此页面打开的时间太久，信息尚未提交。${entries_kept['zh-CN']}请再次点击“提交”。`,
      spent: '此页面已经成功提交过一次。如需另行提交，请核对内容后再次点击“提交”。',
    },
    repeated: '您已提交过同样的内容，我们只保存了一份。',
    gone: '回执码只在提交后显示一次，且需浏览器允许 Cookie。',
    nothing: { title: '尚未提交', body: '这里显示提交后的回执，但此次没有提交任何内容。', open: '填写表单' },
  },
  en: {
    ...common_form_texts.en,
    intro: 'Tell us how to reach you, and our team will be in touch.',
    newTab: '(opens in a new tab)',
    privacy: [
      'We ask for these four details only, keep them encrypted, and use them only to get in touch with you.',
      'After sending, you get a receipt code. With it you can withdraw your consent and have your details erased at any time, without an account.',
    ],
    closed: 'This form can’t be used right now. Please come back later.',
    tooLong: `That was too long, so nothing has been sent yet. ${entries_kept.en} Please shorten it and press Send once more.`,
    unavailable: `We can’t store this just now, so nothing has been sent yet. ${entries_kept.en} Please press Send again in a moment.`,
    failures: {
      missing: `We couldn’t complete a security check, so nothing has been sent yet. ${entries_kept.en} Please press Send once more.`,
      wrong: `The security check failed, so nothing has been sent yet. ${entries_kept.en} Please press Send once more.`,
      early: `That was faster than we expect of a person, so nothing has been sent yet. ${entries_kept.en} Please wait a few seconds and press Send once more.`,
      expired: `This page was open for too long, so nothing has been sent yet. ${entries_kept.en} Please press Send once more.`,
      spent:
        'This page has been sent once already. To send another inquiry, check the entries and press Send once more.',
    },
    repeated: 'You had sent the same details before; we kept them once.',
    gone: 'The receipt code is shown once, right after sending, in browsers that accept cookies.',
    nothing: {
      title: 'Nothing has been sent',
      body: 'The receipt is shown here after a form was sent, but none was sent just now.',
      open: 'Fill in the form',
    },
  },
};
