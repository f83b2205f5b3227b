import { Refusal } from '../../db/backup/refusal.ts';
import { findNoFolder } from '../node/backup/files.ts';
import { createKeyring } from '../node/backup/keyring.ts';
import { makeBackup } from '../node/backup/make.ts';
import { drill, restoreBackup } from '../node/backup/restore.ts';
import { findFolder } from '../node/store.ts';
import { readBackupKeys, readKeys } from './keys/read.ts';
import { type Command, defineCommand, Mistake } from './run/command.ts';
import { createBar } from './run/progress.ts';
import { database_options, databaseUrl, explained, onDatabase, readTarget } from './run/target.ts';

const verify = defineCommand({
  name: 'backup verify',
  usage: 'DIR[/TIME]',
  sentence:
    'Tries a backup, the newest unless named: restores it into a file that is thrown away, verifies its audit trail and opens every lead. Exits 1 when it could not be restored.',
  options: database_options,
  words: 1,
  async run({ values, rest, now }) {
    const path = await readFolder(rest);
    const url = await readAddress();
    const keyring = createKeyring(await readBackupKeys(readTarget(values)));
    return orNothing(drill(url, { path, keyring, now, onProgress: createBar('rows and leads') }));
  },
});

const backup = defineCommand({
  name: 'backup',
  usage: 'DIR',
  sentence:
    'Backs the database up into DIR/TIME while it is in use, and replaces the file of keys beside it, so that whoever was erased since is unreadable in every earlier backup too. Needs the keys of the settings; keep those apart from DIR.',
  options: database_options,
  words: 1,
  async run({ values, rest, now }) {
    const folder = await readFolder(rest);
    const keyring = createKeyring(await readKeys(readTarget(values)));
    const onProgress = process.stderr.isTTY ? createBar('rows') : undefined;
    const made = await orNothing(onDatabase(values, db => makeBackup(db, { folder, keyring, now, onProgress })));
    process.stderr.write(kept_apart);
    return made;
  },
});

const restore = defineCommand({
  name: 'restore',
  usage: 'DIR[/TIME]',
  sentence:
    'Restores a backup, the newest unless named, of any engine, into the empty SQLite or PostgreSQL database of DATABASE_URL, and erases again who was erased since. Whatever does not fit is named, and nothing is changed. Stop the servers first.',
  options: {},
  words: 1,
  async run({ rest, now }) {
    const path = await readFolder(rest);
    const url = await readAddress();
    const keyring = createKeyring(await readBackupKeys({ on: 'url', url }));
    const onProgress = createBar('rows and leads');
    return orNothing(explained(url, () => restoreBackup(url, { path, keyring, now, onProgress })));
  },
});

/** Because a command is found by how it begins, the longer name comes first. */
export const backup_commands: Command[] = [verify, backup, restore];

const kept_apart = `Keep apart from it, in another place: ENCRYPTION_KEYS, INDEX_KEY and SIGNING_KEY. Without them nobody can restore it;
together with them, whoever has it can read it.
`;

/** Says of work that is done whole or not at all, where it is refused, that nothing was changed. */
function orNothing<T>(work: Promise<T>): Promise<T> {
  return work.catch(error => {
    throw error instanceof Refusal ? new Mistake(`${error.message}. Nothing was changed.`) : error;
  });
}

async function readFolder([folder]: string[]): Promise<string> {
  if (!folder) throw new Mistake('name the folder of the backups');
  await refuseFile(folder, 'name the folder of the backups');
  return folder;
}

async function readAddress(): Promise<string> {
  const url = databaseUrl();
  if (url.startsWith('file:'))
    await refuseFile(findFolder(url), 'name a file in DATABASE_URL, in a folder that is there or can be made');
  return url;
}

/** Refuses a path where a folder is wanted, and a file stands in its place or in that of a folder above it. */
async function refuseFile(path: string, to_do: string): Promise<void> {
  const found = await findNoFolder(path);
  if (found !== undefined) throw new Mistake(`${found} is no folder: ${to_do}. Nothing was changed.`);
}
