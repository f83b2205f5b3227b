import type { LeadValues } from '../vault/vault.ts';
import type { LeadRow } from './rows/row.ts';

/** Leads whose masks are kept: a few pages of the lists that staff look at again and again, in some 2 MB. */
const most_kept = 1_000;

/** The masks of leads that were opened a moment ago, because opening a lead takes half of the time of a masked list. */
export interface KnownMasks {
  /** Returns the masks that are known for the very ciphertext and key of a row, or else those that `open` makes. */
  read(row: LeadRow, open: (row: LeadRow) => LeadValues): LeadValues;
  /** Forgets all. Whoever creates it calls this each minute: no mask is kept much longer than its lead. */
  clear(): void;
}

/**
 * Creates an empty memory of masks. Because a list reads its rows first, an erased lead, or one whose ciphertext or key is
 * another by now, is never shown from it.
 */
export function createKnownMasks(): KnownMasks {
  const known = new Map<string, Pick<LeadRow, 'sealed' | 'kek_id' | 'wrapped'> & { masks: LeadValues }>();
  return {
    read(row, open) {
      const { id, sealed, kek_id, wrapped } = row;
      const one = known.get(id);
      if (one && one.sealed === sealed && one.wrapped === wrapped && one.kek_id === kek_id) return one.masks;
      const masks = open(row);
      if (known.size >= most_kept) known.clear();
      known.set(id, { sealed, kek_id, wrapped, masks });
      return masks;
    },
    clear: () => known.clear(),
  };
}
