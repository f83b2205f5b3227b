import { parseArgs } from 'node:util';
import { Conflict, isUnavailable } from '../../../db/database.ts';
import { version } from '../../version.ts';
import { commands } from '../commands.ts';
import { type Command, flag, Mistake } from './command.ts';

const help = { help: { ...flag, short: 'h' } };

/**
 * Runs the command that the words name, and prints its result on stdout, everything else on stderr.
 *
 * @param args The words behind `ops`.
 * @returns The exit code: 0 only where it was done.
 */
export async function operate(args: string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (error instanceof Mistake) print(error.result);
    process.stderr.write(`${explain(error as NodeJS.ErrnoException)}\n`);
    return 1;
  }
}

/** Explains what an operator can correct in one line; anything else with the place in the code. */
function explain(error: NodeJS.ErrnoException): string | undefined {
  if (isUnavailable(error)) return `the database cannot be used: ${error.message}`;
  const isKnown = error instanceof Mistake || error instanceof Conflict || error.code !== undefined;
  return isKnown ? error.message : error.stack;
}

async function run(args: string[]): Promise<number> {
  if (args.length === 1 && /^(--version|-v)$/.test(args[0]!)) {
    print(version);
    return 0;
  }
  const isWord = args[0] === 'help';
  const isHelp = isWord || args.some(arg => arg === '--help' || arg === '-h');
  const named = findCommands(isWord ? args.slice(1) : args);
  const [command] = named;
  if (!command || named.length > 1 || isHelp) {
    process.stderr.write(describeUsage(named));
    return isHelp ? 0 : 1;
  }
  const { values, positionals } = readArguments(command, args);
  const rest = positionals.slice(command.name.split(' ').length);
  if (rest.length > (command.words ?? 0))
    throw new Mistake(`${command.name}: too many arguments\n\n${describeUsage([command])}`);
  print(await command.run({ values, rest, now: new Date() }));
  return 0;
}

/**
 * Finds the command that the words name; options may stand before it.
 *
 * @returns The command, all of a noun where the words end there, or all where there are no words.
 * @throws Mistake for words that name no command.
 */
function findCommands(args: string[]): Command[] {
  const options = Object.assign({}, help, ...commands.map(({ options }) => options));
  const { positionals } = parseArgs({ args, options, allowPositionals: true, strict: false });
  if (positionals.length === 0) return commands;
  const found = commands.find(({ name }) => `${positionals.join(' ')} `.startsWith(`${name} `));
  if (found) return [found];
  const related = commands.filter(({ name }) => name.startsWith(`${positionals[0]} `));
  if (related.length > 0 && positionals.length === 1) return related;
  const usage = describeUsage(related.length > 0 ? related : commands);
  throw new Mistake(`unknown command: ${positionals.slice(0, 2).join(' ')}\n\n${usage}`);
}

function readArguments(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...help, ...command.options }, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Node goes on with how to name a file like an option, which is not what was meant.
    const told = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? message.replace(/\. To specify .*$/s, '') : message;
    throw new Mistake(`${told}\n\n${describeUsage([command])}`);
  }
}

function describeUsage(some: Command[]): string {
  const lines = some.map(({ name, usage, sentence }) => `  ${`${name} ${usage}`.trim()}\n      ${sentence}\n`);
  return `Usage: lead-consent ops COMMAND, or in a checkout: npm run -s ops -- COMMAND

${lines.join('')}
They work on DATABASE_URL; with --target d1, on the local D1 of "npm run dev", also while it runs;
with --target d1 --remote, on the deployed D1 of wrangler.toml.
`;
}

/** Prints a result: text as it is, anything else as a table on a terminal and as JSON elsewhere, each row on a line. */
function print(result: unknown): void {
  if (result === undefined) return;
  if (typeof result === 'string') process.stdout.write(`${result}\n`);
  else if (process.stdout.isTTY) console.table(result);
  else if (Array.isArray(result)) process.stdout.write(`[${result.map(row => JSON.stringify(row)).join(',\n')}]\n`);
  else process.stdout.write(`${JSON.stringify(result)}\n`);
}
