import type { CheckpointKey } from '../vault/checkpoint-key.ts';
import type { Vault, WrappedKey } from '../vault/vault.ts';
import type { Bytes } from './bytes.ts';
import { type KeyFile, writeKeyFile } from './key-file.ts';
import { Refusal } from './refusal.ts';

/**
 * Writes a file of keys anew, with each key wrapped under the vault's last key encryption key.
 *
 * @param count Hears how many keys were wrapped anew, the backups' own included.
 * @throws Refusal when a key was wrapped under a key encryption key that the vault does not know.
 */
export function rewrapKeyFile({ header, rows }: KeyFile, vault: Vault, key: CheckpointKey, count: () => void): Bytes {
  const subject = header.columns.indexOf('subject_id');
  const kek = header.columns.indexOf('kek_id');
  const wrapped = header.columns.indexOf('wrapped');

  function rewrap(id: string, known: WrappedKey): WrappedKey {
    if (known.kek_id === vault.kek_id) return known;
    count();
    return vault.wrap(id, unwrapKey(vault, id, known));
  }

  async function* rewrapRows() {
    for await (const some of rows)
      yield some.map(row => {
        const known = { kek_id: String(row[kek]), wrapped: String(row[wrapped]) };
        const next = rewrap(String(row[subject]), known);
        return row.with(kek, next.kek_id).with(wrapped, next.wrapped);
      });
  }

  const backups = Object.fromEntries(Object.entries(header.backups).map(([id, known]) => [id, rewrap(id, known)]));
  const { format: _, ...rest } = header;
  return writeKeyFile({ ...rest, kek_ids: [vault.kek_id], backups }, rewrapRows(), key);
}

/**
 * Unwraps a key.
 *
 * @throws Refusal that says whether the key encryption key is missing or a wrong one.
 */
export function unwrapKey(vault: Vault, id: string, known: WrappedKey): Buffer {
  try {
    return vault.unwrap(id, known);
  } catch (error) {
    const isMissing = /^no key /.test((error as Error).message);
    throw new Refusal(
      'wrong_key',
      isMissing
        ? `ENCRYPTION_KEYS: key ${known.kek_id} is missing, under which a key of this backup is wrapped: list it too`
        : `ENCRYPTION_KEYS: key ${known.kek_id} is another one than the key of that name under which this backup was made: set that one`,
      error,
    );
  }
}
