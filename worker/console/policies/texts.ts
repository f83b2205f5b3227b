import { type Doubt, doubt_words } from '../../policies/doubts.ts';
import type { Locale } from '../../shared/locales.ts';

interface PolicyTexts {
  title: string;
  intro: string;
  none: string;
  noneHint: string;
  noneInForce: string;
  version: string;
  state: string;
  states: Record<'current' | 'next' | 'archived', string>;
  effective: string;
  change: string;
  classes: Record<'minor' | 'significant', string>;
  classHints: Record<'minor' | 'significant', string>;
  documents: string;
  newTitle: string;
  files: string;
  filesHint: string;
  preview: string;
  choose: string;
  done(version: string): string;
  again: string;
  wrong(count: number): string;
  taken(version: string): string;
  previewTitle: string;
  against(version: string): string;
  first: string;
  changed: string;
  doubtsTitle: string;
  doubts: Record<Doubt, (hours: number) => string>;
  factsTitle: string;
  languages: string;
  retention: string;
  months(count: number): string;
  purposes: Record<'added' | 'removed', string>;
  nothing: string;
  chosen: string;
  counts(added: number, removed: number, kept: number): string;
  kept(count: number): string;
  marks: Record<'added' | 'removed', string>;
  more(count: number): string;
  publishTitle(version: string): string;
  publishHint: string;
  sure: string;
  unsure: string;
  publish: string;
  leave: string;
}

const en: PolicyTexts = {
  title: 'Privacy policies',
  intro: 'A version never changes once it is published. The latest comes first.',
  none: 'No policy is published',
  noneHint: 'Before the first one there is no banner, and no form takes anything.',
  noneInForce: 'No policy is in force: there is no banner, and no form takes anything.',
  version: 'Version',
  state: 'State',
  states: { current: 'In force', next: 'Upcoming', archived: 'Archived' },
  effective: 'Takes effect',
  change: 'Change',
  classes: { minor: 'Minor', significant: 'Significant' },
  classHints: {
    minor: 'Choices of visitors stay valid.',
    significant: 'Visitors are asked again, and people with live leads are mailed where mail is set up.',
  },
  documents: 'Documents',
  newTitle: 'Publish a version',
  files: 'Files of the version',
  filesHint: 'Markdown with front matter, a file for each language, all together. You see a preview first.',
  preview: 'Preview',
  choose: 'Choose the files of the version: one or two, a file for each language.',
  done: version => `Version ${version} is published.`,
  again: 'Choose other files',
  wrong: count => (count === 1 ? 'The files have a mistake' : `The files have ${count} mistakes`),
  taken: version => `Version ${version} is published already and never changes. Give the files a new version.`,
  previewTitle: 'Preview of a version',
  against: version => `Compared with version ${version}, which it follows. Nothing is published yet.`,
  first: 'The first version: everything is new. Nothing is published yet.',
  changed: 'What is published or set has changed since the preview. This is the preview as of now; look at it again.',
  doubtsTitle: 'Before you publish',
  doubts: doubt_words,
  factsTitle: 'What the files say',
  languages: 'Languages',
  retention: 'Leads are kept',
  months: count => (count === 1 ? '1 month' : `${count} months`),
  purposes: { added: 'Purposes and cookies added', removed: 'Purposes and cookies removed' },
  nothing: 'None',
  chosen: 'Files',
  counts: (added, removed, kept) => `Paragraphs: ${added} added, ${removed} removed, ${kept} unchanged.`,
  kept: count => (count === 1 ? '1 paragraph unchanged' : `${count} paragraphs unchanged`),
  marks: { added: 'Added:', removed: 'Removed:' },
  more: count => `${count} more changed paragraphs are not shown.`,
  publishTitle: version => `Publish version ${version}`,
  publishHint: 'Exactly what you see here is published. It cannot be changed or taken back.',
  sure: 'Yes, this version is to be published',
  unsure: 'Nothing was published: tick the box first.',
  publish: 'Publish',
  leave: 'Do not publish',
};

const zh: PolicyTexts = {
  title: '隐私政策',
  intro: '版本发布后不再改动。最新的版本列在最前。',
  none: '尚未发布隐私政策',
  noneHint: '发布第一个版本之前，不显示横幅，表单也不接收任何信息。',
  noneInForce: '没有生效中的隐私政策：不显示横幅，表单也不接收任何信息。',
  version: '版本',
  state: '状态',
  states: { current: '生效中', next: '待生效', archived: '已归档' },
  effective: '生效时间',
  change: '变更',
  classes: { minor: '一般', significant: '重大' },
  classHints: {
    minor: '访客已作的选择继续有效。',
    significant: '将重新征求访客同意；已配置邮件时，还会邮件告知仍有线索的个人。',
  },
  documents: '文本',
  newTitle: '发布新版本',
  files: '版本文件',
  filesHint: '带有 front matter 的 Markdown，每种语言一个文件，一并选择。发布前先预览。',
  preview: '预览',
  choose: '请选择版本文件：一个或两个，每种语言一个。',
  done: version => `版本 ${version} 已发布。`,
  again: '选择其他文件',
  wrong: count => `文件中有 ${count} 处错误`,
  taken: version => `版本 ${version} 已经发布，不能改动。请在文件中使用新的版本号。`,
  previewTitle: '版本预览',
  against: version => `与其之前的版本 ${version} 相比较。目前尚未发布。`,
  first: '这是第一个版本，全部内容都是新的。目前尚未发布。',
  changed: '预览之后，已发布的内容或设置有变化。以下是最新的预览，请重新查看。',
  doubtsTitle: '发布前请注意',
  doubts: {
    at_once: () => '生效时间已过，发布后立即生效。',
    far_off: () => '距生效还有一年以上。日期是否正确？',
    never_in_force: () => '现行版本的生效时间更晚，因此此版本不会生效。',
    stale_copies: hours =>
      `距生效不足 ${hours} 小时（WIDGET_STALE_HOURS）：浏览器中仍有旧版组件的访客，会晚一次页面浏览才被询问。`,
    needless: () => '这是重大变更，将重新征求每位访客的同意；但处理目的、Cookie 和保存期限均未改变。是否有必要？',
    not_asked: () =>
      '这是一般变更，不会重新征求同意；但新增了处理目的或 Cookie，或延长了线索保存期限。是否应为重大变更？',
    language_missing: () => '之前版本中的一种语言没有文件。',
    one_language: () => '只有一种语言的文件：使用另一种语言的访客看到的也是这一种。',
  },
  factsTitle: '文件内容',
  languages: '语言',
  retention: '线索保存期限',
  months: count => `${count} 个月`,
  purposes: { added: '新增的目的和 Cookie', removed: '删除的目的和 Cookie' },
  nothing: '无',
  chosen: '文件',
  counts: (added, removed, kept) => `段落：新增 ${added}，删除 ${removed}，未变 ${kept}。`,
  kept: count => `${count} 段未变`,
  marks: { added: '新增：', removed: '删除：' },
  more: count => `另有 ${count} 段改动未显示。`,
  publishTitle: version => `发布版本 ${version}`,
  publishHint: '发布的内容与此处所见完全一致。发布后不能改动，也不能撤回。',
  sure: '确认发布此版本',
  unsure: '尚未发布：请先勾选确认。',
  publish: '发布',
  leave: '不发布',
};

export const policy_texts: Record<Locale, PolicyTexts> = { 'zh-CN': zh, en };
