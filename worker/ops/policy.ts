import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Conflict } from '../../db/database.ts';
import { digest } from '../../db/digest.ts';
import { publishPolicy } from '../../db/policies.ts';
import { readPolicyFiles } from '../policies/file.ts';
import { settings_table } from '../settings.ts';
import { defineCommand, Mistake, operator } from './command.ts';
import { database_options, onDatabase } from './target.ts';

export const policy_publish = defineCommand({
  name: 'policy publish',
  usage: 'FILE…',
  sentence:
    'Publishes a version of the privacy policy, all its languages at once: Markdown with front matter, a file each.',
  options: database_options,
  words: Number.POSITIVE_INFINITY,
  async run({ values, rest, now }) {
    if (rest.length === 0) throw new Mistake('policy publish needs the files of a version, one per language');
    const files = rest.map(path => ({ name: basename(path), text: readText(path) }));
    const read = readPolicyFiles(files, readRetention());
    if ('mistakes' in read)
      throw new Mistake(`nothing was published:\n${read.mistakes.map(line => `  ${line}`).join('\n')}`);
    const { version, effective_at, documents } = read.policy;
    try {
      await onDatabase(values, db => publishPolicy(db, read.policy, operator, now));
    } catch (error) {
      if (error instanceof Conflict)
        throw new Mistake(`version ${version} is published already and never changes: give a new version`);
      throw error;
    }
    return documents.map(({ locale, html }) => ({ version, locale, effective_at, sha256: digest(html) }));
  },
});

/** Reads the deployment's retention period, which a publication fixes for the forms for which the files name none. */
function readRetention(): number {
  const { form, default: usual } = settings_table.LEAD_RETENTION_MONTHS;
  const months = form.read(process.env.LEAD_RETENTION_MONTHS || usual);
  if (months === undefined) throw new Mistake(`LEAD_RETENTION_MONTHS: expected ${form.expected}`);
  return months;
}

/**
 * Reads a file as UTF-8. Because a published text never changes, a file in another encoding is refused, not guessed at.
 */
function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Mistake(`${basename(path)}: not UTF-8; nothing was published`);
    throw error;
  }
}
