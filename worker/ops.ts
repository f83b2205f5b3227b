import { parseArgs } from 'node:util';
import { Conflict } from '../db/database.ts';
import { type Command, flag, Mistake } from './ops/command.ts';
import { commands } from './ops/commands.ts';

const help = { help: { ...flag, short: 'h' } };

try {
  await run(process.argv.slice(2));
} catch (error) {
  const known =
    error instanceof Mistake || error instanceof Conflict || (error as NodeJS.ErrnoException).code !== undefined;
  if (error instanceof Mistake) print(error.result);
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
}

async function run(args: string[]) {
  const command = findCommand(args);
  if (!command || args.some(arg => arg === '--help' || arg === '-h')) {
    process.stderr.write(describeUsage(command ? [command] : commands));
    if (args.length === 0) process.exitCode = 1;
    return;
  }
  const { values, positionals } = readArguments(command, args);
  const rest = positionals.slice(command.name.split(' ').length);
  if (rest.length > (command.words ?? 0))
    throw new Mistake(`${command.name}: too many arguments\n\n${describeUsage([command])}`);
  print(await command.run({ values, rest, now: new Date() }));
}

/**
 * Finds the command that the words name; options may stand before it.
 *
 * @returns Undefined where there are no words.
 * @throws Mistake for words that name no command.
 */
function findCommand(args: string[]): Command | undefined {
  const options = Object.assign({}, help, ...commands.map(({ options }) => options));
  const { positionals } = parseArgs({ args, options, allowPositionals: true, strict: false });
  const found = commands.find(({ name }) => `${positionals.join(' ')} `.startsWith(`${name} `));
  if (!found && positionals.length > 0)
    throw new Mistake(`unknown command: ${positionals.slice(0, 2).join(' ')}\n\n${describeUsage(commands)}`);
  return found;
}

function readArguments(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...help, ...command.options }, allowPositionals: true });
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${describeUsage([command])}`);
  }
}

function describeUsage(some: Command[]): string {
  const lines = some.map(({ name, usage, sentence }) => `  ${`${name} ${usage}`.trim()}\n      ${sentence}\n`);
  return `Usage: npm run -s ops -- COMMAND

${lines.join('')}
They work on DATABASE_URL; with --target d1, on the local D1 of "npm run dev", also while it runs;
with --target d1 --remote, on the deployed D1 of wrangler.toml.
`;
}

/** Prints a result: text as it is, anything else as a table on a terminal and as JSON elsewhere. */
function print(result: unknown): void {
  if (result === undefined) return;
  if (typeof result === 'string') process.stdout.write(`${result}\n`);
  else if (process.stdout.isTTY) console.table(result);
  else process.stdout.write(`${JSON.stringify(result)}\n`);
}
