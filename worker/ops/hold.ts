import type { Database } from '../../db/database.ts';
import { findHold, placeHold } from '../../db/leads/holds/hold.ts';
import { getRelease } from '../../db/leads/holds/list.ts';
import { releaseHold } from '../../db/leads/holds/release.ts';
import { hold_grounds } from '../../db/leads/lead.ts';
import { selectLead } from '../../db/leads/rows/rows.ts';
import { findKeyMistakes } from '../../db/vault/check.ts';
import { createVault, type Vault } from '../../db/vault/vault.ts';
import { staffLine } from '../http/staff-text.ts';
import { newHold } from '../leads/holds.ts';
import { readPeriods } from './expire.ts';
import { readKeys } from './keys/read.ts';
import { type Command, defineCommand, Mistake, operator, text } from './run/command.ts';
import { database_options, onDatabase, readTarget } from './run/target.ts';

const hold = defineCommand({
  name: 'hold',
  usage: 'LEAD_ID --ground GROUND --reference TEXT --review-on YYYY-MM-DD',
  sentence: `Places a hold on a lead: until it is released, nobody but the feed's readers sees that the lead is there, and it is neither changed nor erased. Grounds: ${hold_grounds.join(', ')}.`,
  options: { ...database_options, ground: text, reference: text, 'review-on': text },
  words: 1,
  async run({ values, rest: [lead_id], now }) {
    if (!lead_id) throw new Mistake('hold needs the id of a lead');
    const { ground, reference, 'review-on': review_on } = values;
    const asked = newHold.safeParse({ ground, reference, review_on });
    if (!asked.success) throw new Mistake(explain(String(asked.error.issues[0]!.path[0])));
    const placed = await onDatabase(values, async db => {
      const lead = await selectLead(db, lead_id);
      if (!lead || lead.erased_at) return undefined;
      return placeHold({ db, vault: await openVault(db, values, now) }, lead_id, asked.data, operator, now);
    });
    if (!placed) throw new Mistake('there is no lead with this id, or it is erased');
    return placed;
  },
});

const release = defineCommand({
  name: 'release',
  usage: 'HOLD_ID --reason TEXT',
  sentence:
    'Releases a hold. With the last one of a lead, what was asked meanwhile is done: a lead that was withdrawn, or whose period is over, is erased. Prints when and why it was released; where that was done before, the first reason stays.',
  options: { ...database_options, reason: text },
  words: 1,
  async run({ values, rest: [id], now }) {
    if (!id) throw new Mistake('release needs the id of a hold');
    const reason = staffLine.safeParse(values.reason);
    if (!reason.success) throw new Mistake(explain('reason'));
    const { lead_retention_months: periods } = await readPeriods(readTarget(values));
    const done = await onDatabase(values, async db => {
      if (!(await findHold(db, id))) return undefined;
      const vault = await openVault(db, values, now);
      const outcome = await releaseHold({ db, vault, periods }, { id }, reason.data, operator, now);
      return { outcome, stored: await getRelease({ db, vault }, id) };
    });
    if (!done) throw new Mistake('there is no hold with this id');
    if (done.outcome === 'already')
      process.stderr.write('This hold was released before: the new reason was not kept.\n');
    return { released: id, ...done.stored };
  },
});

export const hold_commands: Command[] = [hold, release];

/**
 * Creates what seals the words of a hold, with the keys of the servers.
 *
 * @throws Mistake when they are not those of the database.
 */
async function openVault(db: Database, values: Parameters<typeof readTarget>[0], now: Date): Promise<Vault> {
  const keys = await readKeys(readTarget(values));
  const vault = createVault(keys.encryption_keys, keys.index_key);
  const mistakes = await findKeyMistakes(db, vault, keys, now);
  if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
  return vault;
}

function explain(field: string): string {
  if (field === 'ground') return `--ground: expected one of ${hold_grounds.join(', ')}`;
  if (field === 'review_on') return '--review-on: expected a day, YYYY-MM-DD';
  return `--${field}: expected a line of at most 200 characters`;
}
