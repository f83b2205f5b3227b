import type { Database } from '../../../db/database.ts';
import { reindexLeads } from '../../../db/leads/reindex.ts';
import { findKeyMistakes } from '../../../db/vault/check.ts';
import { countKeys, isIndexedEarlier, isWrappedEarlier, type KeyCount, sumSubjects } from '../../../db/vault/count.ts';
import type { Unopened } from '../../../db/vault/lost-key.ts';
import type { Renewed } from '../../../db/vault/renew.ts';
import { noteRotated, rewrapKeys } from '../../../db/vault/rotate.ts';
import { createVault, type Vault } from '../../../db/vault/vault.ts';
import { rewrapBackupKeys } from '../../node/backup/key-file.ts';
import { createKeyring } from '../../node/backup/keyring.ts';
import { normalizePhone } from '../../shared/phone.ts';
import { defineCommand, Mistake, operator, texts } from '../run/command.ts';
import { createBar } from '../run/progress.ts';
import { database_options, onDatabase, readTarget } from '../run/target.ts';
import { describeLeft, listBackupFolders, most_folders } from './left.ts';
import { readKeys } from './read.ts';

/** Passes over the table. Because servers write meanwhile, one may leave something. */
const passes = 3;

/** Ids that a message names. */
const ids_named = 20;

export const keys_rotate = defineCommand({
  name: 'keys rotate',
  usage: '[--backup DIR…]',
  sentence:
    'Wraps every key anew under the last of ENCRYPTION_KEYS, in the backups of BACKUP_DIR and of each DIR too, signs those with the last SIGNING_KEY, and makes the indexes anew under the last INDEX_KEY, while servers run. Safe to run twice and to kill.',
  options: { ...database_options, backup: texts },
  words: most_folders,
  async run({ values, rest, now }) {
    const folders = listBackupFolders('keys rotate', values.backup, rest);
    const keys = await readKeys(readTarget(values));
    const vault = createVault(keys.encryption_keys, keys.index_key);
    return onDatabase(values, async db => {
      const mistakes = await findKeyMistakes(db, vault, keys, now);
      if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
      return rotateKeys({ db, vault }, now, async () => {
        let rewrapped = 0;
        for (const folder of folders) rewrapped += await rewrapBackupKeys(folder, createKeyring(keys));
        return rewrapped;
      });
    });
  },
});

async function rotateKeys(services: { db: Database; vault: Vault }, now: Date, rewrapBackups: () => Promise<number>) {
  const { db, vault } = services;
  let counts = await countKeys(db);
  const earlier = [...new Set(counts.filter(isWrappedEarlier(vault)).map(({ kek_id }) => kek_id))];
  const done = { rewrapped: 0, reindexed: 0, backup_keys: 0 };
  let unopened: Unopened[] = [];
  for (let pass = 1; pass <= passes && countLeft(counts, vault) > 0; pass++) {
    const wrapped = await runWith('keys', sumSubjects(counts, isWrappedEarlier(vault)), heard =>
      rewrapKeys(services, heard),
    );
    const indexed = await runWith('indexes', sumSubjects(counts, isIndexedEarlier(vault)), heard =>
      reindexLeads(services, phone => normalizePhone(phone) ?? phone, heard),
    );
    done.rewrapped += wrapped.renewed;
    done.reindexed += indexed.renewed;
    unopened = [...wrapped.unopened, ...indexed.unopened];
    counts = await countKeys(db);
  }
  await db.scrub();
  done.backup_keys = await rewrapBackups();
  await noteRotated(services, earlier, operator, now);
  const left = describeLeft(counts, vault);
  if (unopened.length > 0) throw new Mistake(describeUnopened(unopened), done);
  if (left) throw new Mistake(`${left}, for a server has another key as its last: restart it, and rotate again`, done);
  return done;
}

/** Shows on a terminal how far a part has come. */
async function runWith(noun: string, whole: number, run: (heard: (count: number) => void) => Promise<Renewed>) {
  const bar = createBar(noun);
  let done = 0;
  const renewed = await run(count => {
    done += count;
    if (count > 0) bar(Math.min(done, whole - 1), whole);
  });
  if (whole > 0) bar(whole, whole);
  return renewed;
}

function countLeft(counts: KeyCount[], vault: Vault): number {
  return sumSubjects(counts, isWrappedEarlier(vault)) + sumSubjects(counts, isIndexedEarlier(vault));
}

function describeUnopened(unopened: Unopened[]): string {
  const keys = [...new Set(unopened.map(({ key_id }) => key_id))].join(', ');
  const ids = [...new Set(unopened.map(({ subject_id }) => subject_id))];
  const named = ids.slice(0, ids_named).join(', ');
  const more = ids.length > ids_named ? ` and ${ids.length - ids_named} more` : '';
  return `ENCRYPTION_KEYS: ${ids.length} subjects do not open with what is listed under the names ${keys}: ${named}${more}. Everything else is done.`;
}
