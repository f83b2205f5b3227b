import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../../settings.ts';
import { readVars } from './d1.ts';
import type { Target } from './target.ts';

/**
 * Reads the settings of the deployment whose database a command works on.
 *
 * A Worker has vars in `wrangler.toml`. Over them stand `.dev.vars` on this machine, and for a deployed one the variables of this process,
 * because its secrets cannot be read back.
 */
export async function readEnvironment(target: { on: 'url' } | Extract<Target, { on: 'd1' }>): Promise<Environment> {
  if (target.on === 'url') return process.env;
  const vars = await readVars();
  return { ...vars, ...(target.remote ? process.env : readDevVars()) };
}

function readDevVars(): Environment {
  return existsSync('.dev.vars') ? parseEnv(readFileSync('.dev.vars', 'utf8')) : {};
}
