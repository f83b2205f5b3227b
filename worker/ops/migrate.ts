import { spawnSync } from 'node:child_process';
import { migrate } from '../../db/migrate.ts';
import { openStore } from '../node/store.ts';
import { checkTarget, databaseUrl, Mistake } from './target.ts';

/** `migrate`: applies what is missing; safe to run twice and to kill. */
export async function migrateStore(target: string | undefined): Promise<{ applied: string[] }> {
  if (target !== undefined) return migrateD1(target);
  let applied: string[] = [];
  const db = await openStore(databaseUrl(), {
    upgrade: async session => {
      applied = await migrate(session);
    },
  });
  await db.destroy();
  return { applied };
}

/** wrangler keeps its own list of what it applied to a D1. */
function migrateD1(target: string): { applied: string[] } {
  checkTarget(target);
  const { status, stdout, stderr } = spawnSync('wrangler', ['d1', 'migrations', 'apply', 'DB', '--local'], {
    encoding: 'utf8',
    env: { ...process.env, CI: '1', WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false' },
  });
  if (status !== 0) throw new Mistake(`wrangler could not migrate:\n${stdout}${stderr}`);
  return { applied: [...new Set([...stdout.matchAll(/│ (\d{4}_\w+\.sql)\s+│ ✅/g)].map(([, name]) => name!))] };
}
