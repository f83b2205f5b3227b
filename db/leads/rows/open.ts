import { LostKey } from '../../vault/lost-key.ts';
import type { LeadValues, Vault, WrappedKey } from '../../vault/vault.ts';
import type { LeadRow } from './row.ts';

/**
 * Opens the values of a lead that is not erased. A caller that shows them has recorded the read before.
 *
 * @throws LostKey when they do not open.
 */
export function openValues(vault: Vault, row: LeadRow): LeadValues {
  return open(row, row.sealed, (sealed, key) => vault.open(row.id, sealed, key));
}

/**
 * Opens the note of a lead that is not erased; null where there is none. A caller that shows it has recorded the read
 * before.
 *
 * @throws LostKey when it does not open.
 */
export function openNote(vault: Vault, row: Pick<LeadRow, 'id' | 'note' | keyof WrappedKey>): string | null {
  if (row.note === null) return null;
  return open(row, row.note, (note, key) => vault.openText(row.id, note_name, note, key));
}

/** Seals a note under the key of its lead. The key is there, because it opened the values. */
export function sealNote(vault: Vault, { id, kek_id, wrapped }: LeadRow, note: string): string {
  return vault.sealText(id, note_name, note, { kek_id: kek_id!, wrapped: wrapped! });
}

/** The name under which a note is sealed. */
const note_name = 'note';

function open<T>(
  { id, kek_id, wrapped }: Pick<LeadRow, 'id' | keyof WrappedKey>,
  sealed: string | null,
  unseal: (sealed: string, key: WrappedKey) => T,
): T {
  const lost = (cause?: unknown) =>
    new LostKey('ENCRYPTION_KEYS', [{ subject_id: id, key_id: kek_id ?? undefined }], cause);
  if (!sealed || !kek_id || !wrapped) throw lost();
  try {
    return unseal(sealed, { kek_id, wrapped });
  } catch (error) {
    throw lost(error);
  }
}
