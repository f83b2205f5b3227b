import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { fillInKeys } from '../node/development.ts';
import { findFolder } from '../node/store.ts';
import { type Environment, localAddress, readSettings, type Settings, settings_table } from '../settings.ts';
import { Mistake } from './run/command.ts';
import type { Target } from './run/target.ts';

/**
 * Reads the settings that the server of a database uses, with its keys: of the environment, of `.dev.vars`, or those of
 * development. There `public_url` is the address of a Node server with the same `HOST` and `PORT`.
 */
export function readKeys(target: Target): Settings {
  const read = readSettings(readEnvironment(target), 'node');
  if ('mistakes' in read) throw new Mistake(read.mistakes.join('\n'));
  const { settings } = read;
  if (target.on === 'url') settings.public_url ??= localAddress(settings.host, settings.port);
  return settings;
}

/** Reads the signing keys alone, the last one first, for what needs no other key. */
export function readSigningKeys(target: Target): Buffer[] {
  const { form } = settings_table.SIGNING_KEY;
  const keys = form.read(readEnvironment(target).SIGNING_KEY?.trim() ?? '');
  if (!keys) throw new Mistake(`SIGNING_KEY: expected ${form.expected}`);
  return keys.toReversed();
}

/**
 * Reads the variables that hold the keys.
 *
 * For a deployed D1 they are those of this process, because the secrets of a Worker cannot be read back.
 */
function readEnvironment(target: Target): Environment {
  if (target.on === 'd1') return target.remote ? process.env : readDevVars();
  if (process.env.NODE_ENV === 'production') return process.env;
  return fillInKeys(process.env, findFolder(target.url));
}

export function readDevVars(): Environment {
  if (!existsSync('.dev.vars')) throw new Mistake('.dev.vars: not there yet; `npm run dev` makes it');
  return parseEnv(readFileSync('.dev.vars', 'utf8'));
}
