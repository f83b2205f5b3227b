/** The forms' fields and rules as plain values. The server's check, the page and the widget read the same ones. */
import { normalizePhone } from './phone.ts';

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
 * It refuses what cannot be stored or shown faithfully: control characters, lone surrogates, bidirectional overrides.
 */
export function checkField(field: LeadField, typed: string): FieldErrorCode | undefined {
  const value = typed.trim();
  const { max } = leadFields.find(({ name }) => name === field)!;
  if (!visible.test(value)) return 'required';
  if (field === 'phone') return normalizePhone(value) ? undefined : 'invalid';
  // A code point has two units at most. Because a pattern may take time that grows with the square, length comes first.
  if (value.length > 2 * max) return 'too_long';
  if (unsafe.test(value)) return 'invalid';
  if ([...value].length > max) return 'too_long';
  if (field === 'email' && !email.test(value)) return 'invalid';
}

/** The person to whom a lead is assigned, as the sales team names its people. */
export const assignee = /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,100}$/u;

/** A character that a person can see. Unicode draws some letters and symbols as nothing. */
const visible = /[^\s\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u;
const unsafe = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/u;
/** After the `@`, no label that is empty or has a dash at an end, and a last label of two characters or more. */
const email =
  /^(?!\.|.*(?:\.[.@]|@[-.]|@.*(?:-\.|\.-)|[-.]$))[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]{2,}$/u;
