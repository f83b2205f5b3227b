import type { Locale } from '../worker/fields.ts';

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
