import { type FieldErrorCode, type LeadField, leadFields } from './fields.ts';
import { common_form_texts } from './form-texts.ts';
import type { Locale } from './locales.ts';

/** Codes of what can be wrong with a field. */
export const error_codes = [
  'required',
  'wrong_type',
  'too_long',
  'invalid',
  'unknown_field',
  'outdated',
  'not_allowed',
] as const;
export type ErrorCode = (typeof error_codes)[number];

interface LeadSentences {
  /** What each field is called within a sentence. */
  names: Record<LeadField, string>;
  required(name: string): string;
  too_long(name: string, max: number): string;
  invalid(name: string): string;
  'phone.invalid': string;
  'email.invalid': string;
  'policy_version.required': string;
}

/** Sentences for the errors that the form can find before it is sent. Only this table goes into the widget. */
const lead_errors: Record<Locale, LeadSentences> = {
  'zh-CN': {
    names: common_form_texts['zh-CN'].labels,
    required: name => `请填写${name}。`,
    too_long: (name, max) => `${name}最多 ${max} 个字符。`,
    invalid: name => `${name}含有无法保存的字符，请检查。`,
    'phone.invalid': `请填写一个有效的电话号码，如 138 0013 8000。${common_form_texts['zh-CN'].hints.phone}`,
    'email.invalid': '请填写一个有效的邮箱地址，如 name@example.com。',
    'policy_version.required': '请先阅读并同意隐私政策。',
  },
  en: {
    names: { name: 'name', phone: 'phone number', email: 'email address', company: 'company’s name' },
    required: name => `Please enter your ${name}.`,
    too_long: (name, max) => `Your ${name} may have at most ${max} characters.`,
    invalid: name => `Your ${name} holds characters that cannot be stored. Please check it.`,
    'phone.invalid': `Please enter one valid phone number, like +44 20 7946 0000. ${common_form_texts.en.hints.phone}`,
    'email.invalid': 'Please enter one valid email address, like name@example.com.',
    'policy_version.required': 'Please read and accept the privacy policy first.',
  },
};

/** Returns the sentence for an error that `checkField` finds, or for a box without a tick. Other fields have none here. */
export function describeLeadError(locale: Locale, field: string, code: ErrorCode): string | undefined {
  const sentences = lead_errors[locale];
  const { max } = leadFields.find(({ name }) => name === field) ?? {};
  return (
    sentences[`${field}.${code}` as 'phone.invalid'] ??
    (max && sentences[code as FieldErrorCode]?.(sentences.names[field as LeadField], max))
  );
}

/** Errors that only the server can find, by `field.code`; by `code` alone for a field without a sentence of its own. */
type RequestError =
  | ErrorCode
  | '.required'
  | 'policy_version.invalid'
  | 'policy_version.outdated'
  | 'receipt_code.required'
  | 'return_to.not_allowed'
  | 'closed_reason.not_allowed'
  | 'q.invalid'
  | 'q.not_allowed'
  | 'version.not_allowed';

const request_errors: Record<Locale, Record<RequestError, string>> = {
  'zh-CN': {
    required: '请填写此项。',
    wrong_type: '此项的数据类型不正确。',
    too_long: '内容过长，请缩短。',
    invalid: '内容无效，请检查。',
    unknown_field: '不接受此字段，请移除。',
    outdated: '此版本已不是当前版本。',
    not_allowed: '不允许此值。',
    '.required': '请至少提供一个要更改的字段。',
    'policy_version.invalid': '没有这个版本的隐私政策。',
    'policy_version.outdated': '隐私政策已更新，请阅读新版本后再次确认。',
    'receipt_code.required': '请填写回执码。',
    'return_to.not_allowed': '提交后要返回的网站未被允许；再次提交后将停留在本站。',
    'closed_reason.not_allowed': '只有已关闭的线索才有关闭原因。',
    'q.invalid': '请至少输入姓名或公司名中的两个字符。',
    'q.not_allowed': '按姓名或公司搜索只能得到 JSON，不能导出。',
    'version.not_allowed': '这个版本已经发布，且永不更改；请使用新的版本号。',
  },
  en: {
    required: 'Please fill this in.',
    wrong_type: 'This has the wrong type.',
    too_long: 'This is too long. Please shorten it.',
    invalid: 'This is not valid. Please check it.',
    unknown_field: 'This field is not accepted. Please remove it.',
    outdated: 'This version is no longer the current one.',
    not_allowed: 'This value is not allowed.',
    '.required': 'Please send at least one field to change.',
    'policy_version.invalid': 'There is no privacy policy with this version.',
    'policy_version.outdated': 'The privacy policy has changed. Please read the new version and confirm again.',
    'receipt_code.required': 'Please enter your receipt code.',
    'return_to.not_allowed': 'The website to return to is not allowed. Send again, and you will stay on this one.',
    'closed_reason.not_allowed': 'Only a closed lead has a reason for it.',
    'q.invalid': 'Enter at least two characters of a name or a company.',
    'q.not_allowed': 'A search by name is answered as JSON and never streamed.',
    'version.not_allowed': 'This version is published already and never changes. Give it a new version.',
  },
};

/** Returns the sentence for a field's error in a language. */
export function describeError(locale: Locale, field: string, code: ErrorCode): string {
  const sentences: Record<string, string> = request_errors[locale];
  return sentences[`${field}.${code}`] ?? describeLeadError(locale, field, code) ?? request_errors[locale][code];
}
