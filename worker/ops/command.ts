/** A command's options, in the shape of `parseArgs`. */
type Options = Record<string, { type: 'string' | 'boolean' }>;

export const text = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;

/** What a command was given: its options, whatever stands behind its name, and the time. */
interface Given<O extends Options> {
  values: { [Name in keyof O]?: { string: string; boolean: boolean }[O[Name]['type']] };
  rest: string[];
  now: Date;
}

/** One of the operator's commands. `ops.ts` parses by it, prints the usage from it, and docs/commands.md is written from it. */
export interface Command<O extends Options = Options> {
  name: string;
  /** What stands behind the name, as a person types it. */
  usage: string;
  sentence: string;
  options: O;
  /** How many words may stand behind the name. Without this, none. */
  words?: number;
  /** @returns The result, for stdout. */
  run(given: Given<O>): Promise<unknown>;
}

/** Lets the compiler hold what a command reads against the options that it declares. */
export function defineCommand<O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** Something the operator can mend: told in one line, without a stack. */
export class Mistake extends Error {}

/** Who acts, in the audit trail, when a command does. */
export const operator = { id: 'operator', role: 'operator', request_id: null };
