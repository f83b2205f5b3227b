import * as z from 'zod/mini';

/** Length of a name of a person or a system, in characters. */
const longest_name = 100;

/**
 * What staff may type where a name is asked for. Because it is shown beside other text, it holds no control characters
 * and none that turn the direction of reading.
 *
 * @see UAX #9, Bidi_Control
 */
const name = new RegExp(`^(?=.*\\S)[^\\p{Cc}\\p{Cs}\\p{Bidi_Control}]{1,${longest_name}}$`, 'u');

/** Schema of a name that staff type, like that of the person to whom a lead is assigned. It is stored trimmed. */
export const staffName = z.pipe(
  z.string().check(z.regex(name)),
  z.transform((typed: string) => typed.trim()),
);

/** Returns a name that staff typed as it is stored; undefined where it cannot be one. */
export function readStaffName(typed: string): string | undefined {
  return staffName.safeParse(typed).data;
}
