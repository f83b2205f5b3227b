import { parseArgs } from 'node:util';
import { Conflict } from '../db/database.ts';
import { migrateStore } from './ops/migrate.ts';
import { publishFiles } from './ops/policy.ts';
import { prepareDev } from './ops/prepare-dev.ts';
import { seedLeads } from './ops/seed.ts';
import { Mistake, type Ops, openTarget, print } from './ops/target.ts';
import { createStaffToken, listStaffTokens, revokeStaffToken, rotateStaffToken } from './ops/token.ts';

const usage = `Usage: npm run -s ops -- COMMAND

  token create --holder NAME --role ROLE [--days N]   make an access token and print it
  token list                                          all tokens
  token rotate ID [--days N] [--overlap-days N]       make one for the same holder and role, and print it;
                                                      the old one ends after the overlap: 7 days, or 0 to 90
  token revoke ID                                     from its next request on
  policy publish FILE…                                publish a version, all its languages at once
  migrate                                             bring the tables up to date
  seed --leads N                                      made-up leads, for demos and benchmarks

They work on DATABASE_URL; with --target d1, on the local D1 of "npm run dev".
`;

const commands: Record<string, (ops: Ops) => Promise<unknown>> = {
  'token create': createStaffToken,
  'token list': listStaffTokens,
  'token rotate': rotateStaffToken,
  'token revoke': revokeStaffToken,
  'policy publish': publishFiles,
  seed: seedLeads,
};

/** What may stand behind a command's name; nothing, where it is not listed. */
const arguments_taken: Record<string, number> = {
  'token rotate': 1,
  'token revoke': 1,
  'policy publish': Number.POSITIVE_INFINITY,
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  const known =
    error instanceof Mistake || error instanceof Conflict || (error as NodeJS.ErrnoException).code !== undefined;
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
}

async function run(args: string[]) {
  const { values, positionals } = readArguments(args);
  if (values.help || positionals.length === 0) {
    process.stderr.write(usage);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  if (positionals[0] === 'prepare-dev') return prepareDev();
  if (positionals[0] === 'migrate') return print(await migrateStore(values.target));
  const name = positionals.slice(0, 2).join(' ');
  const command = commands[name];
  if (!command) throw new Mistake(`unknown command: ${name}\n\n${usage}`);
  const rest = positionals.slice(2);
  if (rest.length > (arguments_taken[name] ?? 0)) throw new Mistake(`${name}: too many arguments\n\n${usage}`);
  const { db, close } = await openTarget(values.target);
  try {
    print(await command({ db, values, rest, target: values.target, now: new Date() }));
  } finally {
    await close();
  }
}

function readArguments(args: string[]) {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        holder: text,
        role: text,
        days: text,
        'overlap-days': text,
        target: text,
        leads: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage}`);
  }
}
