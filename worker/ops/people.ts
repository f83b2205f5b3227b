import type { LeadValues } from '../../db/vault/vault.ts';
import type { Locale } from '../shared/locales.ts';

const surnames = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', '欧阳', '司马', '上官'];
const given = [
  '伟',
  '芳',
  '娜',
  '敏',
  '静',
  '磊',
  '洋',
  '艳',
  '勇',
  '杰',
  '娟',
  '涛',
  '明',
  '超',
  '秀兰',
  '建国',
  '志强',
  '晓燕',
  '雨桐',
  '子涵',
];
const cities = ['南京', '上海', '北京', '深圳', '杭州', '苏州', '成都', '武汉', '广州', '西安', '青岛', '合肥'];
const words = ['智造', '云图', '远景', '恒通', '启明', '星河', '汇智', '天工', '锐视', '博联', '安科', '新域'];
const trades = ['科技', '电子', '机器人', '信息技术', '自动化', '物流', '仪表', '新能源'];
const suffixes = ['有限公司', '股份有限公司', '(集团)有限公司'];
const first_names = ['Ada', 'Grace', 'Alan', 'Barbara', 'Edsger', 'Frances', 'Katherine', 'Linus', 'Margaret', 'Radia'];
const last_names = [
  'Byron',
  'Hopper',
  'Turner',
  'Liskov',
  'Allen',
  'Johnson',
  'Hamilton',
  'Perlman',
  'Kernighan',
  'Shannon',
];
const companies = ['Northwind', 'Contoso', 'Fabrikam', 'Globex', 'Initech', 'Umbrella', 'Tailspin', 'Litware'];
const endings = ['Ltd', 'GmbH', 'Inc', 'Pte. Ltd.'];
const domains = ['example.com', 'example.cn', 'example.net', 'mail.example.com', 'corp.example.org'];
const prefixes = ['130', '135', '138', '139', '150', '158', '177', '186', '188', '199'];
const areas = ['10', '21', '25', '755', '571', '512', '28', '27'];

/** One person in this many is an earlier one who writes again. */
const repeats = 10;

/**
 * Invents a person who asks for something. The nth is always the same, and one in ten is an earlier one.
 *
 * Names are ordinary; mailboxes are of `example` domains, which nobody can own.
 */
export function inventPerson<F extends string>(
  n: number,
  forms: readonly F[],
): { form: F; locale: Locale; values: LeadValues } {
  const who = n % repeats === repeats - 1 ? Math.floor(n / 2) : n;
  const pick = createPicker(who);
  const isForeign = pick(10) === 0;
  const form = forms[createPicker(n + 1_000_003)(5) < 3 ? 0 : 1]!;
  const values = isForeign ? inventForeigner(who, pick) : inventChinese(who, pick);
  return { form, locale: isForeign ? 'en' : 'zh-CN', values };
}

function inventChinese(who: number, pick: (of: number) => number): LeadValues {
  const choose = (from: string[]) => from[pick(from.length)]!;
  const digits = (length: number) => String(pick(10 ** length)).padStart(length, '0');
  const area = choose(areas);
  const landline = `+86${area}${2 + pick(7)}${digits(7)}`;
  return {
    name: choose(surnames) + choose(given),
    phone: pick(6) === 0 ? landline : `+86${choose(prefixes)}${digits(8)}`,
    email: `user${who}@${choose(domains)}`,
    company: choose(cities) + choose(words) + choose(trades) + choose(suffixes),
  };
}

function inventForeigner(who: number, pick: (of: number) => number): LeadValues {
  const choose = (from: string[]) => from[pick(from.length)]!;
  const first = choose(first_names);
  const last = choose(last_names);
  return {
    name: `${first} ${last}`,
    phone: `+4420${7_946_0000 + pick(1_000)}`,
    email: `${first}.${last}.${who}@${choose(domains)}`.toLowerCase(),
    company: `${choose(companies)} ${choose(endings)}`,
  };
}

/** Returns a source of numbers that look random and are the same at each run (mulberry32). */
function createPicker(seed: number): (of: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return of => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % of;
  };
}
