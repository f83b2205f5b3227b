import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../../settings.ts';
import { readVars } from './d1.ts';
import type { Target } from './target.ts';

/**
 * Reads the settings of the deployment whose database a command works on.
 *
 * A Worker has vars in `wrangler.toml`. On this machine `.dev.vars` stand over them. What a deployed one has beside them, the variables of
 * this process tell, because its secrets cannot be read back.
 */
export async function readEnvironment(target: { on: 'url' } | Extract<Target, { on: 'd1' }>): Promise<Environment> {
  if (target.on === 'url') return process.env;
  const vars = await readVars();
  return target.remote ? { ...process.env, ...vars } : { ...vars, ...readDevVars() };
}

function readDevVars(): Environment {
  return existsSync('.dev.vars') ? parseEnv(readFileSync('.dev.vars', 'utf8')) : {};
}
