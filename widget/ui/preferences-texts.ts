import type { Locale } from '../../worker/shared/locales.ts';
import type { PreferencesTexts } from '../api.ts';

export const preferencesTexts: Record<Locale, PreferencesTexts> = {
  'zh-CN': {
    preferences: 'Cookie 偏好设置',
    intro: '请逐项选择是否允许，您可以随时更改。',
    alwaysOn: '始终启用',
    cookies: '所用的 Cookie（{count}）',
    provider: '提供方',
    lifetime: '有效期',
    use: '用途',
    save: '保存选择',
    close: '关闭',
    choices: '您作过的选择',
    noChoices: '尚无记录，或暂时无法读取。',
    allowed: '已允许：',
    refused: '已拒绝：',
    shown: '当时的隐私政策：版本 {version}',
    receipt: '下载凭据（JSON）',
  },
  en: {
    preferences: 'Cookie preferences',
    intro: 'Choose what you allow. You can change it at any time.',
    alwaysOn: 'Always on',
    cookies: 'Cookies used ({count})',
    provider: 'Provider',
    lifetime: 'Lifetime',
    use: 'Used for',
    save: 'Save choices',
    close: 'Close',
    choices: 'Your choices so far',
    noChoices: 'Nothing is on record yet, or it can’t be had now.',
    allowed: 'Allowed: ',
    refused: 'Refused: ',
    shown: 'Privacy policy shown: version {version}',
    receipt: 'Download the receipt (JSON)',
  },
};
