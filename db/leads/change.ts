import { type CompiledQuery, sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { writeDeliveries } from '../notices/write.ts';
import { failUnless } from '../statements.ts';
import type { Signer } from '../vault/signer.ts';
import type { LeadValues, SubjectKeys, Vault } from '../vault/vault.ts';
import { type ClosedReason, type LeadStatus, lead_statuses } from './lead.ts';
import type { Part } from './parts.ts';
import { openNote, openValues, sealNote } from './rows/open.ts';
import type { LeadRow } from './rows/row.ts';
import { selectLead } from './rows/rows.ts';

/** A change of a lead by staff. A property that is left out stays as it is. */
export interface LeadChange {
  status?: LeadStatus | undefined;
  /** Only of a closed lead. A lead that is opened again loses it. */
  closed_reason?: ClosedReason | null | undefined;
  assigned_to?: string | null | undefined;
  /** To whom it was assigned, empty for nobody, when a person gave it to another. Where it is another's now, nothing changes. */
  assignee_seen?: string | undefined;
  /** A day, `YYYY-MM-DD`, in the time zone of the settings. */
  follow_up_on?: string | null | undefined;
  /** The staff's own words about the work. */
  note?: string | null | undefined;
  /** What `describeNote` said of the note that a person has changed. Where it says something else now, nothing changes. */
  note_seen?: string | undefined;
  /** Corrected values, in normal form. */
  values?: { [Name in keyof LeadValues]?: string | undefined } | undefined;
}

/**
 * Attempts at a change before it gives up. Because others may change the same lead meanwhile, one may not be enough.
 */
const attempts = 50;

/**
 * Changes a lead's status, assignee, follow-up or note, or corrects its values, which are sealed and indexed anew.
 *
 * Where it has a new assignee, channels are told of it, and `notify` is called afterwards.
 *
 * A change that alters nothing is no act: it records no event, and the lead does not appear in the feed again.
 *
 * @returns `gone` when the lead does not exist, is erased or is under a hold, `not_closed` when there is a reason for the
 *   closing of a lead that is not closed, `note_changed` when the note is not the one that was seen, `reassigned` when
 *   somebody else has it than was seen; nothing is changed then.
 * @throws Conflict in `leads` when others keep changing the same lead.
 * @see PIPL art. 46
 */
export async function changeLead(
  { db, vault, signer, notify }: { db: Database; vault: Vault; signer: Signer; notify?(): void },
  id: string,
  change: LeadChange,
  actor: Actor,
  now: Date,
): Promise<'done' | 'gone' | 'not_closed' | 'note_changed' | 'reassigned'> {
  for (let attempt = 1; ; attempt++) {
    const row = await selectLead(db, id);
    if (!row || row.erased_at || row.restricted_at) return 'gone';
    if (change.closed_reason && (change.status ?? row.status) !== 'closed') return 'not_closed';
    if (change.note_seen !== undefined && !isDescribed(signer, row.id, openNote(vault, row), change.note_seen))
      return 'note_changed';
    const part = draftChange({ db, vault }, row, change, actor, now);
    if (!part) return 'done';
    if (change.assignee_seen !== undefined && change.assignee_seen !== (row.assigned_to ?? '')) return 'reassigned';
    try {
      await db.atomic([...part.locks, ...part.acts]);
      if (change.assigned_to) notify?.();
      return 'done';
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'leads') || attempt === attempts) throw error;
    }
  }
}

/**
 * Returns a text that says nothing of a note, but is another for each. Because only this deployment can make it, nobody
 * learns by it whether a guess at a note is right.
 */
export function describeNote(signer: Signer, id: string, note: string | null): string {
  return signer.sign('note', identify(id, note));
}

function isDescribed(signer: Signer, id: string, note: string | null, mark: string): boolean {
  return signer.isSigned('note', identify(id, note), mark);
}

function identify(id: string, note: string | null): string {
  return `${id} ${note ?? ''}`;
}

/** Finds what `describeNote` says of a lead's note; undefined where the lead does not exist, is erased or is under a hold. */
export async function findNote(
  { db, vault, signer }: { db: Database; vault: Vault; signer: Signer },
  id: string,
): Promise<string | undefined> {
  const row = await selectLead(db, id);
  return row && !row.erased_at && !row.restricted_at ? describeNote(signer, id, openNote(vault, row)) : undefined;
}

/**
 * Drafts the change of a lead; undefined when nothing would change. It fails with a Conflict in `leads` when the lead is
 * erased or restricted, or what changes of its status, the reason of its closing and its note, its assignee where one was
 * seen, or for a correction anything of it, has changed since it was read.
 */
export function draftChange(
  { db, vault }: { db: Database; vault: Vault },
  row: LeadRow,
  { status, closed_reason, assigned_to, assignee_seen, follow_up_on, note, values }: LeadChange,
  actor: Actor,
  now: Date,
): Part | undefined {
  const at = now.toISOString();
  const known = values && openValues(vault, row);
  const corrected = known ? pickOther(values, known) : {};
  const isClosed = (status ?? row.status) === 'closed';
  const columns = pickOther({ status, closed_reason: isClosed ? closed_reason : null, assigned_to, follow_up_on }, row);
  const isNoted = note !== undefined && note !== openNote(vault, row);
  const fields = [...describeColumns(columns, row), ...(isNoted ? ['note'] : []), ...Object.keys(corrected)].join(',');
  if (!fields) return undefined;
  const isCorrection = Object.keys(corrected).length > 0;
  const resealed = isCorrection ? reseal(vault, row, { ...known!, ...corrected }) : undefined;
  const action = isCorrection ? 'lead.corrected' : 'lead.changed';
  const isOpen = sql`erased_at is null and restricted_at is null`;
  const isAsRead = isCorrection
    ? sql` and seq = ${row.seq}`
    : sql.join(
        [
          ...(columns.status || columns.closed_reason !== undefined
            ? [sql`status = ${row.status}`, sql`coalesce(closed_reason, '') = ${row.closed_reason ?? ''}`]
            : []),
          ...(assignee_seen === undefined ? [] : [sql`coalesce(assigned_to, '') = ${assignee_seen}`]),
          ...(isNoted ? [sql`coalesce(note, '') = ${row.note ?? ''}`] : []),
        ].map(condition => sql` and ${condition}`),
        sql``,
      );
  const mayChange = sql`${isOpen}${isAsRead}`;
  const acts = [
    takeNumber(db),
    db
      .updateTable('leads')
      .set({
        ...columns,
        ...(columns.status && { ...reach(columns.status, at), status_changed_at: at }),
        ...(resealed && { sealed: resealed.sealed }),
        ...(isNoted && { note: note && sealNote(vault, row, note) }),
        changed_at: at,
        // Fails the unit when the lead was erased or restricted since it was read, has another status than the event
        // says or another note than was replaced, or, for a correction, was changed at all.
        seq: failUnless(mayChange, takenNumber()),
      })
      .where('id', '=', row.id)
      .compile(),
    ...recordEvent(db, actor, { action, fields, purpose: row.form, lead_ids: [row.id] }, now),
    ...(columns.assigned_to ? [writeDeliveries(db, { event: 'lead.assigned', lead_id: row.id }, now)] : []),
  ];
  return { locks: resealed ? [updateKey(db, row.id, resealed.keys)] : [], acts };
}

/** Names what changes, as the event holds it. Of a status it says from what to what: `status:new>contacted`. */
export function describeColumns(columns: { status?: string | undefined }, row: Pick<LeadRow, 'status'>): string[] {
  return Object.keys(columns).map(name => (name === 'status' ? `status:${row.status}>${columns.status}` : name));
}

/** Seals other values under the key that the lead has. Because they were opened before, the key is there. */
function reseal(vault: Vault, { id, kek_id, wrapped }: LeadRow, values: LeadValues) {
  return vault.seal(id, values, { kek_id: kek_id!, wrapped: wrapped! });
}

function updateKey(db: Database, lead_id: string, keys: SubjectKeys): CompiledQuery {
  return db
    .updateTable('keys')
    .set(keys)
    .where('subject_kind', '=', 'lead')
    .where('subject_id', '=', lead_id)
    .compile();
}

/** Returns the properties asked for whose value differs from the known one. */
export function pickOther<T extends object>(
  asked: T,
  known: object,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const current = new Map<string, unknown>(Object.entries(known));
  return Object.fromEntries(
    Object.entries(asked).filter(([name, value]) => value !== undefined && value !== current.get(name)),
  ) as ReturnType<typeof pickOther<T>>;
}

/** Returns the dates that a status sets: its own and those of the statuses before it. A date that is set stays. */
function reach(status: LeadStatus, at: string) {
  return Object.fromEntries(reachedBy(status).map(name => [name, sql`coalesce(${sql.ref(name)}, ${at})`]));
}

/** Returns the columns of the dates that a status sets where they are not set. */
export function reachedBy(status: LeadStatus) {
  const [, ...later] = lead_statuses;
  return later.slice(0, lead_statuses.indexOf(status)).map(name => `${name}_at` as const);
}
