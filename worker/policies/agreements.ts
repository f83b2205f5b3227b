import type { Form } from '../shared/fields.ts';
import type { Locale } from '../shared/locales.ts';

/**
 * The agreement sentence beside each form's checkbox, which the next publication stores. The words in brackets link
 * to the policy.
 */
export const agreements: Record<Locale, Record<Form, string>> = {
  'zh-CN': {
    'mini-ai-experience': '我已阅读并同意[《隐私政策》]，同意贵公司使用上述信息，就 Mini AI 算法体验事宜与我联系',
    'ecological-cooperation': '我已阅读并同意[《隐私政策》]，同意贵公司使用上述信息，就业务合作或产品咨询事宜与我联系',
  },
  en: {
    'mini-ai-experience':
      'I have read the [privacy policy] and agree to the use of these details to contact me about the Mini AI experience',
    'ecological-cooperation':
      'I have read the [privacy policy] and agree to the use of these details to contact me about business cooperation or my inquiry',
  },
};

/** Splits a sentence at its link to the policy. */
export function splitAgreement(sentence: string): [before: string, link: string, after: string] {
  const [, before = sentence, link = '', after = ''] = /^([^[]*)\[([^\]]*)\]([\s\S]*)$/.exec(sentence) ?? [];
  return [before, link, after];
}
