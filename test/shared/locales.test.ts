import { describe, expect, it } from 'vitest';
import { type Locale, locales, matchLocale } from '../../worker/shared/locales.ts';
import { start } from '../support/harness.ts';

const tags: Record<Locale, string[]> = {
  'zh-CN': [
    ...['zh', 'zh-CN', 'ZH-cn', 'zh_CN', 'zh-Hans', 'zh-hans-cn', 'zh_Hans_CN', 'zh-SG', 'zh-CN-u-ca-chinese'],
    // These readers are offered no form of their own, but can read this one.
    ...['zh-TW', 'zh_TW', 'zh-HK', 'zh-MO', 'zh-Hant', 'zh-Hant-HK', 'yue', 'yue-Hant-HK', 'wuu', 'nan', 'hak', 'lzh'],
    // These are no tags by BCP 47, but occur on pages.
    ...['cn', 'CN', 'zh-cmn-Hans', 'zh-cmn-Hans-CN', 'zh-yue', 'zh-CHS', 'zh-CHT', 'zh_CN.UTF-8', 'cmn', 'zho', 'chi'],
    ...[' zh-CN', '\tzh\n'],
  ],
  en: ['en', 'EN', 'en-US', 'en_GB', 'en-GB-oxendict', 'en-US-u-hc-h12', 'en-001', 'en-CN', 'eng', 'en_US.UTF-8'],
};
const others = ['fr', 'fr-CN', 'de-CH', 'ja', 'ko-KR', 'bo-CN', 'ug', 'enm', 'zza', 'mul', 'und', 'zxx'];
const no_tags = [
  '',
  ' ',
  '*',
  '-',
  '_',
  'e',
  'c-n',
  'i-klingon',
  'x-private',
  'english',
  '中文',
  '<',
  '12',
  '\0en',
  'ⅹn',
];

describe('matchLocale', () => {
  it.each(locales.flatMap(locale => tags[locale].map(tag => [tag, locale] as const)))(
    'takes %s for %s',
    (tag, locale) => expect(matchLocale(tag)).toBe(locale),
  );

  it.each([...others, ...no_tags])('does not offer %j', tag => expect(matchLocale(tag)).toBeUndefined());

  it('reads only the beginning of what is long', () => {
    expect(matchLocale(`zh-${'Hans-'.repeat(100_000)}`)).toBe('zh-CN');
    expect(matchLocale('e'.repeat(100_000))).toBeUndefined();
    expect(matchLocale(`${'_'.repeat(100_000)}en`)).toBeUndefined();
  });
});

it.each([
  ['en-GB,en;q=0.9', 'en'],
  ['zh-TW,en;q=0.5', 'zh-CN'],
  ['en;q=0.5, yue', 'zh-CN'],
  ['en;q=0.4, zh ; q=0.5', 'zh-CN'],
  ['fr, en;q=0.1', 'en'],
  ['fr, *;q=0.5', 'zh-CN'],
  ['en;q=0', 'zh-CN'],
  ['en;q=much, zh', 'zh-CN'],
  ['fr', 'zh-CN'],
  ['', 'zh-CN'],
])('Accept-Language "%s" is answered in %s', async (header, locale) => {
  expect(await answerIn(header)).toBe(locale);
});

it('reads only the beginning of a long Accept-Language', async () => {
  expect(await answerIn(`${'fr,'.repeat(15)}en`)).toBe('en');
  expect(await answerIn(`${'fr,'.repeat(16)}en`)).toBe('zh-CN');
  expect(await answerIn(`fr${' '.repeat(500)},en`)).toBe('zh-CN');
});

async function answerIn(header: string) {
  const answer = await (await start()).get('/forms/none', { 'Accept-Language': header });
  return answer.headers.get('Content-Language');
}
