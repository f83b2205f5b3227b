/** Characters of a typed number. Because NFKC takes time that grows with the square, it gets no longer text. */
const longest_typed = 128;
const gaps = /[\s\p{Cf}.·・。]/gu;
const dashes = /[\p{Pd}−ー]/gu;
const brackets = /[()[\]【】〔〕]/g;
const enclosed = /\((\d{1,6})\)$/;
const extended = /^([-+\d]*\d)(?:-+|-*((?:[,;x#转轉接至分机機号號内內线線]|ext(?:ension|n)?)+)[-:=]*)(\d{1,6})$/iu;
/** Prefixes of a Chinese number, `-` being the country's code: of 400, 800 and 95 numbers, of landlines, of mobiles. */
const prefix =
  /^(?:-?(?=[48]00\d{7}$|95\d{3,6}$)|(?:-0?|0)(?=(?:10|2\d|(?![48]00)[3-9]\d\d)\d{7,8}$)|(?:-|86)?0?(?=1[3-9]\d{9}$))/;
/** Mobiles and 95 numbers. */
const direct = /^\+86(?:1[3-9]|95\d{3,6}$)/;

/**
 * Brings a typed phone number to its one normal form: `+` and digits, with `;ext=` when there is an extension.
 *
 * @returns Undefined for what `readPhone` refuses.
 * @see RFC 3966, ITU-T E.164
 */
export function normalizePhone(typed: string): string | undefined {
  const read = readPhone(typed);
  return read && trunks.reduce((number, trunk) => number.replace(trunk, '$1'), read);
}

/** Digits that are dialled before a number within its country only, and do not belong after the country's code. */
const trunks = [
  // Zeros. Because numbers in Italy, Norway, Ivory Coast and some other countries, and those of no country, begin with a zero, theirs stay.
  /^(\+(?!39|47|2(?:2[5-79]|4[12]|5006)|378|8(?:0|7|8[1238])|979|992)(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}))0*(?=[1-9]\d{5})/,
  // Other digits, where the rest has the length of a whole number: America, Russia and Kazakhstan, Hungary, Lithuania and Turkmenistan, Belarus.
  /^(\+1)1(?=[1-9]\d{9}\b)/,
  /^(\+7)8(?=[1-9]\d{9}\b)/,
  /^(\+36)6(?=[1-9]\d{7}\b|[2357]\d{8}\b)/,
  /^(\+370|\+993)8(?=[1-9]\d{7}\b)/,
  /^(\+375)80?(?=[1-9]\d{8}\b)/,
];

/**
 * Reads a phone number as a person typed it. Because a trunk prefix after a country's code is no mistake, it stays here,
 * and the widget need not know the countries.
 *
 * @returns Its normal form but for that prefix; undefined unless it is a Chinese mobile, a landline with area code, a 400,
 *   800 or 95 number, or an international number with `+`.
 */
export function readPhone(typed: string): string | undefined {
  const trimmed = typed.trim();
  if (trimmed.length > longest_typed) return undefined;
  const text = trimmed.normalize('NFKC').replace(gaps, '').replace(dashes, '-');
  const plain = text.replace(enclosed, '-$1').replace(brackets, '');
  const [, left, mark, extension] = extended.exec(plain) ?? [];
  const number = find(plain);
  const main = !number && left && find(left);
  // A dash parts the digits of foreign numbers, too.
  const isExtended = main && (mark || main.startsWith('+86')) && !direct.test(main);
  return isExtended ? `${main};ext=${extension}` : number;
}

/** Returns `+` and digits for a number without an extension. */
function find(typed: string): string | undefined {
  const number = typed
    .replace(/-/g, '')
    .replace(/^(\+|00)86/, '-')
    .replace(prefix, '+86');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}
