import { migrate } from '../../db/migrate.ts';
import { openStore } from '../node/store.ts';
import { defineCommand } from './run/command.ts';
import { migrateD1 } from './run/d1.ts';
import { database_options, explained, readTarget } from './run/target.ts';

export const migrate_command = defineCommand({
  name: 'migrate',
  usage: '',
  sentence: 'Brings the tables up to date. Safe to run twice and to kill. The Node server does it at its start.',
  options: database_options,
  async run({ values }) {
    const target = readTarget(values);
    return {
      applied:
        target.on === 'd1' ? await migrateD1(target.remote) : await explained(target.url, () => migrateUrl(target.url)),
    };
  },
});

async function migrateUrl(url: string): Promise<string[]> {
  let applied: string[] = [];
  const db = await openStore(url, {
    upgrade: async session => {
      applied = await migrate(session);
    },
  });
  await db.destroy();
  return applied;
}
