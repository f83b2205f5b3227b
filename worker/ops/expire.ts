import { expireAll, retention_settings } from '../retention.ts';
import { readSome } from '../settings.ts';
import { defineCommand, flag, Mistake } from './run/command.ts';
import { readEnvironment } from './run/environment.ts';
import { database_options, onDatabase, readTarget, type Target } from './run/target.ts';

export const expire = defineCommand({
  name: 'expire',
  usage: '[--dry-run]',
  sentence:
    'Ends now what is past its period, as the server does each hour, and prints how much of each kind; with --dry-run, only how much would go.',
  options: { ...database_options, 'dry-run': flag },
  async run({ values, now }) {
    const settings = await readPeriods(readTarget(values));
    return onDatabase(values, db => expireAll({ db, settings }, now, { dry_run: values['dry-run'] ?? false }));
  },
});

/** Reads the settings that say how long things are kept. */
export async function readPeriods(target: Target) {
  const { settings, mistakes } = readSome(await readEnvironment(target), 'node', [...retention_settings]);
  if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
  return settings;
}
