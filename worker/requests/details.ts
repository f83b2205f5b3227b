import type { ErrorCode } from '../shared/field-errors.ts';

/** Code points of what a person writes, or staff write for one. */
export const longest_details = 1_000;

/** Control characters but for tab and line breaks, lone surrogates, and what turns the direction of reading. */
const unsafe = /[^\P{Cc}\t\r\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069\ufffd]/u;

/** Returns a text of several lines as it is stored: trimmed. Because a browser sends two characters for a line break, they become one. */
export function tidyDetails(typed: string): string {
  return typed.replace(/\r\n?/g, '\n').trim();
}

/** Checks a text of several lines as it is stored, and returns what is wrong with it, or undefined. */
export function checkDetails(typed: string): ErrorCode | undefined {
  const tidy = tidyDetails(typed);
  if (tidy.length > 2 * longest_details) return 'too_long';
  if (unsafe.test(typed)) return 'invalid';
  return [...tidy].length > longest_details ? 'too_long' : undefined;
}
