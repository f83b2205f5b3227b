import type { Told } from '../../../db/incidents/find.ts';
import type { IncidentRow } from '../../../db/incidents/incident.ts';
import type { Locale } from '../../shared/locales.ts';

interface DeskTexts {
  title: string;
  intro: string;
  none: string;
  noneHint: string;
  incident: string;
  newTitle: string;
  newIntro: string;
  newDo: string;
  from: string;
  to: string;
  scope: string;
  choices: Record<'token_id' | 'key_id' | 'lead_ids' | 'all', string>;
  /** What each kind of scope is chosen by. */
  chosen: Record<'token_id' | 'key_id' | 'lead_ids', string>;
  unchosen: Record<'token_id' | 'key_id' | 'lead_ids', string>;
  leadsHint: string;
  cause: string;
  reached: string;
  scopes: Record<IncidentRow['scope'], string>;
  recorded: string;
  reportDue: string;
  noticeDue: string;
  clockHint: string;
  units: string[];
  left(span: string): string;
  over(span: string): string;
  inTime: string;
  tooLate: string;
  told: string;
  toldOf(told: number, affected: number): string;
  notice: string;
  tell: string;
  tellHint(affected: number): string;
  alsoIn(language: string): string;
  tellDo: string;
  contact: string;
  noticed: string;
  until: string;
  announcement: string;
  record: string;
  lead: string;
  when: string;
  how: string;
  by: Record<Told['by'], string>;
  nobody: string;
  mailing: string;
  wrong(label: string, sentence: string): string;
  done: Record<string, (affected: number) => string>;
}

const en: DeskTexts = {
  title: 'Incidents',
  intro:
    'A security incident is recorded here as soon as it is known. The access log tells whose data it reached; they are told with one notice.',
  none: 'No incident',
  noneHint: 'Record one when data may have been seen, changed or lost by somebody who may not.',
  incident: 'Incident',
  newTitle: 'Record an incident',
  newIntro:
    'The clocks begin when you record it. Who is affected is found from the access log: what a token was shown, exported or searched by name in these hours, or what a key opens.',
  newDo: 'Record and find who is affected',
  from: 'From',
  to: 'To',
  scope: 'Whose data it reached',
  choices: {
    token_id: 'What a token was shown',
    key_id: 'What an encryption key opens',
    lead_ids: 'These leads',
    all: 'All leads',
  },
  chosen: { token_id: 'Token', key_id: 'Encryption key', lead_ids: 'Leads' },
  unchosen: {
    token_id: 'Choose the token.',
    key_id: 'Choose the key.',
    lead_ids: 'Each must be the id of a lead that is stored here.',
  },
  leadsHint: 'Their ids, with spaces or line breaks between them.',
  cause: 'Cause, as far as it is known',
  reached: 'Reached',
  scopes: { token: 'What a token was shown', key: 'What a key opens', leads: 'Some leads', all: 'All leads' },
  recorded: 'Recorded',
  reportDue: 'Report to the authority',
  noticeDue: 'Tell the people',
  clockHint:
    'Four hours: an incident graded 较大 (relatively major) or worse is reported to the provincial cyberspace administration (国家网络安全事件报告管理办法, article 4); the deadline depends on its grade and on who you are, and you report yourself. A day: the law says that the people are told at once (PIPL 57); the day is this product’s own limit.',
  units: ['d', 'h', 'min', 'less than a minute'],
  left: span => `${span} left`,
  over: span => `${span} over`,
  inTime: 'in time',
  tooLate: 'late',
  told: 'Told',
  toldOf: (told, affected) => `${told} of ${affected} leads`,
  notice: 'Tell them by',
  tell: 'Tell the people',
  tellHint: affected =>
    `Leads affected: ${affected}. The notice is announced on the website for thirty days, and everybody can read it: name nobody. All five parts are mandatory. It can be given once and never changes.`,
  alsoIn: language => `Also in ${language}`,
  tellDo: 'Publish the notice',
  contact: 'Whom to ask',
  noticed: 'Notice',
  until: 'announced until',
  announcement: 'as the website has it',
  record: 'Who was told',
  lead: 'Lead',
  when: 'When',
  how: 'How',
  by: { mail: 'By mail', announcement: 'By announcement' },
  nobody: 'The incident affects no lead.',
  mailing: 'Mail goes out to the people now. Who has been told is listed here; load the page again.',
  wrong: (label, sentence) => `${label}: ${sentence}`,
  done: {
    recorded: affected => `Recorded. Leads affected: ${affected}.`,
    noticed: () => 'The notice is published. Who is told, when and how is on record.',
  },
};

const zh: DeskTexts = {
  title: '安全事件',
  intro: '发现安全事件后请立即在此记录。系统根据访问记录找出受影响的个人，并以一份告知统一通知。',
  none: '没有安全事件',
  noneHint: '个人信息可能被无权者查看、更改，或者丢失时，请在此记录。',
  incident: '安全事件',
  newTitle: '记录安全事件',
  newIntro:
    '时限自记录时起算。受影响的个人由访问记录得出：某个令牌在此期间查看、导出或按姓名搜索的内容，或某个密钥能解密的内容。',
  newDo: '记录并查找受影响的个人',
  from: '开始时间',
  to: '结束时间',
  scope: '涉及范围',
  choices: {
    token_id: '某个令牌查看的内容',
    key_id: '某个加密密钥能解密的内容',
    lead_ids: '指定线索',
    all: '全部线索',
  },
  chosen: { token_id: '令牌', key_id: '加密密钥', lead_ids: '线索' },
  unchosen: { token_id: '请选择令牌。', key_id: '请选择密钥。', lead_ids: '每一项都须是此处保存的线索编号。' },
  leadsHint: '线索编号，以空格或换行分隔。',
  cause: '已知的原因',
  reached: '涉及范围',
  scopes: { token: '某个令牌查看的内容', key: '某个密钥能解密的内容', leads: '指定线索', all: '全部线索' },
  recorded: '记录时间',
  reportDue: '向主管部门报告',
  noticeDue: '告知个人',
  clockHint:
    '4 小时：较大以上的网络安全事件须向属地省级网信部门报告（《国家网络安全事件报告管理办法》第四条）；时限因事件级别和运营者类别而异，由您自行报告。1 天：法律要求立即告知个人（《个人信息保护法》第五十七条），1 天是本系统自设的上限。',
  units: ['天', '小时', '分钟', '不到 1 分钟'],
  left: span => `还剩 ${span}`,
  over: span => `已超过 ${span}`,
  inTime: '按时',
  tooLate: '逾期',
  told: '已告知',
  toldOf: (told, affected) => `${affected} 条线索中的 ${told} 条`,
  notice: '告知时限',
  tell: '告知个人',
  tellHint: affected =>
    `受影响的线索：${affected} 条。告知将在网站上公告三十天，任何人都能阅读，请勿写入任何人的信息。五项内容均为必填。告知只能发布一次，之后不能更改。`,
  alsoIn: language => `同时提供 ${language}`,
  tellDo: '发布告知',
  contact: '联系方式',
  noticed: '告知内容',
  until: '公告至',
  announcement: '查看公告',
  record: '告知记录',
  lead: '线索',
  when: '告知时间',
  how: '方式',
  by: { mail: '邮件', announcement: '公告' },
  nobody: '这一事件没有涉及任何线索。',
  mailing: '正在向个人发送邮件。已告知的个人会列在此处，请刷新本页查看。',
  wrong: (label, sentence) => `${label}：${sentence}`,
  done: {
    recorded: affected => `已记录。受影响的线索：${affected} 条。`,
    noticed: () => '告知已发布。告知对象、时间和方式均有记录。',
  },
};

export const desk_texts: Record<Locale, DeskTexts> = { en, 'zh-CN': zh };
