/** Characters that a holder's name has at most, as names that staff type have. */
export const longest_name = 100;

/** Returns a name without what does not tell people apart: width, letter case, spaces around, and what is not seen. */
export function foldName(name: string): string {
  return withoutUnseen(name.normalize('NFKC')).trim().toLowerCase();
}

/** Returns a text without the characters that nobody sees, by which two names could look the same. */
export function withoutUnseen(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

/**
 * Returns a name without the brackets at its end, in which stands what tells people of one name apart, or their
 * department.
 */
export function withoutBrackets(name: string): string {
  return name.replace(/\s*\(.*\)\s*$/, '');
}
