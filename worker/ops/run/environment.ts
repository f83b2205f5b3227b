import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../../settings.ts';
import { Mistake } from './command.ts';
import { readVars } from './d1.ts';
import { findOwnEnvironment } from './own-environment.ts';
import type { Target } from './target.ts';

type Deployed = { on: 'url' } | Extract<Target, { on: 'd1' }>;

/**
 * Reads the settings of the deployment whose database a command works on.
 *
 * A Worker has vars in `wrangler.toml`. On this machine `.dev.vars` stand over them. What a deployed one has beside them, the variables of
 * this process tell, because its secrets cannot be read back.
 *
 * @throws Mistake for a file of a secret that does not hold one.
 */
export async function readEnvironment(target: Deployed): Promise<Environment> {
  const { environment, unread } = await findEnvironment(target);
  if (unread.size > 0) throw new Mistake([...unread.values()].join('\n'));
  return environment;
}

/** Reads the same, and what is wrong with the files of secrets: a line for each, by the name of the setting. */
export async function findEnvironment(target: Deployed) {
  const own = findOwnEnvironment();
  if (target.on === 'url') return own;
  const vars = await readVars();
  return target.remote
    ? { ...own, environment: { ...own.environment, ...vars } }
    : { environment: { ...vars, ...readDevVars() }, unread: new Map<string, string>() };
}

function readDevVars(): Environment {
  return existsSync('.dev.vars') ? parseEnv(readFileSync('.dev.vars', 'utf8')) : {};
}
