import type { Database } from '../../../db/database.ts';
import { defineCommand, Mistake } from '../run/command.ts';
import { database_options, readTarget } from '../run/target.ts';
import { checkBackups } from './backups.ts';
import { checkChannels } from './channels.ts';
import { checkClock } from './clock.ts';
import { lookAtDatabase } from './database.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { checkDisk } from './disk.ts';
import { checkKeys, checkKeysApart } from './keys.ts';
import { type Line, look, none, writeLines } from './lines.ts';
import { checkMail } from './mail.ts';
import { checkPolicy } from './policy.ts';
import { checkSettings } from './settings.ts';
import { checkSignIn } from './sign-in.ts';

export const check = defineCommand({
  name: 'check',
  usage: '',
  sentence:
    'Looks, before a start, at the settings, the keys, the database, the clock, the disks, the mail server, the channels, the sign-in and the policy: a line each, with what to do. It changes nothing and sends nothing. Exits 1 when something is wrong; a warning is not.',
  options: database_options,
  async run({ values, now }) {
    const lines = await checkAll(
      await readDeployment(values.target || values.remote ? readTarget(values) : { on: 'url' }, now),
    );
    const result = process.stdout.isTTY ? writeLines(lines) : lines;
    const wrong = [...new Set(lines.filter(({ state }) => state === 'wrong').map(({ check }) => check))];
    if (wrong.length > 0) throw new Mistake(`wrong: ${wrong.join(', ')}`, result);
    return result;
  },
});

/** Looks at everything at once. */
async function checkAll(deployment: Deployment): Promise<Line[]> {
  const [database, disk, mail, sign_in] = await Promise.all([
    lookInDatabase(deployment),
    look('disk', () => checkDisk(deployment)),
    look('mail', () => checkMail(deployment)),
    look('sign-in', () => checkSignIn(deployment)),
  ]);
  const { keys, itself, clock, channels, policy } = database;
  return [checkSettings(deployment), keys, itself, clock, disk, mail, channels, sign_in, policy].flat();
}

async function lookInDatabase(deployment: Deployment) {
  const { lines, db, is_old, is_unread, close } = await lookAtDatabase(deployment);
  if (is_unread) return tellUnread(deployment, lines);
  try {
    const within = (
      check: Line['check'],
      work: (deployment: Deployment, db: Database | undefined) => Promise<Line[]>,
    ) => look(check, () => work(deployment, db), is_old ? () => none(check, 'see database first') : undefined);
    const [keys, backups, clock, channels, policy] = await Promise.all([
      within('keys', checkKeys),
      within('database', checkBackups),
      within('clock', checkClock),
      within('channels', checkChannels),
      within('policy', checkPolicy),
    ]);
    return { keys, itself: [...lines, ...backups], clock, channels, policy };
  } finally {
    await close();
  }
}

/** Tells what can be told without the database. Because it may hold anything, nothing is said of what is in it. */
async function tellUnread(deployment: Deployment, lines: Line[]) {
  const notLooked = (check: Line['check']) => [none(check, 'not looked at, because the database cannot be read')];
  return {
    keys: await look('keys', () => checkKeysApart(deployment)),
    itself: lines,
    clock: notLooked('clock'),
    channels: notLooked('channels'),
    policy: notLooked('policy'),
  };
}
