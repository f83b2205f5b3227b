import { agreements } from '../../worker/policies/agreements.ts';

const cookie = { name: 'consent', domain: null as string | null, max_age_days: 182 };

const common = {
  version: '2026-01',
  published_at: '2026-01-01T00:00:00.000Z',
  effective_at: '2026-01-02T00:00:00.000Z',
  change_class: 'significant',
  choices_hold_since: '2026-01-02T00:00:00.000Z',
  sha256: 'a'.repeat(64),
  cookie,
  summary: undefined as string | undefined,
};

/** The policy of the stand-in server, as `GET /policies/current` returns it in each language. */
export const policies = {
  en: {
    ...common,
    locale: 'en',
    url: '/policies/2026-01?lang=en',
    agreements: agreements.en,
    purposes: [
      {
        id: 'necessary',
        name: 'Necessary',
        description: 'Keeps the site working and remembers your choice here.',
        required: true,
        cookies: [{ name: 'consent', provider: 'This site', lifetime: '182 days', purpose: 'Remembers your choice' }],
      },
      {
        id: 'functional',
        name: 'Functional',
        description: 'Remembers settings such as your language and region.',
        required: false,
        cookies: [{ name: 'region', provider: 'This site', lifetime: '1 year', purpose: 'Remembers your region' }],
      },
      {
        id: 'analytics',
        name: 'Analytics',
        description: 'Counts visits, so that we learn which pages are useful.',
        required: false,
        cookies: [
          { name: '_stat', provider: 'Statistics Ltd', lifetime: '1 year', purpose: 'Tells visitors apart' },
          { name: '_stat_*', provider: 'Statistics Ltd', lifetime: '1 day', purpose: 'Keeps a visit together' },
        ],
      },
      {
        id: 'marketing',
        name: 'Marketing',
        description: 'Measures which of our advertisements bring people here.',
        required: false,
        cookies: [{ name: 'ad_id', provider: 'Adverts Ltd', lifetime: '90 days', purpose: 'Measures advertisements' }],
      },
    ],
  },
  'zh-CN': {
    ...common,
    locale: 'zh-CN',
    url: '/policies/2026-01?lang=zh-CN',
    agreements: agreements['zh-CN'],
    purposes: [
      {
        id: 'necessary',
        name: '必要',
        description: '保障网站正常运行，并记住您在此处的选择。',
        required: true,
        cookies: [{ name: 'consent', provider: '本网站', lifetime: '182 天', purpose: '记录您的 Cookie 选择' }],
      },
      {
        id: 'functional',
        name: '功能',
        description: '记住语言、地区等个性化设置。',
        required: false,
        cookies: [{ name: 'region', provider: '本网站', lifetime: '1 年', purpose: '记住您所在的地区' }],
      },
      {
        id: 'analytics',
        name: '统计分析',
        description: '统计访问情况，帮助我们了解哪些页面对您有用。',
        required: false,
        cookies: [{ name: '_stat', provider: '统计服务商', lifetime: '1 年', purpose: '区分不同访客' }],
      },
      {
        id: 'marketing',
        name: '营销推广',
        description: '衡量广告投放的效果。',
        required: false,
        cookies: [{ name: 'ad_id', provider: '广告服务商', lifetime: '90 天', purpose: '衡量广告效果' }],
      },
    ],
  },
};

export type Policies = typeof policies;

/** Returns the same policy in both languages with some properties changed. */
export function changePolicies(change: Partial<Policies['en']>): Policies {
  return { en: { ...policies.en, ...change }, 'zh-CN': { ...policies['zh-CN'], ...change } };
}
