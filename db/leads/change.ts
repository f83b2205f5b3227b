import { type CompiledQuery, sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { failUnless } from '../statements.ts';
import type { LeadValues, SubjectKeys, Vault } from '../vault/vault.ts';
import { type LeadStatus, lead_statuses } from './lead.ts';
import { type LeadRow, openValues, selectLead } from './rows.ts';

/** What staff change about a lead; whatever is left out stays. */
export interface LeadChange {
  status?: LeadStatus | undefined;
  assigned_to?: string | null | undefined;
  /** Corrected values, in normal form. */
  values?: { [Name in keyof LeadValues]?: string | undefined } | undefined;
}

/** How often a change gives way to others of the same lead before it gives up. */
const attempts = 50;

/**
 * Changes a lead's status or assignee, or corrects its values, which are sealed and indexed anew under a new key.
 *
 * What is as asked already is no act: it leaves no event and does not come again in the feed.
 *
 * @returns False when there is no such lead, or it is erased, or under a legal hold: nothing is changed then.
 * @throws Conflict in `leads` when others keep changing the same lead.
 * @see PIPL art. 46
 */
export async function changeLead(
  { db, vault }: { db: Database; vault: Vault },
  id: string,
  change: LeadChange,
  actor: Actor,
  now: Date,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const row = await selectLead(db, id);
    if (!row || row.erased_at || row.restricted_at) return false;
    const statements = draftChange({ db, vault }, row, change, actor, now);
    if (statements.length === 0) return true;
    try {
      await db.atomic(statements);
      return true;
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'leads') || attempt === attempts) throw error;
    }
  }
}

/** The unit that makes a lead as asked; empty when it is. Its key comes before the number, as in an erasure, lest two wait for each other. */
function draftChange(
  { db, vault }: { db: Database; vault: Vault },
  row: LeadRow,
  { status, assigned_to, values }: LeadChange,
  actor: Actor,
  now: Date,
): CompiledQuery[] {
  const at = now.toISOString();
  const known = values && openValues(vault, row);
  const corrected = known ? pickOther(values, known) : {};
  const columns = pickOther({ status, assigned_to }, row);
  const fields = [...Object.keys(columns), ...Object.keys(corrected)].join(',');
  if (!fields) return [];
  const isCorrection = Object.keys(corrected).length > 0;
  const resealed = isCorrection ? vault.seal(row.id, { ...known!, ...corrected }) : undefined;
  const action = isCorrection ? 'lead.corrected' : 'lead.changed';
  const isOpen = sql`erased_at is null and restricted_at is null`;
  const mayChange = isCorrection ? sql`${isOpen} and seq = ${row.seq}` : isOpen;
  return [
    ...(resealed ? [updateKey(db, row.id, resealed.keys)] : []),
    takeNumber(db),
    db
      .updateTable('leads')
      .set({
        ...columns,
        ...(columns.status && reach(columns.status, at)),
        ...(resealed && { sealed: resealed.sealed }),
        changed_at: at,
        // A lead that was erased, held or, for a correction, changed since it was read is not changed.
        seq: failUnless(mayChange, takenNumber()),
      })
      .where('id', '=', row.id)
      .compile(),
    ...recordEvent(db, actor, { action, fields, purpose: row.form, lead_ids: [row.id] }, now),
  ];
}

function updateKey(db: Database, lead_id: string, keys: SubjectKeys): CompiledQuery {
  return db
    .updateTable('keys')
    .set(keys)
    .where('subject_kind', '=', 'lead')
    .where('subject_id', '=', lead_id)
    .compile();
}

/** Of what is asked for, what is not so yet. */
function pickOther<T extends object>(asked: T, known: object): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const current = new Map<string, unknown>(Object.entries(known));
  return Object.fromEntries(
    Object.entries(asked).filter(([name, value]) => value !== undefined && value !== current.get(name)),
  ) as ReturnType<typeof pickOther<T>>;
}

/** The dates that a status sets: its own and those before it, each only once. */
function reach(status: LeadStatus, at: string) {
  const reached = lead_statuses.slice(1, lead_statuses.indexOf(status) + 1);
  return Object.fromEntries(reached.map(name => [`${name}_at`, sql`coalesce(${sql.ref(`${name}_at`)}, ${at})`]));
}
