import { entries_kept } from '../http/page-texts.ts';
import type { Locale } from '../shared/locales.ts';

interface WithdrawalTexts {
  title: string;
  intro: string;
  label: string;
  hint: string;
  submit: string;
  /** The other way to the same end, for who has no code. */
  other: string;
  wrong: string[];
  unavailable: string;
  done: { title: string; body: string; at: string; again: string };
  /** What stands in place of title and body while a hold keeps the lead. */
  held: { title: string; body: string };
}

/** Texts of the page on which a person withdraws. */
export const withdrawal_texts: Record<Locale, WithdrawalTexts> = {
  'zh-CN': {
    title: '撤回同意并删除信息',
    intro: '请输入提交表单后得到的回执码。确认后，您的姓名、电话、邮箱和公司名称会立即删除，无法恢复。',
    label: '回执码',
    hint: '20 位字母和数字，分为四组；大小写和连字符均可忽略。',
    submit: '撤回并删除',
    other: '没有回执码？您也可以通过邮箱或电话提出请求，行使您的其他权利。',
    wrong: [
      '没有找到与此回执码对应的信息。',
      '请逐位核对：回执码共 20 位，不含字母 I、L、O、U。如果之前已经撤回，信息早已删除，无需再次操作。',
    ],
    unavailable: `暂时无法办理，您的信息尚未删除。${entries_kept['zh-CN']}请稍后再次点击“撤回并删除”。`,
    done: {
      title: '已撤回，您的信息已删除',
      body: '您的姓名、电话、邮箱和公司名称已删除，我们已无法再据此与您联系。',
      at: '撤回时间：',
      again: '此回执码已失效。',
    },
    held: {
      title: '已撤回',
      body: '我们不再使用您的信息。法律要求这些信息暂时保全；保全一经解除，您的姓名、电话、邮箱和公司名称会立即删除。',
    },
  },
  en: {
    title: 'Withdraw consent and erase your details',
    intro:
      'Enter the receipt code that you were given after sending the form. Your name, phone, email and company are then erased at once and can’t be brought back.',
    label: 'Receipt code',
    hint: '20 letters and digits in four groups. Capitals and dashes don’t matter.',
    submit: 'Withdraw and erase',
    other: 'No receipt code? Ask by your email or phone instead, for this or any other of your rights.',
    wrong: [
      'We found nothing for this receipt code.',
      'Please compare it letter by letter: it has 20 letters and digits, and never I, L, O or U. If you have withdrawn before, your details are gone already and there is nothing left to do.',
    ],
    unavailable: `We can’t do this just now, and your details are not erased yet. ${entries_kept.en} Please press the button again in a moment.`,
    done: {
      title: 'Withdrawn, and your details are erased',
      body: 'Your name, phone, email and company are erased, so we can no longer contact you by them.',
      at: 'Withdrawn:',
      again: 'This receipt code no longer works.',
    },
    held: {
      title: 'Withdrawn',
      body: 'We no longer use your details. The law requires that they are kept for now; as soon as that ends, your name, phone, email and company are erased.',
    },
  },
};
