import { basename } from 'node:path';
import { Conflict } from '../../db/database.ts';
import { digest } from '../../db/digest.ts';
import { publishPolicy } from '../../db/policies/publish.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { listWarnings } from '../policies/doubts.ts';
import { published_settings, readPolicyFiles } from '../policies/file.ts';
import { type Environment, readSome } from '../settings.ts';
import { defineCommand, Mistake, operator } from './run/command.ts';
import { readEnvironment } from './run/environment.ts';
import { database_options, onDatabase, readTarget } from './run/target.ts';
import { readText } from './run/text-file.ts';

export const policy_publish = defineCommand({
  name: 'policy publish',
  usage: 'FILE…',
  sentence:
    'Publishes a version of the privacy policy, all its languages at once: Markdown with front matter, a file each.',
  options: database_options,
  words: Number.POSITIVE_INFINITY,
  async run({ values, rest, now }) {
    if (rest.length === 0) throw new Mistake('policy publish needs the files of a version, one per language');
    const settings = readPublisher(await readEnvironment(readTarget(values)));
    const readFile = (path: string) => readText(path, 'nothing was published', 'name the files in it');
    const files = rest.map(path => ({ name: basename(path), text: readFile(path) }));
    const read = readPolicyFiles(files, settings);
    if ('mistakes' in read)
      throw new Mistake(`nothing was published:\n${read.mistakes.map(line => `  ${line}`).join('\n')}`);
    const { version, effective_at, documents } = read.policy;
    let warnings: string[];
    try {
      warnings = await onDatabase(values, async db => {
        const moment = { now, stale_hours: settings.widget_stale_hours };
        const found = await listWarnings(db, await listPolicies(db), read.policy, moment);
        await publishPolicy(db, read.policy, operator, now);
        return found;
      });
    } catch (error) {
      if (error instanceof Conflict)
        throw new Mistake(`version ${version} is published already and never changes: give a new version`);
      throw error;
    }
    for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
    return documents.map(({ locale, html }) => ({ version, locale, effective_at, sha256: digest(html) }));
  },
});

/** Reads the settings that a publication fixes, and the one by which it warns. */
export function readPublisher(environment: Environment) {
  const { settings, mistakes } = readSome(environment, 'node', [...published_settings, 'WIDGET_STALE_HOURS']);
  if (mistakes.length > 0) throw new Mistake(`nothing was published:\n${mistakes.map(line => `  ${line}`).join('\n')}`);
  return settings;
}
