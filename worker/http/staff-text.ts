import * as z from 'zod/mini';
import { longest_name } from '../../db/staff/names.ts';
import { typedText } from './validate.ts';

/** Length of a reason or a reference, in characters. */
export const longest_line = 200;

/** Schema of a name that staff type, like that of the person to whom a lead is assigned. It is stored trimmed. */
export const staffName = staffText(longest_name);

/** Schema of a line that staff type: a reason, or the number of a file. It is stored trimmed. */
export const staffLine = staffText(longest_line);

/** Length of a note, in characters. */
const longest_note = 500;

/**
 * Schema of a note of several lines that staff type. It is stored trimmed, its lines ended by a line feed; a blank one is
 * read as null.
 */
export const staffNote = z.pipe(
  z.string(),
  z.pipe(
    z.transform((typed: string) => typed.replaceAll(/\r\n?/g, '\n').trim() || null),
    z.nullable(
      z.string().check(
        z.superRefine((note, context) => {
          if (/(?![\n\t])[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(note)) context.addIssue({ code: 'custom' });
          else if ([...note].length > longest_note) context.addIssue({ code: 'custom', params: { code: 'too_long' } });
        }),
      ),
    ),
  ),
);

/**
 * Returns the schema of a line that staff type. Because it is shown beside other text, it holds no control characters
 * and none that turn the direction of reading.
 *
 * @see UAX #9, Bidi_Control
 */
function staffText(longest: number) {
  return z.pipe(
    typedText(typed => {
      const value = typed.trim();
      if (/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(typed)) return 'invalid';
      return value === '' ? 'required' : [...value].length > longest ? 'too_long' : undefined;
    }),
    z.transform((typed: string) => typed.trim()),
  );
}

/** Returns a name that staff typed as it is stored; undefined where it cannot be one. */
export function readStaffName(typed: string): string | undefined {
  return staffName.safeParse(typed).data;
}
