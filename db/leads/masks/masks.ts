const compoundSurnames = new Set(
  `欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 长孙 長孫 宇文 司徒 司空 司寇 夏侯 轩辕 軒轅
  端木 百里 呼延 东郭 東郭 南宫 南宮 闻人 聞人 申屠 钟离 鍾離 独孤 獨孤 西门 西門 公羊 澹台 澹臺 淳于 单于 單于 太史 太叔 公冶
  濮阳 濮陽 赫连 赫連 拓跋 鲜于 鮮于 闾丘 閭丘 子车 颛孙 巫马 巫馬 公西 漆雕 乐正 樂正 壤驷 公良 夹谷 宰父 谷梁 段干 东门 東門
  南门 南門 微生 梁丘 左丘 纳兰 納蘭 第五 完颜 完顏 叶赫 耶律 哥舒 贺兰 賀蘭`.split(/\s+/),
);

const hanSuffix = '(?:股份)?有限(?:[责責]任)?公司|公司|合伙企业|[(（]有限合伙[)）]|株式会社';
const latinSuffix = [
  String.raw`(?:(?:Co|Company|Pte|Pty|Pvt|Private|Proprietary)\.?,? ?)?(?:Ltd|Limited)\.?(?: Company| Co\.?)?`,
  String.raw`Limited Liability Company|Company|Co\.?|Inc\.?|Incorporated|Corp\.?|Corporation|LLC|L\.L\.C\.|LLP|LP|PLC`,
  String.raw`(?:GmbH|AG)(?: ?& ?Co\.? ?KG)?|UG|KG|KGaA|OHG|SE|S\.?A\.?(?:S|R\.?L)?\.?|S\.?[rp]\.?[lA]\.?|S\.?L\.?`,
  String.raw`B\.?V\.?|N\.?V\.?|AB|A/S|ApS|ASA?|Oyj?|K\.?K\.?|Sdn\.? Bhd\.?`,
].join('|');
const legalSuffix = new RegExp(`^(.*?)(${hanSuffix}|(?:[,，] ?| |(?<=\\p{sc=Han}))(?:${latinSuffix}))$`, 'iu');

/** Masks all of a name but the surname: `张**`, `欧阳**`, `J***`. A single character becomes `*`. */
export function maskName(value: string): string {
  const letters = listLetters(value);
  const [first] = letters;
  if (first === undefined || letters.length === 1) return '*';
  if (!/\p{sc=Han}/u.test(first)) return `${first}***`;
  const pair = letters.slice(0, 2).join('');
  return `${letters.length > 2 && compoundSurnames.has(pair) ? pair : first}**`;
}

/**
 * Masks all of a phone number in normal form but its block or area and its last two digits; an extension
 * is never shown.
 */
export function maskPhone(value: string): string {
  const [, number = '', national] = /^(\+(?:86(?=\d)(\d+)|\d+))(?:;ext=\d+)?$/.exec(value) ?? [];
  if (national === undefined) return number.length > 7 ? `${number.slice(0, 3)}******${number.slice(-2)}` : '***';
  if (/^95\d{3,6}$/.test(national)) return '95***';
  const shown = /^(?:1[3-9]\d(?=\d{8}$)|[48]00(?=\d{7}$))/.exec(national)?.[0] ?? findArea(national);
  return shown ? `${shown}******${national.slice(-2)}` : '***';
}

function findArea(national: string): string | undefined {
  const [area] = /^(?:10|2\d|[3-9]\d\d)(?=\d{7,8}$)/.exec(national) ?? [];
  return area && `0${area}`;
}

/** Masks all of an e-mail address but its first character and its domain: `z***@example.com`. */
export function maskEmail(value: string): string {
  const at = value.lastIndexOf('@');
  if (at < 0) return '***';
  const letters = [...value.slice(0, at)];
  return `${letters.length > 1 ? letters[0] : ''}***${value.slice(at)}`;
}

/** Masks all of a company's name but its first two characters and its legal form: `小视**有限公司`, `Ac** Inc`. */
export function maskCompany(value: string): string {
  const whole = value.trim().replace(/\s+/gu, ' ');
  const [, stem = '', suffix = ''] = legalSuffix.exec(whole) ?? [];
  const letters = listLetters(stem);
  if (letters.length === 0) return hideRest(listLetters(whole));
  return hideRest(letters) + suffix;
}

function hideRest(letters: string[]): string {
  return `${letters.slice(0, Math.max(0, Math.min(2, letters.length - 1))).join('')}**`;
}

function listLetters(text: string): string[] {
  return text.match(/[\p{L}\p{N}]/gu) ?? [];
}
