import { existsSync } from 'node:fs';
import { keepSecret, makeKeys, publishSample } from '../node/development.ts';
import { migrateStore } from './migrate.ts';
import { openTarget } from './target.ts';

/** What `npm run dev` needs before wrangler starts: secrets of its own, tables, and the sample policy. */
export async function prepareDev(): Promise<void> {
  if (!existsSync('.dev.vars')) {
    const vars = { NODE_ENV: 'development', ...makeKeys() };
    keepSecret(
      '.dev.vars',
      Object.entries(vars)
        .map(([name, value]) => `${name}="${value}"\n`)
        .join(''),
    );
  }
  await migrateStore('d1');
  const { db, close } = await openTarget('d1');
  try {
    await publishSample({ db, now: () => new Date() });
  } finally {
    await close();
  }
}
