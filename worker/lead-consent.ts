#!/usr/bin/env node
/**
 * The command `lead-consent`: `start` runs the Node host, `ops` an operator's command. Because an old Node does not
 * read the rest of the program, nothing else is loaded before its version was looked at.
 */
const oldest = [22, 18];

const usage = `Usage: lead-consent COMMAND

  start          Runs the server. Its settings are environment variables; without any it is a demo in ./data.
  ops COMMAND    Does an operator's work. Without a command it lists them all.
  --version      Prints the version.
`;

/** The programs by their name on the command line. */
const programs: Record<string, () => Promise<unknown>> = {
  start: () => import('./node.ts'),
  ops: () => import('./ops.ts'),
};

async function main([name = '', ...rest]: string[]) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!))
    return fail(`lead-consent needs Node ${oldest.join('.')} or later; this is ${process.versions.node}.`);
  if (/^(--help|-h|help)$/.test(name)) return process.stdout.write(usage);
  if (/^(--version|-v)$/.test(name)) return process.stdout.write(`${await readVersion()}\n`);
  const program = programs[name];
  if (!program) return fail(`${name ? `lead-consent: unknown command: ${name}\n\n` : ''}${usage.trimEnd()}`);
  if (name === 'start' && rest.length > 0) {
    if (/^(--help|-h)$/.test(rest[0]!)) return process.stdout.write(usage);
    return fail(`lead-consent start takes no arguments, but was given: ${rest.join(' ')}`);
  }
  const { runTuned } = await import('./node/tuning.ts');
  runTuned(name, process.env);
  process.argv.splice(2, 1);
  return program();
}

async function readVersion(): Promise<string> {
  const { version } = await import('./version.ts');
  return version;
}

/** Ends with 2, as for every command line that cannot be understood. */
function fail(reason: string) {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 2;
}

await main(process.argv.slice(2));
