import { html } from 'hono/html';
import type { Content } from '../http/page.ts';

/** What stands before an extension, in the languages of the console. */
type Extension = (digits: string) => string;

/** Writes a phone number as people dial it, its extension in words: `025-58801024 转 802`. */
export function writePhone(phone: string, write: Extension): string {
  return [splitPhone(phone).join(''), writeExtension(phone, write)].filter(Boolean).join(' ');
}

/**
 * Draws a phone number in the groups in which people read it. Because the styles part them, and no spaces, what is
 * selected and copied is what people dial.
 */
export function renderPhone(phone: string, write: Extension): Content {
  const groups = splitPhone(phone).map(group => html`<span>${group}</span>`);
  const extension = writeExtension(phone, write);
  return html`<span class="tel">${groups}</span>${extension && ` ${extension}`}`;
}

/**
 * How people in China write and dial a number of their own country, by its digits after +86: in groups, of which a
 * landline's first ends with the dash behind its area.
 */
const domestic: [digits: RegExp, groups: string][] = [
  [/^(1[3-9]\d)(\d{4})(\d{4})$/, '$1 $2 $3'],
  [/^([48]00)(\d{3})(\d{4})$/, '$1 $2 $3'],
  [/^(95\d{3,6})$/, '$1'],
  [/^(10|2\d|[3-9]\d\d)(\d{3,4})(\d{4})$/, '0$1-$2 $3'],
];

/** Codes of countries, which have one, two or three digits. */
const country = /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/**
 * Splits a phone number in normal form into the groups in which people read it. Joined without a space they are what
 * people dial: `13800138000`, `025-58801024`, `+442079460018`. A masked number is one group.
 */
function splitPhone(phone: string): string[] {
  const [number = ''] = phone.split(';');
  const national = /^\+86(\d+)$/.exec(number)?.[1];
  const [digits, groups] = domestic.find(([one]) => national && one.test(national)) ?? [];
  if (national && digits && groups) return national.replace(digits, groups).split(' ');
  const [code] = /^\+\d+$/.test(number) ? (country.exec(number) ?? []) : [];
  return code ? [code, ...splitDigits(number.slice(code.length))] : [number];
}

/** Splits digits into groups of four where all are, else into groups of three, of which the last may have up to four. */
function splitDigits(digits: string): string[] {
  return digits.match(digits.length % 4 === 0 ? /\d{4}/g : /\d{4}$|\d{3}(?!\d$)|\d+$/g) ?? [];
}

/** Returns the extension of a phone number in normal form, with the words before it; empty where there is none. */
function writeExtension(phone: string, write: Extension): string {
  const [, digits] = /;ext=(\d+)$/.exec(phone) ?? [];
  return digits ? write(digits) : '';
}
