import { lookup } from 'node:dns';
import type { Database } from '../../../db/database.ts';
import { type ChannelTarget, listTargets } from '../../../db/notices/targets.ts';
import { createVault } from '../../../db/vault/vault.ts';
import { checkAddress, isLiteral, judgeAddress } from '../../egress/addresses.ts';
import { lookUpJudged } from '../../node/egress.ts';
import type { Settings } from '../../settings.ts';
import type { Deployment } from './deployment.ts';
import { type Line, longest_ms, none, ok, warn, wrong } from './lines.ts';

/** What to do about a channel, by what is wrong. */
const advice: Record<string, string> = {
  'host-not-listed': 'List the host in OUTBOUND_HOSTS, or remove the channel.',
  'private-address': 'List the address in OUTBOUND_HOSTS too, if it is one of your network.',
  'not-https': 'Give the channel an address of https.',
  'no-mail': 'Set SMTP_URL, or remove the channel.',
};

/** Looks whether each channel may be called and its host has an address. It sends nothing: `channel test` does. */
export async function checkChannels(
  { keys, settings, target, now }: Deployment,
  db: Database | undefined,
): Promise<Line[]> {
  if (!db) return [none('channels', 'there is no database yet that could hold one')];
  if (!keys) return [none('channels', 'they are not opened without the keys: see settings')];
  const channels = await listTargets(db, createVault(keys.encryption_keys, keys.index_key), now);
  if (channels.length === 0) return [none('channels', 'there is none')];
  return Promise.all(channels.map(channel => checkChannel(channel, settings, target.on === 'url')));
}

async function checkChannel(channel: ChannelTarget, settings: Partial<Settings>, canMail: boolean): Promise<Line> {
  const { id, kind, address, paused_at, off_at, failing_since, last_success_at } = channel;
  const name = `${kind} ${id}`;
  if (paused_at) return ok('channels', `${name}: paused`);
  if (address === undefined)
    return wrong(
      'channels',
      `${name}: its address does not open with these keys`,
      'List the key under which it was sealed.',
    );
  const refused = await findRefusal(kind, address, settings, canMail);
  if (refused) {
    const usual = 'Look at its address, and whether this machine may reach it.';
    return wrong('channels', `${name}: ${refused}`, advice[refused] ?? usual);
  }
  if (off_at)
    return warn(
      'channels',
      `${name}: switched off by its receiver on ${off_at}`,
      'Switch it on again, under Notices in the console or as docs/channels.md says; or give it another address, or remove it.',
    );
  if (failing_since)
    return warn('channels', `${name}: nothing was taken since ${failing_since}`, `Try it: ops channel test ${id}.`);
  return ok(
    'channels',
    `${name}: may be called; ${last_success_at ? `last delivery ${last_success_at}` : 'nothing was delivered yet'}`,
  );
}

/** Returns a code that says why a channel cannot be called; undefined where it can, as far as no message shows. */
async function findRefusal(
  kind: ChannelTarget['kind'],
  address: string,
  { smtp_url, outbound_hosts = [] }: Partial<Settings>,
  canMail: boolean,
): Promise<string | undefined> {
  if (kind === 'email') return canMail && smtp_url ? undefined : 'no-mail';
  const refused = checkAddress(address, outbound_hosts);
  if (refused) return refused;
  const { hostname, protocol } = new URL(address);
  if (isLiteral(hostname)) return undefined;
  return resolveJudged(hostname, resolved => judgeAddress(resolved, protocol, outbound_hosts));
}

/** Resolves a name as a call would, and returns the code of what is wrong with that. */
function resolveJudged(hostname: string, judge: Parameters<typeof lookUpJudged>[1]): Promise<string | undefined> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, longest_ms - 500, 'ETIMEDOUT');
    lookUpJudged(lookup, judge)(hostname, {}, error => {
      clearTimeout(timer);
      resolve(error ? ((error as NodeJS.ErrnoException).code ?? 'unknown') : undefined);
    });
  });
}
