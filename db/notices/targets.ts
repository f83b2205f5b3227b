import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Channels } from '../schema.ts';
import type { Vault } from '../vault/vault.ts';
import { openTarget } from './channel-seal.ts';

/** A channel with its whole address, for who looks whether it can be reached. */
export type ChannelTarget = Pick<
  Channels,
  'id' | 'kind' | 'paused_at' | 'off_at' | 'last_success_at' | 'failing_since'
> & {
  /** Undefined where it does not open. */
  address: string | undefined;
};

/** Lists all channels with their addresses, in the order in which they were made. */
export async function listTargets(db: Database, vault: Vault, now: Date): Promise<ChannelTarget[]> {
  const rows = await db
    .selectFrom('channels')
    .leftJoin('keys', join => join.onRef('subject_id', '=', 'channels.id').on('subject_kind', '=', sql.lit('channel')))
    .select(['channels.id', 'kind', 'paused_at', 'off_at', 'last_success_at', 'failing_since'])
    .select(['sealed', 'kek_id', 'wrapped'])
    .orderBy('channels.id')
    .execute();
  return rows.map(({ sealed, kek_id, wrapped, ...channel }) => ({
    ...channel,
    address: kek_id && wrapped ? open(vault, { id: channel.id, sealed, kek_id, wrapped }, now) : undefined,
  }));
}

function open(vault: Vault, row: Parameters<typeof openTarget>[1], now: Date): string | undefined {
  try {
    return openTarget(vault, row, now).address;
  } catch {
    return undefined;
  }
}
