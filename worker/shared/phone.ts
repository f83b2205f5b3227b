/** Characters of a typed number. Because NFKC takes time that grows with the square, it gets no longer text. */
const longest_typed = 128;
const gaps = /[\s\p{Cf}.·・。]/gu;
const dashes = /[\p{Pd}−ー]/gu;
const brackets = /[()[\]【】〔〕]/g;
const enclosed = /\((\d{1,6})\)$/;
const marked = /^([-+\d]*\d)-*(?:[,;x#转轉接至分机機号號内內线線]|ext(?:ension|n)?)+[-:=]*(\d{1,6})$/iu;
const trailing = /^(.*\d)-+(\d{1,6})$/;
const toll = /^(?:(?:\+|00)86)?([48]00\d{7})$/;
const landline = /^(?:(?:\+|00)860?|0)((?:10|2\d|(?![48]00)[3-9]\d\d)\d{7,8})$/;
const mobile = /^(?:(?:\+|00)?86)?0?(1[3-9]\d{9})$/;
const short = /^(?:(?:\+|00)86)?(95\d{3,6})$/;
const foreign = /^\+(?!86)([1-9]\d{6,14})$/;

/**
 * Brings a typed phone number to its one normal form: `+` and digits, with `;ext=` when there is an extension.
 *
 * @returns Undefined for what `readPhone` refuses.
 * @see RFC 3966, ITU-T E.164
 */
export function normalizePhone(typed: string): string | undefined {
  return readPhone(typed)?.replace(trunk, '$1');
}

/**
 * The zeros after a country's code, which are dialled within the country only. Because numbers in Italy, Norway, Ivory
 * Coast and some other countries, and those of no country, begin with a zero, theirs stay.
 */
const trunk =
  /^(\+(?!39|47|2(?:2[569]|4[12]|5006)|378|8(?:0|7|8[1238])|979|992)(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}))0*(?=[1-9]\d{5})/;

/**
 * Reads a phone number as a person typed it. Because a zero after a country's code is no mistake, it stays here, and the
 * widget need not know the countries.
 *
 * @returns Its normal form but for that zero; undefined unless it is a Chinese mobile, a landline with area code, a 400,
 *   800 or 95 number, or an international number with `+`.
 */
export function readPhone(typed: string): string | undefined {
  const trimmed = typed.trim();
  if (trimmed.length > longest_typed) return undefined;
  const text = trimmed.normalize('NFKC').replace(gaps, '').replace(dashes, '-');
  const plain = text.replace(enclosed, '-$1').replace(brackets, '');
  const [, number, extension] = marked.exec(plain) ?? [];
  if (number) return extend(find(number, toll, landline, foreign), extension);
  const [, left, right] = trailing.exec(plain) ?? [];
  return find(plain, toll, landline, mobile, short, foreign) ?? (left && extend(find(left, toll, landline), right));
}

function find(typed: string, ...kinds: RegExp[]): string | undefined {
  const number = typed.replace(/-/g, '');
  for (const kind of kinds) {
    const [, found] = kind.exec(number) ?? [];
    if (found) return kind === foreign ? number : `+86${found}`;
  }
}

function extend(number: string | undefined, extension: string | undefined): string | undefined {
  return number && `${number};ext=${extension}`;
}
