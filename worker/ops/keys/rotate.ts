import { existsSync } from 'node:fs';
import type { Database } from '../../db/database.ts';
import { reindexLeads } from '../../db/leads/reindex.ts';
import { findKeyMistakes } from '../../db/vault/check.ts';
import { countKeys, isIndexedEarlier, isWrappedEarlier, type KeyCount, sumSubjects } from '../../db/vault/count.ts';
import type { Unopened } from '../../db/vault/lost-key.ts';
import type { Renewed } from '../../db/vault/renew.ts';
import { noteRotated, rewrapKeys } from '../../db/vault/rotate.ts';
import { createVault, type Vault, versionIndexes } from '../../db/vault/vault.ts';
import {
  type BackupCounts,
  countBackupKeys,
  countSignedEarlier,
  keyFileOf,
  rewrapBackupKeys,
} from '../node/backup/key-file.ts';
import { createKeyring } from '../node/backup/keyring.ts';
import { normalizePhone } from '../shared/phone.ts';
import { readKeys } from './keys.ts';
import { type Command, defineCommand, Mistake, operator, texts } from './run/command.ts';
import { createBar } from './run/progress.ts';
import { database_options, onDatabase, readTarget } from './run/target.ts';

/** Passes over the table. Because servers write meanwhile, one may leave something. */
const passes = 3;

/** Folders of backups that one rotation takes. */
const most_folders = 100;

/** Ids that a message names. */
const ids_named = 20;

const rotate = defineCommand({
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

const status = defineCommand({
  name: 'keys status',
  usage: '[--backup DIR…]',
  sentence:
    'Lists how many subjects, and backups of BACKUP_DIR and of each DIR, each key wraps, and how many subjects each index key finds; exits 1 while any hangs on another than the last of its setting.',
  options: { ...database_options, backup: texts },
  words: most_folders,
  async run({ values, rest }) {
    const folders = listBackupFolders('keys status', values.backup, rest);
    const keys = await readKeys(readTarget(values));
    const vault = createVault(keys.encryption_keys, keys.index_key);
    const counts = await onDatabase(values, countKeys);
    const keyring = createKeyring(keys);
    const backups = await countBackupKeys(folders, keyring);
    const table = describeCounts(counts, backups, vault, keys);
    const left =
      describeLeft(counts, vault) ?? describeLeftInBackups(backups, await countSignedEarlier(folders, keyring), vault);
    if (left) throw new Mistake(`${left}: ops keys rotate`, table);
    return table;
  },
});

export const key_commands: Command[] = [rotate, status];

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

/** Says how many subjects hang on other keys than the last ones; undefined where none do. */
function describeLeft(counts: KeyCount[], vault: Vault): string | undefined {
  const wrapped = sumSubjects(counts, isWrappedEarlier(vault));
  const indexed = sumSubjects(counts, isIndexedEarlier(vault));
  if (wrapped + indexed === 0) return undefined;
  return `${wrapped} keys are wrapped under another key than the last, ${vault.kek_id}, and ${indexed} indexes are of another version than ${vault.index_version}`;
}

/** Says whether backups hang on other keys than the last ones; undefined where none do. */
function describeLeftInBackups(counts: BackupCounts, signed_earlier: number, vault: Vault): string | undefined {
  if ([...counts.keys()].some(kek_id => kek_id !== vault.kek_id)) return 'backups hang on another key than the last';
  return signed_earlier > 0 ? `${signed_earlier} backups are signed with another SIGNING_KEY than the last` : undefined;
}

function describeUnopened(unopened: Unopened[]): string {
  const keys = [...new Set(unopened.map(({ key_id }) => key_id))].join(', ');
  const ids = [...new Set(unopened.map(({ subject_id }) => subject_id))];
  const named = ids.slice(0, ids_named).join(', ');
  const more = ids.length > ids_named ? ` and ${ids.length - ids_named} more` : '';
  return `ENCRYPTION_KEYS: ${ids.length} subjects do not open with what is listed under the names ${keys}: ${named}${more}. Everything else is done.`;
}

/** A row of the table tells what a key still does. */
interface KeyRow {
  setting: 'ENCRYPTION_KEYS' | 'INDEX_KEY';
  key: string;
  last: boolean;
  leads: number;
  requests: number;
  channels: number;
  incidents: number;
  backups: number;
}

/**
 * Lists the folders of backups: that of BACKUP_DIR, where it is set, and those behind `--backup`.
 *
 * @throws Mistake for words that no option begins, and for a named folder without a file of keys.
 */
function listBackupFolders(command: string, named: string[] = [], rest: string[]): string[] {
  if (rest.length > 0 && named.length === 0) throw new Mistake(`${command}: name folders of backups after --backup`);
  const own = process.env.BACKUP_DIR?.trim();
  const others = [...named, ...rest];
  const none = others.find(folder => !existsSync(keyFileOf(folder)));
  if (none) throw new Mistake(`${command}: ${none} holds no backups`);
  return [...new Set([...(own ? [own] : []), ...others])];
}

const kinds: Record<string, 'leads' | 'requests' | 'channels' | 'incidents'> = {
  lead: 'leads',
  request: 'requests',
  channel: 'channels',
  incident: 'incidents',
};

/**
 * Lists the keys of the settings, and all others on which anything hangs. An index key is named by the version of its
 * indexes.
 */
function describeCounts(
  counts: KeyCount[],
  backups: BackupCounts,
  vault: Vault,
  keys: Awaited<ReturnType<typeof readKeys>>,
): KeyRow[] {
  const describe = (
    setting: KeyRow['setting'],
    listed: string[],
    last: string,
    keyOf: (count: KeyCount) => string | null,
  ): KeyRow[] =>
    [...new Set([...counts.map(keyOf), ...listed, ...(setting === 'ENCRYPTION_KEYS' ? backups.keys() : [])])]
      .filter(key => key !== null)
      .map(key => {
        const none = { leads: 0, requests: 0, channels: 0, incidents: 0, backups: 0 };
        const row: KeyRow = { setting, key, last: key === last, ...none };
        if (setting === 'ENCRYPTION_KEYS') row.backups = backups.get(key)?.backups ?? 0;
        for (const count of counts) if (keyOf(count) === key) row[kinds[count.subject_kind]!] += count.subjects;
        return row;
      });
  return [
    ...describe(
      'ENCRYPTION_KEYS',
      keys.encryption_keys.map(({ id }) => id),
      vault.kek_id,
      ({ kek_id }) => kek_id,
    ),
    ...describe('INDEX_KEY', keys.index_key.map(versionIndexes), vault.index_version, count => count.index_version),
  ];
}
