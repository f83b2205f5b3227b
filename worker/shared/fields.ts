/** The forms' fields and rules as plain values. The server's check, the page and the widget read the same ones. */
import { normalizePhone, readPhone } from './phone.ts';

export const forms = ['mini-ai-experience', 'ecological-cooperation'] as const;
export type Form = (typeof forms)[number];

/** Finds a form by its name. */
export function findForm(name: unknown): Form | undefined {
  return forms.find(form => form === name);
}

/**
 * The fields of a form, in the order in which a person meets them. `max` counts code points after trimming; a phone's
 * length is checked by its own rule.
 */
export const leadFields = [
  { name: 'name', type: 'text', autocomplete: 'name', max: 100 },
  { name: 'phone', type: 'tel', autocomplete: 'tel', max: 64 },
  { name: 'email', type: 'email', autocomplete: 'email', max: 254 },
  { name: 'company', type: 'text', autocomplete: 'organization', max: 200 },
] as const;
export type LeadField = (typeof leadFields)[number]['name'];
export type FieldErrorCode = 'required' | 'too_long' | 'invalid';

/**
 * Checks one field as a person typed it, and returns what is wrong with it, or undefined.
 *
 * It refuses what cannot be stored or shown faithfully: control characters, lone surrogates, bidirectional overrides;
 * in an e-mail address every character without a shape, and a host that none can have.
 */
export function checkField(field: LeadField, typed: string): FieldErrorCode | undefined {
  const code = checkSpelling(field, typed);
  return !code && field === 'email' && !isHost(tidy(field, typed).split('@')[1]!) ? 'invalid' : code;
}

/**
 * Checks what `checkField` checks but for an address's host. The widget checks no more: an old browser knows fewer
 * letters than the server, and must refuse nobody.
 */
export function checkSpelling(field: LeadField, typed: string): FieldErrorCode | undefined {
  if (!visible.test(typed)) return 'required';
  if (field === 'phone') return readPhone(typed) ? undefined : 'invalid';
  const { max } = leadFields.find(({ name }) => name === field)!;
  // A code point has two units at most. Because a pattern may take time that grows with the square, length comes first.
  if (typed.trim().length > 2 * max) return 'too_long';
  const value = tidy(field, typed);
  if (unsafe.test(value)) return 'invalid';
  if ([...value].length > max) return 'too_long';
  if (field === 'email' && !email.test(value)) return 'invalid';
}

/**
 * Returns whether the domain name system can have a host of this name: its A-labels have 63 characters at most, all
 * together 253, and the last one is no number.
 *
 * Because engines look into A-labels only where something is beyond ASCII, a label of that kind goes before the name.
 *
 * @see RFC 1035 §2.3.4, RFC 5890 §2.3.2.1, UTS #46
 */
function isHost(name: string): boolean {
  // Because reading a URL takes longer than the rest of the check, a name of plain labels is not read as one.
  if (plain_host.test(name) && !name.includes('--') && name.length <= 253) return true;
  try {
    const { hostname, href } = new URL(`http://ä.${name}`);
    const ascii = hostname.replace('xn--4ca.', '');
    // A URL also reads `%2e` as a dot.
    return !name.includes('%') && href === `http://${hostname}/` && ascii.length <= 253 && !/[^.]{64}/.test(ascii);
  } catch {
    return false;
  }
}

/**
 * Returns a field's value as it is stored.
 *
 * @param typed A value with which `checkField` finds nothing wrong.
 */
export function normalizeField(field: LeadField, typed: string): string {
  return field === 'phone' ? normalizePhone(typed)! : tidy(field, typed);
}

function tidy(field: LeadField, typed: string): string {
  const value = typed.trim();
  return field === 'email' ? value.normalize('NFKC').replace(/。/g, '.').replace(ends, '') : value;
}

/** A character that a person can see. Unicode draws some letters and symbols as nothing. */
const visible = /[^\s\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u;
const unsafe = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/u;
/** What comes along unseen when an address is copied. */
const ends = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;
/** A host without A-labels, whose last label is no number. */
const plain_host = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z]{2,63}$/i;
/** After the `@`, no label that is empty or has a dash at an end, and a last label of two characters or more. */
const email =
  /^(?!\.|.*(?:\.[.@]|@[-.]|@.*(?:-\.|\.-)|[-.]$))[^\s\p{Cf}@<>()[\]\\,;:"]{1,64}@[^\s\p{Cf}@<>()[\]\\,;:"]+\.[^\s\p{Cf}@<>()[\]\\,;:".]{2,}$/u;
