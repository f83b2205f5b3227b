/** A command's options, in the shape of `parseArgs`. */
type Options = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;

export const text = { type: 'string' } as const;
export const texts = { type: 'string', multiple: true } as const;
export const flag = { type: 'boolean' } as const;

/** The input of a command: its options, the words behind its name, and the time. */
interface Given<O extends Options> {
  values: {
    [Name in keyof O]?: O[Name] extends { multiple: true }
      ? string[]
      : { string: string; boolean: boolean }[O[Name]['type']];
  };
  rest: string[];
  now: Date;
}

/**
 * One of the operator's commands. `ops.ts` parses by it and prints the usage from it; docs/commands.md is
 * written from it.
 */
export interface Command<O extends Options = Options> {
  name: string;
  /** The arguments behind the name, as a person types them. */
  usage: string;
  sentence: string;
  options: O;
  /** Largest number of words behind the name; none when absent. */
  words?: number;
  /** Does the work and returns the result, for stdout. */
  run(given: Given<O>): Promise<unknown>;
}

/** Returns a command whose `run` the compiler has checked against the options that it declares. */
export function defineCommand<O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** An error that the operator can correct. It is told in one line, without a stack. */
export class Mistake extends Error {
  /** What was found, for stdout, where a command looked for something that is wrong. */
  readonly result: unknown;
  constructor(message: string, result?: unknown) {
    super(message);
    this.result = result;
  }
}

/** The actor of a command in the audit trail. */
export const operator = { id: 'operator', role: 'operator', request_id: null };
