import { existsSync } from 'node:fs';
import { addKeptKeys, fillInKeys, key_file, key_names } from '../../node/start/development.ts';
import { findFolder } from '../../node/store.ts';
import { type Environment, localAddress, readSettings, type Settings, settings_table } from '../../settings.ts';
import { Mistake } from '../run/command.ts';
import { readEnvironment } from '../run/environment.ts';
import { explained, type Target } from '../run/target.ts';

/**
 * Reads the settings that the server of a database uses, with its keys. In development there are those that it made, and
 * `public_url` is the address of a Node server with the same `HOST` and `PORT`.
 */
export async function readKeys(target: Target): Promise<Settings> {
  return readAll(await readKeyEnvironment(target), target);
}

/**
 * Reads the same to open a backup. Because only the keys that it was made with do, none are made.
 *
 * @throws Mistake that says where the keys belong, where development has none.
 */
export async function readBackupKeys(target: Target): Promise<Settings> {
  const environment = await readEnvironment(target);
  if (target.on === 'd1' || environment.NODE_ENV === 'production') return readKeys(target);
  const folder = findFolder(target.url);
  const kept = addKeptKeys(environment, folder);
  if (key_names.some(name => !kept[name]))
    throw new Mistake(
      `the keys of the backup are needed: copy its ${key_file} into ${folder}, or set ${key_names.join(', ')}. Nothing was changed.`,
    );
  return readAll(kept, target);
}

function readAll(environment: Environment, target: Target): Settings {
  const read = readSettings(environment, 'node');
  if ('mistakes' in read) throw new Mistake(read.mistakes.join('\n'));
  const { settings } = read;
  if (target.on === 'url') settings.public_url ??= localAddress(settings.host, settings.port);
  return settings;
}

/** Reads the signing keys alone, the last one first, for what needs no other key. */
export async function readSigningKeys(target: Target): Promise<Buffer[]> {
  const { form } = settings_table.SIGNING_KEY;
  const keys = form.read((await readKeyEnvironment(target)).SIGNING_KEY?.trim() ?? '');
  if (!keys) throw new Mistake(`SIGNING_KEY: expected ${form.expected}`);
  return keys.toReversed();
}

/** Reads the settings with the keys that development has made. */
async function readKeyEnvironment(target: Target): Promise<Environment> {
  if (target.on === 'd1' && !target.remote && !existsSync('.dev.vars'))
    throw new Mistake('.dev.vars: not there yet; `npm run dev` makes it');
  const environment = await readEnvironment(target);
  if (target.on === 'd1' || environment.NODE_ENV === 'production') return environment;
  return explained(target.url, async () => fillInKeys(environment, findFolder(target.url)));
}
