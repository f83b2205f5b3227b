import { rotateToken } from '../../db/staff/rotate-token.ts';
import { createToken, findToken, listTokens, revokeToken } from '../../db/staff/tokens.ts';
import { roles } from '../guards/roles.ts';
import { readStaffName } from '../http/staff-text.ts';
import { overlap_days, token_days } from '../staff/tokens.ts';
import { type Command, defineCommand, Mistake, operator, text } from './run/command.ts';
import { database_options, onDatabase } from './run/target.ts';

const create = defineCommand({
  name: 'token create',
  usage: '--holder NAME --role ROLE [--days N]',
  sentence: `Makes an access token and prints it alone. Roles: ${roles.join(', ')}. It is good for ${token_days.usual} days, or for 1 to ${token_days.most}.`,
  options: { ...database_options, holder: text, role: text, days: text },
  async run({ values, now }) {
    const { holder: typed = '', role } = values;
    if (!typed.trim()) throw new Mistake('--holder: whose token is it?');
    const holder = readStaffName(typed);
    if (!holder)
      throw new Mistake(
        '--holder: expected at most 100 characters, none of which controls the line or its direction of reading',
      );
    const known = roles.find(one => one === role);
    if (!known) throw new Mistake(`--role: expected one of ${roles.join(', ')}`);
    const days = readDays('days', values.days, 1, token_days);
    return onDatabase(values, db => createToken(db, { holder, role: known, days }, operator, now));
  },
});

const list = defineCommand({
  name: 'token list',
  usage: '',
  sentence: 'Lists every token, without its secret.',
  options: database_options,
  run: ({ values }) => onDatabase(values, listTokens),
});

const rotate = defineCommand({
  name: 'token rotate',
  usage: 'ID [--days N] [--overlap-days N]',
  sentence: `Makes a token for the same holder and role and prints it alone. The old one ends after ${overlap_days.usual} days, or after 0 to ${overlap_days.most}.`,
  options: { ...database_options, days: text, 'overlap-days': text },
  words: 1,
  async run({ values, rest: [id], now }) {
    if (!id) throw new Mistake('token rotate needs the id of a token: see token list');
    const days = readDays('days', values.days, 1, token_days);
    const overlap = readDays('overlap-days', values['overlap-days'], 0, overlap_days);
    const token = await onDatabase(values, db => rotateToken(db, id, { days, overlap_days: overlap }, operator, now));
    if (!token) throw new Mistake('no token with this id is still good: see token list, and make a new one');
    return token;
  },
});

const revoke = defineCommand({
  name: 'token revoke',
  usage: 'ID',
  sentence: 'Revokes a token from its next request on.',
  options: database_options,
  words: 1,
  async run({ values, rest: [id], now }) {
    if (!id) throw new Mistake('token revoke needs the id of a token: see token list');
    const before = await onDatabase(values, async db => {
      const token = await findToken(db, id);
      if (token) await revokeToken(db, id, operator, now);
      return token;
    });
    if (!before) throw new Mistake('there is no token with this id: see token list');
    if (before.revoked_at) process.stderr.write(`This token was revoked before, at ${before.revoked_at}.\n`);
    return { revoked: id };
  },
});

export const token_commands: Command[] = [create, list, rotate, revoke];

function readDays(
  option: string,
  typed: string | undefined,
  least: number,
  { usual, most }: typeof token_days,
): number {
  const days = typed ?? String(usual);
  if (!/^\d+$/.test(days) || Number(days) < least || Number(days) > most)
    throw new Mistake(`--${option}: expected a whole number from ${least} to ${most}`);
  return Number(days);
}
