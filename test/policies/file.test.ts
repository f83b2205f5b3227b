import { describe, expect, it } from 'vitest';
import { wordMistake } from '../../worker/console/policies/mistakes.ts';
import { readPolicyFiles } from '../../worker/policies/file.ts';

const front = `version: 2026-01
locale: en
effective_at: 2026-01-01
change_class: significant
summary: We keep less than before.
purposes:
  - id: necessary
    name: Necessary
    description: Keeps your choice.
    required: true
    cookies:
      - { name: consent, provider: us, lifetime: 182 days, purpose: Remembers your choice. }
  - id: analytics
    name: Statistics
    description: Counts visits.
    required: false
    cookies: []
`;

const english = `---\n${front}---\n# Privacy & you\n\nWe keep little.\n`;
const chinese = english
  .replace('locale: en', 'locale: zh-CN')
  .replace('name: Necessary', 'name: 必要')
  .replace('# Privacy & you\n\nWe keep little.', '# 隐私政策\n\n我们收集得很少。');

const readAll = (...texts: string[]) =>
  readPolicyFiles(
    texts.map((text, index) => ({ name: `${'ab'[index]}.md`, text })),
    { lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 }, site_origins: [] },
  );

function getPolicy(read: ReturnType<typeof readPolicyFiles>) {
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  return read.policy;
}

function getMistakes(read: ReturnType<typeof readPolicyFiles>) {
  if ('policy' in read) throw new Error('there is no mistake');
  // The console's page words each in Chinese too.
  for (const mistake of read.mistakes)
    expect([mistake, wordMistake(mistake, ['a.md', 'b.md'], 'zh-CN').lang]).toEqual([mistake, 'zh-CN']);
  return read.mistakes;
}

describe('readPolicyFiles', () => {
  it('reads all languages of a version', () => {
    const { documents, ...facts } = getPolicy(readAll(chinese, english));
    expect(facts).toEqual({
      version: '2026-01',
      effective_at: '2026-01-01T00:00:00.000Z',
      change_class: 'significant',
    });
    expect(documents.map(({ locale, summary }) => [locale, summary])).toEqual([
      ['zh-CN', 'We keep less than before.'],
      ['en', 'We keep less than before.'],
    ]);
    expect(documents[0]!.purposes[0]!.name).toBe('必要');
    expect(documents[1]!.purposes).toEqual([
      {
        ...{ id: 'necessary', name: 'Necessary', description: 'Keeps your choice.', required: true },
        cookies: [{ name: 'consent', provider: 'us', lifetime: '182 days', purpose: 'Remembers your choice.' }],
      },
      { id: 'analytics', name: 'Statistics', description: 'Counts visits.', required: false, cookies: [] },
    ]);
  });

  it('[S1] makes a whole page that fetches nothing but its stylesheet and icon', () => {
    const [zh, en] = getPolicy(readAll(chinese, english)).documents.map(({ html }) => html);
    expect(en).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(en).toContain('<title>Privacy &amp; you</title>');
    expect(en).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(en!.match(/<link [^>]*>/g)).toEqual([
      '<link rel="icon" href="/favicon.svg">',
      '<link rel="stylesheet" href="/styles.css">',
    ]);
    expect(en).toContain('2026-01');
    expect(en).toContain('<time datetime="2026-01-01T00:00:00.000Z">1 January 2026</time>');
    expect(en).toContain('<a href="?lang=zh-CN" hreflang="zh-CN" lang="zh-CN">简体中文</a>');
    expect(en).not.toMatch(/"\?lang=en|<script|<style|style=|src=/);
    expect(en).toContain('<a href="/compliance?lang=en">');
    expect(zh).toContain('<html lang="zh-CN">');
    expect(zh).toContain('2026年1月1日');
    expect(zh).toContain('<a href="?lang=en" hreflang="en" lang="en">English</a>');
  });

  it('[V1] makes the same bytes each time', () => expect(readAll(chinese, english)).toEqual(readAll(chinese, english)));

  it('takes one language alone', () => expect(getPolicy(readAll(english)).documents[0]!.html).not.toContain('"?lang='));

  it.each([
    ['version: 1-0', '1-0'],
    ['version: 010', '010'],
    ['version: "20260101"', '20260101'],
    ['version: true', 'true'],
  ])('leaves %s the text that it is', (line, version) => {
    expect(getPolicy(readAll(english.replace('version: 2026-01', line))).version).toBe(version);
  });

  it.each([
    ['2026-01-01', '2026-01-01T00:00:00.000Z', '1 January 2026'],
    ['2026-01-01T00:00:00+08:00', '2025-12-31T16:00:00.000Z', '1 January 2026'],
    ['2026-01-01T00:00Z', '2026-01-01T00:00:00.000Z', '1 January 2026'],
    ['2024-02-29T12:30:15.5Z', '2024-02-29T12:30:15.500Z', '29 February 2024'],
  ])('reads effective_at %s, and shows the day as written', (typed, instant, day) => {
    const policy = getPolicy(readAll(english.replace('effective_at: 2026-01-01', `effective_at: ${typed}`)));
    expect(policy.effective_at).toBe(instant);
    expect(policy.documents[0]!.html).toContain(`<time datetime="${instant}">${day}</time>`);
  });

  it('reads files of any editor', () => {
    const expected = readAll(english);
    expect(readAll(`\ufeff${english.replaceAll('\n', '\r\n')}`)).toEqual(expected);
    expect(readAll(english.replaceAll('\n', '\r'))).toEqual(expected);
  });

  it.each([
    [
      'version: 2026-01\n',
      'version: 2026-01\nretention_months: 24\n',
      'retention_months is no map of forms and months',
    ],
    [
      'version: 2026-01\n',
      'version: 2026-01\nretention_months: { newsletter: 24 }\n',
      'retention_months has "newsletter", which is neither mini-ai-experience nor ecological-cooperation',
    ],
    [
      'version: 2026-01\n',
      'version: 2026-01\nretention_months: { mini-ai-experience: 0 }\n',
      'retention_months of mini-ai-experience is not 1 to 999',
    ],
    [
      'version: 2026-01\n',
      'version: 2026-01\nretention_month: { mini-ai-experience: 6 }\n',
      'retention_month is no key of a policy: write retention_months',
    ],
    [
      'version: 2026-01\n',
      'version: 2026-01\nrentention_months: { mini-ai-experience: 6 }\n',
      'rentention_months is no key of a policy: write retention_months',
    ],
    [
      'provider: us, ',
      'provider: us, tpye: local_storage, ',
      'purposes[0].cookies[0].tpye is no key of a policy: write purposes[0].cookies[0].type',
    ],
    ['summary: We', 'smmary: We', 'smmary is no key of a policy: write summary'],
    ['summary: We', 'Sumary: We', 'Sumary is no key of a policy: write summary'],
    [
      'provider: us, ',
      'provider: us, typ: local_storage, ',
      'purposes[0].cookies[0].typ is no key of a policy: write purposes[0].cookies[0].type',
    ],
    ['version: 2026-01\n', '', 'version is missing'],
    ['locale: en\n', '', 'locale is missing'],
    ['effective_at: 2026-01-01\n', '', 'effective_at is missing'],
    ['change_class: significant\n', '', 'change_class is missing'],
    ['summary: We keep less than before.\n', '', 'summary is missing'],
    ['We keep less than before.', '小'.repeat(501), 'summary has more than 500 characters'],
    [/purposes:\n[\s\S]*(?=---\n# )/, '', 'purposes is missing'],
    [/purposes:\n[\s\S]*(?=---\n# )/, 'purposes:\n', 'purposes is no list'],
    [/purposes:\n[\s\S]*(?=---\n# )/, 'purposes: []\n', 'purposes is empty'],
    [/purposes:\n[\s\S]*(?=---\n# )/, 'purposes: [a]\n', 'purposes[0] is no map of keys and values'],
    ['version: 2026-01', 'version: current', /^version "current"/],
    ['version: 2026-01', 'version: 1.0', /^version "1.0"/],
    ['version: 2026-01', `version: ${'a'.repeat(33)}`, /^version "a{33}"/],
    ['version: 2026-01', 'version:', 'version is empty'],
    ['version: 2026-01', 'version: [1]', 'version is no text'],
    ['locale: en', 'locale: de', 'locale "de" is neither zh-CN nor en'],
    ['effective_at: 2026-01-01', 'effective_at: 2026-02-30', /^effective_at "2026-02-30"/],
    ['effective_at: 2026-01-01', 'effective_at: 1 January', /^effective_at "1 January"/],
    ['effective_at: 2026-01-01', 'effective_at: 2026-01-01T00:00:00', /^effective_at/],
    ['effective_at: 2026-01-01', 'effective_at: 2026-01-01T25:00:00Z', /^effective_at/],
    ['change_class: significant', 'change_class: big', 'change_class "big" is neither minor nor significant'],
    ['id: analytics', 'id: Analytics', /^purposes\[1\]\.id "Analytics"/],
    ['id: analytics', 'id: ana_lytics', /^purposes\[1\]\.id/],
    ['id: analytics', 'id: necessary', 'purpose "necessary" stands there twice'],
    ['- id: analytics\n    name', '- name', 'purposes[1].id is missing'],
    ['    name: Statistics\n', '', 'purposes[1].name is missing'],
    ['    description: Counts visits.\n', '', 'purposes[1].description is missing'],
    ['    required: false\n', '', 'purposes[1].required is missing'],
    ['required: false', 'required: no', 'purposes[1].required "no" is neither true nor false'],
    ['    cookies: []\n', '', 'purposes[1].cookies is missing'],
    [', lifetime: 182 days', '', 'purposes[0].cookies[0].lifetime is missing'],
    ['name: consent, ', '', 'purposes[0].cookies[0].name is missing'],
    ['provider: us, ', '', 'purposes[0].cookies[0].provider is missing'],
    [', purpose: Remembers your choice.', '', 'purposes[0].cookies[0].purpose is missing'],
    [/# Privacy[\s\S]*/, ' \n', 'there is no text'],
    ['version: 2026-01', 'version: "2026-01', /^the front matter is not YAML: /],
    ['version: 2026-01', 'version: 2026-01\nversion: 2026-02', /^the front matter is not YAML: /],
    [/^---\n[\s\S]*?---\n/, '', /^there is no front matter/],
    [/^---\n[\s\S]*?---\n/, '---\n---\n', 'version is missing'],
    [/^---\n[\s\S]*?---\n/, '---\n- a\n---\n', 'the front matter is no map of keys and values'],
  ] as [string | RegExp, string, string | RegExp][])('%s → %j is a mistake', (from, to, mistake) => {
    const text = english.replace(from, to);
    expect(text).not.toBe(english);
    const mistakes = getMistakes(readAll(text));
    expect(mistakes.every(line => line.startsWith('a.md: '))).toBe(true);
    const bare = mistakes.map(line => line.slice('a.md: '.length));
    if (typeof mistake === 'string') expect(bare).toContain(mistake);
    else expect(bare).toContainEqual(expect.stringMatching(mistake));
  });

  it('names every mistake of every file in one go', () => {
    const bad = english
      .replace('version: 2026-01\n', '')
      .replace('    required: true\n', '')
      .replace('required: false', 'required: maybe');
    expect(getMistakes(readAll(chinese.replace('change_class: significant\n', ''), bad))).toEqual([
      'a.md: change_class is missing',
      'b.md: version is missing',
      'b.md: purposes[0].required is missing',
      'b.md: purposes[1].required "maybe" is neither true nor false',
    ]);
  });

  it.each([
    ['version: 2026-01', 'version: 2026-02', 'version is 2026-02, but in a.md 2026-01'],
    ['effective_at: 2026-01-01', 'effective_at: 2026-01-02', /^effective_at is 2026-01-02T.*, but in a.md 2026-01-01T/],
    ['change_class: significant', 'change_class: minor', 'change_class is minor, but in a.md significant'],
    ['id: analytics', 'id: statistics', /^the purposes are necessary, statistics, but in a.md analytics, necessary/],
    ['required: false', 'required: true', 'required of analytics is true, but in a.md false'],
    ['name: consent,', 'name: choice,', 'the cookies of necessary are choice, but in a.md consent'],
    ['locale: en', 'locale: zh-CN', 'locale zh-CN is already that of a.md'],
  ])('two files that differ in %s are a mistake', (from, to, mistake) => {
    const mistakes = getMistakes(readAll(chinese, english.replace(from, to)));
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]!.replace('b.md: ', '')).toEqual(
      typeof mistake === 'string' ? mistake : expect.stringMatching(mistake),
    );
  });

  it("passes over other programs' keys", () => {
    expect(getPolicy(readAll(english.replace('version:', 'title: Privacy\nversion:'))).version).toBe('2026-01');
  });

  it('takes the same instant in two spellings for the same', () => {
    const other = english.replace('effective_at: 2026-01-01', 'effective_at: 2026-01-01T08:00:00+08:00');
    expect(getPolicy(readAll(chinese, other)).effective_at).toBe('2026-01-01T00:00:00.000Z');
  });

  it('ends the front matter at a line --- only', () => {
    const text = english.replace('Counts visits.', 'Counts visits. ---');
    expect(getPolicy(readAll(text)).documents[0]!.purposes[1]!.description).toBe('Counts visits. ---');
  });

  it('does not take two missing ids for the same', () => {
    expect(getMistakes(readAll(english.replace(/ id: .*\n {3}/g, '')))).toHaveLength(2);
  });

  it('refuses to make a policy of no file', () =>
    expect(
      getMistakes(
        readPolicyFiles([], {
          lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 },
          site_origins: [],
        }),
      ),
    ).toHaveLength(1));
});

it('a published page leads back to the website, and says whom to ask and how the website is filed', () => {
  const operator = {
    site_origins: ['https://www.example.com'],
    controller_name: '小视科技',
    controller_contact: 'privacy@example.com',
    icp_number: '苏ICP备2026012345号-1',
    psb_number: '苏公网安备32010602012345号',
  };
  const publish = (publisher: Parameters<typeof readPolicyFiles>[1]) =>
    getPolicy(readPolicyFiles([{ name: 'a.md', text: chinese }], publisher)).documents[0]!.html;
  const page = publish({
    lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 },
    ...operator,
  });
  for (const part of [
    '<a href="https://www.example.com/">返回 www.example.com</a>',
    '<a href="mailto:privacy@example.com">privacy@example.com</a>',
    '<a href="https://beian.miit.gov.cn/" target="_blank" rel="noopener">苏ICP备2026012345号-1</a>',
    '<a href="https://beian.mps.gov.cn/#/query/webSearch?code=32010602012345" target="_blank" rel="noopener">苏公网安备32010602012345号</a>',
    '<meta name="description" content="隐私政策，版本 2026-01，2026年1月1日起生效。">',
  ])
    expect(page).toContain(part);
  expect(
    publish({ lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 }, site_origins: [] }),
  ).not.toContain('beian');
});
