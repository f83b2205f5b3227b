import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Channels, Keys } from '../schema.ts';
import { failUnless } from '../statements.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { Vault } from '../vault/vault.ts';

/** Where a channel's messages go, and the secrets that sign them, the latest one first. */
export interface Target {
  address: string;
  secrets: string[];
}

/** The seal holds the address, the secret that signs, and for a while those before, the latest one first. */
export interface Sealed {
  address: string;
  secret?: string | undefined;
  formers?: { secret: string; until: string }[];
}

/** Time for which a former secret signs too, after a change. */
const overlap_ms = 24 * 3_600_000;

/** Former secrets that sign too. Because each is a signature in a header, whoever changes more often loses the first. */
const most_formers = 9;

export interface Sealing {
  db: Database;
  vault: Vault;
}

/** Seals address and secret anew. Because what stays is read before, the unit fails where another change came between. */
export async function reseal(
  { db, vault }: Sealing,
  id: string,
  { address, secret }: { address: string | undefined; secret: string | undefined },
  now: Date,
): Promise<CompiledQuery[]> {
  const row = await db
    .selectFrom('channels')
    .innerJoin('keys', join => join.onRef('subject_id', '=', 'channels.id').on('subject_kind', '=', sql.lit('channel')))
    .select(['sealed', 'kek_id', 'wrapped'])
    .where('channels.id', '=', id)
    .executeTakeFirstOrThrow();
  const before = unseal(vault, { id, ...row });
  const until = new Date(now.getTime() + overlap_ms).toISOString();
  const left = before.secret ? [{ secret: before.secret, until }] : [];
  const formers = [...left, ...listFormers(before, now)].filter(former => former.secret !== secret);
  const after: Sealed = {
    ...before,
    ...(address !== undefined && { address }),
    ...(secret !== undefined && { secret, formers: formers.slice(0, most_formers) }),
  };
  const { sealed, keys } = vault.sealOwn('channel', id, JSON.stringify(after));
  return [
    db
      .updateTable('channels')
      .set({ sealed: failUnless(sql`sealed = ${row.sealed}`, sealed) })
      .where('id', '=', id)
      .compile(),
    db.updateTable('keys').set(keys).where('subject_id', '=', id).where('subject_kind', '=', 'channel').compile(),
  ];
}

/**
 * Opens the address of a channel, and the secrets that sign what it is sent now.
 *
 * @throws LostKey when they do not open.
 */
export function openTarget(
  vault: Vault,
  row: Pick<Channels, 'id' | 'sealed'> & Pick<Keys, 'kek_id' | 'wrapped'>,
  now: Date,
): Target {
  const opened = unseal(vault, row);
  const { address, secret } = opened;
  return { address, secrets: [...(secret ? [secret] : []), ...listFormers(opened, now).map(former => former.secret)] };
}

/** Lists the former secrets that sign still. */
function listFormers({ formers = [] }: Sealed, now: Date) {
  return formers.filter(({ until }) => until > now.toISOString());
}

function unseal(
  vault: Vault,
  { id, sealed, ...keys }: Pick<Channels, 'id' | 'sealed'> & Pick<Keys, 'kek_id' | 'wrapped'>,
): Sealed {
  try {
    return JSON.parse(vault.openOwn('channel', id, sealed, keys));
  } catch (error) {
    throw new LostKey('ENCRYPTION_KEYS', [{ subject_id: id, key_id: keys.kek_id }], error);
  }
}
