import type { Database } from '../../database.ts';
import type { Holds } from '../../schema.ts';
import { LostKey } from '../../vault/lost-key.ts';
import type { Vault, WrappedKey } from '../../vault/vault.ts';

/** A hold as staff read it. Its words are null once its lead is erased, because nobody can open them then. */
export interface ReadHold extends Omit<Holds, 'reference'> {
  reference: string | null;
}

type Column = 'reference' | 'reason';

/** Reasons that the product itself gives. They are stored as they stand here; those of the staff are sealed. */
const own_reasons = ['child', 'erased', 'key_lost'];

/** A hold is read with the key of its lead, unless that was erased. */
interface HoldRow extends Holds {
  kek_id: string | null;
  wrapped: string | null;
  erased_at: string | null;
}

/** Selects holds together with what opens them. */
export function selectHolds(db: Database) {
  return db
    .selectFrom('holds')
    .innerJoin('leads', 'leads.id', 'holds.lead_id')
    .leftJoin('keys', join => join.onRef('subject_id', '=', 'holds.lead_id').on('subject_kind', '=', 'lead'))
    .selectAll('holds')
    .select(['kek_id', 'wrapped', 'erased_at']);
}

/** Finds the key under which the words of a lead's holds are sealed; undefined where there is none. */
export function findHoldKey(db: Database, lead_id: string): Promise<WrappedKey | undefined> {
  return db
    .selectFrom('keys')
    .select(['kek_id', 'wrapped'])
    .where('subject_kind', '=', 'lead')
    .where('subject_id', '=', lead_id)
    .executeTakeFirst();
}

/**
 * Seals the reference of a hold under the key of its lead, so that it ends with it.
 *
 * @throws LostKey when the key does not open.
 */
export function sealReference(vault: Vault, hold: Holds, key: WrappedKey | undefined): string {
  return seal(vault, hold, 'reference', hold.reference, key);
}

/** Seals the reason of a release in the same way. Because a hold must end also where the key is lost, it then says so. */
export function sealReason(vault: Vault, hold: Holds, reason: string, key: WrappedKey | undefined): string {
  try {
    return seal(vault, hold, 'reason', reason, key);
  } catch (error) {
    if (error instanceof LostKey) return 'key_lost';
    throw error;
  }
}

function seal(vault: Vault, { id, lead_id }: Holds, column: Column, text: string, key: WrappedKey | undefined): string {
  if (!key) throw lost(lead_id);
  try {
    return vault.sealText(lead_id, nameOf(id, column), text, key);
  } catch (error) {
    throw lost(lead_id, key.kek_id, error);
  }
}

/**
 * Opens the words of a hold.
 *
 * @throws LostKey when they do not open although the lead is there.
 */
export function openHold(vault: Vault, row: HoldRow): ReadHold {
  const { kek_id, wrapped, erased_at, ...hold } = row;
  return { ...hold, reference: openWords(vault, row, 'reference'), reason: openWords(vault, row, 'reason') };
}

/**
 * Opens one of the words of a hold.
 *
 * @throws LostKey when it does not open although the lead is there.
 */
export function openWords(
  vault: Vault,
  { kek_id, wrapped, erased_at, ...hold }: HoldRow,
  column: Column,
): string | null {
  const sealed = hold[column];
  if (sealed === null || own_reasons.some(own => own === sealed)) return sealed;
  if (erased_at) return null;
  if (!kek_id || !wrapped) throw lost(hold.lead_id);
  try {
    return vault.openText(hold.lead_id, nameOf(hold.id, column), sealed, { kek_id, wrapped });
  } catch (error) {
    throw lost(hold.lead_id, kek_id, error);
  }
}

function nameOf(id: string, column: Column): string {
  return `hold ${id} ${column}`;
}

function lost(subject_id: string, key_id?: string, cause?: unknown): LostKey {
  return new LostKey('ENCRYPTION_KEYS', [{ subject_id, key_id }], cause);
}
