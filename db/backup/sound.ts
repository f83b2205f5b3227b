import { sql } from 'kysely';
import { verifyTrail } from '../audit/verify.ts';
import type { Database } from '../database.ts';
import { self_check_form } from '../leads/lead.ts';
import { openNote } from '../leads/rows/open.ts';
import type { Leads } from '../schema.ts';
import { nextTurn } from '../turn.ts';
import type { Vault, WrappedKey } from '../vault/vault.ts';
import type { Manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';

/** Leads that are opened between two turns of the event loop. */
const leads_per_page = 200;

/**
 * Verifies the audit trail: in itself, and that it ends where the manifest says.
 *
 * @param onProgress Is called for each seal.
 * @throws Refusal otherwise.
 */
export async function verifyRestored(db: Database, { seq, sealed }: Manifest, now: Date, onProgress: () => void) {
  const result = await verifyTrail(db, { now, checkpoints: sealed.seq > 0 ? [sealed] : [], onProgress });
  if ('found' in result)
    throw new Refusal(
      'wrong_trail',
      `the audit trail of the backup is not sound: ${result.found.replace('_', ' ')} (${result.what}), numbers ${result.from_seq} to ${result.to_seq}. Ask ops audit verify of the database`,
    );
  if (result.to_seq !== seq)
    throw new Refusal(
      'wrong_trail',
      'the audit trail of the backup does not end where it says: name an earlier backup, and ask ops audit verify of the database',
    );
}

/**
 * Opens every lead that has a key and was not erased since.
 *
 * @returns Their number, without the made-up lead of a check.
 * @throws Refusal for one that does not open.
 */
export async function openLeads(
  db: Database,
  vault: Vault,
  erased: Set<string>,
  count: (rows: number) => void,
): Promise<number> {
  let opened = 0;
  for (let after = ''; ; await nextTurn()) {
    const page = await db
      .selectFrom('leads')
      .innerJoin('keys', join => join.onRef('subject_id', '=', 'leads.id').on('subject_kind', '=', 'lead'))
      .select(['leads.id', 'form', 'sealed', 'note', 'kek_id', 'wrapped'])
      .where('leads.id', '>', after)
      .where('erased_at', 'is', null)
      .orderBy('leads.id')
      .limit(sql.lit(leads_per_page))
      .execute();
    const last = page.at(-1);
    if (!last) return opened;
    for (const lead of page)
      if (!erased.has(lead.id)) {
        openLead(vault, lead);
        if (lead.form !== self_check_form) opened += 1;
      }
    count(page.length);
    after = last.id;
  }
}

function openLead(vault: Vault, lead: WrappedKey & Pick<Leads, 'id' | 'sealed' | 'note'>) {
  try {
    vault.open(lead.id, lead.sealed!, lead);
    openNote(vault, lead);
  } catch (error) {
    throw new Refusal(
      /^no key /.test((error as Error).message) ? 'wrong_key' : 'damaged',
      `lead ${lead.id} of the backup does not open: ${(error as Error).message}. List every key of then in ENCRYPTION_KEYS, or name an earlier backup`,
      error,
    );
  }
}
