import { sql } from 'kysely';
import { type Actor, recordEvent, subject_tables, takeNumber, takenNumber } from '../../audit/record.ts';
import { Conflict, type Database } from '../../database.ts';
import { writeDeliveries } from '../../notices/write.ts';
import { failUnless, prepare } from '../../statements.ts';
import { describeColumns, pickOther } from '../change.ts';
import { type Former, type Kept, kept_columns, leads_per_unit, pickKept, readStates, type State } from './states.ts';

/** Why a lead was not changed: it is held or restricted, erased, or somebody else has changed it meanwhile. */
export type Refused = { id: string; why: 'held' | 'erased' | 'changed' };

export interface BulkOutcome {
  /** The leads that were changed, as they were before. */
  former: Former[];
  /** Number of leads that were so already. */
  same: number;
  refused: Refused[];
  /** Number of events that were recorded. */
  events: number;
}

/** Attempts at a change before what others keep changing is refused. */
const attempts = 20;

/** A lead with the columns that it gets. */
interface Move {
  state: State;
  columns: Partial<Kept>;
}

/**
 * Writes what `draft` returns for each lead, in units. Leads that others change between the read and the write are read
 * and drafted again.
 *
 * @param draft Returns columns of a lead to set, undefined where nothing need be, or that somebody has changed it.
 */
export async function writeAll(
  db: Database,
  ids: string[],
  actor: Actor,
  now: Date,
  draft: (state: State) => Partial<Kept> | 'changed' | undefined,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { former: [], same: 0, refused: [], events: 0 };
  const refuse = (id: string, why: Refused['why']) => outcome.refused.push({ id, why });
  let waiting = ids;
  for (let attempt = 1; waiting.length > 0 && attempt <= attempts; attempt++) {
    const states = await readStates(db, waiting);
    const moves: Move[] = [];
    for (const id of waiting) {
      const state = states.get(id);
      const columns = state && draft(state);
      if (!state || state.erased_at) refuse(id, 'erased');
      else if (state.restricted_at) refuse(id, 'held');
      else if (columns === 'changed') refuse(id, 'changed');
      else if (columns === undefined) outcome.same += 1;
      else moves.push({ state, columns });
    }
    waiting = [];
    for (const unit of groupMoves(moves)) {
      const ids = unit.moves.map(({ state }) => state.id);
      if (!(await writeUnit(db, unit, actor, now))) waiting.push(...ids);
      else {
        outcome.events += 1;
        outcome.former.push(...unit.moves.map(({ state }) => ({ id: state.id, ...pickKept(state) })));
      }
    }
  }
  for (const id of waiting) refuse(id, 'changed');
  return outcome;
}

interface Unit {
  /** What changes, as the event says it. */
  fields: string;
  form: string;
  moves: Move[];
}

/** Puts leads of one form of which the same changes together, a few to a unit. */
function groupMoves(moves: Move[]): Unit[] {
  const units = new Map<string, Unit[]>();
  for (const move of moves) {
    const { state, columns } = move;
    const { status, closed_reason, assigned_to } = columns;
    const fields = describeColumns(pickOther({ status, closed_reason, assigned_to }, state), state).join(',');
    const key = `${state.form} ${fields}`;
    const alike = units.get(key) ?? [];
    units.set(key, alike);
    const last = alike.at(-1);
    if (last && last.moves.length < leads_per_unit) last.moves.push(move);
    else alike.push({ fields, form: state.form, moves: [move] });
  }
  return [...units.values()].flat();
}

/** Writes a unit, and returns whether all its leads were as they had been read. */
async function writeUnit(db: Database, { fields, form, moves }: Unit, actor: Actor, now: Date): Promise<boolean> {
  const lead_ids = moves.map(({ state }) => state.id);
  const told = moves.filter(({ state, columns }) => columns.assigned_to && columns.assigned_to !== state.assigned_to);
  try {
    await db.atomic([
      takeNumber(db),
      ...moves.map(({ state, columns }) =>
        updateLead(db, { ...pickKept(state), ...columns, id: state.id, seq: state.seq, at: now.toISOString() }),
      ),
      ...recordEvent(db, actor, { action: 'lead.changed', fields, purpose: form, lead_ids }, now),
      ...told.map(({ state }) => writeDeliveries(db, { event: 'lead.assigned', lead_id: state.id }, now)),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Conflict && ['leads', ...subject_tables].includes(error.table)) return false;
    throw error;
  }
}

const updateLead = prepare<Kept & { id: string; seq: number; at: string }>(
  [...kept_columns, 'id', 'seq', 'at'],
  (db, { id, seq, at, ...kept }) => {
    const isAsRead = sql`seq = ${seq} and erased_at is null and restricted_at is null`;
    return db
      .updateTable('leads')
      .set({ ...kept, changed_at: at, seq: failUnless(isAsRead, takenNumber()) })
      .where('id', '=', id)
      .compile();
  },
);
