import { existsSync } from 'node:fs';
import { keepSecret, makeKeys, publishSample } from '../node/start/development.ts';
import { readPublisher } from './policy.ts';
import { defineCommand } from './run/command.ts';
import { migrateD1 } from './run/d1.ts';
import { onDatabase } from './run/target.ts';

export const prepare_dev = defineCommand({
  name: 'prepare-dev',
  usage: '',
  sentence:
    'Makes what `npm run dev` needs before wrangler starts: keys in `.dev.vars`, the tables, the sample policy.',
  options: {},
  async run({ now }) {
    if (!existsSync('.dev.vars')) keepSecret('.dev.vars', writeVars({ NODE_ENV: 'development', ...makeKeys() }));
    await migrateD1(false);
    const settings = readPublisher({ ...process.env, NODE_ENV: 'development' });
    await onDatabase({ target: 'd1' }, db => publishSample({ db, now: () => now, settings }));
    return undefined;
  },
});

function writeVars(vars: Record<string, string>): string {
  return Object.entries(vars)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
}
