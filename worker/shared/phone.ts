/** Characters of a typed number. Because NFKC takes time that grows with the square, it gets no longer text. */
const longest_typed = 128;
const gaps = /[\s\p{Cf}.·・。]/gu;
const dashes = /[\p{Pd}−ー]/gu;
const dash = /-/g;
const brackets = /[()[\]【】〔〕]/g;
/**
 * The trunk prefix in `+44 (0)20 …`, which is written for readers at home and abroad. Italian numbers keep their zero.
 */
const writtenTrunk = /^(\(?\+(?!39)\d{1,3}\)?-?)\(0\)/;
const marked = /^([-+\d]*\d)-*(?:;?ext(?:ension|n)?|[x#]|[转轉接至分机機号號]+)[-:=]*(\d{1,6})$/iu;
const trailing = /^(.*\d)-+(\d{1,6})$/;
const landline = /^(?:10|2\d|(?![48]00)[3-9]\d\d)\d{7,8}$/;
const toll = /^[48]00\d{7}$/;
const mobile = /^(?:(?:\+|00)?86)?0?(1[3-9]\d{9})$/;
const short = /^(?:(?:\+|00)86)?(95\d{3,6})$/;

/**
 * Brings a typed phone number to its one normal form: `+` and digits, with `;ext=` when there is an extension.
 *
 * @returns Undefined unless it is a Chinese mobile, a landline with area code, a 400, 800 or 95 number, or an
 *   international number with `+`.
 * @see RFC 3966, ITU-T E.164
 */
export function normalizePhone(typed: string): string | undefined {
  if (typed.length > longest_typed) return undefined;
  const text = typed.normalize('NFKC').replace(gaps, '').replace(dashes, '-');
  const plain = text.replace(writtenTrunk, '$1').replace(brackets, '');
  const [, number, extension] = marked.exec(plain) ?? [];
  if (number) return extend(findFixed(number) ?? findForeign(number), extension);
  const [, left, right] = trailing.exec(plain) ?? [];
  return findFixed(plain) ?? findMobile(plain) ?? findForeign(plain) ?? (left && extend(findFixed(left), right));
}

function extend(number: string | undefined, extension: string | undefined): string | undefined {
  return number && `${number};ext=${extension}`;
}

function findFixed(typed: string): string | undefined {
  const number = typed.replace(dash, '');
  const national = number.replace(/^(?:\+|00)86/, '');
  const line = national.replace(/^0/, '');
  const areaIsMarked = line !== number;
  const found = toll.test(national) ? national : areaIsMarked && landline.test(line) && line;
  return found ? `+86${found}` : undefined;
}

function findMobile(typed: string): string | undefined {
  const number = typed.replace(dash, '');
  const found = mobile.exec(number) ?? short.exec(number);
  return found ? `+86${found[1]}` : undefined;
}

function findForeign(typed: string): string | undefined {
  const number = typed.replace(dash, '');
  return /^\+(?!86)[1-9]\d{6,14}$/.test(number) ? number : undefined;
}
