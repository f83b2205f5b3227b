import { digest } from '../../digest.ts';
import type { LeadValues } from '../../vault/vault.ts';
import type { LeadRow } from '../rows/row.ts';

/** Leads whose masks are kept: a few pages of the lists that staff look at again and again, in less than 1 MB. */
const most_kept = 1_000;

/** The masks of leads that were opened a moment ago, because opening them takes most of the time of a page. */
export interface KnownMasks {
  /** Returns the masks that are known for the very ciphertext and key of a row, or else those that `open` makes. */
  read(row: LeadRow, open: (row: LeadRow) => LeadValues): LeadValues;
  /** Forgets all. A host calls it each minute: no mask is kept much longer than its lead. */
  clear(): void;
}

/**
 * Creates an empty memory of masks. Because a list reads its rows first, an erased lead, or one whose ciphertext or key is
 * another by now, is never shown from it. It keeps a digest of those two: themselves they could still be opened once the
 * lead is erased.
 */
export function createKnownMasks(): KnownMasks {
  const known = new Map<string, { sealed_sha256: string; masks: LeadValues }>();
  return {
    read(row, open) {
      const { id, sealed, kek_id, wrapped } = row;
      const sealed_sha256 = digest(`${kek_id} ${wrapped} ${sealed}`);
      const one = known.get(id);
      if (one?.sealed_sha256 === sealed_sha256) return one.masks;
      const masks = copyTexts(open(row));
      if (known.size >= most_kept) known.clear();
      known.set(id, { sealed_sha256, masks });
      return masks;
    },
    clear: () => known.clear(),
  };
}

/** Copies the texts. Because V8 keeps the whole of a text while a part of it is kept, a mask could keep what it hides. */
function copyTexts(values: LeadValues): LeadValues {
  return JSON.parse(JSON.stringify(values));
}
